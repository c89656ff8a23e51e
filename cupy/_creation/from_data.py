"""Arrays from Python objects, host buffers, files and other arrays."""

import numpy

from cupy import _core
from cupy._core import array, asarray, ndarray
from cupy._operands import kind_of

__all__ = [
    "array",
    "asanyarray",
    "asarray",
    "asarray_chkfinite",
    "ascontiguousarray",
    "asfarray",
    "asfortranarray",
    "astype",
    "copy",
    "frombuffer",
    "fromfile",
    "fromfunction",
    "fromiter",
    "fromstring",
    "genfromtxt",
    "loadtxt",
    "require",
]


def asanyarray(a, dtype=None, order=None, *, device=None, copy=None, blocking=False):
    """Convert the input to an array; the same as `asarray`, as there are no subclasses.

    Parameters
    ----------
    a, dtype, order, device, copy, blocking
        As for `asarray`.

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.asanyarray([1, 2])
    array([1, 2])
    """
    return asarray(a, dtype, order, device=device, copy=copy)


def asfarray(a, dtype=float):
    """Convert the input to an array of a floating or complex dtype.

    Parameters
    ----------
    a : array_like
    dtype : dtype
        float64 takes the place of one that is neither.

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.asfarray([1, 2])
    array([1., 2.])
    """
    dtype = _core.dtype_of(dtype)
    return asarray(a, dtype if kind_of(dtype) in "fc" else float)


def ascontiguousarray(a, dtype=None):
    """Return a C-contiguous array of at least one dimension.

    Parameters
    ----------
    a : array_like
    dtype : dtype, optional

    Returns
    -------
    out : ndarray
        `a` itself if it qualifies.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.ascontiguousarray(cp.ones((2, 3)).T).flags.c_contiguous
    True
    """
    if type(a) is ndarray and dtype is None and a.flags.c_contiguous and a.ndim:
        return a
    out = _core.asarray(a, dtype, "C")
    return out if out.ndim else out.reshape(1)


def asfortranarray(a, dtype=None):
    """Return an array laid out in Fortran order.

    Parameters
    ----------
    a : array_like
    dtype : dtype, optional

    Returns
    -------
    out : ndarray
        `a` itself if it qualifies.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.asfortranarray(cp.ones((2, 3))).flags.f_contiguous
    True
    """
    out = _core.asarray(a, dtype, "F")
    return out if out.ndim else out.reshape(1)


def asarray_chkfinite(a, dtype=None, order=None):
    """Convert the input to an array and refuse NaN and infinity. Synchronises.

    Parameters
    ----------
    a, dtype, order
        As for `asarray`.

    Returns
    -------
    out : ndarray

    Raises
    ------
    ValueError
        If an element is NaN or infinite.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.asarray_chkfinite([1., 2.])
    array([1., 2.])
    """
    out = _core.asarray(a, dtype, order)
    if kind_of(out.dtype) in "fc" and not _core.ufuncs.isfinite(out).all():
        raise ValueError("array must not contain infs or NaNs")
    return out


def copy(a, order="K", subok=False):
    """Return a copy of an array.

    Parameters
    ----------
    a : array_like
    order : {'C', 'F', 'A', 'K'}
    subok : bool
        Accepted and ignored: there are no subclasses.

    Returns
    -------
    out : ndarray

    Examples
    --------
    >>> import cupy as cp
    >>> cp.copy(cp.arange(3))
    array([0, 1, 2])
    """
    return array(a, copy=True, order=order)


def astype(x, dtype, /, *, copy=True, device=None):
    """Return `x` converted to `dtype`.

    Parameters
    ----------
    x : ndarray
    dtype : dtype
    copy : bool
        False returns `x` itself if it has `dtype` already.
    device : Device, optional

    Returns
    -------
    out : ndarray

    Raises
    ------
    TypeError
        If `x` is not a cupy array.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.astype(cp.arange(3), cp.float32)
    array([0., 1., 2.], dtype=float32)
    """
    if not isinstance(x, ndarray):
        raise TypeError(f"x must be a cupy array, not {type(x).__name__}")
    out = x.astype(dtype, copy=copy)
    return out if device is None else _core.asarray(out, device=device)


_REQUIREMENTS = {
    "C": "C",
    "C_CONTIGUOUS": "C",
    "CONTIGUOUS": "C",
    "F": "F",
    "F_CONTIGUOUS": "F",
    "FORTRAN": "F",
    "A": "A",
    "ALIGNED": "A",
    "W": "W",
    "WRITEABLE": "W",
    "O": "O",
    "OWNDATA": "O",
    "E": "E",
    "ENSUREARRAY": "E",
}


def require(a, dtype=None, requirements=None):
    """Return an array of the given dtype that satisfies the given layout requirements.

    Parameters
    ----------
    a : array_like
    dtype : dtype, optional
    requirements : str or sequence of str, optional
        'C', 'F', 'O' (own data), 'A' and 'W' (always given), with NumPy's long names.

    Returns
    -------
    out : ndarray
        `a` itself if it qualifies.

    Raises
    ------
    KeyError
        For an unknown requirement.
    ValueError
        For both 'C' and 'F'.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.require(cp.ones((2, 3)), requirements='F').flags.f_contiguous
    True
    """
    wanted = set()
    for name in requirements or ():
        if str(name).upper() not in _REQUIREMENTS:
            raise KeyError(f"require() knows no requirement {name!r}: C, F, A, W, O or E")
        wanted.add(_REQUIREMENTS[str(name).upper()])
    if {"C", "F"} <= wanted:
        raise ValueError("Cannot specify both 'C' and 'F' order")
    out = _core.asarray(a, dtype, "C" if "C" in wanted else "F" if "F" in wanted else None)
    if "O" in wanted and out.base is not None:
        out = out.copy()
    return out


def fromfunction(function, shape, *, dtype=float, **kwargs):
    """Return the array of a function of the indices.

    Parameters
    ----------
    function : callable
        Called once with one index array per dimension.
    shape : tuple of int
    dtype : dtype
        Of the index arrays.
    **kwargs
        Passed to `function`.

    Returns
    -------
    out : any
        What `function` returns.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.fromfunction(lambda i, j: i + j, (2, 3), dtype=int)
    array([[0, 1, 2],
           [1, 2, 3]])
    """
    from cupy._indexing.generate import indices

    return function(*indices(shape, dtype=dtype), **kwargs)


def _through_host(name, summary, example):
    """Make the reader `name`: NumPy parses on the host, the result is uploaded once."""
    host = getattr(numpy, name)

    def reader(*args, **kwargs):
        return _core.asarray(host(*args, **kwargs))

    reader.__name__ = reader.__qualname__ = name
    reader.__wrapped__ = host  # has the signature
    reader.__doc__ = f"""{summary}

    Parsed by NumPy on the host, then uploaded.

    Parameters
    ----------
    *args, **kwargs
        Those of `numpy.{name}`.

    Returns
    -------
    out : ndarray

    Raises
    ------
    TypeError
        For dtypes that a device array cannot hold (text, objects, records).

    Examples
    --------
    >>> import cupy as cp
    {example}
    """
    return reader


frombuffer = _through_host(
    "frombuffer",
    "Return a 1-d array with the content of a host buffer; a copy, unlike in NumPy.",
    ">>> cp.frombuffer(b'\\x01\\x02', dtype=cp.uint8)\n    array([1, 2], dtype=uint8)",
)
fromiter = _through_host(
    "fromiter",
    "Return a 1-d array of the items of an iterable.",
    ">>> cp.fromiter((i * i for i in range(3)), dtype=float)\n    array([0., 1., 4.])",
)
fromstring = _through_host(
    "fromstring",
    "Return a 1-d array of the numbers in a text.",
    ">>> cp.fromstring('1 2', sep=' ')\n    array([1., 2.])",
)
fromfile = _through_host(
    "fromfile",
    "Return an array with the content of a text or binary file.",
    ">>> import tempfile\n    >>> with tempfile.TemporaryFile() as file:\n"
    "    ...     _ = file.write(b'abc'), file.seek(0)\n"
    "    ...     cp.fromfile(file, dtype=cp.uint8)\n    array([97, 98, 99], dtype=uint8)",
)
loadtxt = _through_host(
    "loadtxt",
    "Return an array of the numbers in a text file.",
    ">>> import io\n    >>> cp.loadtxt(io.StringIO('1 2'))\n    array([1., 2.])",
)
genfromtxt = _through_host(
    "genfromtxt",
    "Return an array of the numbers in a text file, with missing values filled.",
    ">>> import io\n    >>> cp.genfromtxt(io.StringIO('1,,3'), delimiter=',')\n    array([ 1., nan,  3.])",
)
