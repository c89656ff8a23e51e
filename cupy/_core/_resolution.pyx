"""Which dtypes a ufunc computes in: NumPy's own resolver decides, and bfloat16, which it does not know, is seen to here."""

import numpy

from cupy._core._dtype cimport (
    WEAK_COMPLEX, WEAK_FLOAT, WEAK_INT, can_cast_codes, code_of, code_of_dtype, dtype_object, meant)
from cupy_backends.backend._backend cimport CUPY_BFLOAT16, CUPY_FLOAT16

cdef object _half = numpy.dtype("float16")
cdef object _single = numpy.dtype("float32")
cdef frozenset _COMPARISONS = frozenset((numpy.equal, numpy.not_equal, numpy.less, numpy.less_equal, numpy.greater,
                                         numpy.greater_equal))


cdef bint is_bfloat16(object d) except -1:
    return isinstance(d, numpy.dtype) and d.name == "bfloat16"


cdef tuple resolved(object reference, object dtypes, tuple signature, dict extra):
    """Ask NumPy for a loop's dtypes. It does not know bfloat16, for which float16 stands, or float32 beside float16."""
    cdef bint narrow = any([is_bfloat16(d) for d in dtypes]) if isinstance(dtypes, tuple) else False
    cdef object replacement = _single if narrow and _half in dtypes else _half
    if narrow:
        dtypes = tuple([replacement if is_bfloat16(d) else d for d in dtypes])
    if signature is not None:
        if any([is_bfloat16(d) for d in signature]):
            narrow = True
            signature = tuple([_half if is_bfloat16(d) else d for d in signature])
        extra["signature"] = signature
    found = reference.resolve_dtypes(dtypes, **extra)
    if narrow and replacement is _half:
        found = tuple([dtype_object(CUPY_BFLOAT16) if d == _half else d for d in found])
    return found


cdef tuple loop_codes(object reference, tuple codes, object signature, object casting):
    """Ask NumPy which dtypes the operands of these codes, and the results, have in a loop of its ufunc `reference`."""
    cdef int i, code
    cdef bint narrow = CUPY_BFLOAT16 in codes, half = narrow and CUPY_FLOAT16 in codes, asked
    cdef object replacement
    if signature is not None:
        asked = any([s is not None and s.num >= 24 for s in signature])
        half = _half in signature or half and not asked
        narrow = narrow or asked
        signature = tuple([_half if s is not None and s.num >= 24 else meant(s) for s in signature])
    replacement = _single if narrow and half else _half  # float16 proper is in play: bfloat16 has to be told from it
    given = []
    for code in codes:
        if code == WEAK_INT:
            given.append(int)
        elif code == WEAK_FLOAT:
            given.append(float)
        elif code == WEAK_COMPLEX:
            given.append(complex)
        else:
            given.append(replacement if code == CUPY_BFLOAT16 else dtype_object(code))
    extra = {} if signature is None else {"signature": signature}
    if casting == "equiv" and any(isinstance(d, type) for d in given):
        # NumPy's resolver would crash where it has to refuse a Python scalar; a call of the function refuses.
        reference(*[d(1) if isinstance(d, type) else numpy.empty(0, d) for d in given], casting=casting, **extra)
        casting = "same_kind"
    try:
        found = reference.resolve_dtypes(tuple(given) + (None,) * reference.nout, casting=casting, **extra)
    except TypeError:
        # The comparisons of int64 with uint64 are found under the names of `long long` only.
        if not is_comparison(reference) or signature is None or None in signature:
            raise
        extra["signature"] = tuple([numpy.dtype({"l": "q", "L": "Q"}.get(d.char, d.char)) for d in signature])
        found = reference.resolve_dtypes(tuple(given) + (None,) * reference.nout, casting=casting, **extra)
    result = []
    for i in range(len(found)):
        code = code_of_dtype(found[i])
        if narrow and code == CUPY_FLOAT16 and replacement is _half:
            code = CUPY_BFLOAT16
            if i < len(codes) and codes[i] < 15 and not can_cast_codes(codes[i], code, casting):
                raise input_casting_error(reference, casting, dtype_object(codes[i]), dtype_object(code), i)
        result.append(code)
    return tuple(result)


cdef bint is_comparison(object reference) except -1:
    return reference in _COMPARISONS


cdef object stand_in(int code):
    """Return the dtype that has NumPy's loops for a code."""
    return _half if code == CUPY_BFLOAT16 else dtype_object(code)


cdef tuple canonical_signature(str name, int nin, int nout, object signature):
    """Return a signature given as text or tuple as a tuple of dtypes and None."""
    cdef int n = nin + nout
    if isinstance(signature, str) and "->" in signature:
        ins, _, outs = signature.partition("->")
        if len(ins) != nin or len(outs) != nout:
            raise ValueError(f"a type-string for {name}, {nin} typecode(s) before and {nout} after the -> sign")
        signature = tuple(ins + outs)
    elif not isinstance(signature, (str, tuple)):
        raise TypeError("the signature object to ufunc must be a string or a tuple.")
    if len(signature) == 1 and n > 1:
        raise TypeError("Use `dtype` or fill the tuple with more than one 'None'.")
    if len(signature) != n:
        raise ValueError(f"a type-tuple must be specified of length {n} for ufunc '{name}'")
    return tuple([None if x is None else dtype_object(code_of(x)) for x in signature])


def input_casting_error(reference, casting, source, target, index):
    """Return NumPy's exception for an input that cannot be converted to the dtype of the loop."""
    from numpy._core._exceptions import _UFuncInputCastingError
    return _UFuncInputCastingError(reference, casting, source, target, index)


def output_casting_error(reference, casting, source, target, index):
    """Return NumPy's exception for an output that cannot take the result."""
    from numpy._core._exceptions import _UFuncOutputCastingError
    return _UFuncOutputCastingError(reference, casting, source, target, index)
