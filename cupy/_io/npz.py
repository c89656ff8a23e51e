"""NumPy's binary formats."""

import numpy

from cupy import _core
from cupy._core import ndarray

__all__ = ["load", "save", "savez", "savez_compressed"]


def _host(value):
    return value.get() if isinstance(value, ndarray) else value


def _uploaded(host):
    """Return a loaded array on the device; NumPy's format keeps of bfloat16 only the width."""
    if host.dtype.kind == "V" and host.dtype.itemsize == 2 and not host.dtype.names:
        host = host.view(_core.dtype_of("bfloat16"))
    return _core.asarray(host)


class NpzFile:
    """The arrays of an npz archive, uploaded when asked for. Close it, or use it in ``with``."""

    def __init__(self, archive):
        self._archive = archive
        self.files = archive.files

    def __getitem__(self, key):
        return _uploaded(self._archive[key])

    def __contains__(self, key):
        return key in self.files

    def __iter__(self):
        return iter(self.files)

    def __len__(self):
        return len(self.files)

    def keys(self):
        return list(self.files)

    def items(self):
        return [(name, self[name]) for name in self.files]

    def values(self):
        return [self[name] for name in self.files]

    def close(self):
        self._archive.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def load(
    file, mmap_mode=None, allow_pickle=False, fix_imports=True, encoding="ASCII", *, max_header_size=10000
):
    """Load arrays from an npy or npz file.

    Parameters
    ----------
    file : path or file object
    mmap_mode : str, optional
        Map the file instead of reading it; what is uploaded is the same.
    allow_pickle, fix_imports, encoding, max_header_size
        As for `numpy.load`.

    Returns
    -------
    out : ndarray or NpzFile
        An array, or the arrays of an archive by name. Two bytes without a type, as which NumPy stores
        bfloat16, are read as that.

    Raises
    ------
    TypeError
        For dtypes that a device array cannot hold.

    Examples
    --------
    >>> import cupy as cp, io
    >>> file = io.BytesIO()
    >>> cp.save(file, cp.arange(3)); _ = file.seek(0)
    >>> cp.load(file)
    array([0, 1, 2])
    """
    loaded = numpy.load(file, mmap_mode, allow_pickle, fix_imports, encoding, max_header_size=max_header_size)
    if isinstance(loaded, numpy.lib.npyio.NpzFile):
        return NpzFile(loaded)
    return _uploaded(loaded)


def save(file, arr, allow_pickle=True):
    """Save an array to an npy file.

    Parameters
    ----------
    file : path or file object
    arr : array_like
    allow_pickle : bool
        As for `numpy.save`.

    Examples
    --------
    >>> import cupy as cp, io
    >>> cp.save(io.BytesIO(), cp.arange(3))
    """
    numpy.save(file, _host(arr), allow_pickle=allow_pickle)


def savez(file, *args, allow_pickle=True, **kwds):
    """Save several arrays to an npz archive.

    Parameters
    ----------
    file : path or file object
    *args : array_like
        Named arr_0, arr_1, ...
    allow_pickle : bool
        As for `numpy.savez`.
    **kwds : array_like
        Named by their keywords.

    Examples
    --------
    >>> import cupy as cp, io
    >>> file = io.BytesIO()
    >>> cp.savez(file, x=cp.arange(3)); _ = file.seek(0)
    >>> cp.load(file)['x']
    array([0, 1, 2])
    """
    arrays = {k: _host(v) for k, v in kwds.items()}
    numpy.savez(file, *map(_host, args), allow_pickle=allow_pickle, **arrays)


def savez_compressed(file, *args, allow_pickle=True, **kwds):
    """Save several arrays to a compressed npz archive.

    Parameters
    ----------
    file, *args, allow_pickle, **kwds
        As for `savez`.

    Examples
    --------
    >>> import cupy as cp, io
    >>> file = io.BytesIO()
    >>> cp.savez_compressed(file, cp.arange(3)); _ = file.seek(0)
    >>> cp.load(file).files
    ['arr_0']
    """
    arrays = {k: _host(v) for k, v in kwds.items()}
    numpy.savez_compressed(file, *map(_host, args), allow_pickle=allow_pickle, **arrays)
