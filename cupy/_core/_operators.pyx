"""The operators of Python, each with its ufunc."""

from cupy._core cimport _ndarray
from cupy._core._ndarray cimport EQUAL, MATMUL, NOT_EQUAL, NUM_OPERATORS, POWER, ndarray, shape_tuple
from cupy._core._temporaries cimport room_for
from cupy._core._ufunc cimport call, call1, call2, ufunc
from cupy_backends.backend._backend cimport CUPY_FLOAT16

from cupy._core._creation import full

cdef list _operators = [None] * NUM_OPERATORS
cdef object _matmul = None


cdef dict _simple = {}


def set_operators(list ufuncs, dict simple, matmul):
    """Name the ufunc of each operator, in the order of the numbers in ``_ndarray.pxd``, and those that stand for a
    power."""
    global _matmul
    _simple.update(simple)
    assert len(ufuncs) == NUM_OPERATORS
    _operators[:] = ufuncs
    _matmul = matmul


cdef object binary(int which, object x, object y):
    cdef object result
    if which == MATMUL:
        if not (isinstance(x, ndarray) and isinstance(y, ndarray)):
            return matmul_with(x, y)
        return _matmul(x, y)
    if y is None and (<ufunc>_operators[which]).nin == 1:
        return call1(<ufunc>_operators[which], <ndarray>x, room_for(<ufunc>_operators[which], x, None))
    if which == POWER and type(x) is ndarray:
        simple = simple_power(<ndarray>x, y)
        if simple is not None:
            return call1(<ufunc>simple, <ndarray>x, room_for(<ufunc>simple, x, None))
    result = call2(<ufunc>_operators[which], x, y, room_for(<ufunc>_operators[which], x, y))
    return beside(which, x, y) if result is NotImplemented else result


cdef object beside(int which, object x, object y):
    """An operator between an array and what is neither array nor scalar: sequences are operands as for the ufunc, and
    an array equals no text and nothing that compares by identity."""
    other = y if isinstance(x, ndarray) else x
    if isinstance(other, (list, tuple, range)):
        return call(<ufunc>_operators[which], (x, y), None, True, "K", "same_kind", None)
    if which == EQUAL or which == NOT_EQUAL:
        if isinstance(other, (str, bytes)) or type(other).__eq__ is object.__eq__:
            return full(shape_tuple(<ndarray>(x if isinstance(x, ndarray) else y)), which == NOT_EQUAL, bool)
    return NotImplemented


cdef object matmul_with(object x, object y):
    """x @ y where one of them is a sequence."""
    return _matmul(x, y) if isinstance(x, (list, tuple)) or isinstance(y, (list, tuple)) else NotImplemented


cdef object simple_power(ndarray a, object exponent):
    """Return the ufunc that `a ** exponent` means for the few exponents that NumPy's operator treats apart."""
    if type(exponent) is int and exponent == 2:
        return _simple["square"]
    if a.code >= CUPY_FLOAT16 and (type(exponent) is float or type(exponent) is int):
        if exponent == 0.5:
            return _simple["sqrt"]
        if exponent == -1:
            return _simple["reciprocal"]
        if exponent == 1:
            return _simple["positive"]
    return None


cdef object inplace(int which, object x, object y):
    cdef object result
    if which == MATMUL:
        return _matmul(x, y, out=x) if isinstance(y, ndarray) else NotImplemented
    if which == POWER:
        simple = simple_power(<ndarray>x, y)
        if simple is not None:
            return call1(<ufunc>simple, <ndarray>x, <ndarray>x)
    result = call2(<ufunc>_operators[which], x, y, <ndarray>x)
    if result is NotImplemented and isinstance(y, (list, tuple)):
        return call(<ufunc>_operators[which], (x, y), (x,), True, "K", "same_kind", None)
    return result


_ndarray.binary_operator = binary
_ndarray.inplace_operator = inplace
