"""bfloat16 in reductions, sorting, indexing, joining, products and creation: float32's values, rounded."""

import importlib.util
import warnings
from pathlib import Path

import numpy as np
import pytest

import cupy

_spec = importlib.util.spec_from_file_location("rules", Path(__file__).with_name("rules.py"))
rules = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(rules)

_generator = np.random.default_rng(0)
A = (_generator.standard_normal((5, 7)) * 3).astype(rules.BFLOAT16)
A[1, 2] = A[0, 0]
B = A.copy()
B[0, 1], B[2, 3], B[3, 4], B[4, 0] = np.nan, np.inf, -np.inf, -0.0
C = _generator.standard_normal((7, 4)).astype(rules.BFLOAT16)
V = _generator.standard_normal(7).astype(rules.BFLOAT16)
I = np.array([3, 0, 2])  # noqa: E741
M = _generator.random((5, 7)) > 0.5

# The result is the float32 result rounded once (or what is moved, as it is).
ONCE = [
    "xp.sum(a)", "xp.sum(a, 0)", "xp.sum(a, 1, keepdims=True)", "xp.sum(b, 1)", "xp.sum(a, where=m)",
    "a.sum((0, 1))",
    "xp.mean(a)", "xp.mean(a, 0)", "xp.mean(b, 1)", "xp.mean(a, where=m)", "xp.prod(a, 0)",
    "xp.prod(a, (0, 1))",
    "xp.min(a)", "xp.max(b, 1)", "xp.min(b, 0)", "xp.max(a, initial=10)", "xp.argmin(b, 1)",
    "xp.argmax(b, 1)",
    "xp.argmax(a)", "xp.argmin(a, 0)", "xp.var(a)", "xp.var(a, 0)", "xp.var(a, 1, ddof=1)", "xp.std(a)",
    "xp.std(a, 0)",
    "xp.any(b, 0)", "xp.all(b, 0)", "xp.cumsum(a)", "xp.cumsum(a, 0)", "xp.cumsum(b, 1)", "xp.cumprod(a, 0)",
    "xp.cumprod(a, 1)", "xp.ptp(a)", "xp.ptp(a, 0)", "xp.nansum(b, 0)", "xp.nanprod(b, 0)", "xp.nanmin(b)",
    "xp.nanmax(b, 0)", "xp.nanargmin(b, 1)", "xp.nanargmax(b, 1)", "xp.nancumsum(b, 0)",
    "xp.nancumprod(b, 0)",
    "xp.median(a)", "xp.median(b, 0)", "xp.average(a, 0)", "xp.average(v, weights=v)",
    "xp.count_nonzero(b, 0)",
    "xp.add.reduce(a, 0)", "xp.add.accumulate(a, 0)", "xp.maximum.accumulate(b, 1)",
    "xp.minimum.accumulate(b, 1)",
    "xp.fmax.reduce(b, 0)", "xp.fmin.reduce(b, 1)", "xp.multiply.accumulate(a, 1)",
    "xp.add.reduceat(a, [0, 2], 0)",
    "xp.logical_and.reduce(a, 0)", "xp.sort(b)", "xp.sort(b, 0)", "xp.sort(b, None)", "xp.argsort(a, 1)",
    "xp.argsort(b, 0, kind='stable')", "xp.partition(v, 3)[3]", "xp.lexsort((v, v))",
    "xp.searchsorted(xp.sort(v), v)",
    "xp.searchsorted(xp.sort(v), v, side='right')", "xp.searchsorted(xp.sort(v), 0.5)", "xp.unique(b)",
    "xp.unique(a, return_index=True, return_inverse=True, return_counts=True)", "xp.where(m, a, b)",
    "xp.where(m, a, 0.1)",
    "xp.where(m, a, 1)", "xp.clip(a, -1, 1)", "xp.clip(b, -1.5, 2)", "xp.clip(a, None, 0.25)",
    "xp.clip(b, v, None)",
    "xp.take(a, i, 0)", "xp.take(a, i)", "a[i]", "a[:, i]", "a[m]", "a[::2, ::-1]", "a[..., None]", "a[i, i]",
    "b[1]",
    "put(a, (slice(None), 1), 5)", "put(a, (slice(None), 1), 0.1)", "put(a, (0, 0), True)", "put(a, i, v)",
    "put(a, m, 2.5)",
    "put(a, m, xp.arange(int(m.sum())))", "put(a, 0, [1, 2, 3, 4, 5, 6, 7.3])", "put(a, ..., 2**70)",
    "put(a, 1, None)",
    "put(xp.zeros(7, 'i4'), slice(None), v)", "put(xp.zeros(7, 'd'), slice(None), v)", "put(a, m, 0.1)",
    "put(a, [0, 1], -1)",
    "xp.take_along_axis(a, xp.argsort(a, 1), 1)", "xp.compress([True, False, True], a, 0)",
    "xp.extract(m, a)",
    "xp.concatenate([a, b])", "xp.concatenate([v, v], dtype='f8')", "xp.stack([v, v])", "xp.vstack([v, v])",
    "xp.block([[a], [b]])",
    "xp.append(v, 1.5)", "xp.insert(v, 1, 0.1)", "xp.delete(v, 1)", "xp.pad(v, 2)",
    "xp.pad(v, 2, mode='edge')",
    "xp.pad(v, 2, mode='reflect')", "xp.pad(v, 2, mode='mean')", "xp.pad(a, 1, mode='symmetric')",
    "xp.pad(v, 2, mode='maximum')",
    "xp.pad(v, 2, constant_values=0.1)", "xp.tile(v, 2)", "xp.repeat(a, 2, 0)", "xp.roll(a, 2, 1)",
    "xp.flip(a, 0)", "a.T",
    "xp.broadcast_to(v, (3, 7))", "xp.tril(a)", "xp.triu(b, 1)", "xp.diag(v)", "xp.trace(a)", "a @ c",
    "xp.matmul(c.T, a.T)",
    "xp.dot(v, v)", "v @ c", "a @ v", "xp.inner(a, a)", "xp.outer(v, v)", "xp.vdot(v, v)",
    "xp.tensordot(a, c, 1)",
    "xp.tensordot(a, a, 2)", "xp.einsum('ij,jk', a, c)", "xp.einsum('ij->j', a)",
    "xp.einsum('ij,ij->i', a, a)",
    "xp.einsum('ii', a[:5, :5])", "xp.kron(v, v)", "xp.vecdot(v, v)", "xp.matmul(xp.stack([a, a]), c)",
    "xp.linalg.norm(v)",
    "xp.full((2, 2), 0.1, t)", "xp.full((2, 2), 3, t)", "xp.ones(3, t)", "xp.eye(3, dtype=t)",
    "xp.full_like(v, 0.1)",
    "xp.arange(5, dtype=t)", "xp.arange(1, 10, 3, dtype=t)", "xp.linspace(0, 1, 7, dtype=t)",
    "xp.logspace(0, 2, 5, dtype=t)",
    "xp.array([1.5, 2], dtype=t)", "xp.array([[True, 2.7]], dtype=t)", "xp.asarray(0.1, dtype=t)",
    "xp.diff(v)", "xp.diff(a, axis=0, prepend=0)",
    "xp.round(v)", "xp.trunc(v)", "v // 1", "v**2", "v**3", "v**-1", "2**v", "1 / v", "v + 1.0", "v + True",
    "abs(v)", "-v",
    "v > 0", "v == v", "v <= 1", "xp.isclose(a, a)", "xp.array_equal(b, b, equal_nan=True)", "xp.signbit(b)",
    "xp.histogram(v, 4)[0]", "xp.bincount(xp.array([0, 1, 1, 0, 1, 0, 0]), weights=v)",
    "xp.digitize(v, xp.array([-1.0, 0, 1]))",
    "xp.cov(a)", "xp.quantile(a, 0.3)", "xp.percentile(a, [25, 50], axis=1)",
    "xp.nanquantile(b, 0.4, axis=0)", "xp.isin(v, v[:3])", "xp.intersect1d(v, v[:3])", "xp.nonzero(b)",
    "xp.sinc(v)", "xp.i0(v)", "xp.frexp(v)", "xp.modf(v)",
    "xp.ldexp(v, 2)", "v.tolist()", "v.item(1)", "float(v[0])", "int(v[0])", "bool(v[0])", "complex(v[0])",
    "(xp.add.at(v, i, 1.0), v)[1]",
    "(xp.maximum.at(v, i, 0.5), v)[1]", "(v.sort(), v)[1]", "(xp.put(v, [0], 0.1), v)[1]",
    "(xp.copyto(v, 0.1, where=v > 0), v)[1]",
    "xp.meshgrid(v, v)", "xp.fft.fft(v)", "xp.random.permutation(v).shape",
    "xp.apply_along_axis(lambda x: x.max(), 0, a)",
]  # fmt: skip
# These are made of other functions, or round between their steps: up to so many bfloat16 numbers from it.
STEPS = {
    "xp.nanmean(b, 0)": 1, "xp.nanvar(b[:2], 1)": 2, "xp.sum(a, initial=2.5)": 1,
    "xp.logaddexp.reduce(a, 0)": 3, "xp.hypot.reduce(a, 0)": 3, "xp.gradient(v)": 2,
    "xp.trapezoid(v + 3)": 3, "xp.convolve(v[:3], v[:3])": 2, "xp.linspace(v[0], v[1], 5)": 2,
    "xp.round(v, 1)": 1,
}  # fmt: skip
REFUSED = ["xp.linalg.inv(a[:5, :5])", "xp.linalg.svd(a)", "xp.linalg.det(a[:5, :5])", "a & a", "a[v]",
"xp.bincount(v)", "xp.take(a, v)",
           "xp.packbits(v)", "xp.random.default_rng().random(3, dtype=t)",
           "xp.random.default_rng().integers(3, dtype=t)"]  # fmt: skip


def evaluate(body, xp):
    def operand(x):
        return rules.singles(x.copy()) if xp is np else cupy.asarray(x)

    def put(array, key, value):
        array[key] = value
        return array

    names = {
        "xp": xp,
        "np": np,
        "put": put,
        "t": np.float32 if xp is np else rules.BFLOAT16,
        "i": operand(I),
        "m": operand(M),
    }
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return eval(body, {**names, **{k: operand(x) for k, x in zip("abcv", (A, B, C, V))}})


def pairs(body):
    results = [evaluate(body, xp) for xp in (cupy, np)]
    return list(
        zip(*(r if isinstance(r, (tuple, list)) and body[:2] == "xp" else (r,) for r in results), strict=True)
    )


@pytest.mark.parametrize("body", ONCE)
def test_rounded_once(body):
    for found, expected in pairs(body):
        if isinstance(found, cupy.ndarray):
            expected = rules.rounded(expected)
            assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
            found = found.get()
        rules.assert_same(found, expected)


@pytest.mark.parametrize("body", STEPS)
def test_composed(body):
    for found, expected in pairs(body):
        assert found.dtype == rules.BFLOAT16
        assert rules.steps(found.get(), rules.rounded(expected)).max() <= STEPS[body]


@pytest.mark.parametrize("body", REFUSED)
def test_refused(body):
    with pytest.raises((TypeError, IndexError)):
        evaluate(body, cupy)


@pytest.mark.parametrize(
    "shape, axis", [((70000,), None), ((3, 5000), 1), ((5000, 3), 0), ((2, 3, 4, 5), (0, 2))]
)
def test_long_sums_do_not_stall(shape, axis):
    """A sum in bfloat16 itself would stop growing at 256; means and products of matrices likewise."""
    host = np.random.default_rng(1).random(shape).astype(rules.BFLOAT16)
    for name in ("sum", "mean", "var", "std"):
        expected = getattr(np, name)(host.astype("d"), axis)
        found = getattr(cupy, name)(cupy.asarray(host), axis).get()
        np.testing.assert_allclose(found.astype("d"), expected, rtol=2**-8)
    if shape[0] == 3:
        found = cupy.asarray(host) @ cupy.asarray(host.T)
        np.testing.assert_allclose(found.get().astype("d"), host.astype("d") @ host.T.astype("d"), rtol=2**-8)


@pytest.mark.parametrize("arguments", [(0, 2, 0.3), (300,), (0.1, 1, 0.1), (5, 0, -0.7)])
def test_ranges_are_those_of_numpy(arguments):
    np.testing.assert_array_equal(
        cupy.arange(*arguments, dtype="bfloat16").get(), np.arange(*arguments, dtype=rules.BFLOAT16)
    )


# Conversions.


def boundaries():
    """float32 numbers that are bfloat16, lie halfway between two of them, or next to the middle."""
    high = np.arange(65536, dtype="u4") << 16
    return np.concatenate([high | low for low in (0, 1, 0x7FFF, 0x8000, 0x8001, 0xFFFF)]).view("f")


@pytest.mark.parametrize("strided", [False, True])
def test_every_boundary_rounds_as_ml_dtypes(strided):
    values = boundaries()
    device = cupy.asarray(np.repeat(values, 2))[::2] if strided else cupy.asarray(values)
    for found in (device.astype("bfloat16").get(), cupy.asarray(values, dtype="bfloat16").get()):
        with np.errstate(all="ignore"):
            expected = values.astype(rules.BFLOAT16)
        same = (found.view("u2") == expected.view("u2")) | (np.isnan(values) & np.isnan(found.astype("f")))
        assert same.all()


@pytest.mark.parametrize("code", "?bhilBHILefdFD")
def test_from_every_dtype(code):
    generator = np.random.default_rng(2)
    kind = np.dtype(code).kind
    if kind == "b":
        host = np.array([True, False])
    elif kind in "iu":
        info = np.iinfo(code)
        host = np.concatenate([[0, 1, info.min, info.max], np.arange(min(info.max, 70000)),
                               generator.integers(info.min, info.max, 1000, code)]).astype(code)  # fmt: skip
    else:
        host = np.concatenate(
            [rules.rounded(boundaries()[::3]).astype("f"), generator.standard_normal(999)]
        ).astype("d")
        with np.errstate(all="ignore"):
            host = host.astype(code)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = host.astype(rules.BFLOAT16)
    for found in (
        cupy.asarray(host).astype("bfloat16").get(),
        cupy.asarray(np.repeat(host, 2))[::2].astype("bfloat16").get(),
    ):
        rules.assert_same(found, expected)
        np.testing.assert_array_equal(np.signbit(found.astype("f")), np.signbit(expected.astype("f")))


@pytest.mark.parametrize("code", "?bhilBHILefdFD")
def test_to_every_dtype(code):
    host = np.arange(65536, dtype="u2").view(rules.BFLOAT16)
    wide = host.astype("d")
    if np.dtype(code).kind in "iu":  # what does not fit is not defined
        info = np.iinfo(code)
        host = host[np.isfinite(wide) & (wide > float(info.min) - 1) & (wide < float(info.max))]
    with np.errstate(all="ignore"):
        expected = host.astype(code)
    for found in (
        cupy.asarray(host).astype(code).get(),
        cupy.asarray(np.repeat(host, 2))[::2].astype(code).get(),
    ):
        rules.assert_same(found, expected)
        if np.dtype(code).kind in "fc":
            number = ~np.isnan(expected)
            np.testing.assert_array_equal(np.signbit(found.real)[number], np.signbit(expected.real)[number])


def test_float64_and_integers_round_once():
    """ml_dtypes rounds by way of float32, which turns what lies beside a middle into the middle."""
    beside = (np.arange(1, 32640, dtype="u4") << 16 | 0x8000).view("f").astype("d") * (1 + 2.0**-40)
    above = (np.arange(2, 32641, dtype="u4") << 16).view("f")
    for found in (cupy.asarray(beside).astype("bfloat16"), cupy.asarray(beside, dtype="bfloat16"),
                  cupy.array(beside.tolist(), "bfloat16"),
                  -cupy.asarray(-beside).astype("bfloat16")):  # fmt: skip
        np.testing.assert_array_equal(found.get().astype("f"), above)
    for middle in ((257 << 20) + 1, float((257 << 20) + 1), np.int64((257 << 20) + 1)):
        assert cupy.asarray([middle]).astype("bfloat16").item() == 258 << 20
        assert (
            cupy.full((), middle, "bfloat16").item() == cupy.asarray(middle, "bfloat16").item() == 258 << 20
        )
        assert (cupy.zeros(1, "bfloat16") + float(middle)).item() == 258 << 20
