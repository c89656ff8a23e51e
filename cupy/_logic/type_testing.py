"""Tests of types."""

import numpy

from cupy import _core
from cupy._core import ndarray
from cupy._operands import BOOL, as_array, kind_of, limits_of

__all__ = [
    "common_type",
    "finfo",
    "iscomplex",
    "iscomplexobj",
    "isdtype",
    "isfortran",
    "isreal",
    "isrealobj",
    "isscalar",
    "issubdtype",
    "min_scalar_type",
]


def iscomplex(x):
    """Test element-wise for a nonzero imaginary part.

    Parameters
    ----------
    x : array_like

    Returns
    -------
    out : ndarray of bool

    Examples
    --------
    >>> import cupy as cp
    >>> cp.iscomplex(cp.array([1+1j, 1+0j]))
    array([ True, False])
    """
    x = as_array(x)
    return x.imag != 0 if kind_of(x.dtype) == "c" else _core.zeros(x.shape, BOOL)


def isreal(x):
    """Test element-wise for a zero imaginary part.

    Parameters
    ----------
    x : array_like

    Returns
    -------
    out : ndarray of bool

    Examples
    --------
    >>> import cupy as cp
    >>> cp.isreal(cp.array([1+1j, 1+0j]))
    array([False,  True])
    """
    x = as_array(x)
    return x.imag == 0 if kind_of(x.dtype) == "c" else _core.ones(x.shape, BOOL)


def iscomplexobj(x):
    """Tell whether the dtype of an object is complex.

    Parameters
    ----------
    x : any

    Returns
    -------
    out : bool

    Examples
    --------
    >>> import cupy as cp
    >>> cp.iscomplexobj(cp.array([1+0j]))
    True
    """
    return kind_of(x.dtype) == "c" if isinstance(x, ndarray) else numpy.iscomplexobj(x)


def isrealobj(x):
    """Tell whether the dtype of an object is not complex.

    Parameters
    ----------
    x : any

    Returns
    -------
    out : bool

    Examples
    --------
    >>> import cupy as cp
    >>> cp.isrealobj(cp.array([1+0j]))
    False
    """
    return not iscomplexobj(x)


def isfortran(a):
    """Tell whether an array is laid out in Fortran order and not in C order.

    Parameters
    ----------
    a : ndarray

    Returns
    -------
    out : bool

    Examples
    --------
    >>> import cupy as cp
    >>> cp.isfortran(cp.ones((2, 3)).T)
    True
    """
    return bool(a.flags.f_contiguous and not a.flags.c_contiguous)


def isscalar(element):
    """Tell whether an object is a scalar; a 0-d array is none.

    Parameters
    ----------
    element : any

    Returns
    -------
    out : bool

    Examples
    --------
    >>> import cupy as cp
    >>> cp.isscalar(3.1), cp.isscalar(cp.array(3.1))
    (True, False)
    """
    return numpy.isscalar(element)


def common_type(*arrays):
    """Return the floating or complex type that all arrays can be cast to.

    Parameters
    ----------
    *arrays : ndarray
        Integers count as float64.

    Returns
    -------
    out : type

    Raises
    ------
    TypeError
        For bool arrays.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.common_type(cp.ones(2, 'f4'), cp.ones(2, 'c8'))
    <class 'numpy.complex64'>
    """
    dtypes = [as_array(a).dtype for a in arrays]
    if any(kind_of(d) == "b" for d in dtypes):
        raise TypeError("can't get common type for non-numeric array")
    dtypes = [_core.dtype_of(float) if kind_of(d) in "iu" else d for d in dtypes]
    return _core.result_type(*dtypes).type if dtypes else numpy.float16


def min_scalar_type(a):
    """Return the smallest dtype that holds a scalar, or the dtype of an array.

    Parameters
    ----------
    a : scalar or ndarray
        A 0-d array is read back.

    Returns
    -------
    out : dtype

    Examples
    --------
    >>> import cupy as cp
    >>> cp.min_scalar_type(300), cp.min_scalar_type(cp.ones(2))
    (dtype('uint16'), dtype('float64'))
    """
    if isinstance(a, ndarray):
        return a.dtype if a.ndim else numpy.min_scalar_type(a.get())
    return numpy.min_scalar_type(a)


def finfo(dtype):
    """Return the machine limits of a floating or complex dtype, of bfloat16 too.

    Parameters
    ----------
    dtype : dtype, scalar or ndarray

    Returns
    -------
    out : numpy.finfo or ml_dtypes.finfo
        With the attributes ``eps``, ``max``, ``tiny``, ``bits`` and so on.

    Raises
    ------
    ValueError
        If the dtype is neither floating nor complex.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.finfo('f4').eps, float(cp.finfo(cp.bfloat16).eps)
    (np.float32(1.1920929e-07), 0.0078125)
    """
    if _is_bfloat16(dtype):
        return limits_of(_core.dtype_of("bfloat16"))
    return numpy.finfo(dtype.dtype if isinstance(dtype, ndarray) else dtype)


def isdtype(dtype, kind):
    """Tell whether a dtype is of a kind of the array API standard; bfloat16 is a real floating one.

    Parameters
    ----------
    dtype : dtype
    kind : dtype, str, or tuple of these
        'bool', 'signed integer', 'unsigned integer', 'integral', 'real floating',
        'complex floating' or 'numeric'.

    Returns
    -------
    out : bool

    Examples
    --------
    >>> import cupy as cp
    >>> cp.isdtype(cp.dtype('f4'), 'real floating'), cp.isdtype(cp.bfloat16, ('bool', 'numeric'))
    (True, True)
    """
    kinds = kind if isinstance(kind, tuple) else (kind,)
    plain = tuple(k for k in kinds if not _is_bfloat16(k))
    if not _is_bfloat16(dtype):
        return numpy.isdtype(dtype, plain)
    return len(plain) < len(kinds) or numpy.isdtype(numpy.float16, plain) and numpy.float16 not in plain


def issubdtype(arg1, arg2):
    """Tell whether the first dtype is the second or below it in NumPy's hierarchy, bfloat16 below floating.

    Parameters
    ----------
    arg1, arg2 : dtype or type

    Returns
    -------
    out : bool

    Examples
    --------
    >>> import cupy as cp, numpy as np
    >>> cp.issubdtype('f4', np.floating), cp.issubdtype(cp.bfloat16, np.floating)
    (True, True)
    """
    if not _is_bfloat16(arg1):
        return not _is_bfloat16(arg2) and numpy.issubdtype(arg1, arg2)
    return _is_bfloat16(arg2) or arg2 is not numpy.float16 and numpy.issubdtype(numpy.floating, arg2)


def _is_bfloat16(obj):
    """Tell whether a dtype, its name, its type, or an array or scalar of it is meant."""
    dtype = obj if isinstance(obj, type) else getattr(obj, "dtype", obj)
    return getattr(dtype, "name", getattr(dtype, "__name__", dtype)) == "bfloat16"
