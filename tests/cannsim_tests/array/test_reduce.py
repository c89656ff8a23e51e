import itertools

import numpy as np
import pytest
from kernels import ALL, COMPLEX, FLOATS, HALVES, INTEGERS, KernelError, bfloat16, call, isas, layouts, make

OPS = {
    name: i
    for i, name in enumerate(
        ["sum", "prod", "max", "min", "any", "all", "count_nonzero", "mean", "nansum", "logsumexp", "norm"]
    )
}
SHAPES = [(), (1,), (5,), (300,), (3, 70), (70, 3), (6, 5, 7), (2, 40, 33), (1, 600), (600, 2), (40, 3, 2, 4)]


def subsets(ndim):
    for k in range(ndim + 1):
        yield from itertools.combinations(range(ndim), k)


def reduce(op, a, axes, dtype, keepdims=False, p=2.0):
    shape = [1 if i in axes else n for i, n in enumerate(a.shape) if keepdims or i not in axes]
    out = np.zeros(shape, dtype)
    call("reduce", OPS[op], out, a, sum(1 << i for i in axes), p)
    return out


def each_case(dtype, low=-50, high=50, seed=0):
    rng = np.random.default_rng(seed)
    for shape in SHAPES:
        a = make(rng, shape, dtype, low, high)
        for axes in subsets(a.ndim):
            for laid in layouts(a):
                yield a, laid, axes


@pytest.mark.parametrize("dtype", INTEGERS, ids=str)
@pytest.mark.parametrize("op", ["sum", "prod", "max", "min"])
def test_integers_wrap_in_the_output_dtype(op, dtype):
    for a, laid, axes in each_case(dtype):
        want = (
            getattr(np, op)(a, axis=axes, dtype=dtype)
            if op in ("sum", "prod")
            else getattr(np, op)(a, axis=axes)
        )
        assert (reduce(op, laid, axes, dtype) == want).all()
        if op == "sum":
            assert (
                reduce(op, laid, axes, "i8", keepdims=True) == a.sum(axis=axes, dtype="i8", keepdims=True)
            ).all()


@pytest.mark.parametrize("isa", isas())
@pytest.mark.parametrize("dtype", FLOATS + COMPLEX, ids=str)
def test_sum_and_mean_within_pairwise_error(dtype, isa):
    call("select_isa", isa.encode(), raw=True)
    eps = np.finfo(dtype).eps
    for a, laid, axes in each_case(dtype):
        exact = a.astype("c16" if dtype.kind == "c" else "f8")
        bound = 8 * eps * np.abs(exact).sum(axis=axes) + 1e-300
        assert (np.abs(reduce("sum", laid, axes, dtype) - exact.sum(axis=axes)) <= bound).all()
        n = a.size // max(1, np.prod([m for i, m in enumerate(a.shape) if i not in axes], dtype=int))
        assert (np.abs(reduce("mean", laid, axes, dtype) - exact.mean(axis=axes)) <= bound / n).all()


@pytest.mark.parametrize("dtype", HALVES, ids=str)
def test_halves_accumulate_in_float32_and_round_once(dtype):
    for a, laid, axes in each_case(dtype, 0, 1):
        wide = a.astype("f8")
        for op in ("sum", "mean"):
            got = reduce(op, laid, axes, dtype).astype("f8")
            want = getattr(wide, op)(axis=axes)
            assert (
                np.abs(got - want.astype(dtype).astype("f8"))
                <= np.abs(want) * 2.0 ** (-10 if dtype != bfloat16 else -7)
            ).all()
        assert (reduce("max", laid, axes, dtype) == a.max(axis=axes)).all()
    # 4096 ones exceed what a float16 or bfloat16 accumulator could count
    assert float(reduce("sum", np.ones(4096, dtype), (0,), dtype)) == 4096


RUNS = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 100, 127, 128, 129, 200, 255, 256, 257, 300]


@pytest.mark.parametrize("isa", isas())
@pytest.mark.parametrize("dtype", ALL, ids=str)
def test_each_element_of_a_run_counts_once(dtype, isa):
    call("select_isa", isa.encode(), raw=True)
    for n in RUNS:
        ones = np.eye(n, dtype=dtype)
        assert (reduce("sum", ones, (1,), dtype) == dtype.type(1)).all()
        assert (reduce("sum", ones, (1,), "c16" if dtype.kind == "c" else "f8") == 1).all()
        assert reduce("any", ones, (1,), bool).all()
        assert (reduce("max", ones, (1,), dtype) == dtype.type(1)).all()
        zeros = 1 - ones if dtype.kind != "b" else ~ones
        assert not reduce("all", zeros, (1,), bool).any()
        assert not reduce("min", zeros, (1,), dtype).any()
        assert (reduce("prod", np.where(ones, 3, 1).astype(dtype), (1,), dtype) == dtype.type(3)).all()
        if dtype in FLOATS + HALVES + COMPLEX:
            nans = np.where(ones, np.nan, 1).astype(dtype)
            assert np.isnan(reduce("max", nans, (1,), dtype).astype("c16")).all()


@pytest.mark.parametrize("dtype", FLOATS + COMPLEX, ids=str)
def test_prod(dtype):
    for a, laid, axes in each_case(dtype, 0.9, 1.1):
        np.testing.assert_allclose(
            reduce("prod", laid, axes, dtype), a.prod(axis=axes), rtol=700 * np.finfo(dtype).eps, atol=0
        )


@pytest.mark.parametrize("dtype", FLOATS + HALVES + COMPLEX + [np.dtype(bool)], ids=str)
@pytest.mark.parametrize("op", ["max", "min"])
def test_extrema_exact_and_nan_wins(op, dtype):
    for a, laid, axes in each_case(dtype):
        assert (reduce(op, laid, axes, dtype) == getattr(np, op)(a, axis=axes)).all()
    if dtype.kind == "b":
        return
    rng = np.random.default_rng(5)
    for n in [1, 3, 17, 64, 65, 1000, 5000, 70000]:
        a = make(rng, (n,), dtype)
        a[rng.integers(n)] = np.nan
        for laid in layouts(a):
            assert np.isnan(reduce(op, laid, (0,), dtype).astype("c16"))
    a = make(rng, (40, 50), dtype)
    a[3, 7] = np.nan
    for axis in (0, 1):
        np.testing.assert_array_equal(
            np.isnan(reduce(op, a, (axis,), dtype).astype("c16")), np.isnan(a.astype("c16")).any(axis=axis)
        )


@pytest.mark.parametrize("dtype", ALL, ids=str)
def test_any_all_count(dtype):
    rng = np.random.default_rng(6)
    for shape in SHAPES:
        for density in (0.0, 0.02, 0.98, 1.0):
            a = np.asarray(rng.random(shape) < density).astype(dtype)
            for axes in subsets(a.ndim):
                for laid in layouts(a):
                    truth = a.astype(bool)
                    assert (reduce("any", laid, axes, bool) == truth.any(axis=axes)).all()
                    assert (reduce("all", laid, axes, "u1") == truth.all(axis=axes)).all()
                    assert (reduce("count_nonzero", laid, axes, "i8") == truth.sum(axis=axes)).all()


def test_count_of_many():
    rng = np.random.default_rng(7)
    for n in [0, 1, 7, 8, 63, 2039, 2040, 2041, 100000]:
        a = rng.integers(0, 3, n).astype("u1")
        assert call("count_nonzero", a, raw=True, result=__import__("ctypes").c_int64) == np.count_nonzero(a)
        assert call("count_nonzero", a.view("?") if n else a, raw=True) == np.count_nonzero(a)


@pytest.mark.parametrize("dtype", FLOATS + COMPLEX, ids=str)
def test_nansum(dtype):
    for a, laid, axes in each_case(dtype):
        b = laid.copy(order="K") if laid.ndim else laid.copy()
        b[a.real > 20] = np.nan
        reference = np.nansum(np.where(a.real > 20, np.nan, a), axis=axes)
        np.testing.assert_allclose(reduce("nansum", b, axes, dtype), reference, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
def test_logsumexp(dtype):
    from scipy.special import logsumexp

    for a, laid, axes in each_case(dtype):
        np.testing.assert_allclose(
            reduce("logsumexp", laid, axes, dtype), logsumexp(a.astype("f8"), axis=axes), rtol=1e-6, atol=1e-6
        )
    with np.errstate(all="ignore"):
        for values in ([np.inf, 1], [-np.inf, -np.inf], [-np.inf, 3], [1000, 1000], [np.nan, 1]):
            a = np.array(values, dtype)
            np.testing.assert_allclose(reduce("logsumexp", a, (0,), dtype), np.logaddexp.reduce(a), rtol=1e-6)


@pytest.mark.parametrize("p", [0.0, 1.0, 2.0, 3.0, 0.5, np.inf, -np.inf, -1.0])
@pytest.mark.parametrize("dtype", FLOATS + COMPLEX + HALVES + [np.dtype("i4")], ids=str)
def test_norm(dtype, p):
    real = {"c": {8: "f4", 16: "f8"}.get(dtype.itemsize), "i": "f8"}.get(dtype.kind, dtype)
    tolerance = 2.0**-6 if dtype == bfloat16 else 2e-3 if dtype.itemsize == 2 else 1e-5
    for a, laid, axes in each_case(dtype, 1, 5):
        if len(axes) == 0:
            continue
        wide = a.astype("c16" if dtype.kind == "c" else "f8")
        flat = np.moveaxis(wide, axes, range(-len(axes), 0)).reshape(
            *[n for i, n in enumerate(a.shape) if i not in axes], -1
        )
        want = np.linalg.norm(flat, ord=p, axis=-1)
        if dtype.itemsize == 2 and want.max() > 6e4:
            continue
        np.testing.assert_allclose(reduce("norm", laid, axes, real, p=p).astype("f8"), want, rtol=tolerance)


@pytest.mark.parametrize("dtype", FLOATS + COMPLEX + HALVES, ids=str)
def test_variance(dtype):
    real = {8: "f4", 16: "f8"}[dtype.itemsize] if dtype.kind == "c" else dtype
    tolerance = 2.0**-6 if dtype == bfloat16 else 2e-3 if dtype.itemsize == 2 else 1e-4
    for a, laid, axes in each_case(dtype, -3, 4):
        wide = a.astype("c16" if dtype.kind == "c" else "f8")
        shape = [n for i, n in enumerate(a.shape) if i not in axes]
        var, mean = np.zeros(shape, real), np.zeros(shape, dtype)
        mask = sum(1 << i for i in axes)
        with np.errstate(all="ignore"):
            for ddof in (0, 1):
                call("variance", var, mean, laid, mask, float(ddof), 0)
                import warnings

                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    want = wide.var(axis=axes, ddof=ddof)
                np.testing.assert_allclose(var.astype("f8"), want, rtol=tolerance, atol=1e-5)
            call("variance", var, mean, laid, mask, 0.0, 1)
        np.testing.assert_allclose(var.astype("f8"), wide.std(axis=axes), rtol=tolerance, atol=1e-5)
        np.testing.assert_allclose(
            mean.astype("c16"),
            wide.mean(axis=axes),
            rtol=tolerance,
            atol=1e-2 if dtype.itemsize == 2 else 1e-6,
        )


def test_reductions_of_nothing():
    a = np.zeros((3, 0, 4), "f4")
    assert (reduce("sum", a, (1,), "f4") == 0).all()
    assert (reduce("prod", a, (1,), "f4") == 1).all()
    assert reduce("all", a, (0, 1, 2), bool)
    assert not reduce("any", a, (0, 1, 2), bool)
    assert np.isnan(reduce("mean", a, (1,), "f4")).all()
    assert (reduce("logsumexp", a, (1,), "f4") == -np.inf).all()
    assert reduce("max", a, (0,), "f4").shape == (0, 4)
    with pytest.raises(KernelError, match="BadArgument"):
        reduce("max", a, (1,), "f4")


@pytest.mark.parametrize("n", [1 << 12, 1 << 20, 3_000_001])
def test_float32_sum_is_at_least_as_accurate_as_pairwise(n):
    rng = np.random.default_rng(8)
    ours, numpys = [], []
    for _ in range(5):
        a = rng.random(n, dtype="f4")
        exact = a.sum(dtype="f8")
        ours.append(abs(float(reduce("sum", a, (0,), "f4")) - exact))
        numpys.append(abs(float(a.sum()) - exact))
    assert np.mean(ours) <= 2 * np.mean(numpys) + exact * 2.0**-24


@pytest.mark.parametrize(
    "shape, axes", [((1_500_000,), (0,)), ((700, 900), (0,)), ((700, 900), (1,)), ((50000, 3), (0,))]
)
def test_sums_are_bit_equal_for_every_instruction_set(shape, axes):
    a = np.random.default_rng(9).standard_normal(shape, dtype="f4")
    results = set()
    for isa in isas():
        call("select_isa", isa.encode(), raw=True)
        results.add(reduce("sum", a, axes, "f4").tobytes())
    assert len(results) == 1


def test_long_runs_and_columns_against_float64():
    rng = np.random.default_rng(10)
    for shape in [(5_000_000,), (3, 400_000), (400_000, 3), (2000, 1500), (20, 30, 2000), (300_000, 2, 3)]:
        a = rng.standard_normal(shape, dtype="f4")
        for axes in subsets(a.ndim):
            if not axes:
                continue
            want = a.sum(axis=axes, dtype="f8")
            bound = 1e-6 * np.abs(a).sum(axis=axes, dtype="f8")
            assert (np.abs(reduce("sum", a, axes, "f4") - want) <= bound).all(), (shape, axes)
            assert (reduce("max", a, axes, "f4") == a.max(axis=axes)).all()


@pytest.mark.parametrize("dtype", ["f4", "f8", "i4"])
def test_columns_of_a_wider_array(dtype):
    rng = np.random.default_rng(11)
    whole = make(rng, (4200, 300), dtype)
    for rows in (15, 17, 255, 257, 511, 512, 513, 1000, 4096, 4200):
        for cols in (1, 5, 50, 130, 290):
            a = whole[:rows, :cols]
            np.testing.assert_allclose(
                reduce("sum", a, (0,), dtype), a.sum(0, dtype="f8"), rtol=1e-4, atol=0.05
            )
            assert (reduce("max", a, (0,), dtype) == a.max(0)).all()


@pytest.mark.parametrize("dtype", ["f4", "f8", "i2", "i8", "?", "c8"])
@pytest.mark.parametrize("inner", [3, 255, 256, 3000])
def test_broadcast_axes(dtype, inner):
    rng = np.random.default_rng(3)
    row = make(rng, (5, inner), np.dtype(dtype), 0, 9)
    shape = (4, 5, 6, inner, 2)
    a = np.broadcast_to(row[None, :, None, :, None], shape)
    wide = {"f": "f8", "c": "c16"}.get(a.dtype.kind, "i8")
    for axes in subsets(5):
        got = reduce("sum", a, axes, "i8" if a.dtype.kind in "bi" else dtype)
        np.testing.assert_allclose(got, a.sum(axes, wide), rtol=1e-5)
        if dtype != "c8":
            assert (reduce("max", a, axes, dtype) == a.max(axes)).all()
