"""Integers, permutations and choices."""

import cupy
import numpy as np
import pytest

stats = pytest.importorskip("scipy.stats")


@pytest.mark.parametrize(
    "low, high, dtype",
    [
        (0, 10, "i1"),
        (-128, 128, "i1"),
        (0, 256, "u1"),
        (5, 6, "i4"),
        (-(2**63), 2**63, "i8"),
        (0, 2**64, "u8"),
        (0, 2, "?"),
        (0, 2**40, "i8"),
        (-(2**31), 2**31, "i4"),
        (0, 2**32, "u4"),
        (3, 2**63, "u8"),
        (-300, 300, "i2"),
    ],
)
def test_integers(low, high, dtype):
    for x in (
        cupy.random.RandomState(2).randint(low, high, 4000, dtype),
        cupy.random.default_rng(2).integers(low, high - 1, 4000, dtype, endpoint=True),
    ):
        assert x.dtype == np.dtype(dtype)
        values = [int(v) for v in x.get()]
        assert low <= min(values) and max(values) < high
        if high - low > 2**20:
            assert stats.kstest([(v - low) / (high - low) for v in values], "uniform").pvalue > 1e-3
        elif high - low > 1:
            counts = np.bincount(np.array(values) - low, minlength=high - low)
            assert stats.chisquare(counts).pvalue > 1e-3


def test_one_bound():
    assert set(cupy.random.randint(3, size=100).get()) == {0, 1, 2}
    assert set(cupy.random.random_integers(3, size=100).get()) == {1, 2, 3}
    assert cupy.random.randint(3).shape == ()
    assert int(cupy.random.get_random_state().tomaxint()) >= 0


def test_arrays_of_bounds():
    g = cupy.random.default_rng(1)
    x = g.integers([1, 5, -7], [3, 8, 100], size=(3000, 3)).get()
    assert x.min(axis=0).tolist() == [1, 5, -7] and x.max(axis=0).tolist() == [2, 7, 99]
    x = g.integers(cupy.array([1, 5]), 10, size=(1000, 2), endpoint=True).get()
    assert x.min(axis=0).tolist() == [1, 5] and x.max(axis=0).tolist() == [10, 10]
    assert g.integers([1, 2], [[3], [4]]).shape == (2, 2)


@pytest.mark.parametrize(
    "arguments, keywords, error",
    [
        ((5, 5), {}, ValueError),
        ((0, 300), {"dtype": "i1"}, ValueError),
        ((-1, 3), {"dtype": "u1"}, ValueError),
        ((0, 3), {"dtype": float}, TypeError),
        ((float("nan"),), {}, ValueError),
        ((float("inf"),), {}, OverflowError),
        ((0, 3), {"dtype": ">i4"}, ValueError),
        (([1, 2], [1, 5]), {}, ValueError),
        (([0], [300]), {"dtype": "i1"}, ValueError),
        ((3,), {"size": -1}, ValueError),
        ((np.array([1]),), {}, TypeError),
    ],
)
def test_bad_bounds(arguments, keywords, error):
    with pytest.raises(error):
        cupy.random.randint(*arguments, **keywords)


def test_permutation():
    g = cupy.random.default_rng(0)
    assert sorted(g.permutation(100).get()) == list(range(100))
    assert g.permutation(100).get().tolist() != list(range(100))
    assert g.permutation(0).shape == (0,)
    a = np.arange(12).reshape(4, 3)
    x = g.permutation(cupy.asarray(a)).get()
    assert sorted(x.tolist()) == a.tolist()
    x = g.permutation(cupy.asarray(a), axis=1).get()
    assert sorted(x.T.tolist()) == a.T.tolist()
    assert g.permutation(-1).shape == (0,)
    for bad, error in ((2.5, TypeError), (cupy.array(3), ValueError)):
        with pytest.raises(error):
            cupy.random.permutation(bad)


def test_every_permutation_is_equally_likely():
    g = cupy.random.default_rng(9)
    seen = [tuple(g.permutation(3).get()) for _ in range(600)]
    assert stats.chisquare([seen.count(p) for p in set(seen)]).pvalue > 1e-3 and len(set(seen)) == 6


def test_shuffle():
    for shuffle in (cupy.random.shuffle, cupy.random.default_rng(1).shuffle):
        x = cupy.arange(12).reshape(4, 3)
        shuffle(x)
        assert sorted(x.get().tolist()) == np.arange(12).reshape(4, 3).tolist()
    x = cupy.arange(12).reshape(3, 4)
    cupy.random.default_rng(1).shuffle(x[:, ::2], axis=1)
    assert x.get()[:, 1::2].tolist() == [[1, 3], [5, 7], [9, 11]]
    for bad in ([1, 2], 3, cupy.array(1)):
        with pytest.raises(TypeError):
            cupy.random.shuffle(bad)


def test_permuted():
    g = cupy.random.default_rng(4)
    a = np.arange(60).reshape(6, 10)
    x = g.permuted(cupy.asarray(a), axis=1).get()
    np.testing.assert_array_equal(np.sort(x, axis=1), a)
    assert len({tuple(row - row.min()) for row in x}) > 1
    assert sorted(g.permuted(cupy.asarray(a)).get().ravel()) == list(range(60))
    out = cupy.zeros((6, 10), int)
    assert g.permuted(cupy.asarray(a), axis=0, out=out) is out
    np.testing.assert_array_equal(np.sort(out.get(), axis=0), a)


def test_choice():
    g = cupy.random.default_rng(2)
    x = g.choice(4, 4000, p=[0.1, 0.2, 0.3, 0.4]).get()
    assert stats.chisquare(np.bincount(x), np.array([400, 800, 1200, 1600])).pvalue > 1e-3
    assert not (g.choice(3, 1000, p=cupy.array([0.5, 0.0, 0.5])).get() == 1).any()
    x = g.choice(cupy.array([5.0, 6.0, 7.0]), (2, 3))
    assert x.shape == (2, 3) and set(x.get().ravel()) <= {5, 6, 7}
    assert sorted(g.choice(5, 5, replace=False).get()) == [0, 1, 2, 3, 4]
    assert g.choice(cupy.arange(12).reshape(3, 4), 2, axis=1).shape == (3, 2)
    assert g.choice(3).shape == () and g.choice(0, 0).shape == (0,)
    assert cupy.random.choice([10, 20], 3).dtype == np.int64


def test_weighted_choice_without_replacement():
    g = cupy.random.default_rng(6)
    p = np.array([0.6, 0.3, 0.1])
    seen = [tuple(g.choice(3, 2, replace=False, p=p.tolist()).get()) for _ in range(500)]
    pairs = [(i, j) for i in range(3) for j in range(3) if i != j]
    expected = np.array([p[i] * p[j] / (1 - p[i]) for i, j in pairs]) * 500
    assert stats.chisquare([seen.count(pair) for pair in pairs], expected).pvalue > 1e-3


@pytest.mark.parametrize(
    "arguments, keywords",
    [
        ((3, 5), {"replace": False}),
        ((3,), {"p": [0.1, 0.2, 0.3]}),
        ((3,), {"p": [0.5, 0.5]}),
        ((0,), {}),
        ((-1,), {}),
        ((3,), {"p": [-0.5, 1, 0.5]}),
        ((3,), {"p": [[1, 0, 0]]}),
        ((2.5,), {}),
        ((3,), {"p": [np.nan, 1, 0]}),
        ((3, 3), {"p": [0.5, 0, 0.5], "replace": False}),
        (([[1, 2], [3, 4]],), {}),
    ],
)
def test_bad_choices(arguments, keywords):
    with pytest.raises(ValueError):
        cupy.random.choice(*arguments, **keywords)


def test_bytes():
    x = cupy.random.bytes(1000)
    assert isinstance(x, bytes) and len(x) == 1000 and len(set(x)) > 200
    assert cupy.random.bytes(0) == b""
