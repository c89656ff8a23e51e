"""Names for annotations, as in ``numpy.typing``.

>>> import cupy as cp, cupy.typing
>>> def double(a: cp.typing.ArrayLike) -> cp.typing.NDArray:
...     return cp.asarray(a) * 2
>>> double([1, 2])
array([2, 4])
"""

from collections.abc import Sequence

import numpy
from numpy.typing import DTypeLike, NBitBase

from cupy._core import ndarray

__all__ = ["ArrayLike", "DTypeLike", "NBitBase", "NDArray"]

NDArray = ndarray  # takes parameters: NDArray[cupy.float32]
# What cupy.asarray takes.
ArrayLike = ndarray | numpy.ndarray | numpy.generic | bool | int | float | complex | Sequence
