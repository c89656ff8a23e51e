import numpy as np
import pytest
from kernels import ALL, KernelError, bfloat16, call, found, isas, layouts, make, use_numpy_sorts

SHAPES = [(1,), (2,), (30,), (300,), (20000,), (7, 40), (300, 5), (3, 17, 9), (0,), (3, 0)]
SHAPES += [(2, 20), (21,), (63,), (2, 64), (1023,), (1024,), (1025,)]  # where another way begins


@pytest.fixture(params=["own", "numpy"], autouse=True)
def sorts(request):
    use_numpy_sorts(request.param == "numpy")
    yield
    use_numpy_sorts(False)


def wide(a):
    return a.astype("f4") if a.dtype == bfloat16 else a


def arrays(dtype):
    rng = np.random.default_rng(0)
    for shape in SHAPES:
        for low, high in [(-3, 4), (-100, 100), (-(2**40), 2**40)]:
            if high > 100 and dtype.itemsize < 8:
                continue
            a = make(rng, shape, dtype, low, high)
            if dtype.kind in "fc" or dtype == bfloat16:
                a[rng.random(shape) < 0.05] = np.nan
                a[rng.random(shape) < 0.05] = -0.0
                a[rng.random(shape) < 0.05] = -np.inf
                if dtype.kind == "c":
                    a.imag[rng.random(shape) < 0.05] = np.nan
                a[rng.random(shape) < 0.1] = 0
            yield a


def stable_order(a, axis, descending):
    """Indices of a stable sort with NaN as the largest."""
    w = wide(a)
    if not descending:
        return np.argsort(w, axis=axis, kind="stable")
    n = a.shape[axis]
    flipped = np.argsort(np.flip(w, axis), axis=axis, kind="stable")
    return np.flip(n - 1 - flipped, axis)


@pytest.mark.parametrize("dtype", ALL, ids=str)
def test_values_and_stable_indices(dtype):
    for a in arrays(dtype):
        for axis in range(a.ndim):
            for descending in (False, True):
                order = stable_order(a, axis, descending)
                want = np.take_along_axis(a, order, axis)
                for laid in layouts(a):
                    values, indices = np.zeros(a.shape, dtype), np.zeros(a.shape, "i8")
                    call("sort", values, indices, laid, axis, descending)
                    assert (indices == order).all()
                    assert values.tobytes() == want.tobytes()
                    alone = np.zeros(a.shape, dtype)
                    call("sort", alone, None, laid, axis, descending)
                    np.testing.assert_array_equal(wide(alone), wide(want))
                    short = np.zeros(a.shape, "i4")
                    call("sort", None, short, laid, axis, descending)
                    assert (short == order).all()


@pytest.mark.parametrize("dtype", ALL, ids=str)
@pytest.mark.parametrize(
    "shape, axis", [((700, 100), 0), ((3, 50, 40), 1), ((2, 3000, 17), 1), ((40, 16), 0)]
)
def test_lines_that_adjoin_are_sorted_some_at_a_time(dtype, shape, axis):
    a = make(np.random.default_rng(0), shape, dtype, -30, 30)
    for descending in (False, True):
        order = stable_order(a, axis, descending)
        for apart in (axis, -1):  # places follow one another along the lines, or across them
            places = np.zeros(np.moveaxis(a, apart, -1).shape, "i8")
            indices, values = np.moveaxis(places, -1, apart), a.copy()
            call("sort", values, indices, values, axis, descending)
            assert (indices == order).all()
            assert values.tobytes() == np.take_along_axis(a, order, axis).tobytes()
            call("sort", None, indices, a, axis, descending)
            assert (indices == order).all()


LONG = 300_007  # divided among buckets


def lines(dtype, n):
    rng = np.random.default_rng(2)
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        a = rng.standard_normal(n).astype(dtype)
        b = rng.random(n).astype(dtype)
        b[rng.random(n) < 0.01] = np.nan
        b[rng.random(n) < 0.01] = -0.0
        b[rng.random(n) < 0.01] = 0.0
        b[:3] = np.inf, -np.inf, np.finfo(dtype).tiny / 4
    else:
        info = np.iinfo(dtype)
        a = rng.integers(info.min, info.max, n, dtype, endpoint=True)
        b = (rng.random(n) < 0.5).astype(dtype)
        b[7] = info.max
    few = a.copy()
    few[rng.random(n) < 0.98] = a[0]
    return a, b, few, np.full(n, 3, dtype), np.sort(a), np.sort(a)[::-1].copy()


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "i2", "u4", "i4", "i8", "u8"])
def test_long_lines(dtype):
    for a in lines(dtype, LONG):
        values, indices = np.zeros_like(a), np.zeros(LONG, "i8")
        order = np.argsort(a, kind="stable")
        call("sort", values, indices, a, 0, False)
        assert (indices == order).all()
        assert values.tobytes() == a[order].tobytes()
        call("sort", values, None, a, 0, False)
        np.testing.assert_array_equal(values, a[order])


@pytest.mark.parametrize("isa", isas())
@pytest.mark.parametrize("dtype", ["f4", "f8", "i4", "u4", "i8", "u8"])
def test_words_of_keys_and_places(dtype, isa):
    call("select_isa", isa.encode(), raw=True)
    for n in (25, 256, 300, 2000, 40_000, 140_000):
        for a in lines(dtype, n):
            for descending in (False, True):
                values, indices = np.zeros_like(a), np.zeros(n, "i8")
                order = stable_order(a, 0, descending)
                call("sort", values, indices, a, 0, descending)
                assert (indices == order).all()
                assert values.tobytes() == a[order].tobytes()


@pytest.mark.parametrize("n", [131_583, 140_000, 2**18 - 1])
def test_permutations_fill_every_bucket_alike(n):
    a = np.random.default_rng(3).permutation(n).astype("i4")
    values, indices = np.zeros_like(a), np.zeros(n, "i8")
    call("sort", values, indices, a, 0, False)
    assert (values == np.arange(n)).all()
    assert (a[indices] == values).all()


@pytest.mark.parametrize("dtype", ["f4", "i8", "u1"])
def test_in_place(dtype):
    a = make(np.random.default_rng(1), (50, 60), dtype)
    for axis in (0, 1):
        for order in "CF":
            b = a.copy(order)
            call("sort", b, None, b, axis, False)
            assert (b == np.sort(a, axis)).all()
            b, index = a.copy(order), np.zeros(a.shape, "i8")
            call("sort", b, index, b, axis, False)
            assert (b == np.sort(a, axis)).all()


@pytest.mark.parametrize("dtype", ALL, ids=str)
def test_topk_and_kth(dtype):
    for a in arrays(dtype):
        if 0 in a.shape:
            continue
        axis = a.ndim - 1
        for k in {1, min(3, a.shape[-1]), a.shape[-1]}:
            for largest in (0, 1):
                order = stable_order(a, axis, largest)[..., :k]
                values, indices = np.zeros(order.shape, dtype), np.zeros(order.shape, "i8")
                call("topk", values, indices, a, axis, k, largest)
                assert (indices == order).all()
                assert values.tobytes() == np.take_along_axis(a, order, axis).tobytes()
            values, indices = np.zeros(a.shape[:-1], dtype), np.zeros(a.shape[:-1], "i8")
            call("kth_value", values, indices, a, axis, k - 1)
            assert (indices == stable_order(a, axis, False)[..., k - 1]).all()
    with pytest.raises(KernelError, match="BadArgument"):
        call("topk", np.zeros(5, "f4"), None, np.zeros(4, "f4"), 0, 5, 1)


def test_many_equal_high_bits():
    rng = np.random.default_rng(2)
    a = np.concatenate([rng.integers(0, 50, 5000), [2**62, -(2**62)], rng.integers(0, 2**40, 5000)])
    index = np.zeros(a.shape, "i8")
    call("sort", None, index, a, 0, False)
    assert (index == np.argsort(a, kind="stable")).all()
    d = np.concatenate([rng.random(5000), 1e300 * rng.random(5000), 1 + rng.integers(0, 9, 5000) * 2.0**-52])
    index = np.zeros(d.shape, "i8")
    call("sort", None, index, d, 0, False)
    assert (index == np.argsort(d, kind="stable")).all()


@pytest.mark.parametrize("dtype", ALL, ids=str)
def test_unique(dtype):
    for a in arrays(dtype):
        if dtype == bfloat16:
            continue  # NumPy has no sort for it to compare with
        for laid in layouts(a):
            want, first, inverse, counts = np.unique(laid, True, True, True)
            n = a.size
            values = np.zeros(n, dtype)
            v = {k: np.zeros(s, "i8") for k, s in {"first": n, "inverse": a.shape, "counts": n}.items()}
            m = found("unique", values, v["inverse"], v["counts"], v["first"], laid, 1)
            assert m == len(want)
            np.testing.assert_array_equal(values[:m], want)
            if not (dtype.kind == "c" and np.isnan(a).any()):
                np.testing.assert_array_equal(v["inverse"], inverse.reshape(a.shape))
                np.testing.assert_array_equal(v["counts"][:m], counts)
                np.testing.assert_array_equal(v["first"][:m], first)
            assert found("unique", values, None, v["counts"], None, laid, 1) == m
            np.testing.assert_array_equal(values[:m], want)


def test_unique_with_distinct_nans():
    a = np.array([np.nan, 1, np.nan, 1], "f4")
    values = np.zeros(4, "f4")
    assert found("unique", values, None, None, None, a, 0) == 3
    assert found("unique", values, None, None, None, a, 1) == 2


@pytest.mark.parametrize("dtype", ["f4", "i8", "?", "c8", "u2"])
def test_unique_slices(dtype):
    rng = np.random.default_rng(3)
    for shape in [(30, 2), (2, 30), (20, 2, 2), (1, 1), (5,)]:
        a = make(rng, shape, dtype, 0, 2)
        if dtype == "c8":
            a = a.round()
        for axis in range(a.ndim):
            for laid in layouts(a):
                want, first, inverse, counts = np.unique(a, True, True, True, axis=axis)
                values, n = np.zeros(a.shape, dtype), a.shape[axis]
                inv, cnt, fst = (np.zeros(n, "i8") for _ in range(3))
                m = found("unique_slices", values, inv, cnt, fst, laid, axis)
                assert m == want.shape[axis]
                np.testing.assert_array_equal(values.take(range(m), axis), want)
                np.testing.assert_array_equal(inv, inverse.ravel())
                np.testing.assert_array_equal(cnt[:m], counts)
                np.testing.assert_array_equal(fst[:m], first)


def test_unique_consecutive():
    a = np.array([[1, 1, 2], [2, 2, 1], [1, 1, 1]], "i4")
    for laid in layouts(a):
        values, inverse, counts = np.zeros(9, "i4"), np.zeros((3, 3), "i8"), np.zeros(9, "i8")
        assert found("unique_consecutive", values, inverse, counts, laid, -1) == 3
        assert values[:3].tolist() == [1, 2, 1] and counts[:3].tolist() == [2, 3, 4]
        assert inverse.ravel().tolist() == [0, 0, 1, 1, 1, 2, 2, 2, 2]
    b = np.array([[1, 2], [1, 2], [3, 4], [1, 2]], "f4")
    values, inverse, counts = np.zeros((4, 2), "f4"), np.zeros(4, "i8"), np.zeros(4, "i8")
    assert found("unique_consecutive", values, inverse, counts, b, 0) == 3
    assert values[:3].tolist() == [[1, 2], [3, 4], [1, 2]] and counts[:3].tolist() == [2, 1, 1]
    assert inverse.tolist() == [0, 0, 1, 2]
