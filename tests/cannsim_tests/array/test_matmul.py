import numpy as np
import pytest
from kernels import (
    ALL,
    COMPLEX,
    FLOATS,
    HALVES,
    INTEGERS,
    KernelError,
    bfloat16,
    blas_library,
    call,
    isas,
    layouts,
    make,
)


@pytest.fixture(params=["blas", "own"], autouse=True)
def library(request):
    if request.param == "blas":
        path = blas_library()
        if not path:
            pytest.skip("NumPy bundles no OpenBLAS here")
        assert call("set_blas", path, b"scipy_", b"64_", 1, raw=True)
    yield request.param
    call("clear_blas", raw=True, result=None)


def matmul(a, b, out=None, dtype=None):
    if out is None:
        out = np.full(
            np.matmul(
                a.astype("f8") if a.dtype == bfloat16 else a, b.astype("f8") if b.dtype == bfloat16 else b
            ).shape,
            1,
            dtype or a.dtype,
        )
    call("matmul", out, a, b)
    return out


SIZES = [(1, 1, 1), (4, 4, 4), (3, 5, 7), (1, 40, 30), (40, 1, 30), (40, 30, 1), (17, 33, 65), (100, 64, 70)]


@pytest.mark.parametrize("dtype", ALL, ids=str)
def test_all_layouts(dtype):
    rng = np.random.default_rng(0)
    tolerance = {"float16": 2e-3, "bfloat16": 1e-2, "float32": 1e-5, "complex64": 1e-5}.get(str(dtype), 1e-12)
    for m, n, k in SIZES:
        a, b = make(rng, (m, k), dtype, -2, 3), make(rng, (k, n), dtype, -2, 3)
        exact = dtype.kind in "iub"
        wide = dtype if exact else "c16" if dtype.kind == "c" else "f8"
        want = a.astype(wide) @ b.astype(wide)
        scale = None if exact else np.abs(a.astype(wide)) @ np.abs(b.astype(wide))
        for x in layouts(a):
            for y in layouts(b):
                for out in layouts(np.ones((m, n), dtype)):
                    matmul(x, y, out)
                    if exact:
                        assert (out == want).all()
                    else:
                        assert (np.abs(out.astype(wide) - want) <= tolerance * scale).all()


@pytest.mark.parametrize("dtype", HALVES, ids=str)
def test_halves_round_once(dtype):
    rng = np.random.default_rng(1)
    a, b = make(rng, (120, 300), dtype, -1, 1), make(rng, (300, 90), dtype, -1, 1)
    exact = a.astype("f8") @ b.astype("f8")
    got = matmul(a, b).astype("f8")
    ulp = 2.0 ** -(8 if dtype == bfloat16 else 11)
    error = np.abs(a.astype("f8")) @ np.abs(b.astype("f8")) * 300 * 2.0**-25
    assert (np.abs(got - exact) <= np.abs(exact) * ulp * 1.01 + error).all()
    np.testing.assert_allclose(matmul(a, b, dtype="f4"), exact, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("dtype", ["i4", *FLOATS, *COMPLEX], ids=str)
@pytest.mark.parametrize("rows", [100, 256, 300, 513])
def test_products_with_the_own_transpose(rows, dtype, library):
    a = make(np.random.default_rng(rows), (rows, 40), dtype, -2, 3)
    want = a @ a.T
    scale = np.abs(a) @ np.abs(a).T
    for laid in layouts(a):
        for out in layouts(np.ones((rows, rows), dtype)):
            matmul(laid, laid.T, out)
            assert (np.abs(out - want) <= 1e-5 * scale).all()
            if library == "blas" and rows >= 256:
                assert (out == out.T).all()
    other = a[::-1].copy()  # of the same shape, but not the same
    assert (np.abs(matmul(a, other.T) - a @ other.T) <= 1e-5 * (np.abs(a) @ np.abs(other).T)).all()
    square = make(np.random.default_rng(1), (rows, rows), dtype, -2, 3)
    want, scale = square @ square, np.abs(square) @ np.abs(square)
    assert (np.abs(matmul(square, square) - want) <= 1e-5 * scale).all()


def test_vectors_and_batches():
    rng = np.random.default_rng(2)
    shapes = [
        ((5,), (5,)),
        ((300,), (300,)),
        ((4, 5), (5,)),
        ((5,), (5, 6)),
        ((3, 4, 5), (5,)),
        ((5,), (3, 5, 6)),
        ((2, 3, 4, 5), (5, 6)),
        ((2, 1, 4, 5), (3, 5, 6)),
        ((4, 5), (7, 5, 6)),
        ((40, 30, 20), (20, 10)),
        ((2, 0, 5), (5, 3)),
        ((0, 4, 5), (5, 3)),
        ((200, 100), (100,)),
        ((100,), (100, 200)),
    ]
    for dtype in FLOATS + COMPLEX + [np.dtype("i4")]:
        for sa, sb in shapes:
            a, b = make(rng, sa, dtype, -3, 3), make(rng, sb, dtype, -3, 3)
            for x in layouts(a):
                for y in layouts(b):
                    np.testing.assert_allclose(matmul(x, y), a @ b, rtol=1e-4, atol=1e-4)
    a = np.broadcast_to(make(rng, (20, 30), "f4"), (6, 20, 30))
    b = make(rng, (6, 30, 10), "f4")
    np.testing.assert_allclose(matmul(a, b), a @ b, rtol=1e-4, atol=1e-2)


def test_empty_inner_axis_gives_zeros_and_old_output_is_not_read():
    out = np.full((3, 4), np.nan, "f4")
    matmul(np.zeros((3, 0), "f4"), np.zeros((0, 4), "f4"), out)
    assert (out == 0).all()
    rng = np.random.default_rng(3)
    for m, n, k in SIZES:
        for dtype in FLOATS + COMPLEX:
            out = np.full((m, n), np.nan, dtype)
            assert np.isfinite(matmul(make(rng, (m, k), dtype), make(rng, (k, n), dtype), out)).all()


def test_nan_and_inf_travel():
    a, b = np.ones((20, 20), "f4"), np.ones((20, 20), "f4")
    a[3, 4], b[7, 8] = np.inf, np.nan
    b[4, 5] = 0
    got = matmul(a, b)
    with np.errstate(invalid="ignore"):
        np.testing.assert_array_equal(got, a.astype("f8") @ b.astype("f8"))


def test_broadcast_operands_of_zero_stride():
    a = np.broadcast_to(np.arange(30, dtype="f4"), (20, 30))
    b = np.broadcast_to(np.arange(30, dtype="f4")[:, None], (30, 10))
    np.testing.assert_allclose(matmul(a, b), np.ascontiguousarray(a) @ np.ascontiguousarray(b))


@pytest.mark.parametrize("dtype", ALL, ids=str)
def test_windows_times_a_vector(dtype):
    rng = np.random.default_rng(5)
    tolerance = {"float16": 2e-3, "bfloat16": 1e-2, "float32": 1e-5, "complex64": 1e-5}.get(str(dtype), 1e-12)
    for rows, width in ((2, 100), (100, 2), (1000, 33), (40, 300), (200_000, 3)):
        line, v = make(rng, (rows + width - 1,), dtype, -2, 3), make(rng, (width,), dtype, -2, 3)
        windows = np.lib.stride_tricks.sliding_window_view(line, width)
        wide = dtype if dtype.kind in "iub" else "c16" if dtype.kind == "c" else "f8"
        for vector in (v, np.ascontiguousarray(v[::-1])[::-1], np.repeat(v, 2)[::2]):
            got = matmul(windows, vector.reshape(-1, 1), np.ones((rows, 1), dtype))[:, 0]
            want = windows.astype(wide) @ v.astype(wide)
            if dtype.kind in "iub":
                assert (got == want).all()
            else:
                scale = np.abs(windows.astype(wide)) @ np.abs(v.astype(wide))
                assert (np.abs(got.astype(wide) - want) <= tolerance * scale).all()


def test_contradictions_are_refused():
    f = np.zeros
    with pytest.raises(KernelError, match="BadArgument"):
        call("matmul", f((3, 4), "f4"), f((3, 5), "f4"), f((6, 4), "f4"))
    with pytest.raises(KernelError, match="BadArgument"):
        call("matmul", f((3, 3), "f4"), f((3, 5), "f4"), f((5, 4), "f4"))
    with pytest.raises(KernelError, match="UnsupportedDType"):
        call("matmul", f((3, 4), "f4"), f((3, 5), "f4"), f((5, 4), "f8"))


def test_own_integer_products_agree_for_every_instruction_set():
    rng = np.random.default_rng(4)
    for isa in isas():
        call("select_isa", isa.encode(), raw=True)
        for dtype in INTEGERS:
            a, b = make(rng, (37, 300), dtype), make(rng, (300, 600), dtype)
            assert (matmul(a, b) == a @ b).all()


def test_missing_library_is_refused():
    assert not call("set_blas", b"/nonexistent.so", b"", b"", 0, raw=True)
