"""What the device computes by one operator and NumPy by several: `fuse` finds it in functions."""

from libc.stdint cimport int8_t
from libc.string cimport memset

from cupy._core._elementwise cimport Source, launch_elementwise, plan_of
from cupy._core._memory cimport current, ensure_current
from cupy._core._ndarray cimport fill_operand, ndarray, new_array
from cupy_backends.backend cimport _backend
from cupy_backends.backend._backend cimport cupyAttr, cupyOperand


def multiply_add(ndarray first, ndarray second, ndarray addend):
    """Return first * second + addend of three arrays of one shape and dtype."""
    cdef ndarray out = new_array(addend.code, addend.rank, addend.dims)
    cdef Source[4] sources
    cdef int8_t[4] codes
    cdef int k
    memset(sources, 0, sizeof(sources))
    for k, a in enumerate((addend, first, second, out)):
        sources[k].array = <void*>a
        sources[k].code = codes[k] = addend.code
    launch_elementwise(plan_of("addcmul", codes, 4), sources, 4, out.rank, out.dims)
    return out


def softmax(ndarray a, int axis):
    """Return exp(a - max) / sum along an axis of a floating array that is not empty."""
    cdef ndarray out = new_array(a.code, a.rank, a.dims)
    cdef cupyOperand[2] operands
    cdef cupyAttr attr
    cdef int8_t[2] codes
    codes[0] = codes[1] = a.code
    attr.i = axis
    fill_operand(&operands[0], a)
    fill_operand(&operands[1], out)
    ensure_current()
    _backend.launch(plan_of("softmax", codes, 2), operands, 2, &attr, current().stream, a.size)
    return out
