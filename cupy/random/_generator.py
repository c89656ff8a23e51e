"""Generator, NumPy's newer interface to random numbers."""

import numpy

import cupy
from cupy import _core
from cupy._operands import as_array
from cupy.random._arguments import as_shape, float_dtype
from cupy.random._continuous import Continuous
from cupy.random._discrete import Discrete
from cupy.random._gamma import GammaFamily
from cupy.random._hypergeometric import Hypergeometric
from cupy.random._random_state import RandomState
from cupy.random._sequence import Sequence
from cupy.random._stream import BitGenerator, Philox4x3210

__all__ = ["Generator", "default_rng"]


class Generator(Continuous, GammaFamily, Discrete, Hypergeometric, Sequence):
    """Random numbers from a bit generator.

    Parameters:
        bit_generator (BitGenerator): the source.

    All distributions take a `dtype` besides NumPy's arguments.

    Example:
        >>> import cupy as cp
        >>> cp.random.default_rng(7).normal(size=(2, 3)).shape
        (2, 3)
    """

    _ordered = True
    _concentration = "nonnegative"

    def __init__(self, bit_generator):
        if not isinstance(bit_generator, BitGenerator):
            raise TypeError(
                f"bit_generator must be a cupy.random.BitGenerator, not {type(bit_generator).__name__}"
            )
        self._bits = bit_generator

    def __repr__(self):
        return f"Generator({type(self._bits).__name__})"

    @property
    def bit_generator(self):
        """The source of the numbers."""
        return self._bits

    def spawn(self, n_children):
        """Return generators with independent streams."""
        return [type(self)(bits) for bits in self._bits.spawn(n_children)]

    def _into(self, fill, size, dtype, out):
        if out is None:
            return fill(as_shape(size), float_dtype(dtype))
        dtype = float_dtype(dtype)
        if not isinstance(out, _core.ndarray) or out.dtype != dtype:
            raise TypeError(f"Supplied output array has the wrong type. Expected {dtype.name}")
        if size is not None and as_shape(size) != out.shape:
            raise ValueError("size must match out.shape when used together")
        return fill(out.shape, dtype, out)

    def random(self, size=None, dtype=numpy.float64, out=None):
        """Uniform numbers in [0, 1).

        Parameters:
            size (int or tuple of ints): shape of the result.
            dtype: float64 or float32.
            out (cupy.ndarray): array to fill.

        Returns:
            cupy.ndarray: drawn samples.

        Raises:
            TypeError: another dtype.

        Example:
            >>> import cupy as cp
            >>> cp.random.default_rng(1).random((2, 2)).shape
            (2, 2)
        """
        return self._into(self._bits.uniform, size, dtype, out)

    def standard_normal(self, size=None, dtype=numpy.float64, out=None):
        """Normal numbers of mean 0 and deviation 1; arguments as for random.

        Example:
            >>> import cupy as cp
            >>> cp.random.default_rng(1).standard_normal(3, dtype="float32").dtype
            dtype('float32')
        """
        return self._into(self._bits.normal, size, dtype, out)

    def standard_exponential(self, size=None, dtype=numpy.float64, method="zig", out=None):
        """Exponential numbers of mean 1; arguments as for random, `method` is ignored.

        Example:
            >>> import cupy as cp
            >>> cp.random.default_rng(1).standard_exponential(3).shape
            (3,)
        """
        return self._into(self._bits.exponential, size, dtype, out)

    def standard_gamma(self, shape, size=None, dtype=numpy.float64, out=None):
        """Gamma numbers of scale 1.

        Parameters:
            shape (float or cupy.ndarray): shape, not negative.
            size, dtype, out: as for random.

        Example:
            >>> import cupy as cp
            >>> cp.random.default_rng(1).standard_gamma(2., 3).shape
            (3,)
        """
        if out is None:
            return super().standard_gamma(shape, size, dtype)

        def fill(size, dtype, out):
            out[...] = super(Generator, self).standard_gamma(shape, size, dtype)
            return out

        return self._into(fill, size, dtype, out)

    def integers(self, low, high=None, size=None, dtype=numpy.int64, endpoint=False):
        """Integers in [low, high), or [low, high] with endpoint.

        Parameters:
            low (int or array of ints): lower bound, or the upper one if high is None.
            high (int or array of ints): upper bound.
            size (int or tuple of ints): shape of the result.
            dtype: any integer dtype or bool.
            endpoint (bool): include high.

        Returns:
            cupy.ndarray: drawn samples.

        Raises:
            ValueError: bounds out of order or beyond the dtype.

        Example:
            >>> import cupy as cp
            >>> cp.random.default_rng(1).integers(10, size=3).dtype
            dtype('int64')
        """
        return self._integers(low, high, size, dtype, endpoint)

    def choice(self, a, size=None, replace=True, p=None, axis=0, shuffle=True):
        """Draw from an array or from range(a).

        Parameters:
            a (int or cupy.ndarray): population.
            size (int or tuple of ints): how many draws, in which shape.
            replace (bool): put each draw back.
            p (sequence or cupy.ndarray): probabilities.
            axis (int): axis of a that is drawn from.
            shuffle (bool): draws without replacement are shuffled in any case.

        Returns:
            cupy.ndarray: drawn samples.

        Raises:
            ValueError: bad probabilities, or too many draws without replacement.

        Example:
            >>> import cupy as cp
            >>> cp.random.default_rng(1).choice(5, 3, replace=False).shape
            (3,)
        """
        return self._choice(a, size, replace, p, axis)

    def permutation(self, x, axis=0):
        """Shuffled copy of an array along an axis, or of range(x).

        Example:
            >>> import cupy as cp
            >>> cp.sort(cp.random.default_rng(1).permutation(4))
            array([0, 1, 2, 3])
        """
        return self._permutation(x, axis)

    def shuffle(self, x, axis=0):
        """Shuffle an array in place along an axis.

        Example:
            >>> import cupy as cp
            >>> x = cp.arange(4)
            >>> cp.random.default_rng(1).shuffle(x)
            >>> cp.sort(x)
            array([0, 1, 2, 3])
        """
        self._shuffle(x, axis)

    def permuted(self, x, *, axis=None, out=None):
        """Shuffled copy: each slice along the axis is shuffled on its own; None shuffles all elements.

        Example:
            >>> import cupy as cp
            >>> cp.sort(cp.random.default_rng(1).permuted(cp.arange(4)))
            array([0, 1, 2, 3])
        """
        x = as_array(x)
        if axis is None:
            result = self._axis_permutation(x.ravel(), 0).reshape(x.shape)
        else:
            order = cupy.argsort(self._bits.uniform(x.shape, numpy.float64), axis=axis)
            result = cupy.take_along_axis(x, order, axis=axis)
        if out is None:
            return result
        if out.shape != x.shape:
            raise ValueError("out must have the same shape as x")
        out[...] = result
        return out


def default_rng(seed=None):
    """Return a Generator.

    Parameters:
        seed: None, integers, a SeedSequence, a BitGenerator, a RandomState, whose stream is shared, or a
            Generator, which is returned as it is.

    Returns:
        Generator: on a Philox4x3210.

    Raises:
        ValueError: a negative seed.

    Example:
        >>> import cupy as cp
        >>> cp.random.default_rng(1)
        Generator(Philox4x3210)
    """
    if isinstance(seed, Generator):
        return seed
    if isinstance(seed, RandomState):
        seed = seed._bits
    return Generator(seed if isinstance(seed, BitGenerator) else Philox4x3210(seed))
