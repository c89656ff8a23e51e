"""Bit generators: where a stream of random numbers stands.

The contract's rows are stateless: (seed, offset) names a stream of its own. A bit generator keeps the seed
and gives every call a fresh offset. It advances by the count of numbers, though one would do: a device's own
generator may take the offset for a position in one long stream.
"""

import math
import threading

import numpy

from cupy import _core
from cupy.random._arguments import as_shape

__all__ = ["BitGenerator", "MRG32k3a", "Philox4x3210", "XORWOW"]

_LIMIT = 1 << 64


def _seed_sequence(seed):
    if isinstance(seed, numpy.random.SeedSequence):
        return seed
    if isinstance(seed, _core.ndarray):
        seed = seed.get()
    return numpy.random.SeedSequence(seed)


class BitGenerator:
    """Source of random numbers: a Philox4x32-10 stream.

    Parameters:
        seed (int, sequence of ints or numpy.random.SeedSequence): None takes the system's entropy.

    Raises:
        ValueError: a negative seed.
        TypeError: a seed that is no integer.

    Example:
        >>> import cupy as cp
        >>> cp.random.Generator(cp.random.Philox4x3210(1)).random(3).shape
        (3,)
    """

    def __init__(self, seed=None, *, size=-1):
        self.lock = threading.Lock()
        self.seed_seq = _seed_sequence(seed)
        self._seed = int(self.seed_seq.generate_state(1, numpy.uint64)[0])
        self._offset = 0

    @property
    def state(self):
        """The position of the stream as a dict; assign it to go back there."""
        return {"bit_generator": type(self).__name__, "state": {"seed": self._seed, "offset": self._offset}}

    @state.setter
    def state(self, value):
        try:
            name, state = value["bit_generator"], value["state"]
            seed, offset = int(state["seed"]), int(state["offset"])
        except (TypeError, KeyError) as error:
            raise TypeError("state must be a dict as returned by `state`") from error
        if name != type(self).__name__:
            raise ValueError(f"state must be for a {type(self).__name__} PRNG")
        with self.lock:
            self._seed, self._offset = seed % _LIMIT, offset % _LIMIT

    def __getstate__(self):
        return self.state, self.seed_seq

    def __setstate__(self, value):
        self.lock = threading.Lock()
        self._seed = self._offset = 0
        state, self.seed_seq = value
        self.state = state

    def random_raw(self, size=None, output=True):
        """Return uniform 64-bit integers as uint64, or None for output=False, which only advances."""
        shape = as_shape(size)
        if not output:
            with self.lock:
                self._offset = (self._offset + math.prod(shape)) % _LIMIT
            return None
        return self.integers(shape, numpy.uint64, 0, 0)

    def spawn(self, n_children):
        """Return bit generators with independent streams."""
        return [type(self)(child) for child in self.seed_seq.spawn(n_children)]

    def _fill(self, row, out, *attributes):
        """Fill an array from a stream of its own, as long as the array."""
        count = out.size
        if count:
            with self.lock:
                seed, offset = self._seed, self._offset
                self._offset = (offset + count) % _LIMIT
            _core.run_op(row, (), (out,), seed, offset, *attributes)
        return out

    def uniform(self, shape, dtype, out=None):
        """Return numbers in [0, 1)."""
        return self._fill("random_uniform", _core.empty(shape, dtype) if out is None else out)

    def open_uniform(self, shape, dtype):
        """Return numbers in (0, 1): zero gives way to half the distance to the next number."""
        u = self.uniform(shape, dtype)
        return _core.ufuncs.maximum(u, 2.0 ** (-54 if u.dtype.itemsize == 8 else -25), out=u)

    def normal(self, shape, dtype, out=None):
        """Return numbers of mean 0 and deviation 1."""
        return self._fill("random_normal", _core.empty(shape, dtype) if out is None else out)

    def exponential(self, shape, dtype, out=None):
        """Return numbers of mean 1."""
        u = self.uniform(shape, dtype, out)
        ufuncs = _core.ufuncs
        ufuncs.log1p(ufuncs.negative(u, out=u), out=u)
        return ufuncs.negative(u, out=u)

    def integers(self, shape, dtype, low, extent):
        """Return integers in [low, low + extent); an extent of 0 means 2**64."""
        return self._fill("random_integers", _core.empty(shape, dtype), low, extent)

    def permutation(self, n):
        """Return 0 .. n-1 in random order as int64."""
        return self._fill("random_permutation", _core.empty((n,), numpy.int64))


class Philox4x3210(BitGenerator):
    """The bit generator of this library: Philox4x32 with ten rounds.

    Parameters:
        seed: as for BitGenerator.
        size (int): accepted for compatibility and ignored.

    Example:
        >>> import cupy as cp
        >>> cp.random.Philox4x3210(1).state["state"]["offset"]
        0
    """


class XORWOW(BitGenerator):
    """Another name of Philox4x3210, for programs that ask for this generator.

    Example:
        >>> import cupy as cp
        >>> cp.random.XORWOW(1).random_raw(2).dtype
        dtype('uint64')
    """


class MRG32k3a(BitGenerator):
    """Another name of Philox4x3210, for programs that ask for this generator.

    Example:
        >>> import cupy as cp
        >>> cp.random.MRG32k3a(1).random_raw(2).dtype
        dtype('uint64')
    """
