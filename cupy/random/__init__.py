"""numpy.random on the device.

_stream.py        bit generators: a seed and a counter over the contract's Philox4x32-10 stream
_arguments.py     sizes, dtypes and parameters of distributions
_continuous.py    distributions by transforming uniform and normal numbers
_gamma.py         the gamma family and others by vectorised rejection
_discrete.py      distributions over integers
_hypergeometric.py  draws without replacement
_sequence.py      integers, permutations, choices
_generator.py     Generator, default_rng
_random_state.py  RandomState and the state of the current device
_functions.py     the module's functions

The numbers are reproducible from a seed and equal on every backend; they are not NumPy's numbers.
"""

from numpy.random import SeedSequence

from cupy.random import _functions
from cupy.random._functions import *  # noqa: F403  (built from one table)
from cupy.random._generator import Generator, default_rng
from cupy.random._random_state import RandomState, get_random_state, reset_states, set_random_state
from cupy.random._stream import XORWOW, BitGenerator, MRG32k3a, Philox4x3210

__all__ = [
    "BitGenerator",
    "Generator",
    "MRG32k3a",
    "Philox4x3210",
    "RandomState",
    "SeedSequence",
    "XORWOW",
    "default_rng",
    "get_random_state",
    "reset_states",
    "set_random_state",
]
__all__ += _functions.__all__


def __getattr__(name):
    from cupy._absent import RANDOM, missing

    raise missing("cupy.random", name, RANDOM)
