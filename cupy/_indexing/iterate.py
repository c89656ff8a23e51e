"""Loops over indices and elements, on the host."""

import numpy

from cupy import _core
from cupy._operands import as_array

__all__ = ["ndenumerate", "ndindex"]

ndindex = numpy.ndindex


class ndenumerate:
    """Iterate over (index, value) pairs of an array.

    The array is copied to the host once; values are NumPy scalars.

    Parameters
    ----------
    arr : array_like

    Examples
    --------
    >>> import cupy as cp
    >>> [(index, int(value)) for index, value in cp.ndenumerate(cp.array([5, 6]))]
    [((0,), 5), ((1,), 6)]
    """

    def __init__(self, arr):
        self._pairs = numpy.ndenumerate(_core.asnumpy(as_array(arr)))

    def __next__(self):
        return next(self._pairs)

    def __iter__(self):
        return self
