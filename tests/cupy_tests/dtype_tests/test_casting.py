"""Casting rules: which conversions ufuncs, astype, assignment and reductions accept, and how they refuse."""

import itertools
import warnings

import ml_dtypes
import numpy as np
import pytest

import cupy
from cupy.testing import check

CODES = "?bhilBHILefdFD"
RULES = ("no", "equiv", "safe", "same_kind", "unsafe")


def attempt(function):
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return function(), None
        except Exception as error:
            return None, error


@pytest.mark.parametrize("rule", RULES)
def test_every_pair(rule):
    """astype, copyto, outputs and in-place operators agree with NumPy for every pair of dtypes."""
    for a, b in itertools.product(CODES, CODES):
        check("xp.can_cast(a.dtype, b.dtype, c)", np.ones(1, a), np.ones(1, b), rule)
        check("a.astype(b.dtype, casting=c)", np.ones(2, a), np.ones(2, b), rule)
        check("xp.astype(a, b.dtype)", np.ones(2, a), np.ones(2, b))
        check("(xp.copyto(b, a, casting=c), b)[1]", np.ones(2, a), np.ones(2, b), rule)
        check("xp.positive(a, out=b, casting=c)" if a != "?" else "0", np.ones(2, a), np.ones(2, b), rule)
        check("xp.add(a, b, out=a, casting=c)", np.ones(2, a), np.ones(2, b), rule)
        check("xp.concatenate([a, b], dtype=a.dtype, casting=c)", np.ones(2, a), np.ones(2, b), rule)


OPERATORS = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and", "or", "xor", "lshift", "rshift")


@pytest.mark.parametrize("operator", OPERATORS)
def test_in_place(operator):
    """The same result in the same array, or NumPy's error with NumPy's words."""
    for a, b in itertools.product(CODES, [*CODES, True, 2, 1.5, 1j]):
        other = b if not isinstance(b, str) else np.ones(2, b)
        for x in (other, other[0]) if isinstance(b, str) else (other,):
            host = np.full(2, 3, a)
            device = cupy.asarray(host)
            method = f"__i{operator}__"
            _, expected = attempt(lambda: getattr(host, method)(x))
            _, found = attempt(
                lambda: getattr(device, method)(cupy.asarray(x) if isinstance(x, np.ndarray) else x)
            )
            assert type(found) is type(expected) and str(found) == str(expected), (a, b, found, expected)
            assert device.dtype == host.dtype
            np.testing.assert_allclose(device.get(), host, rtol=4e-3 if a == "e" else 1e-6)


ERRORS = [
    "xp.add(I, D, out=I)", "xp.add(I, 1.5, out=I)", "xp.sin(D, out=I)", "xp.sin(D, I)",
    "xp.add(F, 1j, out=F)",
    "xp.add(I, F, casting='no')", "xp.add(I, F, casting='equiv')", "xp.add(L, D, casting='no')",
    "xp.divmod(I, F, casting='no')",
    "xp.add(D, 1, out=F, casting='safe')", "xp.add(D, 1, dtype='i4')",
    "xp.add(D, D, dtype='f4', casting='safe')",
    "xp.sqrt(C, dtype='f4')", "xp.sqrt(I, dtype='i4')", "xp.absolute(C, out=I)", "xp.equal(D, 1, dtype='f8')",
    "xp.isnan(D, dtype='f8')", "xp.modf(D, out=(I, D))", "xp.divmod(D, 2, out=(D, I))",
    "xp.bitwise_and(D, 1)", "xp.invert(D)",
    "xp.left_shift(I, 1.5)", "xp.subtract(B, B)", "xp.negative(B)", "xp.floor(C)", "xp.arctan2(C, 1)",
    "xp.gcd(D, 1)",
    "xp.add(D, 1, casting='x')", "xp.add(D, 1, casting=None)", "xp.add(D, 1, casting=3)",
    "D.astype('i4', casting='safe')",
    "D.astype('i4', casting='same_kind')", "C.astype('f4', casting='same_kind')",
    "xp.matmul(M, M, out=M.astype('i4'))",
    "xp.add(D, 1, signature=3)", "xp.add(D, 1, signature='dd->d', dtype='d')",
    "xp.add(D, 1, sig='dd->d', signature='dd->d')", "xp.add(D, 1, signature=('d', 'd'))",
    "xp.add(D, 1, signature='d->d')",
    "xp.copyto(I, D)", "xp.copyto(I, 1.5)", "xp.copyto(F, 1j)", "xp.copyto(B, 1)",
    "xp.ones(()).astype('i4', casting='safe')",
    "xp.logical_and.reduce(F, dtype='f4')", "xp.logical_or.accumulate(F, dtype='i4')",
    "xp.bitwise_and.reduce(D)", "xp.subtract.reduce(B)",
    "xp.concatenate([I, F], dtype='i4')", "xp.concatenate([I, F], out=xp.ones(4, 'i4'))",
    "xp.stack([I, F], dtype='f2', casting='safe')",
]  # fmt: skip


def names(xp):
    made = {c: xp.ones(2, t) for c, t in zip("BILFDC", "?ilfdF")}
    return {"xp": xp, "M": xp.ones((2, 2)), **made}


@pytest.mark.parametrize("body", ERRORS)
def test_refused_in_the_words_of_numpy(body):
    _, expected = attempt(lambda: eval(body, names(np)))
    _, found = attempt(lambda: eval(body, names(cupy)))
    assert type(found) is type(expected)
    rules = "'same_kind', 'unsafe', 'same_value'"  # the last one is younger than the oldest NumPy
    assert str(found) == str(expected).replace(rules, "'same_kind', 'unsafe'")


@pytest.mark.parametrize("body", [
    "xp.add(I, 1, signature='d')", "xp.add(I, 1, signature=('d',))", "xp.sqrt(I, signature='e')",
])  # fmt: skip
def test_one_dtype_is_no_signature(body):
    for xp in (np, cupy):
        with pytest.raises(TypeError, match="Use `dtype` or +fill the tuple"):
            eval(body, names(xp))


@pytest.mark.parametrize("body", [
    "xp.add(I, 1, dtype='i8')", "xp.add(I, 1, dtype=float)", "xp.add(I, 1, signature='ff->f')",
    "xp.add(I, 1, signature='dd->d')",
    "xp.add(I, 1, signature=('d', 'd', 'd'))", "xp.add(I, 1, signature=(None, None, 'd'))",
    "xp.add(I, 1, signature=('d', None, None))",
    "xp.add(I, 1, sig='dd->d')", "xp.add(D, 1, dtype='f4')", "xp.add(D, 1, dtype='i4', casting='unsafe')",
    "xp.add(I, 1.5, dtype='i4', casting='unsafe')", "xp.add(F, 1j, dtype='f4', casting='unsafe')",
    "xp.add(D, 1.5, out=I, casting='unsafe')",
    "xp.sqrt(I, dtype='f4')", "xp.sqrt(D, dtype='f4')", "xp.sqrt(B, signature='f->f')",
    "xp.sqrt(L, signature='e->e')",
    "xp.divmod(I, 2, dtype='f8')", "xp.divmod(I, 2, signature='dd->dd')",
    "xp.divmod(I, 2, signature=(None, None, 'd', None))",
    "xp.frexp(D, signature='f->fi')", "xp.less(D, 1, signature='ff->?')", "xp.less(D, 1, dtype=bool)",
    "xp.isnan(D, dtype=bool)",
    "xp.modf(I, dtype='f4')", "xp.sin(D, out=D, dtype='f4')", "xp.absolute(C, out=C)",
    "xp.sin(D, xp.ones(2, 'f2'))",
    "xp.add.reduce(I, dtype='f4')", "xp.add.reduce(F, dtype='i4')", "xp.add.reduce(B, dtype='?')",
    "xp.add.reduce(D, out=xp.zeros((), 'i4'))",
    "xp.add.reduce(I, out=xp.zeros((), 'f4'))", "xp.add.accumulate(B)", "xp.add.accumulate(B, dtype='?')",
    "xp.multiply.accumulate(I, dtype='f4')",
    "xp.divide.accumulate(I)", "xp.divide.reduce(I, dtype='f4')", "xp.true_divide.accumulate(B)",
    "xp.float_power.reduce(I)",
    "xp.logical_xor.reduce(F)", "xp.logical_xor.accumulate(I)", "xp.logical_and.reduce(D, dtype='?')",
    "xp.equal.reduce(B)",
    "xp.maximum.reduce(D, dtype='i4')", "xp.fmax.accumulate(I, dtype='d')", "xp.bitwise_or.accumulate(I)",
    "xp.add.reduceat(B, [0, 1])",
    "xp.mean(I, dtype='i4')", "xp.mean(I, dtype='f4')", "xp.mean(I, out=xp.zeros((), 'i4'))",
    "xp.var(I, dtype='f4')", "xp.var(C)",
    "xp.any(F, where=1)", "xp.sum(F, where=[1, 0])", "xp.add(F, 1, where=1, out=F)",
    "xp.add(F, 1, where=[0, 1], out=F)", "xp.max(F, where=[True, False], initial=0)",
    "xp.clip(D, 0, 1, dtype='f4')", "xp.clip(I, 0, 1, casting='no')",
    "xp.clip(I, 0.5, 1, out=I, casting='unsafe')", "xp.clip(F, 0, 2, where=[True, False], out=F)",
    "xp.matmul(M, M, dtype='f4')", "xp.matmul(M, M, out=M.astype('i4'), casting='unsafe')",
    "xp.arange(0, 3, 0.5, dtype='i4')",
    "xp.copyto(I, D, casting='unsafe')", "xp.copyto(F, D)", "xp.copyto(F, 1e30)", "xp.copyto(I, True)",
    # refused, in words that depend on what NumPy did before
    "xp.less.reduce(I)", "xp.less.accumulate(F)", "xp.isnan.reduce(F)", "xp.divmod.reduce(I)",
])  # fmt: skip
def test_result(body):
    check(lambda xp: eval(body, names(xp)))


@pytest.mark.parametrize("body, message", [
    ("xp.add(a, 1, out=xp.ones(2, int))", "output from dtype(bfloat16) to dtype('int64')"),
    ("xp.ones(2, 'i4').__iadd__(a)", "output from dtype('float64') to dtype('int32')"),
    ("xp.ones(2, 'i1').__iadd__(a)", "output from dtype(bfloat16) to dtype('int8')"),
    ("xp.add(xp.ones(2, 'f4'), 1, dtype='bfloat16', casting='safe')", "input 0"),
    ("xp.add(xp.ones(2, 'f2'), xp.ones(2, 'f2'), dtype='bfloat16', casting='safe')",
    "from dtype('float16') to dtype(bfloat16)"),
    ("a.astype('f2', casting='safe')",
    "from dtype(bfloat16) to dtype('float16') according to the rule 'safe'"),
    ("a.astype('i4', casting='same_kind')", "from dtype(bfloat16) to dtype('int32')"),
    ("xp.ones(2, 'f2').astype('bfloat16', casting='safe')", "from dtype('float16') to dtype(bfloat16)"),
    ("xp.copyto(xp.ones(2, 'i4'), a)", "from dtype(bfloat16) to dtype('int32')"),
    ("xp.copyto(a, 1j)", "to dtype(bfloat16) according to the rule 'same_kind'"),
    ("a.__setitem__(0, 1j)", "not 'complex'"), ("a.fill(1j)", "not 'complex'"),
    ("a.__setitem__(slice(None), [1j, 1])", "not 'complex'"),
    ("xp.matmul(a, a, casting='x')", "casting must be one of"),
    ("xp.matmul(a, a, dtype='i4')", "Cannot cast ufunc 'matmul' input 0"),
    ("xp.bitwise_and(a, 1)", "not supported for the input types"),
    ("~a", "not supported for the input types"),
])  # fmt: skip
def test_bfloat16_is_refused(body, message):
    with pytest.raises((TypeError, ValueError)) as info:
        eval(body, {"xp": cupy, "a": cupy.ones(2, "bfloat16")})
    assert message in str(info.value)


@pytest.mark.parametrize("other", [c for c in CODES if c not in "FD"])
def test_bfloat16_in_place(other):
    """What is real and of another kind or wider is rounded into bfloat16, as into float16."""
    a = cupy.full(2, 1.5, ml_dtypes.bfloat16)
    a += cupy.ones(2, other)
    assert a.dtype == ml_dtypes.bfloat16 and (a.get() == 2.5).all()
    with pytest.raises(TypeError):
        a += cupy.ones(2, "F")
