"""Tests of types."""

import numpy

from cupy import _core
from cupy._core import ndarray
from cupy._operands import BOOL, as_array, kind_of

__all__ = [
    "common_type",
    "iscomplex",
    "iscomplexobj",
    "isfortran",
    "isreal",
    "isrealobj",
    "isscalar",
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
    return _core.result_type(numpy.dtype("f2"), *dtypes).type


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
