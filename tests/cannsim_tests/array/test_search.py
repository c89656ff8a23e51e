import numpy as np
import pytest
from kernels import ALL, INTEGERS, KernelError, bfloat16, call, found, isas, layouts, make

SHAPES = [(1,), (9,), (1000,), (5000,), (5, 40), (40, 5), (3, 17, 9), (0,), (3, 0, 2)]


@pytest.mark.parametrize("dtype", [d for d in ALL if d != bfloat16], ids=str)
def test_searchsorted(dtype):
    rng = np.random.default_rng(0)
    for n in [0, 1, 2, 3, 8, 100, 1001]:
        table = np.sort(make(rng, (n,), dtype, -20, 20))
        values = make(rng, (6, 11), dtype, -25, 25)
        if dtype.kind in "fc":
            values[0, :3] = [np.nan, np.inf, -np.inf]
        order = rng.permutation(n)
        for laid in layouts(values):
            for right in (0, 1):
                out = np.zeros(values.shape, "i8")
                want = np.searchsorted(table, values, "right" if right else "left")
                for t in layouts(table):
                    call("searchsorted", out, t, laid, None, right)
                    assert (out == want).all()
                out = np.zeros(values.shape, "i4")
                shuffled = np.zeros(n, dtype)
                shuffled[order] = table
                call("searchsorted", out, shuffled, laid, order, right)
                assert (out == want).all()


def test_searchsorted_row_by_row():
    rng = np.random.default_rng(1)
    table, values = np.sort(rng.random((4, 30)), 1), rng.random((4, 7))
    out = np.zeros((4, 7), "i8")
    call("searchsorted", out, table, values, None, 0)
    assert (out == [np.searchsorted(t, v) for t, v in zip(table, values)]).all()
    with pytest.raises(KernelError, match="IndexOutOfRange"):
        call("searchsorted", out, table[0].copy(), values, np.full(30, 99), 0)
    with pytest.raises(KernelError, match="BadArgument"):
        call("searchsorted", out, table[:3], values, None, 0)


def test_bincount():
    rng = np.random.default_rng(2)
    for dtype in INTEGERS:
        a = rng.integers(0, 50, 3000).astype(dtype)
        for laid in layouts(a):
            out = np.zeros(60, "i8")
            call("bincount", out, laid, None, None)
            assert (out == np.bincount(a, minlength=60)).all()
    weights = rng.random(3000)
    out = np.zeros(50)
    call("bincount", out, a, weights, None)
    np.testing.assert_array_equal(out, np.bincount(a, weights, 50))
    for wrong in (-1, 50):
        a = a.astype("i4")
        a[17] = wrong
        with pytest.raises(KernelError, match="IndexOutOfRange"):
            call("bincount", out, a, None, None)


def test_histc():
    rng = np.random.default_rng(3)
    for a in [
        rng.random(1000).astype("f4") * 10,
        rng.integers(-5, 6, 500).astype("i4"),
        rng.random((20, 30)),
    ]:
        for low, high in [(0.0, 0.0), (1.0, 7.0)]:
            out = np.zeros(13, "i8")
            call("histc", out, a, low, high)
            want, _ = np.histogram(a, 13, (low, high) if low < high else None)
            assert np.abs(out - want).sum() <= 2 and out.sum() == want.sum()
    a[0, 0] = np.nan
    with pytest.raises(KernelError, match="BadArgument"):
        call("histc", out, a, 0.0, 0.0)
    with pytest.raises(KernelError, match="BadArgument"):
        call("histc", out, a, 2.0, 1.0)


@pytest.mark.parametrize("isa", isas())
@pytest.mark.parametrize("dtype", ALL, ids=str)
def test_nonzero(dtype, isa):
    call("select_isa", isa.encode(), raw=True)
    rng = np.random.default_rng(4)
    for shape in SHAPES:
        for density in (0, 0.01, 0.5, 1):
            a = np.asarray(rng.random(shape) < density).astype(dtype)
            for laid in layouts(a):
                want = np.argwhere(a)
                out = np.full((a.size, a.ndim), -1, "i8")
                assert found("nonzero", out, laid) == len(want)
                assert (out[: len(want)] == want).all()
                columns = np.full((a.ndim, a.size), -1, "i8")
                assert found("nonzero", columns.T, laid) == len(want)
                assert (columns[:, : len(want)] == want.T).all()
                few = np.full((len(want) // 2 + 1, a.ndim), -1, "i8")
                assert found("nonzero", few[:-1], laid) == len(want)
                assert (few[:-1] == want[: len(want) // 2]).all() and (few[-1] == -1).all()


@pytest.mark.parametrize("isa", isas())
@pytest.mark.parametrize("dtype", ALL, ids=str)
def test_masked_select(dtype, isa):
    call("select_isa", isa.encode(), raw=True)
    rng = np.random.default_rng(5)
    for shape in SHAPES:
        a = make(rng, shape, dtype)
        for density in (0, 0.02, 0.5, 1):
            mask = np.asarray(rng.random(shape) < density)
            want = a[mask]
            for x, m in zip(layouts(a), layouts(mask)):
                for y, o in ((x, m), (a, m), (x, mask)):
                    guard = np.full(len(want) + 3, 1, dtype)
                    assert found("masked_select", guard[: len(want)], y, o) == len(want)
                    assert guard[: len(want)].tobytes() == want.tobytes()
                    assert (guard[len(want) :] == 1).all()
            strided = np.zeros(2 * len(want), dtype)
            found("masked_select", strided[::2], a, mask.view("u1") * 7)
            assert strided[::2].tobytes() == want.tobytes()


def test_masked_select_broadcasts_and_refuses_a_short_output():
    a, mask = np.arange(12, dtype="f4").reshape(3, 4), np.array([True, False, True, True])
    out = np.zeros(12, "f4")
    assert found("masked_select", out, a, mask) == 9
    assert (out[:9] == a[:, mask].ravel()).all()
    assert found("masked_select", out, a[0], np.ones((3, 1), bool)) == 12
    assert (out == np.tile(a[0], 3)).all()
    with pytest.raises(KernelError, match="BadArgument"):
        found("masked_select", out[:8], a, mask)


@pytest.mark.parametrize("dtype", ALL, ids=str)
def test_masked_scatter(dtype):
    rng = np.random.default_rng(6)
    for shape in [(50,), (7, 9), (3, 4, 5)]:
        a, mask = make(rng, shape, dtype), rng.random(shape) < 0.4
        source = make(rng, (mask.sum() + 3,), dtype)
        want = a.copy()
        want[mask] = source[: mask.sum()]
        for x, m in zip(layouts(a.copy()), layouts(mask)):
            for s in layouts(source):
                x[...] = a
                call("masked_scatter", x, m, s)
                assert np.ascontiguousarray(x).tobytes() == want.tobytes()
    with pytest.raises(KernelError, match="BadArgument"):
        call("masked_scatter", a, np.ones(shape, bool), source[:4])


@pytest.mark.parametrize("dtype", ALL, ids=str)
def test_isin(dtype):
    rng = np.random.default_rng(7)
    a, test = make(rng, (20, 30), dtype, -9, 9), make(rng, (8,), dtype, -9, 9)
    if dtype.kind in "fc":
        a, test = a.round(), test.round()
        a[0, 0] = test[0] = np.nan
    for x in layouts(a):
        for t in (test, test[:0]):
            for invert in (0, 1):
                out = np.zeros(a.shape, bool)
                call("isin", out, x, t, invert)
                assert (
                    out
                    == (
                        np.isin(a.astype("f4"), t.astype("f4"), invert=invert)
                        if dtype == bfloat16
                        else np.isin(a, t, invert=invert)
                    )
                ).all()
