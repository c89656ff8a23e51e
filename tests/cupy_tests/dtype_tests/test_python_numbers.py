"""Python numbers that do not fit: OverflowError where NumPy assigns or computes, wrapping where it
casts, answers where it compares."""

import itertools

import numpy as np
import pytest

from cupy.testing import check

INTEGERS = ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8")
DTYPES = ("?", *INTEGERS, "f2", "f4", "f8", "c8", "c16")
NUMBERS = [
    0, 1, -1, 127, 128, -128, -129, 255, 256, 300, 2**15, 2**31, -(2**31) - 1, 2**32, 2**63 - 1, 2**63,
    -(2**63), 2**64,
    2**70, -(2**70), 2**2000, 1.5, -1.0, 300.0, 1e10, 1e30, float("nan"), float("inf"), 1j, True, None, "12",
    "a",
    np.int64(300), np.int8(-1), np.uint64(2**63), np.float32(300), np.float64(1.5), np.complex64(1 + 2j),
    np.bool_(True),
]  # fmt: skip
COMPARISONS = ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")
# Functions to which a Python integer beyond 64 bits is an array of objects.
MAKE_OBJECTS = (
    "outer",
    "choose",
    "append",
    "insert",
    "isin",
    "searchsorted",
    "diff",
    "putmask",
    "place",
    "put",
    "result",
)
ids = {"ids": lambda v: str(v)[:20]}


def wraps_alike(number, dtype):
    """Whether NumPy defines what a cast to `dtype` makes of `number`: not so for floats that do not fit."""
    if isinstance(number, (float, np.floating)) and np.dtype(dtype).kind in "iu":
        return np.isfinite(number) and np.iinfo(dtype).min <= number <= np.iinfo(dtype).max
    return True


@pytest.mark.parametrize("number", NUMBERS, **ids)
@pytest.mark.parametrize("dtype", DTYPES)
def test_assignment(dtype, number):
    if isinstance(number, np.generic) and not wraps_alike(number, dtype):
        return  # a cast, not an assignment
    array = np.ones(3, dtype)
    keys = {"place": lambda xp: 0, "slice": lambda xp: slice(1, None), "list": lambda xp: [0, 2],
            "mask": lambda xp: xp.asarray([True, False, True]), "all": lambda xp: ...}  # fmt: skip
    for key in keys.values():

        def body(xp, a):
            a[key(xp)] = number
            return a

        check(body, array)
    check(lambda xp, a: (a.fill(number), a)[1], array)
    check(lambda xp: xp.array([number], dtype))
    check(lambda xp: xp.array(number, dtype))


@pytest.mark.parametrize("number", [n for n in NUMBERS if not isinstance(n, (str, type(None)))], **ids)
@pytest.mark.parametrize("dtype", DTYPES)
def test_sequences_are_assigned_as_numbers(dtype, number):
    if isinstance(number, np.generic) and not wraps_alike(number, dtype):
        return
    for key in (slice(None), [0, 1]):

        def body(xp, a):
            a[key] = [number, 1]
            return a

        check(body, np.ones(2, dtype))
    check(lambda xp, a: (a.__setitem__(a == 1, [number]), a)[1], np.ones(2, dtype))


@pytest.mark.parametrize("number", [n for n in NUMBERS if not isinstance(n, (str, type(None)))], **ids)
@pytest.mark.parametrize("dtype", DTYPES)
def test_casts(dtype, number):
    """full, full_like and copyto cast; only a Python integer has to fit."""
    if not wraps_alike(number, dtype):
        return
    check(lambda xp: xp.full(2, number, dtype))
    check(lambda xp, a: xp.full_like(a, number), np.ones(2, dtype))
    check(lambda xp, a: (xp.copyto(a, number, casting="unsafe"), a)[1], np.ones(2, dtype))
    check(lambda xp, a: (xp.copyto(a, number), a)[1], np.ones(2, dtype))
    if not isinstance(number, int) or abs(number) < 2**63:  # beyond, NumPy makes objects
        check(lambda xp, a: xp.where(xp.asarray([True, False]), a, number), np.ones(2, dtype))
        check(lambda xp, a: xp.pad(a, 1, constant_values=number), np.ones(2, dtype))
        check(lambda xp, a: xp.select([xp.asarray([True, False])], [a], number), np.ones(2, dtype))


@pytest.mark.parametrize("number", [n for n in NUMBERS if type(n) is int and abs(n) < 2**2000], **ids)
@pytest.mark.parametrize("dtype", DTYPES)
def test_comparisons_are_exact(dtype, number):
    array = np.array([0, 1, 1], dtype)
    for name in COMPARISONS:
        check(lambda xp, a: (getattr(xp, name)(a, number), getattr(xp, name)(number, a)), array)
        check(lambda xp, a: getattr(xp, name)(a[::2], number), array)
        check(lambda xp: getattr(xp, name)(number, np.dtype(dtype).type(1)))
        check(lambda xp, a: getattr(xp, name)(a, number, out=xp.ones(3, bool)), array)
        if (
            np.dtype(dtype).kind not in "iu" or np.iinfo(dtype).min <= number <= np.iinfo(dtype).max
        ):  # NumPy 2.4 crashes
            check(lambda xp, a: getattr(xp, name)(a, number, where=a != 0, out=xp.ones(3, bool)), array)


def test_comparison_of_what_does_not_fit_obeys_where():
    import cupy

    mask = cupy.asarray([True, False])
    out = cupy.less(cupy.ones(2, "u1"), -1, where=mask, out=cupy.ones(2, bool))
    np.testing.assert_array_equal(out.get(), [False, True])


@pytest.mark.parametrize("a, b", itertools.product([1, 300, 2**70, -(2**70)], repeat=2))
def test_comparisons_of_python_numbers(a, b):
    for name in COMPARISONS:
        check(lambda xp: getattr(xp, name)(a, b))


@pytest.mark.parametrize("body", [
    "a + b", "b - a", "a * b", "a // b", "a % b", "a & b", "b | a", "a ^ b", "a / b", "a << b",
    "xp.maximum(a, b)",
    "xp.minimum(b, a)", "divmod(a, b)", "xp.clip(a, b, None)", "xp.clip(a, None, b)", "xp.clip(a, 0, b)",
    "xp.clip(a, b, 100)", "a.clip(b, b)", "a.__iadd__(b)", "a.__imul__(b)", "(xp.put(a, [0], b), a)[1]",
    "(xp.putmask(a, a > 1, [b]), a)[1]", "(xp.place(a, a > 1, [b]), a)[1]", "xp.append(a, b)",
    "xp.insert(a, 0, b)",
    "xp.choose(xp.asarray([0, 1]), [a, b])", "xp.add.outer(a, b)", "xp.sum(a, dtype=a.dtype, initial=b)",
    "xp.max(a, initial=b)", "xp.prod(a, initial=b)", "xp.add(a, b, dtype='i8')",
    "xp.add(a, b, out=xp.ones(2, 'f8'))",
    "xp.logical_and(a, b)", "xp.isin(a, b)", "xp.searchsorted(a, b)", "xp.float_power(a, b)", "xp.gcd(a, b)",
    "xp.power(a, b) if b < 0 else 0", "(xp.fill_diagonal(xp.tile(a, (2, 1)), b), a)[1]",
    "xp.full((2,), b, a.dtype)",
    "xp.nan_to_num(a, nan=b)", "xp.diff(a, prepend=b)", "xp.heaviside(a, b)", "xp.arctan2(b, a)",
    "xp.result_type(a, b)",
])  # fmt: skip
def test_operand(body):
    for dtype in INTEGERS:
        for number in (n for n in NUMBERS if type(n) is int and abs(n) < 2**1000):
            if abs(number) >= 2**63 and any(f in body for f in MAKE_OBJECTS):
                continue
            check(body, np.array([1, 2], dtype), number)


@pytest.mark.parametrize("dtype", (*INTEGERS, "f4"))
def test_initial_values_are_assigned(dtype):
    for initial in (1.5, 1j, 2, True, np.float64(2.5), np.int64(7), None):
        check("xp.sum(a, initial=b)", np.ones(2, dtype), initial)
        check("xp.max(a, initial=b)", np.ones(2, dtype), initial)


@pytest.mark.parametrize("dtype", INTEGERS)
def test_ranges(dtype):
    for arguments in ((3,), (-1, 3), (0, 257, 128), (250, 260), (255, 257), (255, 256), (300, 300),
        (0, 3, 0.5), (0.5, 3),
                      (127, 129), (2, -3, -1)):  # fmt: skip
        check(lambda xp: xp.arange(*arguments, dtype=dtype)[:2])


@pytest.mark.parametrize("body", [
    "a + [1, 2]", "[1, 2] + a", "a * (1, 2)", "a + range(2)", "a == [1, 2]", "a != (1, 5)", "[3, 0] > a",
    "a == [1, 2, 3]",
    "divmod(a, [1, 2])", "a @ [1, 2]", "[1, 2] @ a", "a == None", "a != None", "None == a", "a == 'x'",
    "b'x' != a",
    "a == object()", "a != ...", "a + None", "a < 'x'", "a - 'x'", "a < None", "a.__iadd__([1, 2])",
    "a == {}[0]",
])  # fmt: skip
def test_operators_beside_other_objects(body):
    for dtype in ("?", "i4", "f4", "c8"):
        if dtype == "?" and "'x'" in body and "-" in body:
            continue
        check(body, np.ones(2, dtype))


@pytest.mark.parametrize("number", [2**63, -(2**63), 2**62])
def test_lone_python_numbers(number):
    for name in ("negative", "absolute", "sqrt", "positive", "invert", "isnan"):
        check(lambda xp: getattr(xp, name)(number))
