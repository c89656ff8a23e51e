"""Large intermediate results of expressions: their memory becomes the result's, which nobody notices otherwise."""

import functools
import itertools
import operator
import platform
import sys

import cupy
import numpy as np
import pytest

N = 1 << 18  # float32: 1 MiB, from where on it is done
pool = cupy.get_default_memory_pool()
known = pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc" and sys.version_info < (3, 14), reason="the caller cannot be found out"
)


def arrays(xp):
    a = xp.asarray(np.random.default_rng(0).random(N, dtype="f4") + 1)
    return {"xp": xp, "a": a, "b": a[::-1].copy(), "m": a.reshape(512, 512), "i": (a * 100).astype("i4")}


@known
@pytest.mark.parametrize(
    "expression, most",
    [
        ("a + b", 1), ("a + b + a - b", 1), ("1 - (a + b)", 1), ("a - (a + b)", 1), ("-(a * b)", 1),
        ("(a + b) ** 2", 1),
        ("(a + b) ** 0.5", 1), ("a * 2 + b * 3 - 1", 2), ("m + m + m[0]", 1), ("m + m + m[:, :1]", 1),
        ("m[::-1] + m + m[::-1, :]", 1), ("~(i + i) & 255", 1), ("i // 2 % 7 << 1", 1),
        ("(a + b > 1) | (a < b)", 1.5),
    ],
)  # fmt: skip
def test_memory(expression, most, freed_blocks_rest):
    if freed_blocks_rest:
        pytest.skip("among the frames of a sanitizer's build the caller is not found")
    names = arrays(cupy)
    code = compile(expression, "", "eval")
    eval(code, names)
    pool.reset_peak_bytes()
    before = pool.used_bytes()
    result = eval(code, names)
    assert pool.peak_bytes() - before <= (most + 0.1) * 4 * N
    assert result.dtype == eval(code, arrays(np)).dtype


EXPRESSIONS = [
    "a + b + a", "a - (b - a)", "(a + b) - (a * b)", "2 / (a + b)", "(a - b) ** 3 ** 1", "2 ** (a + b)",
    "(i + i) / 3",
    "(i - 3) * 1.5", "(i + i) > (i - 5)", "(m * 2) + a.reshape(512, 512).T", "(m * 2).T + m", "m * 2 + m.T",
    "(m + m)[::2] + 1", "(m + m).reshape(-1) + a", "(a + b)[None, :] + m[:1, :1]", "(m + 1) + m[:, None]",
    "(lambda t: t + t)(a + b)", "(lambda t: [t + 1, t + 2][0] + t)(a * 2)",
    "[t + 1 + t for t in (a + 1, a + 2)][1]",
    "(t := a + b) + (t * 0) + t", "(a + b).astype('f8') + (a + b)", "(i + i).view('f4') + a",
    "abs(a - b) + a",
    "divmod(i + 5, i + 1)[0]", "(i + 7) // (i - 200) + i", "(i + 0) % (i + 1)", "(a + b) @ (a + 1)",
    "m @ m + m",
    "xp.maximum(a + b, 1) + 1", "(a + b).real + 1", "+(a + b) + 1", "(a == b) ^ (a < b)", "(a + 1j) * 2",
    "(i + 1) ** 2 + i",
    "sum([a, b, a])", "sum([a + b, b + a], a + 1)", "functools.reduce(operator.add, [a + 1, b, a])",
    "(i + i) + i[:1]",
    "list(itertools.accumulate([a + 1, b, b]))[0]", "operator.add(a + b, 1)",
    "list(map(operator.neg, [a + b]))[0]",
    "next(t + 1 for t in [a + b])", "(a + b).__add__(1)", "(a + b).__radd__(1)", "(a + b).sum() + a",
    "(a + b)[1:] + b[1:]",
]  # fmt: skip


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_values_and_layout(expression):
    tools = {"functools": functools, "itertools": itertools, "operator": operator}
    ours, theirs = arrays(cupy), arrays(np)
    result, expected = eval(expression, ours | tools), eval(expression, theirs | tools)
    assert (
        result.dtype == expected.dtype
        and result.shape == expected.shape
        and result.strides == expected.strides
    )
    np.testing.assert_allclose(result.get(), expected, rtol=2e-5)
    for name in "abmi":
        assert np.array_equal(ours[name].get(), theirs[name])


def test_references_outside_python_count():
    """A partial function, a tuple, a list hold their only reference in C."""
    base = arrays(cupy)["a"].get()
    add = functools.partial(operator.add, cupy.asarray(base))
    for _ in range(3):
        assert np.array_equal(add(1).get(), base + 1)
    neg = functools.partial(operator.neg, cupy.asarray(base))
    assert np.array_equal(neg().get(), -base) and np.array_equal(neg().get(), -base)
    call = operator.methodcaller("__add__", 1)
    held = (cupy.asarray(base),)
    assert np.array_equal(call(*held).get(), base + 1) and np.array_equal(held[0].get(), base)
    assert np.array_equal((held[0] + 1).get(), base + 1) and np.array_equal(held[0].get(), base)
    pairs = zip([cupy.asarray(base)] * 1, [1])
    assert np.array_equal(next(itertools.starmap(operator.add, pairs)).get(), base + 1)

    class Holder:
        def __init__(self):
            self.value = cupy.asarray(base)

        def __neg__(self):
            return self.value + 1

    holder = Holder()
    for _ in range(3):
        assert np.array_equal((-holder).get(), base + 1)


def test_an_error_spoils_nothing():
    a = arrays(cupy)["a"]
    expected = a.get()
    with pytest.raises(ValueError):
        (a + 1) + a[:3]
    with pytest.raises(TypeError):
        (a + 1) + object()
    with pytest.raises(ValueError, match="negative"):
        (a.astype("i8") + 1) ** -2
    assert np.array_equal(a.get(), expected)


def test_views_keep_their_memory():
    a = arrays(cupy)["a"]

    def view_of(t, kept=[]):  # noqa: B006
        kept.append(t[::2])
        return t

    result = view_of(a + 1) + 1
    assert np.array_equal(view_of.__defaults__[0][0].get(), (a.get() + 1)[::2])
    assert np.array_equal(result.get(), a.get() + 1 + 1)
