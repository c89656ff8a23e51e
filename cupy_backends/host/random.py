"""The contract's random numbers: Philox4x32-10 (Random123), equal bit for bit on every backend.

The key is the seed (low word, high word), the counter is (block low, block high, offset low, offset high):
calls with different offsets never share a block. Block b yields words w[4b .. 4b+3]; pair p is
w[2p] + w[2p+1] * 2**32.

- uniform: float32 element i is (w[i] >> 8) * 2**-24, float64 element i is (pair i >> 11) * 2**-53.
- normal: Box-Muller in double precision, rounded once. Elements 2j and 2j+1 are r cos(t) and r sin(t) with
  r = sqrt(-2 log(u)), t = 2 pi v. float32: u = (w[2j] + 0.5) * 2**-32, v = w[2j+1] * 2**-32.
  float64: u = ((pair 2j >> 11) + 0.5) * 2**-53, v = (pair 2j+1 >> 11) * 2**-53.
- integers: low + floor(range * f), wrapping, with f = pair i / 2**64 for a range up to 2**32, else
  block i / 2**128 (its first word least significant); the bias is below 2**-32. A range of 0 means
  2**64: pair i itself.
- permutation: the stable argsort of pairs 0 .. n-1.
"""

import numpy as np

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = 0x9E3779B9, 0xBB67AE85
_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
_CHUNK = 1 << 16  # blocks at a time: the rounds stay in the cache


def philox(counter, key):
    """Return the four words after ten rounds; ``counter`` is four 32-bit values or arrays, ``key`` two."""
    c0, c1, c2, c3 = (np.asarray(word, np.uint64) for word in counter)
    k0, k1 = key
    for _ in range(10):
        p0, p1 = _M0 * c0, _M1 * c2
        c0, c1, c2, c3 = (
            (p1 >> _HALF) ^ c1 ^ np.uint64(k0),
            p1 & _LOW,
            (p0 >> _HALF) ^ c3 ^ np.uint64(k1),
            p0 & _LOW,
        )
        k0, k1 = (k0 + _W0) & 0xFFFFFFFF, (k1 + _W1) & 0xFFFFFFFF
    return c0, c1, c2, c3


def words(count, seed, offset):
    """Return the first ``count`` 32-bit words of the stream."""
    blocks = -(-count // 4)
    out = np.empty((blocks, 4), np.uint32)
    for start in range(0, blocks, _CHUNK):
        index = np.arange(start, min(start + _CHUNK, blocks), dtype=np.uint64)
        counter = (index & _LOW, index >> _HALF, offset & 0xFFFFFFFF, offset >> 32)
        for column, word in enumerate(philox(counter, (seed & 0xFFFFFFFF, seed >> 32))):
            out[start : start + _CHUNK, column] = word
    return out.reshape(-1)[:count]


def pairs(count, seed, offset):
    """Return the first ``count`` 64-bit pairs of the stream."""
    w = words(2 * count, seed, offset).astype(np.uint64)
    return w[0::2] | w[1::2] << _HALF


def uniform(out, seed, offset):
    """Fill ``out`` with numbers in [0, 1)."""
    if out.dtype == np.float64:
        values = (pairs(out.size, seed, offset) >> np.uint64(11)) * 2.0**-53
    else:
        values = (words(out.size, seed, offset) >> np.uint32(8)).astype(np.float32) * np.float32(2.0**-24)
    np.copyto(out, values.reshape(out.shape), casting="unsafe")


def normal(out, seed, offset):
    """Fill ``out`` with numbers of mean 0 and deviation 1."""
    even = out.size + out.size % 2
    if out.dtype == np.float64:
        drawn = pairs(even, seed, offset) >> np.uint64(11)
        scale = 2.0**-53
    else:
        drawn = words(even, seed, offset)
        scale = 2.0**-32
    radius = np.sqrt(-2.0 * np.log((drawn[0::2] + 0.5) * scale))
    angle = 2.0 * np.pi * (drawn[1::2] * scale)
    values = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)
    np.copyto(out, values.reshape(-1)[: out.size].reshape(out.shape), casting="unsafe")


def _high(a, b):
    """Return the upper 64 bits of the product of ``a`` (an array) and ``b``."""
    a0, a1, b0, b1 = a & _LOW, a >> _HALF, b & _LOW, b >> _HALF
    middle = a1 * b0 + (a0 * b0 >> _HALF)
    return a1 * b1 + (middle >> _HALF) + ((middle & _LOW) + a0 * b1 >> _HALF)


def integers(out, seed, offset, low, extent):
    """Fill ``out`` with ``low`` plus integers in [0, ``extent``); an extent of 0 means 2**64."""
    if extent == 0:
        drawn = pairs(out.size, seed, offset)
    elif extent <= 2**32:
        drawn = _high(pairs(out.size, seed, offset), np.uint64(extent))
    else:
        both = pairs(2 * out.size, seed, offset)
        factor, carry = np.uint64(extent), _high(both[0::2], np.uint64(extent))
        lower = both[1::2] * factor + carry
        drawn = _high(both[1::2], factor) + (lower < carry)
    values = drawn + np.uint64(low & (2**64 - 1))
    np.copyto(out, values.reshape(out.shape), casting="unsafe")


def permutation(out, seed, offset):
    """Fill ``out`` with the numbers 0 .. n-1 in random order."""
    np.copyto(out, np.argsort(pairs(out.size, seed, offset), kind="stable"))
