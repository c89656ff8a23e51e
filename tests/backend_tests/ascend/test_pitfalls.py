"""Where an operator of CANN is not what its name says, a route goes round it.

The chosen route is looked at on every family of chips, then the result. ``test_lossy.py`` shows that the operator
itself would be wrong.
"""

import re
import tomllib
from functools import cache
from pathlib import Path

import cupy as cp
import numpy as np
import pytest
from cupy_builder import routes
from cupy_builder.program import CLASSES, class_mask

from cupy_backends.ascend import _ascend
from cupy_backends.backend._testing import launch

ROOT = Path(__file__).resolve().parents[3]
ROUTES = tomllib.loads((ROOT / "cupy_backends/ascend/routes.toml").read_text())
INTEGERS = CLASSES["integer"]
chips = pytest.mark.parametrize("family", routes.CHIPS)


@cache
def resolved(family):
    """Return the plan of each operation and dtypes on a chip of the family."""
    plans = routes.resolved(ROOT, routes.CHIPS[family])
    return {(plan["op"], tuple(plan["dtypes"])): plan for plan in plans}


def candidates():
    """Yield (operation, candidate) of the table."""
    for section, table in ROUTES.items():
        if section not in ("helpers", "quirks", "lossy"):
            for op, rows in table.items():
                for row in rows:
                    yield op, row


def operators():
    """Return every operator that a route calls."""
    text = (ROOT / "cupy_backends/ascend/routes.toml").read_text()
    text = re.sub(r"\[quirks\].*?\n\n(?=\[unary\])", "", text, flags=re.DOTALL)
    return set(re.findall(r"(aclnn\w+)\(", text))


def calls(function, *args):
    """Return the result and how many operators the second call launched."""
    function(*args)
    before = _ascend.counters()["calls"]
    result = function(*args)
    return result, _ascend.counters()["calls"] - before


def test_integers_beside_a_scalar_take_the_tensor_form():
    """Adds, Subs, Muls and their kin bring an integer scalar by way of float32."""
    found = 0
    for op, row in candidates():
        if "scalar0" in row or "scalar1" in row:
            mask = class_mask(row["scalar_when"], ValueError)
            assert not mask & class_mask("integer bool", ValueError), op
            found += 1
    assert found > 10
    x = cp.zeros(3, "i4")
    assert (x + (2**24 + 1)).tolist() == [2**24 + 1] * 3
    assert (cp.ones(3, "i8") * (2**62 + 1)).tolist() == [2**62 + 1] * 3


def narrowings():
    for source in INTEGERS:
        for target in INTEGERS:
            if np.dtype(source).itemsize > np.dtype(target).itemsize:
                yield source, target


@chips
def test_integers_are_cast_after_they_are_made_to_fit(family):
    """A cast that does not fit goes through float16, or saturates, where NumPy wraps."""
    for names in narrowings():
        plan = resolved(family)["copy", names]
        assert re.sub(r" on \w+", "", plan["how"]) == "aclnnBitwiseAndTensor, aclnnCast", names
    for source, target in zip(CLASSES["signed"], CLASSES["unsigned"], strict=True):
        for names in ((source, target), (target, source)):
            plan = resolved(family)["copy", names]
            assert (plan["route"], plan["how"]) == ("reinterpret", "aclnnInplaceCopy"), names
    # A negative number becomes a wider unsigned one by way of the wider signed one.
    plan = resolved(family)["copy", ("int8", "uint32")]
    assert (plan["route"], plan["how"]) == ("reinterpret", "aclnnInplaceCopy")


@pytest.mark.parametrize("source", INTEGERS)
def test_integer_casts_wrap(source):
    info = np.iinfo(source)
    host = np.array(
        [info.min, info.min + 1, -1 % (info.max + 1), 0, 127, 128, 255, 1921, 2049, 65535, 2**31, info.max]
        if info.max > 2**31
        else [info.min, info.min + 1, 0, 100, 127, info.max - 1, info.max],
        source,
    )
    for target in INTEGERS:
        got = cp.asarray(host).astype(target)
        assert np.array_equal(got.get(), host.astype(target)), target
        strided = cp.zeros(2 * host.size, target)
        strided[::2] = cp.asarray(host)[::-1]
        assert np.array_equal(strided.get()[::2], host[::-1].astype(target)), target


@chips
def test_integers_are_divided_by_floor_division_alone(family):
    """Remainder is exact to 2^24 and gives x for x % 0, Div computes integers in float32."""
    for (op, names), plan in resolved(family).items():
        if op in ("remainder", "fmod", "floor_divide", "divmod", "divide") and names[0] in INTEGERS:
            assert not re.search(r"aclnn(Remainder|Fmod|DivMod|Divs?\b)", plan["how"]), (
                op,
                names,
                plan["how"],
            )
        if op in ("remainder", "fmod", "floor_divide", "divmod") and names[0] in CLASSES["signed"]:
            if plan["route"] == "composite":  # a divisor of 0 is replaced
                assert {"aclnnSWhere", "aclnnFloorDivide"} <= set(plan["how"].split(", ")), (op, names)


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("op", ["remainder", "fmod", "floor_divide"])
def test_integer_division_is_exact_and_by_zero_is_zero(op, dtype):
    info = np.iinfo(dtype)
    values = [info.min, info.max, info.max - 1, 0, 1, 3, 7, info.max // 2, info.max // 2 + 1, info.max // 3]
    values += [2**24 + 1, 2**31 - 1] if info.max > 2**30 else []
    values += [-1, -3, -7, info.min // 2, info.min + 1] if info.min else []
    values = np.array(values, dtype)
    a, b = np.repeat(values, values.size), np.tile(values, values.size)
    with np.errstate(all="ignore"):
        want = getattr(np, op)(a, b)
    assert np.array_equal(getattr(cp, op)(cp.asarray(a), cp.asarray(b)).get(), want)
    assert not getattr(cp, op)(cp.asarray(values), cp.zeros_like(cp.asarray(values))).any()


def test_negative_indices_are_wrapped_before_the_operator():
    """Gather of rows, scatter and put promise nothing of negative indices."""
    x = cp.arange(12, dtype="f4").reshape(3, 4)
    host = x.get()
    index = cp.asarray([-1, 0, -3])
    along = cp.asarray([[-1, 0, -4, 2]] * 3)

    def assigned(a, key, value):
        a = a.copy()
        a[key] = value
        return a

    for call in (
        lambda xp, x, i, j: x[i],
        lambda xp, x, i, j: xp.take(x, i, axis=0),
        lambda xp, x, i, j: xp.take_along_axis(x, j, axis=1),
        lambda xp, x, i, j: assigned(x, i, -x),
        lambda xp, x, i, j: x[i, i],
    ):
        before = _launches("wrap_index")
        got = call(cp, x, index, along)
        assert _launches("wrap_index") > before
        assert np.array_equal(got.get(), call(np, host, index.get(), along.get()))


def _launches(op):
    from cupy_backends.backend import _backend

    return sum(plan["launches"] for plan in _backend.plans() if plan["op"] == op)


def test_operators_that_do_less_than_their_names_are_not_called():
    """Einsum knows two equations, Repeat four axes, Eye no float64; Roll, Slice and their kin lack dtypes."""
    names = "Einsum Repeat RepeatInterleave Eye Stack Roll Slice SliceV2 Expand Diag Var Std Median Unique2 Argsort Sum"
    assert not operators() & {f"aclnn{name}" for name in names.split()}
    assert "aclnnAdd" in operators()
    a, b = np.arange(24.0).reshape(2, 3, 4), np.arange(12.0).reshape(4, 3)
    for equation in ("ijk,kj->i", "ijk,kl->lji", "ijk->kji", "ijk,kj", "iji->j"):
        operands = (
            (np.arange(8.0).reshape(2, 2, 2),) if equation == "iji->j" else (a, b)[: equation.count(",") + 1]
        )
        want = np.einsum(equation, *operands)
        np.testing.assert_allclose(cp.einsum(equation, *map(cp.asarray, operands)).get(), want)
    for dtype in ("f8", "c16", "u8", "?", "f2"):
        assert np.array_equal(cp.eye(3, 4, 1, dtype=dtype).get(), np.eye(3, 4, 1, dtype=dtype))
    host = np.arange(4.0).reshape(2, 1, 2, 1, 1)
    assert np.array_equal(cp.tile(cp.asarray(host), (2, 3, 1, 2, 2)).get(), np.tile(host, (2, 3, 1, 2, 2)))
    assert np.array_equal(cp.repeat(cp.asarray(host), 3, axis=1).get(), np.repeat(host, 3, axis=1))


@chips
@pytest.mark.parametrize("op", ["argmax", "argmin"])
def test_index_reductions_take_no_bool_no_complex_and_no_wide_unsigned(family, op):
    """ArgMax has kernels for few dtypes: the others come under another one."""
    plans = resolved(family)
    assert plans[op, ("bool", "int64")]["route"] == "reinterpret"
    assert plans[op, ("uint32", "int64")]["route"] == "cast"
    assert plans[op, ("uint64", "int64")]["how"].startswith("aclnnBitwiseXorTensor")
    assert plans[op, ("complex64", "int64")]["route"] == "host"


def test_index_reductions_find_the_first():
    for host in (
        np.array([False, True, True]),
        np.array([0, 2**64 - 1, 2**63], "u8"),
        np.array([1, np.nan, 5, np.nan]),
        np.array([1 + 2j, 1 + 3j, 1 + 3j]),
    ):
        assert cp.argmax(cp.asarray(host)) == np.argmax(host)
        assert cp.argmin(cp.asarray(host)) == np.argmin(host)


LIMITED = ("int16", "uint16", "uint64", "float64", "complex64", "complex128")


@pytest.mark.parametrize("dtype", [*LIMITED, "float32", "int32"])
def test_the_ai_cpu_is_not_given_six_groups_of_stretched_axes(dtype):
    """Axes that are stretched and not, in turn: the AI CPU fails at six groups of them."""
    a, b = (np.arange(16).reshape(shape).astype(dtype) for shape in ([2, 1] * 4, [1, 2] * 4))
    got, launched = calls(cp.add, cp.asarray(a), cp.asarray(b))
    assert np.array_equal(got.get(), a + b)
    assert launched == (3 if dtype in LIMITED else 1)
    few_a, few_b = a[0, :, 0, :, 0], b[0, :, 0, :, 0]
    got, launched = calls(cp.add, cp.asarray(few_a), cp.asarray(few_b))
    assert np.array_equal(got.get(), few_a + few_b)
    assert launched == 1
    stretched = cp.broadcast_to(cp.asarray(a), (2, 3) * 4)
    assert np.array_equal(stretched.copy().get(), np.broadcast_to(a, (2, 3) * 4))
    assert np.array_equal(stretched.sum(axis=(0, 1)).get(), np.broadcast_to(a, (2, 3) * 4).sum(axis=(0, 1)))


@chips
def test_joins_never_promote_and_reach_every_dtype(family):
    """Cat promotes what it is given, knows no complex128 and, before 950, no wide unsigned integers."""
    for (op, names), plan in resolved(family).items():
        if op == "concatenate":
            assert len(names) == 1, names
            assert plan["route"] != "host", names
    assert "aclnnCat" not in resolved(family)["concatenate", ("complex128",)]["how"]


def test_joins_of_several_dtypes_are_numpys():
    parts = [np.arange(3, dtype="i8"), np.ones(2, "f2"), np.array([True])]
    for chosen in (parts, parts[:2], parts[1:], [parts[0].astype("u8"), parts[0]]):
        want = np.concatenate(chosen)
        got = cp.concatenate([cp.asarray(part) for part in chosen])
        assert got.dtype == want.dtype and np.array_equal(got.get(), want)


def test_negative_strides_are_turned_round():
    """Descriptors hold no negative stride: all operands turn together, else one is flipped in memory."""
    x, y = cp.arange(6, dtype="f4"), cp.arange(6, dtype="f4")
    got, launched = calls(lambda: x[::-1] + y)
    assert got.tolist() == [5] * 6 and launched == 2
    got, launched = calls(lambda: cp.sort(x[::-1]))
    assert got.tolist() == list(range(6)) and launched == 2
    out = cp.empty(6, "f4")
    _, launched = calls(lambda: cp.add(x[::-1], y[::-1], out=out[::-1]))
    assert out.tolist() == [0, 2, 4, 6, 8, 10] and launched == 1


def test_what_a_real_device_is_said_to_do_is_shown():
    """sin and cos lose accuracy beyond 1e7, tan beyond 65504: NumPy's do not; see test_lossy.py."""
    for op, note in (("sin", "1e7"), ("cos", "1e7"), ("tan", "65504")):
        launch("ascend", op, [np.ones(2, "f4")], [np.empty(2, "f4")])
        assert all(note in row["note"] for row in _ascend.routes(op) if row["dtypes"][0] == "float32")
