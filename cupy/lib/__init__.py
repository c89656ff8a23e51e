"""Helpers around arrays that are not functions of the main namespace, as in ``numpy.lib``: views by strides,
axis arguments, mathematics on an extended domain. Imports only the public functions and the core."""

from numpy.lib import NumpyVersion, mixins

from cupy.lib import array_utils, scimath, stride_tricks

__all__ = ["NumpyVersion", "array_utils", "mixins", "scimath", "stride_tricks"]
