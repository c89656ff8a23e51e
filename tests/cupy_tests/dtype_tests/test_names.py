"""What names a dtype: NumPy's answer, or a refusal that says what to do."""

import io
import numbers
import pickle

import ml_dtypes
import numpy as np
import pytest

import cupy
from cupy.testing import check

CODES = [
    *"?bhilqBHILQefdFDpPnN", *("b1 i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 c8 c16".split()),
    *("<f4 =f4 |i1 |b1 <i8 <c16 =u2 >i1 >u1 >?".split()),
    *("""
      bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64
      complex128 half single double csingle cdouble byte ubyte short ushort intc uintc int_ uint
      intp uintp long ulong longlong ulonglong int float complex bool_
      """.split()),
]  # fmt: skip
OBJECTS = [
    bool, int, float, complex, np.bool_, np.integer, np.signedinteger, np.unsignedinteger, np.floating,
    np.inexact,
    np.complexfloating, np.number, np.generic, np.character, np.flexible, np.float32, np.dtype("f4"), None,
    np.longlong, np.ulonglong, np.intc, 5, 1.5, "E", "Float32", "int0", "i16", "u3",
    "f1", "c4", "", "float8", "no such", ["f4"], ("f4",), np.arange(3),
]  # fmt: skip
ABSENT = [
    "g", "G", "O", "S", "U", "V", "m", "M", "c", "f16", "c32", "object", "str", "bytes", "datetime64",
    "M8[s]",
    "m8[ns]", "longdouble", "clongdouble", "S5", "U3", "V4", "f4,f4", "(2,)f4", "3f4", object, str, bytes,
    np.void,
    np.longdouble, np.clongdouble, np.dtype([("a", "f4")]), [("a", "f4")],
    {"names": ["a"], "formats": ["f4"]},
    np.dtypes.StringDType(), ml_dtypes.float8_e4m3fn, ml_dtypes.int4, list, numbers.Number, memoryview, ">f4",
    ">i8",
    np.dtype(">c8"), np.datetime64, np.timedelta64, np.str_, np.bytes_, ("f4", (2,)), {},
]  # fmt: skip


@pytest.mark.parametrize("name", CODES + OBJECTS, ids=repr)
def test_names(name):
    for body in (
        lambda xp: xp.empty(2, name).dtype,
        lambda xp: xp.array([1, 0], name),
        lambda xp: xp.ones(2).astype(name),
        lambda xp: xp.zeros_like(xp.ones(2, "i1"), dtype=name),
        lambda xp: xp.result_type(name, np.int8) if not isinstance(name, (int, float, np.ndarray)) else 0,
        lambda xp: xp.arange(2, dtype=name),
    ):
        check(body)


@pytest.mark.parametrize("name", ABSENT, ids=repr)
def test_what_arrays_do_not_hold_is_refused(name):
    for call in (
        lambda: cupy.empty(2, name),
        lambda: cupy.array([1, 2], dtype=name),
        lambda: cupy.ones(2).astype(name),
        lambda: cupy.full_like(cupy.ones(2), 1, dtype=name),
        lambda: cupy.add(cupy.ones(2), 1, dtype=name),
        lambda: cupy.ones(2).sum(dtype=name),
        lambda: cupy.arange(3, dtype=name),
        lambda: cupy.ones(2).view(name),
    ):
        with pytest.raises(TypeError, match="is not supported: arrays hold .*; .+|byte order; convert"):
            call()


@pytest.mark.parametrize("values, advice", [
    ([None], "dtype=float"), (["a"], "astype"), ([b"a"], "astype"), (np.array(["2020"], "M8[D]"), "view"),
    (np.array([1], "m8[s]"), "view"), (np.ones(2, "g"), "float64"), (np.ones(2, "G"), "complex128"),
    (np.ones(2, "i4,f4"), "each field"), (np.ones(2, ml_dtypes.float8_e5m2), "astype"),
    ([2**64], "dtype=float"),
    ([1, "a"], "astype"), ([object()], "dtype=float"), (np.array(["a"], np.dtypes.StringDType()), "astype"),
])  # fmt: skip
def test_data_that_is_no_number(values, advice):
    for call in (cupy.array, cupy.asarray, cupy.asanyarray, cupy.ascontiguousarray):
        with pytest.raises(TypeError, match=advice):
            call(values)


@pytest.mark.parametrize("code", "hilHILefdFD")
def test_other_byte_order_is_converted(code):
    host = np.arange(-3, 4).astype(code).astype(np.dtype(code).newbyteorder(">"))
    for copy in (cupy.asarray(host), cupy.array(host[::2]), cupy.asarray(host, dtype="D")):
        assert copy.dtype.isnative
    np.testing.assert_array_equal(cupy.asarray(host).get(), host)


@pytest.mark.parametrize("name", ["Float32DType", "Int64DType", "BoolDType", "Complex64DType"])
def test_classes_of_dtypes(name):
    name = getattr(np.dtypes, name)
    check(
        lambda xp: (xp.empty(2, name).dtype, xp.zeros(2, name), xp.array([1, 2], name), xp.full(2, 1, name))
    )


SPELLINGS = {"name": lambda: "bfloat16", "type": lambda: ml_dtypes.bfloat16, "cupy": lambda: cupy.bfloat16,
             "dtype": lambda: np.dtype(ml_dtypes.bfloat16),
             "array's": lambda: cupy.ones(1, "bfloat16").dtype}  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_bfloat16_by_every_name(spelling):
    name = SPELLINGS[spelling]()
    for a in (cupy.empty(2, name), cupy.zeros(2, name), cupy.full(2, 0.1, name), cupy.array([1, 2.5], name),
              cupy.arange(3, dtype=name), cupy.linspace(0, 1, 3, dtype=name), cupy.eye(2, dtype=name),
              cupy.ones(2).astype(name), cupy.ones(2).sum(dtype=name), cupy.add(1, cupy.ones(2), dtype=name),
              cupy.asarray(np.ones(2), dtype=name), cupy.ones(2, "u2").view(name)):  # fmt: skip
        assert a.dtype == ml_dtypes.bfloat16 and a.itemsize == 2
    assert cupy.dtype(name if spelling != "name" else cupy.bfloat16).name == "bfloat16"
    assert cupy.result_type(name, 1.0) == cupy.promote_types(name, "i1") == ml_dtypes.bfloat16
    assert cupy.finfo(name).bits == 16 and cupy.isdtype(
        name if spelling != "name" else cupy.bfloat16, "real floating"
    )


def test_bfloat16_without_ml_dtypes_loaded():
    """The library loads ml_dtypes when a program first names bfloat16."""
    import subprocess
    import sys

    text = (
        "import sys, cupy as cp; assert 'ml_dtypes' not in sys.modules; print(cp.ones(2, 'bfloat16') + 1.5)"
    )
    assert (
        subprocess.run([sys.executable, "-c", text], capture_output=True, text=True).stdout == "[2.5 2.5]\n"
    )


def test_bfloat16_is_printed_as_numpy_does():
    host = np.array([[0.1, 1, 2.5], [np.nan, np.inf, -0.0]], ml_dtypes.bfloat16)
    for a in (host, host[:, :0], host[0], np.arange(3000).astype(ml_dtypes.bfloat16), host.reshape(1, 2, 3)):
        assert repr(cupy.asarray(a)) == repr(a) and str(cupy.asarray(a)) == str(a)
    assert repr(cupy.asarray(host[0, 0])) == repr(np.asarray(host[0, 0]))
    assert f"{cupy.asarray(host[0, 0]):.4f}" == "0.1001"
    assert cupy.array2string(cupy.asarray(host), separator=";") == np.array2string(host, separator=";")


def test_bfloat16_travels():
    host = np.arange(65536, dtype="u2").view(ml_dtypes.bfloat16)  # every NaN too
    a = cupy.asarray(host)

    def same(b):
        return b.dtype == host.dtype and b.tobytes() == host.tobytes()

    assert same(a.get()) and same(cupy.asnumpy(a)) and same(a.copy()) and same(a[::-1][::-1].get())
    assert all(
        same(pickle.loads(pickle.dumps(a, protocol))) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
    )
    assert same(a.view("u2").view("bfloat16")) and same(cupy.frombuffer(a.tobytes(), "bfloat16"))
    assert same(a.reshape(256, 256).T.copy().T.ravel()) and same(cupy.concatenate([a[:9], a[9:]]))
    out = np.empty(65536, host.dtype)
    assert same(a.get(out=out)) and same(out)
    file = io.BytesIO()
    cupy.savez(file, a=a)
    file.seek(0)
    assert same(cupy.load(file)["a"])
    file = io.BytesIO()
    cupy.save(file, a)
    file.seek(0)
    assert same(cupy.load(file))
    assert cupy.asarray(a.tolist()[:5], "bfloat16").dtype == host.dtype and isinstance(a[5].item(), float)


FAMILY = ["?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "e", "f", "d", "F", "D"]


@pytest.mark.parametrize("other", FAMILY)
def test_bfloat16_among_dtypes(other):
    """As float16 among the others; beside float16 both become float32."""
    bfloat16 = np.dtype(ml_dtypes.bfloat16)
    common = np.dtype("f") if other == "e" else np.promote_types("e", other)
    common = bfloat16 if common == np.dtype("e") else common
    for found in (cupy.promote_types("bfloat16", other), cupy.promote_types(other, bfloat16),
                  cupy.result_type(cupy.ones(1, other), cupy.ones(2, bfloat16)),
                  (cupy.ones(1, other) + cupy.ones(2, bfloat16)).dtype,
                  cupy.concatenate([cupy.ones(1, other), cupy.ones(2, bfloat16)]).dtype,
                  cupy.where(True, cupy.ones(1, other), cupy.ones(2, bfloat16)).dtype):  # fmt: skip
        assert found == common
    assert (
        cupy.result_type(bfloat16, other, 1.0) == np.result_type(common, 1.0)
        if common != bfloat16
        else bfloat16
    )
    for casting in ("no", "equiv", "safe", "same_kind", "unsafe"):
        strict = casting in ("no", "equiv") or other == "e" and casting == "safe"
        assert cupy.can_cast(other, bfloat16, casting) == (not strict and np.can_cast(other, "e", casting))
        assert cupy.can_cast(bfloat16, other, casting) == (not strict and np.can_cast("e", other, casting))
    assert not cupy.isdtype(np.dtype(other), bfloat16) and not cupy.issubdtype(other, bfloat16)


def test_bfloat16_in_the_hierarchy():
    b = cupy.bfloat16
    for kind in ("real floating", "numeric", ("bool", "real floating"), b, ("integral", b)):
        assert cupy.isdtype(b, kind) and cupy.isdtype(np.dtype(b), kind)
    for kind in ("bool", "integral", "complex floating", np.float16, ("signed integer", np.float32)):
        assert not cupy.isdtype(b, kind)
    assert all(cupy.issubdtype(b, t) for t in (b, np.floating, np.inexact, np.number, np.generic))
    assert not any(cupy.issubdtype(b, t) for t in (np.float16, float, np.integer, np.complexfloating, bool))
    with pytest.raises(ValueError):
        cupy.isdtype(b, "no such kind")
    limits, own = cupy.finfo(b), ml_dtypes.finfo(b)
    assert (limits.eps, limits.max, limits.tiny) == (own.eps, own.max, own.tiny)
    assert cupy.finfo(cupy.ones(1, b)).bits == cupy.finfo("bfloat16").bits == 16
    with pytest.raises(ValueError):
        cupy.iinfo(b)
    ones = cupy.ones(2, b)
    assert cupy.common_type(ones) is b and cupy.common_type(ones, cupy.ones(1, "e")) is np.float32
    assert cupy.common_type(ones, cupy.ones(1, int)) is np.float64 and cupy.min_scalar_type(ones) == b


@pytest.mark.parametrize("body", [
    "str(xp.finfo('f4'))", "repr(xp.finfo(np.complex64))", "str(xp.finfo(np.float16))",
    "xp.finfo(np.float64(1)).bits",
    "xp.finfo('i4')", "xp.finfo(bool)", "xp.iinfo('u1').max", "xp.iinfo(int).min", "xp.iinfo('f4')",
    "xp.isdtype(np.dtype('f4'), 'real floating')", "xp.isdtype(np.dtype('i4'), ('bool', 'integral'))",
    "xp.isdtype(np.float32, np.float64)", "xp.isdtype(np.float32, 'x')", "xp.isdtype('f4', 'numeric')",
    "xp.isdtype(5, 5)",
    "xp.issubdtype('f4', np.floating)", "xp.issubdtype(int, np.signedinteger)",
    "xp.issubdtype(np.float32, float)",
    "xp.issubdtype('f4', 'f8')", "xp.issubdtype('S1', np.character)", "xp.mintypecode('dF')",
    "xp.mintypecode('f')",
    "xp.typename('d')", "xp.common_type(xp.ones(2, 'e'))",
    "xp.common_type(xp.ones(2, 'i4'), xp.ones(2, 'F'))",
    "xp.common_type(xp.ones(2, '?'))", "xp.common_type()", "xp.min_scalar_type(300)",
    "xp.min_scalar_type(-300)",
    "xp.min_scalar_type(2**70)", "xp.min_scalar_type(1e30)", "xp.min_scalar_type(1e300)",
    "xp.min_scalar_type(1j)",
    "xp.min_scalar_type(True)", "xp.min_scalar_type('a')", "xp.min_scalar_type(xp.ones(2, 'i8'))",
    "xp.min_scalar_type(xp.asarray(3))", "xp.result_type()", "xp.result_type(1)", "xp.result_type(True, 1)",
    "xp.result_type(1, 2.0)", "xp.result_type(1j, np.float32)", "xp.result_type(np.float32(3), 1.5)",
    "xp.result_type(xp.ones((), 'f4'), xp.ones(2, 'f2'))", "xp.result_type(xp.ones(2, 'u1'), 2**70)",
    "xp.result_type('O')",
    "xp.result_type('S3', 'i4')", "xp.result_type([1, 2])", "xp.result_type('M8[s]', 'i4')",
    "xp.result_type(None)",
    "xp.promote_types('i4', 'f4')", "xp.promote_types('i8', 'u8')", "xp.promote_types('>i4', '>i4')",
    "xp.promote_types('S1', 'i4')", "xp.promote_types('M8', 'f4')", "xp.promote_types(int, complex)",
    "xp.can_cast('i4', 'f4')",
    "xp.can_cast(1, 'f4')", "xp.can_cast(1.0, 'f4')", "xp.can_cast(True, 'f4')",
    "xp.can_cast(np.int64(1), 'i1')",
    "xp.can_cast(xp.ones(2, 'i8'), 'i1')", "xp.can_cast('i4', object)", "xp.can_cast('i4', 'S4')",
    "xp.can_cast('i4', 'x')",
    "xp.can_cast('i4', 'f4', 'x')", "xp.can_cast('i4', '>i4')", "xp.can_cast('i4', '>i4', 'no')",
    "xp.can_cast('g', 'd')",
    "xp.can_cast(np.dtype('f8'), np.dtype('f4'), 'same_kind')", "xp.can_cast('f8', 'f4', None)",
    "xp.can_cast('M8', 'i8')",
])  # fmt: skip
def test_questions(body):
    check(body)
