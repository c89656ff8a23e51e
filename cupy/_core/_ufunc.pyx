"""Universal functions.

A ufunc decides the loop's dtypes (NumPy's own resolver, asked once per combination and remembered), converts and
broadcasts its operands and launches one op of the contract. The common cases - arrays of one shape and dtype, a
Python scalar beside an array - take a short path without any Python object but the result.
"""

from cpython.object cimport PyObject
from libc.stdint cimport int8_t
from libc.stdlib cimport calloc
from libc.string cimport memcmp

import numpy

from cupy._core._dtype cimport (
    WEAK_COMPLEX, WEAK_FLOAT, WEAK_INT, can_cast_codes, code_of, code_of_dtype, dtype_object, held, itemsizes,
    pack, pack_unsafe, scalar_code)
from cupy._core._elementwise cimport (
    MAX_OPERANDS, Source, broadcast_shape, converted, copy_into, flat_operand,
    launch_elementwise, new_like,
    plan_of)
from cupy._core._memory cimport current, ensure_current
from cupy._core._ndarray cimport (
    C_CONTIGUOUS, F_CONTIGUOUS, MAX_RANK, WRITEABLE, new_array, overlaps, same_layout, shape_tuple)
from cupy._core._resolution cimport canonical_signature, is_comparison, loop_codes, resolved, stand_in
from cupy_backends.backend cimport _backend
from cupy_backends.backend._backend cimport (
    CUPY_BOOL, CUPY_COMPLEX64, CUPY_FLOAT16, CUPY_INT64, CUPY_UINT8, CUPY_UINT64, cupyOperand)

from cupy._core._creation import asarray
from cupy._core._resolution import output_casting_error

cdef extern from *:
    """
    /* A Cython class has no syntax for the slot of PEP 590. */
    static void take_vector_calls(PyObject *type, Py_ssize_t offset) {
        ((PyTypeObject *)type)->tp_vectorcall_offset = offset;
        ((PyTypeObject *)type)->tp_flags |= Py_TPFLAGS_HAVE_VECTORCALL;
        PyType_Modified((PyTypeObject *)type);
    }
    """
    void take_vector_calls(object type, Py_ssize_t offset)
    Py_ssize_t PyVectorcall_NARGS(size_t flagged)

cdef int _power = _backend.op_index("power")


cdef class ufunc:
    """A function that works element by element, with broadcasting and type resolution as in NumPy.

    Ufuncs are made by the library only (``cupy.add``, ``cupy.sin``, ...). A call takes the inputs, then optionally
    the outputs, and the keywords ``out``, ``where``, ``dtype``, ``casting``, ``order``, ``signature`` and ``subok``.

    Notes
    -----
    No floating-point warnings are raised: they would have to wait for the device.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.add(cp.arange(3), 0.5)
    array([0.5, 1.5, 2.5])
    >>> cp.add.reduce(cp.arange(5))
    array(10)
    """

    def __init__(self, str name, object numpy_ufunc, object op, object composed=None):
        self.__name__ = name
        self.reference = numpy_ufunc
        self.nin = numpy_ufunc.nin
        self.nout = numpy_ufunc.nout
        self.op = -1 if op is None else _backend.op_index(op)
        self.composed = composed
        self.comparison = is_comparison(numpy_ufunc)
        self.wraps = name == "where"
        self.vectorcall = <void*>vector_call
        self.table = <Loop**>calloc(NUM_CODES * NUM_CODES, sizeof(Loop*))
        self.loops = {}
        if self.table is NULL:
            raise MemoryError()

    def __repr__(self):
        return f"<ufunc '{self.__name__}'>"

    def __reduce__(self):
        return f"{self.__name__}"

    @property
    def name(self):
        """The name, as CuPy spells ``__name__``."""
        return self.__name__

    @property
    def nargs(self):
        """The number of arguments, inputs and outputs."""
        return self.nin + self.nout

    @property
    def types(self):
        """The loops as NumPy writes them, for the dtypes that arrays here can hold."""
        return [t for t in self.reference.types if not set(t) & set("gGOmMSUV")]

    @property
    def ntypes(self):
        """The number of loops."""
        return len(self.types)

    @property
    def identity(self):
        """The neutral element of a reduction, or None."""
        return self.reference.identity

    @property
    def signature(self):
        """None: core dimensions are the business of generalised ufuncs."""
        return None

    @property
    def __doc__(self):
        from cupy._core._documentation import ufunc_docstring
        return ufunc_docstring(self)

    cdef Loop* loop(self, int a, int b) except NULL:
        """Return the loop for one or two operand codes (`b` is 0 for one)."""
        cdef Loop** slot = &self.table[a * NUM_CODES + b]
        cdef tuple codes
        if slot[0] is NULL:
            if self.nin == 2:
                codes = (a, b)
            else:
                codes = (a,)
            slot[0] = find_loop(self, codes, None, "same_kind")
        return slot[0]

    def __call__(self, *args, **keywords):
        return general_call(self, *args, **keywords)

    def resolve_dtypes(self, dtypes, *, signature=None, casting=None, reduction=False):
        """Return the dtypes that the operands compute in.

        Parameters
        ----------
        dtypes : tuple of dtype, type or None
            One for each input and output; `int`, `float` and `complex` stand for Python's scalars.
        signature, casting, reduction : optional
            As for numpy.ufunc.resolve_dtypes.

        Returns
        -------
        tuple of numpy.dtype

        Raises
        ------
        TypeError
            If no loop takes the dtypes.

        Examples
        --------
        >>> import cupy as cp
        >>> cp.add.resolve_dtypes((cp.dtype('f4'), int, None))
        (dtype('float32'), dtype('float32'), dtype('float32'))
        """
        extra = {} if casting is None else {"casting": casting}
        if reduction:
            extra["reduction"] = True
        if signature is not None:
            signature = canonical_signature(self.__name__, self.nin, self.nout, signature)
        found = resolved(self.reference, dtypes, signature, extra)
        return tuple([held(d) for d in found])

    def reduce(self, array, axis=0, dtype=None, out=None, keepdims=False, initial=numpy._NoValue, where=True):
        """Reduce `array` along `axis` by applying the function repeatedly.

        Parameters and dtype rules are those of numpy.ufunc.reduce.

        Examples
        --------
        >>> import cupy as cp
        >>> cp.multiply.reduce(cp.arange(1, 6))
        array(120)
        """
        from cupy._core._reduction import reduce
        return reduce(self, array, axis, dtype, out, keepdims, initial, where)

    def accumulate(self, array, axis=0, dtype=None, out=None):
        """Return the partial results of :meth:`reduce` along `axis`.

        Examples
        --------
        >>> import cupy as cp
        >>> cp.add.accumulate(cp.arange(5))
        array([ 0,  1,  3,  6, 10])
        """
        from cupy._core._reduction import accumulate
        return accumulate(self, array, axis, dtype, out)

    def reduceat(self, array, indices, axis=0, dtype=None, out=None):
        """Reduce the slices of `array` that begin at `indices`, as numpy.ufunc.reduceat.

        Examples
        --------
        >>> import cupy as cp
        >>> cp.add.reduceat(cp.arange(8), [0, 4, 1, 5])
        array([ 6,  4, 10,  5])
        """
        from cupy._core._reduction import reduceat
        return reduceat(self, array, indices, axis, dtype, out)

    def outer(self, A, B, /, **kwargs):
        """Apply the function to all pairs of elements.

        Examples
        --------
        >>> import cupy as cp
        >>> cp.multiply.outer(cp.arange(2), cp.arange(3))
        array([[0, 0, 0],
               [0, 1, 2]])
        """
        if self.nin != 2:
            raise ValueError("outer product only supported for binary functions")
        A, B = asarray(A), asarray(B)  # a Python number has a dtype of its own here
        return self(A.reshape(A.shape + (1,) * B.ndim), B, **kwargs)

    def at(self, a, indices, b=numpy._NoValue, /):
        """Apply the function in place at `indices`, once for every occurrence of an index.

        Examples
        --------
        >>> import cupy as cp
        >>> a = cp.zeros(3)
        >>> cp.add.at(a, [0, 0, 2], 1)
        >>> a
        array([2., 0., 1.])
        """
        from cupy._core._reduction import at
        at(self, a, indices, b)


cdef tuple as_outputs(ufunc u, object out):
    """Return `out` as a tuple with one entry per output, or None."""
    if out is None:
        return None
    if not isinstance(out, tuple):
        if u.nout != 1:
            raise TypeError("'out' must be a tuple of arrays")
        out = (out,)
    if len(out) != u.nout:
        raise ValueError("The 'out' tuple must have exactly one entry per ufunc output")
    for o in out:
        if o is not None and not isinstance(o, ndarray):
            raise TypeError(f"return arrays must be of cupy.ndarray, not {type(o).__name__}")
    return None if all(o is None for o in out) else out


cdef Loop* find_loop(ufunc u, tuple codes, object signature, object casting) except NULL:
    """Ask NumPy which dtypes the operands of these codes compute in, and the backend how."""
    cdef tuple found = loop_codes(u.reference, codes, signature, casting)
    cdef Loop* loop = <Loop*>calloc(1, sizeof(Loop))
    cdef int i, code
    if loop is NULL:
        raise MemoryError()
    loop.same = True
    for i in range(len(found)):
        code = loop.codes[i] = found[i]
        if i < u.nin and codes[i] < 15 and codes[i] != code:
            loop.same = False
    if u.op >= 0:
        loop.plan = _backend.resolve(u.op, <int8_t*>loop.codes, len(found))
    return loop


cdef Loop* reduction_loop(ufunc u, str method, ndarray a, object dtype, ndarray out) except NULL:
    """Return the loop in which a method of `u` (reduce, accumulate, reduceat) combines the elements of `a`.

    Its first operand and its result are the running value, its second operand the next element.
    """
    cdef int given = -1 if dtype is None else code_of(dtype)
    cdef int first = a.code if out is None else out.code
    cdef Loop* loop
    key = (method, a.code, given, -1 if out is None else out.code)
    found = u.loops.get(key)
    if found is not None:
        return <Loop*><size_t>found
    # NumPy's own method says what is refused; its resolver does not know outputs.
    sample = [numpy.ones(1, stand_in(a.code))] + ([[0]] if method == "reduceat" else [])
    target = None if out is None else numpy.ones(() if method == "reduce" else 1, stand_in(out.code))
    with numpy.errstate(all="ignore"):
        getattr(u.reference, method)(*sample, dtype=None if given < 0 else stand_in(given), out=target)
    if given < 0 and out is None and u.__name__ in ("add", "multiply"):
        if a.code < CUPY_INT64:
            given = CUPY_INT64
        elif CUPY_UINT8 <= a.code < CUPY_UINT64:
            given = CUPY_UINT64
    if u.comparison or u.__name__.startswith("logical"):
        loop = find_loop(u, (CUPY_BOOL, CUPY_BOOL), None, "same_kind")
    else:
        signature = None if given < 0 else (dtype_object(given), None, dtype_object(given))
        loop = find_loop(u, (first, a.code), signature, "unsafe")
    u.loops[key] = <size_t>loop
    return loop


cdef inline bint same_shape(ndarray a, ndarray b) noexcept:
    return a.rank == b.rank and memcmp(a.dims, b.dims, a.rank * sizeof(Py_ssize_t)) == 0


cdef inline bint lies_flat(object x, ndarray pattern, ndarray out) noexcept:
    """Return whether `x` is contiguous, of the pattern's shape and safe to read while `out` is written."""
    cdef ndarray a = <ndarray>x
    return (a.bits & C_CONTIGUOUS and same_shape(a, pattern)
            and (out is None or a.block is not out.block or a.offset == out.offset
                 and itemsizes[a.code] == itemsizes[out.code]))


cdef inline bint takes(ndarray out, Loop* loop, int nin) noexcept:
    """Return whether the loop can write straight into `out`."""
    return out is None or out.code == loop.codes[nin] and out.bits & WRITEABLE and out.bits & C_CONTIGUOUS


def general_call(ufunc self, *args, out=None, where=True, casting="same_kind", order="K", dtype=None, subok=True,
                 signature=None, sig=None, **unknown):
    """The body of ``ufunc.__call__`` for any arguments."""
    cdef int n = len(args)
    if unknown:
        raise TypeError(f"{self.__name__}() got an unexpected keyword argument {next(iter(unknown))!r}")
    if sig is not None:
        if signature is not None:
            raise TypeError("cannot specify both 'sig' and 'signature'")
        signature = sig
    if casting != "same_kind":
        can_cast_codes(0, 0, casting)  # refuses what is no casting rule
    if n < self.nin or n > self.nin + self.nout:
        raise TypeError(f"{self.__name__}() takes from {self.nin} to {self.nin + self.nout} positional arguments "
                        f"but {n} {'was' if n == 1 else 'were'} given")
    if n > self.nin:
        if out is not None:
            raise TypeError("cannot specify 'out' as both a positional and keyword argument")
        out = args[self.nin:] + (None,) * (self.nin + self.nout - n)
    if dtype is not None:
        if signature is not None:
            raise TypeError("cannot specify both 'signature' and 'dtype'")
        signature = (None,) * self.nin + (dtype_object(code_of(dtype)),) * self.nout
    return call(self, args[:self.nin], as_outputs(self, out), where, order, casting, signature)


cdef object vector_call(ufunc self, PyObject** args, size_t flagged, PyObject* names):
    """Calls from Python arrive here (PEP 590), so that operands alone, or with an output, need no tuple and no dict."""
    cdef Py_ssize_t k, n = PyVectorcall_NARGS(flagged), keywords = 0 if names is NULL else len(<tuple>names)
    cdef object result, target = None
    if self.nout == 1 and (keywords == 0 or keywords == 1 and n == self.nin and (<tuple>names)[0] == "out"):
        if n + keywords == self.nin + 1:
            target = <object>args[self.nin]
        if n + keywords - self.nin in (0, 1) and (target is None or type(target) is ndarray):
            if self.nin == 2:
                result = call2(self, <object>args[0], <object>args[1], target)
                if result is not NotImplemented:
                    return result
            elif self.nin == 1 and type(<object>args[0]) is ndarray:
                return call1(self, <ndarray>args[0], target)
            elif self.nin == 3:
                return call(self, (<object>args[0], <object>args[1], <object>args[2]),
                            None if target is None else (target,), True, "K", "same_kind", None)
    return general_call(self, *[<object>args[k] for k in range(n)],
                        **{(<tuple>names)[k]: <object>args[n + k] for k in range(keywords)})


cdef ufunc _any = ufunc("add", numpy.add, None)
take_vector_calls(ufunc, <char*>&_any.vectorcall - <char*><PyObject*>_any)


cdef object call1(ufunc u, ndarray a, ndarray out=None):
    """u(a) for an array, optionally into `out`."""
    cdef Loop* loop = u.loop(a.code, 0)
    cdef cupyOperand[2] operands
    if loop.same and loop.plan is not NULL and u.nout == 1 and takes(out, loop, 1) \
            and lies_flat(a, a if out is None else out, out):
        if out is None:
            out = new_array(loop.codes[1], a.rank, a.dims)
        if a.size:
            flat_operand(&operands[0], a)
            flat_operand(&operands[1], out)
            _backend.launch(loop.plan, operands, 2, NULL, current().stream, a.size)
        return out
    return call(u, (a,), None if out is None else (out,), True, "K", "same_kind", None)


cdef object call2(ufunc u, object x, object y, ndarray out=None):
    """u(x, y), optionally into `out`; NotImplemented if an operand is neither an array nor a scalar."""
    cdef cupyOperand[3] operands
    cdef ndarray a
    cdef int cx, cy
    cdef Loop* loop
    cdef bint x_array = type(x) is ndarray, y_array = type(y) is ndarray
    if x_array:
        cx = (<ndarray>x).code
    else:
        cx = scalar_code(x)
        if cx < 0:
            return of_subclass(u, x, y, out)
    if y_array:
        cy = (<ndarray>y).code
    else:
        cy = scalar_code(y)
        if cy < 0:
            return of_subclass(u, x, y, out)
    if u.nin != 2:
        return NotImplemented
    if not x_array and not y_array:
        return call(u, (x, y), None if out is None else (out,), True, "K", "same_kind", None)
    loop = u.loop(cx, cy)
    # An exponent on the device may be negative, a Python integer lie outside the dtype it is compared with: the
    # general call knows what to do.
    if loop.same and loop.plan is not NULL and u.nout == 1 and takes(out, loop, 2) \
            and not (u.op == _power and y_array and loop.codes[1] < CUPY_UINT8):
        a = <ndarray>(x if x_array else y)
        if a.size and lies_flat(a, a if out is None else out, out) and (
                not (x_array and y_array) or lies_flat(y, a, out)):
            if x_array:
                flat_operand(&operands[0], <ndarray>x)
            elif not scalar_fits(u, &operands[0], x, loop.codes[0]):
                return call(u, (x, y), None if out is None else (out,), True, "K", "same_kind", None)
            if y_array:
                flat_operand(&operands[1], <ndarray>y)
            else:
                if not scalar_fits(u, &operands[1], y, loop.codes[1]):
                    return call(u, (x, y), None if out is None else (out,), True, "K", "same_kind", None)
                if is_negative_power(u, loop, y):
                    raise ValueError("Integers to negative integer powers are not allowed.")
            if out is None:
                out = new_array(loop.codes[2], a.rank, a.dims)
            flat_operand(&operands[2], out)
            _backend.launch(loop.plan, operands, 3, NULL, current().stream, a.size)
            return out
    return call(u, (x, y), None if out is None else (out,), True, "K", "same_kind", None)


cdef object of_subclass(ufunc u, object x, object y, ndarray out):
    """u(x, y) if one is of a subclass of ndarray and neither is of an unknown type."""
    if u.nin == 2 and (isinstance(x, ndarray) or scalar_code(x) >= 0) and (isinstance(y, ndarray) or scalar_code(y) >= 0):
        return call(u, (x, y), None if out is None else (out,), True, "K", "same_kind", None)
    return NotImplemented


cdef inline bint scalar_fits(ufunc u, cupyOperand* operand, object value, int code) except -1:
    """Write a scalar operand; False for an integer beyond the dtype that it is compared with."""
    if not u.comparison:
        scalar_operand(operand, value, code)
        return True
    try:
        scalar_operand(operand, value, code)
    except OverflowError:
        return False
    return True


cdef inline int scalar_operand(cupyOperand* operand, object value, int code) except -1:
    operand.block = NULL
    operand.block_bytes = operand.offset = 0
    operand.dtype = code
    operand.ndim = 0
    operand.contiguous = True
    return pack_operand(value, code, operand.scalar)


cdef inline int pack_operand(object value, int code, unsigned char* out) except -1:
    """Write a scalar operand; a Python integer is one of NumPy's before a loop sees its truth value."""
    return pack_unsafe(value, code, out) if code == CUPY_BOOL else pack(value, code, out)


cdef int pack_beyond(ufunc u, list operands, list codes, int i, Source* s) except -1:
    """Stand in for a Python integer that the dtype beside it cannot hold, if the function has an answer to it.

    In a comparison the integer lies on the same side of all elements: 0 and 1 take the places of both. A selection
    (``where``) converts it as a cast does. Otherwise the OverflowError that is being handled goes on.
    """
    cdef int other = 1 - i
    cdef ndarray stand_in
    if u.wraps:
        return pack_unsafe(numpy.asarray(operands[i])[()], s[i].code, s[i].scalar)
    if not u.comparison or not CUPY_BOOL < codes[other] < CUPY_FLOAT16 or codes[other] != s[i].code:
        raise
    large = operands[i] > 0
    # In the memory order of the array, which the result takes over.
    stand_in = <ndarray>operands[other]
    s[other].array = <void*>stand_in
    stand_in = new_like(&s[other], 1, stand_in.code, stand_in.rank, stand_in.dims, "K")
    stand_in.fill(0 if large else 1)
    operands[other] = stand_in
    s[other].array = <void*>stand_in
    return pack(1 if large else 0, s[i].code, s[i].scalar)


cdef object plain(ufunc u, tuple inputs, ndarray out):
    """The call without options on arrays, which may have to be converted and stretched, and numbers beside them.

    None, with nothing done, where the general call has to decide or to refuse.
    """
    cdef Source[4] s
    cdef Py_ssize_t[MAX_RANK] shape
    cdef Loop* loop
    cdef ndarray result, a
    cdef list kept = None  # converted arrays, which a Source only borrows
    cdef int codes[3]
    cdef int i, ndim, nin = u.nin
    cdef bint any_array = False
    if u.nout != 1 or nin > 3 or u.op < 0:
        return None
    for i in range(nin):
        x = inputs[i]
        if type(x) is ndarray:
            codes[i] = (<ndarray>x).code
            s[i].array = <void*>x
            any_array = True
        else:
            codes[i] = scalar_code(x)
            s[i].array = NULL
            if codes[i] < 0:
                return None
    if not any_array:
        return None
    if nin < 3:
        loop = u.loop(codes[0], codes[1] if nin == 2 else 0)
    else:
        key = (codes[0] * NUM_CODES + codes[1]) * NUM_CODES + codes[2]
        known = u.loops.get(key)
        if known is None:
            known = u.loops[key] = <size_t>find_loop(u, (codes[0], codes[1], codes[2]), None, "same_kind")
        loop = <Loop*><size_t>known
    if u.op == _power and CUPY_BOOL < loop.codes[1] < CUPY_UINT8:
        return None
    for i in range(nin):
        s[i].code = loop.codes[i]
        if s[i].array is NULL:
            if codes[i] == WEAK_FLOAT and loop.codes[i] < CUPY_FLOAT16 \
                    or codes[i] == WEAK_COMPLEX and loop.codes[i] < CUPY_COMPLEX64:
                return None
            try:
                if codes[i] < WEAK_INT:
                    pack_unsafe(inputs[i], loop.codes[i], s[i].scalar)
                else:
                    pack_operand(inputs[i], loop.codes[i], s[i].scalar)
            except OverflowError:
                return None
    s[nin].array = <void*>out  # which takes part in the broadcast
    s[nin].code = loop.codes[nin]
    ndim = broadcast_shape(s, nin + (out is not None), shape)
    if out is None:
        result = None
    elif out.code != loop.codes[nin] or not out.bits & WRITEABLE or out.rank != ndim \
            or memcmp(out.dims, shape, ndim * sizeof(Py_ssize_t)):
        return None
    else:
        result = out
        for i in range(nin):
            if s[i].array is not NULL and overlaps(out, <ndarray>s[i].array) and (
                    codes[i] != loop.codes[i] or not same_layout(out, <ndarray>s[i].array)):
                return None
    for i in range(nin):
        if s[i].array is not NULL and codes[i] != loop.codes[i]:
            a = converted(<ndarray>s[i].array, loop.codes[i])
            kept = [a] if kept is None else kept + [a]
            s[i].array = <void*>a
    if result is None:
        result = new_like(s, nin, loop.codes[nin], ndim, shape, "K")
        s[nin].array = <void*>result
    ensure_current()
    launch_elementwise(loop.plan, s, nin + 1, ndim, shape)
    return result


cdef object call(ufunc u, tuple inputs, tuple outputs, object where, object order, object casting, object signature):
    """The general call: any operands, casts, broadcasting, overlap, outputs, masks."""
    if where is True and signature is None and order == "K" and casting == "same_kind":
        result = plain(u, inputs, None if outputs is None else outputs[0])
        if result is not None:
            return result
    return _general(u, inputs, outputs, where, order, casting, signature)


cdef object _general(ufunc u, tuple inputs, tuple outputs, object where, object order, object casting,
                     object signature):
    cdef Source[MAX_OPERANDS] s
    cdef Py_ssize_t[MAX_RANK] shape
    cdef Loop* loop
    cdef ndarray a, o
    cdef list keep = []      # whatever a Source borrows
    cdef list results = []
    cdef list targets = []   # (user's array, array computed into)
    cdef int i, k, code, ndim, nin = u.nin, nout = u.nout
    cdef bint masked = where is not True, any_array = False
    codes = []
    for x in inputs:
        if not isinstance(x, ndarray):
            code = scalar_code(x)
            if code < 0:
                if isinstance(x, (list, tuple, range)):
                    x = asarray(x)
                    code = (<ndarray>x).code
                else:
                    hint = "; convert it with cupy.asarray" if isinstance(x, numpy.ndarray) else ""
                    raise TypeError(f"{u.__name__}: unsupported operand type {type(x).__name__}{hint}")
        if isinstance(x, ndarray):
            code = (<ndarray>x).code
            any_array = True
        codes.append(code)
        keep.append(x)
    if not any_array and codes[0] == WEAK_INT:
        if nin == 1:
            codes[0] = code_of_dtype(numpy.asarray(keep[0]).dtype)
        elif u.comparison and codes[1] == WEAK_INT:
            keep = [(keep[0] > keep[1]) - (keep[0] < keep[1]), 0]
            codes = [CUPY_INT64, CUPY_INT64]
    if signature is not None:
        signature = canonical_signature(u.__name__, u.nin, u.nout, signature)
    if nin < 3 and signature is None and casting == "same_kind":
        loop = u.loop(codes[0], codes[1] if nin == 2 else 0)
    else:
        key = (tuple(codes), signature, casting)
        found = u.loops.get(key)
        if found is None:
            found = <size_t>find_loop(u, key[0], signature, casting)
            u.loops[key] = found
        loop = <Loop*><size_t>found
    if not any_array:  # a launch needs at least one
        i = 1 if nin > 1 and codes[0] == WEAK_INT != codes[1] else 0
        keep[i] = asarray(keep[i], dtype_object(loop.codes[i]))

    asked = signature is not None and signature[:nin] != (None,) * nin  # for dtypes of the inputs
    if order == "A":  # what the operands are before they are converted decides
        order = "F" if all([(<ndarray>x).bits & F_CONTIGUOUS for x in keep if isinstance(x, ndarray)]) else "C"
    for i in range(nin):
        s[i].code = loop.codes[i]
        if isinstance(keep[i], ndarray):
            keep[i] = converted(<ndarray>keep[i], loop.codes[i])
            s[i].array = <void*>keep[i]
        else:
            s[i].array = NULL
            if codes[i] == WEAK_COMPLEX and CUPY_BOOL < loop.codes[i] < CUPY_COMPLEX64 \
                    and (casting != "unsafe" or asked):
                raise TypeError(f"{u.__name__}: a complex number is no operand of a loop over "
                                f"{dtype_object(loop.codes[i])}")
            try:
                # The casting rule has let one of NumPy's scalars pass; a Python number has to fit.
                if casting == "unsafe" or isinstance(keep[i], numpy.generic):
                    pack_unsafe(keep[i], loop.codes[i], s[i].scalar)
                else:
                    if codes[i] == WEAK_FLOAT and CUPY_BOOL < loop.codes[i] < CUPY_FLOAT16:
                        keep[i] = int(keep[i])  # so that one out of range is refused
                    pack_operand(keep[i], loop.codes[i], s[i].scalar)
            except OverflowError:
                if asked:
                    raise
                pack_beyond(u, keep, codes, i, s)
    # Outputs and the mask take part in the broadcast.
    for k in range(nout):
        s[nin + k].array = NULL if outputs is None or outputs[k] is None else <void*>outputs[k]
    s[nin + nout].array = NULL
    if masked:
        where = as_mask(where)
        s[nin + nout].array = <void*>where
    ndim = broadcast_shape(s, nin + nout + 1, shape)
    if outputs is not None:
        check_outputs(u, loop, s, outputs, ndim, shape, casting)

    for k in range(nout):
        o = None if outputs is None else outputs[k]
        code = loop.codes[nin + k]
        if o is None:
            o = new_like(s, nin, code, ndim, shape, order)
            a = o
            if masked:
                a = new_like(s, nin, code, ndim, shape, order)
        else:
            a = o
            if masked or o.code != code:
                a = new_like(s, nin, code, ndim, shape, "K")
            else:
                for i in range(nin):
                    if s[i].array is not NULL and overlaps(o, <ndarray>s[i].array) \
                            and not same_layout(o, <ndarray>s[i].array):
                        a = new_like(s, nin, code, ndim, shape, "K")
        results.append(o)
        targets.append(a)
        s[nin + k].array = <void*>a
        s[nin + k].code = code
    if u.op == _power and CUPY_BOOL < loop.codes[1] < CUPY_UINT8:
        refuse_negative(keep[1], where, tuple([shape[i] for i in range(ndim)]))
    if loop.plan is not NULL:
        ensure_current()
        launch_elementwise(loop.plan, s, nin + nout, ndim, shape)
    else:
        u.composed(keep[:nin], targets)
    for k in range(nout):
        o, a = results[k], targets[k]
        if masked:
            merge(where, converted(a, o.code), o)
        elif a is not o:
            copy_into(o, a)
    return results[0] if nout == 1 else tuple(results)


def as_mask(where):
    """Return the argument ``where`` of a ufunc as an array of bool; of host data only what is no array is converted."""
    mask = asarray(where if isinstance(where, (ndarray, numpy.ndarray)) else numpy.asarray(where, dtype=bool))
    if (<ndarray>mask).code != CUPY_BOOL:
        raise TypeError(f"Cannot cast array data from {mask.dtype!r} to dtype('bool') according to the rule 'safe'")
    return mask


cdef int merge(ndarray mask, ndarray new, ndarray out) except -1:
    """out[mask] = new[mask], by one launch."""
    cdef Source[4] s
    cdef int8_t[4] codes
    codes[0] = CUPY_BOOL
    codes[1] = codes[2] = codes[3] = out.code
    for i, a in enumerate((mask, new, out, out)):
        s[i].array = <void*>a
        s[i].code = codes[i]
    return launch_elementwise(plan_of("where", codes, 4), s, 4, out.rank, out.dims)


cdef inline bint is_negative_power(ufunc u, Loop* loop, object exponent) except -1:
    """Return whether this is an integer raised to a negative host integer, which NumPy refuses."""
    return u.op == _power and CUPY_BOOL < loop.codes[1] < CUPY_UINT8 and exponent < 0


cdef int refuse_negative(object exponents, object where, tuple shape) except -1:
    """Raise ValueError if an integer exponent that counts is negative; of an array this waits for the device."""
    if 0 in shape:
        return 0
    negative = exponents < 0
    if isinstance(negative, ndarray):
        if where is not True:
            negative = negative & where
        negative = negative.any().item()
    if negative:
        raise ValueError("Integers to negative integer powers are not allowed.")
    return 0


cdef int check_outputs(ufunc u, Loop* loop, const Source* s, tuple outputs, int ndim, const Py_ssize_t* shape,
                       object casting) except -1:
    """Raise NumPy's errors for outputs of a wrong shape or dtype."""
    cdef ndarray o
    cdef int i, k
    for k in range(u.nout):
        if outputs[k] is None:
            continue
        o = outputs[k]
        if not o.bits & WRITEABLE:
            raise ValueError("output array is read-only")
        fits = o.rank == ndim
        for i in range(ndim):
            fits = fits and o.dims[i] == shape[i]
        if not fits:
            wanted = tuple([shape[i] for i in range(ndim)])
            raise ValueError(f"{u.__name__}: non-broadcastable output operand with shape {shape_tuple(o)} doesn't match "
                             f"the broadcast shape {wanted}")
        if not can_cast_codes(loop.codes[u.nin + k], o.code, casting):
            raise output_casting_error(u.reference, casting, dtype_object(loop.codes[u.nin + k]), o.dtype, u.nin + k)
    return 0
