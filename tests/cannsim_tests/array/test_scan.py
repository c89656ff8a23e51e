import numpy as np
import pytest
from kernels import ALL, COMPLEX, FLOATS, HALVES, INTEGERS, KernelError, bfloat16, call, layouts, make

OPS = {"sum": 0, "prod": 1, "logsumexp": 2}
SHAPES = [(1,), (9,), (1000,), (5, 40), (40, 5), (3, 17, 9), (2, 3, 4, 5)]


def scan(op, a, axis, dtype, exclusive=False, reverse=False):
    out = np.zeros(a.shape, dtype)
    call("scan", OPS[op], out, a, axis, exclusive, reverse)
    return out


def cases(dtype, low=-50, high=50):
    rng = np.random.default_rng(0)
    for shape in SHAPES:
        a = make(rng, shape, dtype, low, high)
        for laid in layouts(a):
            for axis in range(a.ndim):
                yield a, laid, axis


@pytest.mark.parametrize("dtype", FLOATS + INTEGERS + COMPLEX, ids=str)
def test_cumsum_is_bit_equal_to_numpys(dtype):
    for a, laid, axis in cases(dtype):
        assert (scan("sum", laid, axis, dtype) == a.cumsum(axis, dtype=dtype)).all()
        assert (scan("sum", laid, axis, "c16") == a.cumsum(axis, dtype="c16")).all()


@pytest.mark.parametrize("dtype", FLOATS + INTEGERS + COMPLEX, ids=str)
def test_cumprod(dtype):
    for a, laid, axis in cases(dtype, 0.9 if dtype.kind in "fc" else -3, 1.1 if dtype.kind in "fc" else 4):
        np.testing.assert_allclose(
            scan("prod", laid, axis, dtype),
            a.cumprod(axis, dtype=dtype),
            rtol=1e-3 if dtype.itemsize < 16 and dtype.kind in "fc" else 1e-10,
        )


@pytest.mark.parametrize("dtype", HALVES, ids=str)
def test_halves_carry_float32(dtype):
    for a, laid, axis in cases(dtype, 0, 1):
        assert (scan("sum", laid, axis, dtype) == a.astype("f4").cumsum(axis, dtype="f4").astype(dtype)).all()


def test_exclusive_and_reverse():
    for dtype in ("f4", "i4", "f2", "c8"):
        for a, laid, axis in cases(np.dtype(dtype), 0, 9):
            wide = a.astype("f4" if dtype == "f2" else dtype)
            kind = wide.dtype
            backwards = np.flip(np.flip(wide, axis).cumsum(axis, dtype=kind), axis)
            assert (scan("sum", laid, axis, dtype, reverse=True) == backwards.astype(dtype)).all()
            shifted = np.roll(wide.cumsum(axis, dtype=kind), 1, axis)
            shifted[(slice(None),) * axis + (0,)] = 0
            assert (scan("sum", laid, axis, dtype, exclusive=True) == shifted.astype(dtype)).all()


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
def test_logcumsumexp(dtype):
    for a, laid, axis in cases(dtype):
        np.testing.assert_allclose(
            scan("logsumexp", laid, axis, dtype),
            np.logaddexp.accumulate(a.astype("f8"), axis),
            rtol=1e-5,
            atol=1e-5,
        )
    a = np.array([-np.inf, -np.inf, 1, np.inf, np.inf, 2, np.nan, 3], dtype)
    with np.errstate(invalid="ignore"):
        np.testing.assert_allclose(scan("logsumexp", a, 0, dtype), np.logaddexp.accumulate(a), rtol=1e-6)


def test_in_place_and_scalar():
    a = np.arange(12, dtype="f4").reshape(3, 4)
    want = a.cumsum(0)
    call("scan", 0, a, a, 0, 0, 0)
    assert (a == want).all()
    assert scan("sum", np.array(3, "f4"), 0, "f4") == 3
    with pytest.raises(KernelError, match="BadArgument"):
        scan("sum", a, 2, "f4")


@pytest.mark.parametrize("dtype", ALL, ids=str)
@pytest.mark.parametrize("largest", [1, 0])
def test_cummax_and_cummin(dtype, largest):
    function = np.maximum if largest else np.minimum
    for a, laid, axis in cases(dtype, 0, 5):
        if dtype.kind in "f" and a.size > 3 and dtype != bfloat16:
            a.flat[a.size // 2] = np.nan
            laid.flat[a.size // 2] = np.nan
        values, indices = np.zeros(a.shape, dtype), np.zeros(a.shape, "i8")
        call("scan_extrema", largest, values, indices, laid, axis)
        wide = a.astype("f4") if dtype == bfloat16 else a
        np.testing.assert_array_equal(values.astype(wide.dtype), function.accumulate(wide, axis))
        np.testing.assert_array_equal(np.take_along_axis(wide, indices, axis), values.astype(wide.dtype))
        assert (np.diff(indices, axis=axis) >= 0).all()


def test_extrema_index_is_the_latest():
    values, indices = np.zeros(5, "f4"), np.zeros(5, "i4")
    call("scan_extrema", 1, values, indices, np.array([1, 1, 0, 1, 2], "f4"), 0)
    assert indices.tolist() == [0, 1, 1, 3, 4]
