"""Intermediate results of expressions: the `b * c` of `a + b * c` is of no use once the sum is there, so that a large
sum takes its memory.

One reference is no proof that nobody uses an array any more: C code may hold it. The proof is that the operator was
called by the interpreter itself, whose reference lies on its stack.
"""

from cpython.object cimport PyObject

from cupy._core._dtype cimport itemsizes, scalar_code
from cupy._core._memory cimport current
from cupy._core._ndarray cimport C_CONTIGUOUS, WRITEABLE, ndarray
from cupy._core._ufunc cimport Loop, ufunc

cdef extern from *:
    """
    #if PY_VERSION_HEX >= 0x030E0000

    /* Local variables lend their reference to the stack: only Python itself can tell. */
    static int called_by_interpreter(PyObject *x) { return PyUnstable_Object_IsUniqueReferencedTemporary(x); }

    #elif defined(__GLIBC__)

    #include <dlfcn.h>
    #include <execinfo.h>
    #include <string.h>

    enum { CUPY_OTHER, CUPY_CORE, CUPY_NUMBER, CUPY_EVAL };
    static struct { void *address; int kind; } cupy_callers[64];

    static int kind_of(void *address) {
        const size_t slot = ((size_t)address >> 2 ^ (size_t)address >> 8) % 64;
        Dl_info found;
        int kind = CUPY_OTHER;
        if (cupy_callers[slot].address == address) return cupy_callers[slot].kind;
        if (dladdr((char *)address - 1, &found)) {
            const char *name = found.dli_sname ? found.dli_sname : "";
            if (!strncmp(name, "PyNumber_", 9)) kind = CUPY_NUMBER;
            else if (!strcmp(name, "_PyEval_EvalFrameDefault")) kind = CUPY_EVAL;
            else if (found.dli_fname && strstr(found.dli_fname, "cupy/_core/_")) kind = CUPY_CORE;
        }
        cupy_callers[slot].address = address;
        cupy_callers[slot].kind = kind;
        return kind;
    }

    /* These modules, called by PyNumber_Add or its like (no more seen where that ends in a jump), called by the loop
       over bytecodes. */
    static int called_by_interpreter(PyObject *x) {
        void *frames[12];
        const int n = backtrace(frames, 12);
        int i = 0;
        (void)x;
        while (i < n && kind_of(frames[i]) == CUPY_CORE) ++i;
        while (i < n && kind_of(frames[i]) == CUPY_NUMBER) ++i;
        return i < n && kind_of(frames[i]) == CUPY_EVAL;
    }

    #else

    static int called_by_interpreter(PyObject *x) { (void)x; return 0; }

    #endif
    """
    bint called_by_interpreter(PyObject* x) noexcept

cdef enum:
    WORTHWHILE = 1 << 18  # bytes: below, looking around costs more than memory


cdef ndarray reusable(ufunc u, object x, object y):
    cdef bint unary = y is None
    if Py_REFCNT(<PyObject*>x) == 1 and is_idle(<PyObject*>x) and fits(u, <PyObject*>x, x, y, unary):
        return <ndarray>x
    if not unary and Py_REFCNT(<PyObject*>y) == 1 and is_idle(<PyObject*>y) and fits(u, <PyObject*>y, x, y, False):
        return <ndarray>y
    return None


cdef bint is_idle(PyObject* x) noexcept:
    """Return whether `x`, of one reference, is a large array that owns its memory and has no views."""
    cdef ndarray a
    if type(<object>x) is not ndarray or (<ndarray>x).size < WORTHWHILE // 16:
        return False
    a = <ndarray>x
    return (a.size * itemsizes[a.code] >= WORTHWHILE and a._base is None and a.block.refs == 1 and a.block.bin >= 0
            and a.block.arena is current().arena and a.bits & C_CONTIGUOUS and a.bits & WRITEABLE)


cdef bint fits(ufunc u, PyObject* place, object x, object y, bint unary) except -1:
    """Return whether u(x, y) has the dtype, shape and layout of one of them, the temporary at `place`."""
    cdef ndarray a = <ndarray>place
    cdef int cx = (<ndarray>x).code if type(x) is ndarray else scalar_code(x)
    cdef int cy = 0 if unary else (<ndarray>y).code if type(y) is ndarray else scalar_code(y)
    cdef Loop* loop
    if cx < 0 or cy < 0 or u.nin != 2 - unary or u.nout != 1:
        return False
    loop = u.loop(cx, cy)
    if not loop.same or loop.plan is NULL or loop.codes[u.nin] != a.code:
        return False
    if type(x) is ndarray and <PyObject*>x is not place and not runs_along(<ndarray>x, a):
        return False
    if not unary and type(y) is ndarray and <PyObject*>y is not place and not runs_along(<ndarray>y, a):
        return False
    return called_by_interpreter(place)


cdef bint runs_along(ndarray other, ndarray a) noexcept:
    """Return whether `other` broadcasts to the shape of `a`, its axes in the same order."""
    cdef int i, lead = a.rank - other.rank
    cdef Py_ssize_t stride, last = 0
    if lead < 0:
        return False
    for i in range(other.rank - 1, -1, -1):
        if other.dims[i] == 1:
            continue
        stride = abs(other.dims[other.rank + i])
        if other.dims[i] != a.dims[lead + i] or stride < last:
            return False
        last = stride
    return True
