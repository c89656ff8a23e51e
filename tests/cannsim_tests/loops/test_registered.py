"""A host library's loops (NumPy's) take the place of ours where the table prefers them."""

import ctypes

import numpy as np
import pytest
from loops_api import Loops, cpu_isas, from_bfloat16, to_bfloat16


class UFunc(ctypes.Structure):
    """The public head of PyUFuncObject."""

    _fields_ = [
        ("refcount", ctypes.c_ssize_t), ("type", ctypes.c_void_p),
        ("nin", ctypes.c_int), ("nout", ctypes.c_int), ("nargs", ctypes.c_int), ("identity", ctypes.c_int),
        ("functions", ctypes.POINTER(ctypes.c_void_p)), ("data", ctypes.POINTER(ctypes.c_void_p)),
        ("ntypes", ctypes.c_int), ("reserved", ctypes.c_int),
        ("name", ctypes.c_char_p), ("types", ctypes.c_void_p),
    ]  # fmt: skip


def numpy_loop(ufunc, dtype):
    head = UFunc.from_address(id(ufunc))
    wanted = np.dtype(dtype).char
    for i, signature in enumerate(ufunc.types):
        inputs = signature.split("->")[0]
        if set(inputs) == {wanted}:
            return head.functions[i], head.data[i]
    raise KeyError(dtype)


@pytest.fixture(params=cpu_isas())
def lib(request):
    return Loops(request.param)  # a copy of its own: registration is global to a library


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
@pytest.mark.parametrize("op", ["exp", "log", "tan", "tanh", "arcsin", "log1p", "power"])
def test_registered_loop_is_bit_identical_to_numpy(lib, op, dtype):
    rng = np.random.default_rng(1)
    inputs = [rng.uniform(0.05, 0.95, 1000).astype(dtype) for _ in range(lib.nin(op))]
    own = lib.find(op, dtype)[0].value
    fn, data = numpy_loop(getattr(np, op), dtype)
    assert lib.register(op, dtype, fn, data)
    assert lib.find(op, dtype)[0].value == fn
    assert lib.apply(op, dtype, *inputs).tobytes() == getattr(np, op)(*inputs).tobytes()
    assert not lib.register(op, dtype, None, None)  # withdrawn
    assert lib.find(op, dtype)[0].value == own


def test_half_formats_follow_float32(lib):
    lib.register("exp", "float32", *numpy_loop(np.exp, "float32"))
    x = np.linspace(-5, 5, 777).astype(np.float16)
    assert lib.apply("exp", "float16", x).tobytes() == np.exp(x.astype("f")).astype(np.float16).tobytes()
    bits = to_bfloat16(np.linspace(-5, 5, 777))
    want = to_bfloat16(np.exp(from_bfloat16(bits)))
    np.testing.assert_array_equal(lib.apply("exp", "bfloat16", bits), want)


def test_ours_stays_where_it_is_preferred(lib):
    for op, dtype in [("add", "float32"), ("where", "float32"), ("less", "int32")]:
        before = lib.find(op, dtype)[0].value
        assert not lib.register(op, dtype, 0x1000, None)
        assert lib.find(op, dtype)[0].value == before


def test_unknown_names_are_refused(lib):
    assert not lib.register("no_such_function", "float32", 0x1000, None)
