"""RandomState, NumPy's older interface, and the state that the module's functions draw from."""

import numpy

from cupy import _core
from cupy._core._device import current_device
from cupy._operands import as_array
from cupy.random._arguments import as_shape, documented, float_dtype
from cupy.random._continuous import Continuous
from cupy.random._discrete import Discrete
from cupy.random._gamma import GammaFamily
from cupy.random._hypergeometric import Hypergeometric
from cupy.random._sequence import Sequence
from cupy.random._stream import Philox4x3210

__all__ = ["RandomState", "get_random_state", "reset_states", "set_random_state"]

_BOUNDS = (
    "low (int or array of ints): lower bound, or the upper one if high is None.\nhigh (int or array of "
    "ints): upper bound"
)


class RandomState(Continuous, GammaFamily, Discrete, Hypergeometric, Sequence):
    """Random numbers from a seed.

    Parameters:
        seed: None, integers or a SeedSequence.
        method: accepted for compatibility and ignored.

    Example:
        >>> import cupy as cp
        >>> a, b = (cp.random.RandomState(3).rand(2) for _ in range(2))
        >>> bool((a == b).all())
        True
    """

    def __init__(self, seed=None, method=None):
        self.method = method
        self._bits = Philox4x3210(seed)

    def seed(self, seed=None):
        """Start again from a seed; None takes the system's entropy.

        Raises:
            ValueError: a negative seed.

        Example:
            >>> import cupy as cp
            >>> cp.random.seed(1)
        """
        self._bits = Philox4x3210(seed)

    def get_state(self, legacy=True):
        """Return where the stream stands, as a dict for set_state; `legacy` is ignored.

        Example:
            >>> import cupy as cp
            >>> cp.random.get_state()["bit_generator"]
            'Philox4x3210'
        """
        return self._bits.state

    def set_state(self, state):
        """Go back to where get_state was called.

        Raises:
            TypeError: not such a dict.

        Example:
            >>> import cupy as cp
            >>> cp.random.set_state(cp.random.get_state())
        """
        self._bits.state = state

    def rand(self, *size, dtype=float):
        """Uniform numbers in [0, 1); the shape as separate arguments.

        Example:
            >>> import cupy as cp
            >>> cp.random.rand(2, 3).shape
            (2, 3)
        """
        return self._bits.uniform(as_shape(size), float_dtype(dtype))

    def randn(self, *size, dtype=float):
        """Normal numbers of mean 0 and deviation 1; the shape as separate arguments.

        Example:
            >>> import cupy as cp
            >>> cp.random.randn(2, 3).shape
            (2, 3)
        """
        return self._bits.normal(as_shape(size), float_dtype(dtype))

    @documented("Uniform numbers in [0, 1).", "", "random(3).shape\n        (3,)")
    def random(self, size=None, dtype=float):
        return self._bits.uniform(as_shape(size), float_dtype(dtype))

    @documented(
        "Integers in [low, high).",
        _BOUNDS + ", excluded.",
        "randint(10, size=4).shape\n        (4,)",
        raises="bounds out of order or beyond the dtype",
    )
    def randint(self, low, high=None, size=None, dtype=int):
        return self._integers(low, high, size, dtype, closed=False)

    @documented(
        "Integers in [low, high] (deprecated in NumPy).",
        _BOUNDS + ", included.",
        "random_integers(1, 6, size=4).shape\n        (4,)",
        raises="bounds out of order",
    )
    def random_integers(self, low, high=None, size=None):
        if high is None:
            low, high = 1, low
        return self._integers(low, high, size, numpy.int64, closed=True)

    @documented("Integers in [0, 2**63 - 1].", "", "get_random_state().tomaxint(4).shape\n        (4,)")
    def tomaxint(self, size=None):
        return self._integers(0, 2**63 - 1, size, numpy.int64, closed=True)

    @documented(
        "Draws from an array or from range(a).",
        "a (int or cupy.ndarray): population, of rank 1.\nreplace (bool): put each draw back.\n"
        "p (sequence or cupy.ndarray): probabilities.",
        "choice(5, 3, replace=False).shape\n        (3,)",
        raises="bad probabilities, or too many draws without replacement",
    )
    def choice(self, a, size=None, replace=True, p=None):
        if hasattr(a, "__len__"):
            a = as_array(a)
        if isinstance(a, _core.ndarray) and a.ndim != 1:
            raise ValueError("a must be 1-dimensional")
        return self._choice(a, size, replace, p)

    def permutation(self, x):
        """Shuffled copy of an array along its first axis, or of range(a).

        Example:
            >>> import cupy as cp
            >>> cp.sort(cp.random.permutation(4))
            array([0, 1, 2, 3])
        """
        return self._permutation(x)

    def shuffle(self, x):
        """Shuffle an array in place along its first axis.

        Example:
            >>> import cupy as cp
            >>> x = cp.arange(4)
            >>> cp.random.shuffle(x)
            >>> cp.sort(x)
            array([0, 1, 2, 3])
        """
        self._shuffle(x)


_states = {}


def get_random_state():
    """Return the RandomState of the current device, which the module's functions use.

    Example:
        >>> import cupy as cp
        >>> type(cp.random.get_random_state()).__name__
        'RandomState'
    """
    device = current_device()
    state = _states.get(device)
    if state is None:
        state = _states.setdefault(device, RandomState())
    return state


def set_random_state(rs):
    """Let the module's functions draw from `rs` on the current device.

    Raises:
        TypeError: not a RandomState.

    Example:
        >>> import cupy as cp
        >>> cp.random.set_random_state(cp.random.RandomState(1))
    """
    if not isinstance(rs, RandomState):
        raise TypeError(f"Random state must be an instance of RandomState. Actual: {type(rs)}")
    _states[current_device()] = rs


def reset_states():
    """Forget the states of all devices: each starts again from the system's entropy.

    Example:
        >>> import cupy as cp
        >>> cp.random.reset_states()
    """
    _states.clear()
