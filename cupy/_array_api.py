"""The array API standard: what the namespace says of itself."""

import numpy

from cupy import _core
from cupy._core._device import Device, device_count

__array_api_version__ = "2025.12"

_KINDS = {
    "bool": ("bool",),
    "signed integer": ("int8", "int16", "int32", "int64"),
    "unsigned integer": ("uint8", "uint16", "uint32", "uint64"),
    "real floating": ("float32", "float64"),
    "complex floating": ("complex64", "complex128"),
}
_KINDS["integral"] = _KINDS["signed integer"] + _KINDS["unsigned integer"]
_KINDS["numeric"] = _KINDS["integral"] + _KINDS["real floating"] + _KINDS["complex floating"]


def _check_device(device):
    if device is not None:
        if not isinstance(device, (int, Device)):
            raise ValueError(f"device must be None or one of the devices of this library, not {device!r}")
        Device(device)


class __array_namespace_info__:
    """What the array API's inspection functions tell about this library.

    Examples
    --------
    >>> import cupy as cp
    >>> info = cp.__array_namespace_info__()
    >>> info.default_device(), info.default_dtypes()['integral']
    (<Device 0>, dtype('int64'))
    """

    __module__ = "cupy"

    def capabilities(self):
        """Return what is optional in the standard: boolean masks, data-dependent shapes, the largest rank."""
        return {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": 64}

    def default_device(self):
        """Return the device that arrays are made on unless another is current."""
        return Device(0)

    def default_dtypes(self, *, device=None):
        """Return the dtypes of results for which none is asked, by kind."""
        _check_device(device)
        return {
            "real floating": _core.dtype_of(float),
            "complex floating": _core.dtype_of(complex),
            "integral": numpy.dtype(numpy.intp),
            "indexing": numpy.dtype(numpy.intp),
        }

    def devices(self):
        """Return the devices as a list."""
        return [Device(i) for i in range(device_count())]

    def dtypes(self, *, device=None, kind=None):
        """Return the standard's dtypes by name; those of a kind, or of one of a tuple of kinds, if asked for."""
        _check_device(device)
        kinds = ("bool", "numeric") if kind is None else kind if isinstance(kind, tuple) else (kind,)
        for k in kinds:
            if k not in _KINDS:
                raise ValueError(f"unsupported kind: {k!r}; the kinds are {', '.join(map(repr, _KINDS))}")
        return {name: _core.dtype_of(name) for k in kinds for name in _KINDS[k]}
