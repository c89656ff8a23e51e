"""The random stream in NumPy, slow and plain: what every backend must give bit for bit.

Follows the definition in ``cupy_backends/cannsim/src/kernels/array/random_stream.h`` without its source.
"""

import numpy as np

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = 0x9E3779B9, 0xBB67AE85
_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)


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
    index = np.arange(-(-count // 4), dtype=np.uint64)
    counter = (index & _LOW, index >> _HALF, offset & 0xFFFFFFFF, offset >> 32)
    drawn = np.stack(philox(counter, (seed & 0xFFFFFFFF, seed >> 32)), axis=-1)
    return drawn.astype(np.uint32).reshape(-1)[:count]


def words64(count, seed, offset):
    """Return the first ``count`` 64-bit words of the stream."""
    w = words(2 * count, seed, offset).astype(np.uint64)
    return w[0::2] | w[1::2] << _HALF


def uniform(out, seed, offset):
    """Fill ``out`` (float32 or float64) with numbers in [0, 1)."""
    if out.dtype == np.float64:
        values = (words64(out.size, seed, offset) >> np.uint64(11)) * 2.0**-53
    else:
        values = (words(out.size, seed, offset) >> np.uint32(8)).astype(np.float32) * np.float32(2.0**-24)
    out[...] = values.reshape(out.shape)


def _logarithm(x):
    mantissa, exponent = np.frexp(x)  # in [1/2, 1)
    small = mantissa < float.fromhex("0x1.6a09e667f3bcdp-1")
    mantissa, exponent = np.where(small, 2 * mantissa, mantissa), exponent - small
    s = (mantissa - 1) / (mantissa + 1)
    z = s * s
    total = np.full_like(z, 1 / 21)
    for n in range(19, 1, -2):
        total = total * z + 1 / n
    return exponent * float.fromhex("0x1.62e42fefa39efp-1") + (2 * s + 2 * s * (z * total))


def _series(z, last):
    """Return the alternating Taylor series that ends with 1 / last!, over z, without its first term."""
    total, factorial = 0.0, [1.0]
    for n in range(1, last + 1):
        factorial.append(factorial[-1] * n)
    for n in range(last, 1, -2):
        total = total * z + (-1) ** (n // 2) / factorial[n]
    return total


def _turn(t):
    """Return cosine and sine of ``t`` turns."""
    quarter = np.rint(4 * t).astype(np.int64)
    r = (t - 0.25 * quarter) * float.fromhex("0x1.921fb54442d18p2")
    z = r * r
    sine = r + r * (z * _series(z, 17))
    cosine = 1 + z * _series(z, 18)
    odd = quarter % 2 == 1
    a, b = np.where(odd, sine, cosine), np.where(odd, cosine, sine)
    return np.where((quarter + 1) & 2, -a, a), np.where(quarter & 2, -b, b)


def normal(out, seed, offset):
    """Fill ``out`` (float32 or float64) with numbers of mean 0 and deviation 1."""
    even = out.size + out.size % 2
    if out.dtype == np.float64:
        drawn, scale = words64(even, seed, offset) >> np.uint64(11), 2.0**-53
    else:
        drawn, scale = words(even, seed, offset).astype(np.uint64), 2.0**-32
    radius = np.sqrt(-2 * _logarithm((drawn[0::2] + np.uint64(1)) * scale))
    values = np.stack([radius * part for part in _turn(drawn[1::2] * scale)], axis=-1)
    out[...] = values.reshape(-1)[: out.size].reshape(out.shape).astype(out.dtype)


def integers(out, seed, offset, low, extent):
    """Fill ``out`` with ``low`` plus integers in [0, ``extent``); an extent of 0 means 2**64."""
    if 0 < extent <= 2**32:
        drawn = [int(w) * extent >> 64 for w in words64(out.size, seed, offset)]
    elif extent:
        w = [int(v) for v in words64(2 * out.size, seed, offset)]
        drawn = [(a + (b << 64)) * extent >> 128 for a, b in zip(w[0::2], w[1::2], strict=True)]
    else:
        drawn = [int(w) for w in words64(out.size, seed, offset)]
    values = np.array([(low + d) % 2**64 for d in drawn], np.uint64)
    out[...] = values.astype(out.dtype).reshape(out.shape)


def permutation(out, seed, offset):
    """Fill ``out`` with the numbers 0 .. n-1 in random order."""
    out[...] = np.argsort(words64(out.size, seed, offset), kind="stable")
