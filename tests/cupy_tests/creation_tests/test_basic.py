"""Arrays filled with a value, from data, and from diagonals and triangles."""

import io

import numpy as np
import pytest

import cupy
from cupy.testing import DTYPES, LAYOUTS, check, sample

FILLED = [
    "xp.full((2, 2), 7)",
    "xp.full(3, True)",
    "xp.full((2, 2), 1.5, np.int32)",
    "xp.full((2, 3), xp.arange(3))",
    "xp.full((2, 3), xp.arange(4))",
    "xp.full_like(a, 2)",
    "xp.full_like(a, 2.5, dtype='f4')",
    "xp.zeros_like(a)",
    "xp.zeros_like(a, shape=(4,))",
    "xp.ones_like(a, 'c8')",
    "xp.identity(3)",
    "xp.identity(2, 'i1')",
    "xp.eye(3)",
    "xp.eye(2, 4, 1, 'f4')",
    "xp.eye(0)",
]
MATRICES = [
    "xp.diag(a, k)",
    "xp.diag(a[0], k)",
    "xp.diagflat(a, k)",
    "xp.tril(a, k)",
    "xp.triu(a, k)",
    "xp.tril(a[0], k)",
    "xp.triu(xp.stack([a, a]), k)",
]
FROM_DATA = [
    "xp.asanyarray([[1, 2], [3, 4]])",
    "xp.asarray(a, 'f4')",
    "xp.ascontiguousarray(a.T)",
    "xp.ascontiguousarray(xp.array(3))",
    "xp.asfortranarray(a)",
    "xp.copy(a)",
    "xp.copy(a, order='F')",
    "xp.astype(a, 'c8')",
    "xp.astype(a, a.dtype, copy=False)",
    "xp.require(a.T, 'f8', ['C'])",
    "xp.require(a, requirements='F')",
    "xp.require(a, requirements='X')",
    "xp.require(a, requirements=['C', 'F'])",
    "xp.frombuffer(b'\\x01\\x02\\x03', np.uint8, 2, 1)",
    "xp.fromiter(range(4), int)",
    "xp.fromstring('1 2 3', sep=' ')",
    "xp.fromfunction(lambda i, j: i * 10 + j, (2, 3))",
    "xp.fromfunction(lambda i: i, (4,), dtype='i4')",
    "xp.asarray_chkfinite([1., 2.])",
    "xp.asarray_chkfinite([1., np.inf])",
]


@pytest.mark.parametrize("body", FILLED)
def test_filled(body):
    check(body, sample((2, 3), "i4"))


@pytest.mark.parametrize("k", [-9, -2, -1, 0, 1, 3, 9])
@pytest.mark.parametrize("body", MATRICES)
def test_diagonals_and_triangles(body, k):
    check(body.replace("k)", f"{k})"), sample((3, 4), "f4"))


@pytest.mark.parametrize("k", [-2, 0, 5])
def test_tri(k):
    check(lambda xp: xp.tri(3, 4, k, dtype="i2"))
    check(lambda xp: xp.eye(3, 4, k))


@pytest.mark.parametrize("dtype", DTYPES)
def test_triangle_dtypes(dtype):
    check("xp.tril(a), xp.triu(a, 1), xp.diag(a), xp.tri(2, dtype=a.dtype)", sample((3, 3), dtype))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_triangle_layouts(layout):
    check("xp.tril(a), xp.diag(a, 1)", sample((2, 3, 3), "f8")[0], layout=layout)


def test_triangles_of_many_dimensions():
    check("xp.tril(a)", sample((1, 2, 1, 2, 1, 1, 1, 3, 3), "f4"))


@pytest.mark.parametrize("dtype", ["?", "i1", "u8", "f4", "c16"])
@pytest.mark.parametrize("arguments", ["", ", 3", ", 0", ", increasing=True"])
def test_vander(dtype, arguments):
    check(f"xp.vander(a{arguments})", sample(4, dtype))


@pytest.mark.parametrize("body", FROM_DATA)
def test_from_data(body):
    check(body, sample((2, 3), "i4"))


def test_text_files(tmp_path):
    check(lambda xp: xp.loadtxt(io.StringIO("1 2\n3 4"), dtype=np.float32))
    check(lambda xp: xp.genfromtxt(io.StringIO("1,,3"), delimiter=","))
    np.arange(3, dtype="i2").tofile(tmp_path / "numbers")
    check(lambda xp: xp.fromfile(tmp_path / "numbers", "i2"))


def test_asfarray():
    assert cupy.asfarray([1, 2], "i4").dtype == np.float64
    assert cupy.asfarray(cupy.ones(2, "i4"), "f4").dtype == np.float32


def test_orders():
    assert cupy.asfortranarray(cupy.ones((2, 3))).flags.f_contiguous
    assert cupy.require(cupy.ones((2, 3)), requirements="F").flags.f_contiguous
    assert cupy.require(cupy.ones((4, 3))[1:], requirements="O").base is None
    a = cupy.ones((2, 3))
    assert cupy.ascontiguousarray(a) is a


def test_host_arrays_are_refused():
    for call in (cupy.tril, cupy.diag, cupy.sum, cupy.sort, cupy.flip):
        with pytest.raises(TypeError, match="cupy.asarray"):
            call(np.ones((2, 2)))
    with pytest.raises(TypeError, match="cupy array"):
        cupy.astype(np.ones(2), "f4")
