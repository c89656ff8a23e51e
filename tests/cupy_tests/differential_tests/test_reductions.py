"""Reductions and scans: functions and methods with every keyword, and their accuracy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cupy

from . import strategies as draw
from .compare import same

# What each takes besides axis.
REDUCTIONS = {
    "sum": "dtype out keepdims initial where",
    "prod": "dtype out keepdims initial where",
    "min": "out keepdims initial where",
    "max": "out keepdims initial where",
    "any": "out keepdims where",
    "all": "out keepdims where",
    "argmin": "out keepdims",
    "argmax": "out keepdims",
    "ptp": "out keepdims",
    "count_nonzero": "keepdims",
    "nansum": "dtype out keepdims initial where",
    "nanprod": "dtype out keepdims initial where",
    "nanmin": "out keepdims initial where",
    "nanmax": "out keepdims initial where",
}
MEANS = {
    "mean": "dtype out keepdims where",
    "var": "dtype out keepdims where ddof",
    "std": "dtype out keepdims where ddof",
    "nanmean": "dtype out keepdims where",
    "nanvar": "dtype out keepdims where ddof",
    "nanstd": "dtype out keepdims where ddof",
    "average": "keepdims weights returned",
}
SCANS = {
    "cumsum": "dtype out",
    "cumprod": "dtype out",
    "nancumsum": "dtype out",
    "nancumprod": "dtype out",
    "cumulative_sum": "dtype out include_initial",
    "cumulative_prod": "dtype out include_initial",
}
ADDS = ("sum", "prod", "mean", "var", "std", "average")
INDICES = ("argmin", "argmax")


@st.composite
def calls(draw_, name, accepted, single):
    """An array and keywords for a function."""
    adds = name.removeprefix("nan").removeprefix("cum").removeprefix("ulative_") in ADDS
    # Values whose sums and products are exact in any order.
    special = not adds
    dtype = draw_(st.sampled_from(draw.NUMERIC))
    shape = draw_(draw.shapes(max_rank=4, max_size=60 if not adds else 24))
    if name.removeprefix("nan") in ("argmin", "argmax"):
        special = True
    a = draw_(draw.operands(shape, dtype, special))
    if name.startswith("nan") and np.dtype(dtype).kind in "fc" and a.base.size:
        a.base.reshape(-1)[:: draw_(st.integers(1, 3))] = np.nan
    keywords = {}
    if draw_(st.integers(0, 4)):
        # Whether a number has an axis depends on the other keywords of means.
        wrong = bool(shape) or name not in MEANS
        keywords["axis"] = draw_(draw.axis(len(shape), several=not single, wrong=wrong))
    accepted = accepted.split()
    if "keepdims" in accepted and draw_(st.booleans()):
        keywords["keepdims"] = draw_(st.booleans())
    if "dtype" in accepted and draw_(st.integers(0, 2)) == 0:
        keywords["dtype"] = draw_(st.sampled_from([d for d in draw.NUMERIC if np.can_cast(dtype, d)]))
    if "initial" in accepted and draw_(st.integers(0, 2)) == 0:
        keywords["initial"] = draw_(st.one_of(st.integers(0, 5), st.sampled_from([2.5, True, -3, 300])))
    if "where" in accepted and draw_(st.integers(0, 2)) == 0:
        # The mean of nothing is no integer.
        if name not in MEANS or np.dtype(keywords.get("dtype", "f8")).kind in "fc":
            keywords["where"] = draw_(draw.masks(shape))
    for name_ in ("ddof", "correction"):
        if "ddof" in accepted and draw_(st.integers(0, 4)) == 0:
            keywords[name_] = draw_(st.sampled_from([0, 1, 2, 0.5]))
    if "returned" in accepted and draw_(st.booleans()):
        keywords["returned"] = True
    if "include_initial" in accepted and draw_(st.booleans()):
        keywords["include_initial"] = draw_(st.booleans())
    if "weights" in accepted and draw_(st.booleans()):
        # Weights whose sum is zero are an error in NumPy only; it would have to wait for the device.
        weights = draw_(draw.operands(shape, draw_(st.sampled_from(draw.REAL)), False))
        weights.base[...] = weights.base != 0
        weights.base[...] += weights.base.dtype.type(1)
        keywords["weights"] = weights
    if "out" in accepted and draw_(st.integers(0, 2)) == 0:
        rest = {
            k: v.host if isinstance(v, draw.Operand) else v for k, v in keywords.items() if k != "returned"
        }
        try:
            with np.errstate(all="ignore"):
                result = np.asarray(getattr(np, name)(np.ones(shape, dtype), **rest))
            shape, usual = result.shape, result.dtype
        except Exception:
            shape, usual = (), np.dtype("f8")
        # In a complex output NumPy's 0 / 0 is NaN in both parts.
        real = draw.REAL if name in MEANS else draw.NUMERIC
        wider = [usual, *[d for d in real if np.can_cast(usual, d)]]
        out = draw_(st.sampled_from(wider))
        keywords["out"] = draw_(draw.operands(shape, out, repeated=False))
    return a, keywords


def relative(dtype, keywords):
    """A bound for the rounding errors of means, which divide, and of their roots."""
    inexact = [d for d in map(np.dtype, (dtype, keywords.get("dtype", dtype))) if d.kind in "fc"]
    eps = max((float(np.finfo(d).eps) for d in inexact), default=2.0**-52)
    return lambda e: 8 * eps * max(1.0, float(np.abs(e[np.isfinite(e)]).max(initial=0)), 64.0)


@pytest.mark.parametrize("name", REDUCTIONS)
@draw.examples(15)
@given(data=st.data())
def test_reduction(name, data):
    a, keywords = data.draw(calls(name, REDUCTIONS[name], name in INDICES))
    same(
        lambda side: getattr(side.xp, name)(side(a), **side(keywords)),
        zeros=name not in ("min", "max", "nanmin", "nanmax", "ptp", "prod", "nanprod"),
        strides=False,
        which_error=len(keywords) < 3,
    )


@pytest.mark.parametrize("name", [n for n in REDUCTIONS if hasattr(np.ndarray, n)] + ["mean", "var", "std"])
@draw.examples(12)
@given(data=st.data())
def test_method(name, data):
    a, keywords = data.draw(calls(name, {**REDUCTIONS, **MEANS}[name], name in INDICES))
    keywords.pop("correction", None)
    same(
        lambda side: getattr(side(a), name)(**side(keywords)),
        zeros=name not in ("min", "max", "prod"),
        strides=False,
        absolute=relative(a.dtype, keywords) if name in MEANS else 0.0,
        which_error=len(keywords) < 3,
    )


@pytest.mark.parametrize("name", MEANS)
@draw.examples(15)
@given(data=st.data())
def test_mean(name, data):
    a, keywords = data.draw(calls(name, MEANS[name], False))
    if name not in ("mean", "average", "nanmean") and np.dtype(keywords.get("dtype", "f8")).kind in "biu":
        del keywords["dtype"]  # where no degree of freedom is left, NaN would become an integer
    same(
        lambda side: getattr(side.xp, name)(side(a), **side(keywords)),
        strides=False,
        absolute=relative(a.dtype, keywords),
        which_error=len(keywords) < 3,
    )


@pytest.mark.parametrize("name", SCANS)
@draw.examples(15)
@given(data=st.data())
def test_scan(name, data):
    a, keywords = data.draw(calls(name, SCANS[name], True))
    same(
        lambda side: getattr(side.xp, name)(side(a), **side(keywords)),
        strides=False,
        which_error=len(keywords) < 3,
    )


# Accuracy

HARD = {
    "alternating": lambda n, rng: rng.permutation(
        np.concatenate([s := rng.normal(size=n // 2) * 1e3, -s + 1e-3])
    ),
    "growing": lambda n, rng: np.exp(rng.uniform(-4, 4, n)),
    "offset": lambda n, rng: rng.normal(size=n) + 100,
    "tenths": lambda n, rng: np.full(n, 0.1),
}


@pytest.mark.parametrize("kind", HARD)
@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
@pytest.mark.parametrize("function", ["sum", "mean", "var", "std"])
@pytest.mark.parametrize("axis", [None, 0, 1])
def test_no_less_accurate_than_numpy(function, dtype, kind, axis):
    """The error is that of pairwise summation or less: a few times NumPy's, which may be lucky, never more."""
    a = HARD[kind](1 << 14, np.random.default_rng(3)).astype(dtype).reshape(128, 128)
    if dtype == "f2" and kind != "tenths":
        a = (a / 16).astype(dtype)
    exact = getattr(np, function)(a.astype(np.longdouble), axis=axis)
    theirs = np.abs(getattr(np, function)(a, axis=axis).astype(np.longdouble) - exact)
    ours = np.abs(getattr(cupy, function)(cupy.asarray(a), axis=axis).get().astype(np.longdouble) - exact)
    scale = np.abs(a.astype(np.longdouble)).sum(axis=axis) / (
        1 if function == "sum" else a.size // exact.size
    )
    pairwise = np.finfo(dtype).eps * np.maximum(scale, np.abs(exact)) * 2
    assert np.all(ours <= np.maximum(3 * theirs, pairwise))


# Rank

RANK = {
    "sum": lambda a: a.sum(),
    "sum of an axis": lambda a: a.sum(axis=3),
    "sum of axes": lambda a: a.sum(axis=(0, 5, -1)),
    "max": lambda a: a.max(axis=(1, -2)),
    "any": lambda a: a.any(axis=2),
    "argmax": lambda a: a.argmax(axis=-1),
    "mean": lambda a: a.mean(axis=0),
    "cumsum": lambda a: a.cumsum(axis=4),
    "negative": lambda a: -a,
    "add": lambda a: a + a[::-1],
    "comparison": lambda a: a > a.T if set(a.shape) == {1} else a > 1,
    "copy": lambda a: a.copy(),
    "transposed copy": lambda a: a.T.copy(),
    "swapped sum": lambda a: a.T.sum(axis=(0, 1)),
    "astype": lambda a: a[..., ::-1].astype("i8"),
}


@pytest.mark.parametrize("name", RANK)
@pytest.mark.parametrize("rank", [8, 9, 12, 32, 64])
@pytest.mark.parametrize("layout", ["C", "transposed", "strided"])
def test_rank(name, rank, layout):
    """Beyond the rank of a device's operators axes are merged, or walked."""
    twos = min(rank, 12)
    shape = tuple(
        2 if i % max(rank // twos, 1) == 0 and i // max(rank // twos, 1) < twos else 1 for i in range(rank)
    )
    base = np.arange(np.prod(shape), dtype="f8").reshape(shape) % 17
    steps = {
        "C": (),
        "transposed": (("transpose", tuple(np.random.default_rng(rank).permutation(rank).tolist())),),
        "strided": (("index", (slice(None, None, -1),) * rank),),
    }
    a = draw.Operand(base, steps[layout])
    same(lambda side: RANK[name](side(a)), absolute=1e-12)
