"""Methods of the array whose body is a function of the API, or Python.

A method listed in ``_FUNCTIONS`` is the function of that name in ``cupy``, which hands them over when it has them all:
this module imports no function of the API.
"""

import pickle
import types
from contextlib import nullcontext

from cupy._core import _creation, _shortcuts, ufuncs
from cupy._core._flat import flatiter
from cupy._core._ndarray import install, ndarray

_FUNCTIONS = (
    "argpartition argsort choose dot mean nonzero ptp put repeat round searchsorted std take trace var"
).split()
# These change the array itself: the place of the argument `axis`, and a short way for calls without arguments.
_IN_PLACE = {"sort": (0, _shortcuts.sort_in_place), "partition": (1, None)}


def install_functions(namespace):
    """Make methods of functions whose first argument is the array."""
    for name in _FUNCTIONS:
        function = namespace[name]
        method = types.FunctionType(
            function.__code__, function.__globals__, name, function.__defaults__, function.__closure__
        )
        method.__kwdefaults__ = function.__kwdefaults__
        method.__qualname__ = f"ndarray.{name}"
        method.__doc__ = f"See :func:`cupy.{name}`."
        install(name, method)
    for name, (place, short) in _IN_PLACE.items():
        install(name, _in_place(name, place, short, namespace[name]))


def _compress(self, condition, axis=None, out=None):
    """See :func:`cupy.compress`, whose first argument is the condition."""
    import cupy

    return cupy.compress(condition, self, axis, out)


def _clip(self, min=None, max=None, out=None, **kwargs):
    """See :func:`cupy.clip`; either bound may be left out."""
    import cupy

    return cupy.clip(self, min, max, out, **kwargs)


def _in_place(name, axis_place, short, function):
    def method(self, *args, **kwargs):
        if short is not None and not args and not kwargs and short(self):
            return
        axis = args[axis_place] if len(args) > axis_place else -1
        if kwargs.get("axis", axis) is None:
            raise TypeError(f"{name}: axis must be an integer; None would flatten the array")
        self[...] = function(self, *args, **kwargs)

    method.__name__ = name
    method.__qualname__ = f"ndarray.{name}"
    method.__doc__ = f"Do in place what :func:`cupy.{name}` returns."
    return method


def _tobytes(self, order="C"):
    """Return the elements as bytes; waits for the device."""
    return self.get().tobytes(order)


def _tofile(self, fid, sep="", format="%s"):
    """Write the elements to a file, as numpy.ndarray.tofile; waits for the device.

    Parameters
    ----------
    fid : file or path
    sep : str, optional
        What stands between the elements in a text file; by default the file is binary.
    format : str, optional
        How each element of a text file is written.

    Examples
    --------
    >>> import cupy as cp, tempfile
    >>> with tempfile.NamedTemporaryFile() as file:
    ...     cp.arange(3).tofile(file.name)
    ...     cp.fromfile(file.name, dtype=int)
    array([0, 1, 2])
    """
    self.get().tofile(fid, sep, format)


def _dumps(self):
    """Return the array pickled; :func:`pickle.loads` makes a device array of it.

    Examples
    --------
    >>> import cupy as cp, pickle
    >>> pickle.loads(cp.arange(3).dumps())
    array([0, 1, 2])
    """
    return pickle.dumps(self)


def _dump(self, file):
    """Write the array pickled to a file.

    Parameters
    ----------
    file : binary file or path

    Examples
    --------
    >>> import cupy as cp, io, pickle
    >>> file = io.BytesIO()
    >>> cp.arange(3).dump(file)
    >>> pickle.loads(file.getvalue())
    array([0, 1, 2])
    """
    with nullcontext(file) if hasattr(file, "write") else open(file, "wb") as target:
        pickle.dump(self, target)


def _byteswap(self, inplace=False):
    """Return the array with the bytes of each number in the opposite order.

    Parameters
    ----------
    inplace : bool, optional
        True swaps the array's own bytes and returns the array.

    Raises
    ------
    ValueError
        If the array is to be swapped in place and is read-only.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.array([1, 256], dtype=cp.int16).byteswap()
    array([256,   1], dtype=int16)
    """
    if inplace and not self.flags.writeable:
        raise ValueError("array to be byte-swapped is read-only")
    out = self if inplace else self.copy(order="K")
    parts = (out.real, out.imag) if self.dtype.kind == "c" else (out,)
    for part in parts:
        for i in range(part.itemsize // 2):
            low, high = part.getfield("u1", i), part.getfield("u1", part.itemsize - 1 - i)
            kept = low.copy()
            low[...] = high
            high[...] = kept
    return out


def _class_getitem(cls, item):
    """Return the type with parameters, for annotations: ``cupy.ndarray[shape, dtype]``."""
    arguments = item if isinstance(item, tuple) else (item,)
    if not 0 < len(arguments) < 3:
        raise TypeError(f"Too {'many' if arguments else 'few'} arguments for {cls.__module__}.{cls.__name__}")
    return types.GenericAlias(cls, arguments)


def _scatter(name):
    def method(self, slices, value):
        import cupyx

        getattr(cupyx, name)(self, slices, value)

    method.__name__ = name
    method.__qualname__ = f"ndarray.{name}"
    method.__doc__ = f"See :func:`cupyx.{name}`."
    return method


def _conjugate(self):
    """Return the complex conjugate; the array itself if it is real."""
    return ufuncs.conjugate(self) if self.dtype.kind == "c" else self


def _matrix_transpose(self):
    """The array with its last two axes exchanged, as a view."""
    if self.ndim < 2:
        raise ValueError("matrix transpose with ndim < 2 is undefined")
    return self.swapaxes(-1, -2)


def _to_device(self, device, /, *, stream=None):
    """Return the array on `device`: itself if it is there already, else a copy, which goes through the host.

    Parameters
    ----------
    device : Device or int
    stream : Stream, optional
        The stream of `device` that the copy is put on.

    Raises
    ------
    ValueError
        If there is no such device; the host is none: use :meth:`get`.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.arange(3).to_device(cp.cuda.Device(0))
    array([0, 1, 2])
    """
    from cupy._core._device import Device, Stream

    if isinstance(device, str):
        raise ValueError(f"{device!r} is not a device; `a.get()` copies an array to the host")
    if not isinstance(device, (int, Device)):
        raise TypeError(f"device must be a Device or a number, not {type(device).__name__}")
    if stream is not None and not isinstance(stream, Stream):
        raise TypeError(f"stream must be None or a Stream, not {type(stream).__name__}")
    target = Device(device)
    if target == self.device:
        return self
    with self.device:
        host = self.get(order="A")
    with target, stream or nullcontext():
        return _creation.array(host)


def _set_flat(self, value):
    flatiter(self)[...] = value


for _name in ("scatter_add", "scatter_max", "scatter_min"):
    install(_name, _scatter(_name))
for _name, _function in {
    "tolist": _creation.tolist,
    "tobytes": _tobytes,
    "tofile": _tofile,
    "dump": _dump,
    "dumps": _dumps,
    "byteswap": _byteswap,
    "clip": _clip,
    "compress": _compress,
    "conj": _conjugate,
    "conjugate": _conjugate,
    "item": _creation.item,
    "get": _creation.get,
    "set": _creation.set,
    "astype": _creation.astype,
    "copy": _creation.copy,
    "fill": _creation.fill,
    "to_device": _to_device,
    "flat": property(flatiter, _set_flat, doc="The elements in C order, as an iterator that can be indexed."),
    "mT": property(_matrix_transpose),
    "__class_getitem__": classmethod(_class_getitem),
    "__bytes__": _tobytes,
}.items():
    install(_name, _function)

assert ndarray.get is _creation.get
