"""Every difference from NumPy that was found by drawing calls, as a small case that runs always."""

import numpy as np
import pytest

from .compare import Side, same

# Expressions of xp and of the operands below, which are made anew for each.
OPERANDS = {
    "half": np.array([-63.34375, 1, 2], "f2"),
    "single": np.array([-63.34375, 1, 3], "f4"),
    "double": np.array([1.5, 2.5, -3.0], "f8"),
    "int8": np.array([[0, 5], [7, -8]], "i1"),
    "int64": np.array([5, 3, 2], "i8"),
    "uint16": np.array([4, 6, 4], "u2"),
    "uint32": np.array([31, 2], "u4"),
    "uint64": np.array([8, 9, 10, 11], "u8"),
    "flags": np.array([True, False, True]),
    "square": np.arange(9.0).reshape(3, 3) - 4,
    "cube": np.arange(24.0).reshape(2, 3, 4) % 7,
    "number": np.array(3.0),
    "nothing": np.empty((0, 3)),
}
CASES = """
# types and casts
xp.add(half, 1, dtype="e")
xp.sin(half, signature="e->e")
xp.arctan2(1.5, half, casting="equiv")
xp.add(int8, 1, casting="equiv")
xp.equal(int64, 4, casting="unsafe", sig=("Q", "q", "?"))
xp.hypot(1j, double, signature="dd->d")
xp.lcm(uint16, -1.0, sig=("B", "B", "B"))
xp.degrees(half)
xp.degrees(single)
xp.radians(single)
xp.rad2deg(int8)
# Python integers beyond the dtype
xp.greater(flags, 2**70)
xp.less(int8, 2**70)
xp.less(2**70, int8.T)
xp.not_equal(uint16, -1, out=xp.zeros(3, bool))
xp.equal(int8, -129, signature="bb->?")
xp.not_equal(2**63 - 1, uint16, sig=(None, None, "?"))
uint32 ** -2
# negative exponents on the device
int64 ** xp.asarray([1, -1, 2])
int8 ** xp.asarray([[1], [-1]], dtype="i1")
xp.power(int64, xp.asarray([1, -1, 2]), where=xp.asarray([True, False, True]), out=xp.zeros(3, int))
xp.power(uint32, xp.asarray([1, -4]))
xp.power(xp.zeros((0, 2), int), xp.asarray([1, -4]))
# memory order of results
xp.add(xp.broadcast_to(int8[:1, :1], (1, 2, 1, 2)), xp.zeros((2, 1, 2, 1)).transpose(3, 2, 1, 0))
xp.left_shift(uint16[:2, None], xp.zeros((1, 3), bool), order="A")
cube.T.sum(axis=0)
cube.transpose(1, 0, 2).max(axis=2)
cube.T.cumsum(axis=1)
xp.minimum.accumulate(cube.T, axis=0)
cube.T.mean(axis=1, where=xp.asarray([[[True]], [[False]], [[True]], [[True]]]))
xp.zeros((3, 0, 2)).transpose(2, 1, 0).max(axis=1, initial=3)
xp.remainder(xp.asfortranarray(cube[:, :1, :2]), cube[:, :1, 1::-1] > 1, order="A", dtype="i2")
# Python's complex numbers and real loops
xp.divide(1j, double, signature="ee->e", casting="unsafe")
xp.lcm(1j, int8, signature="bb->b", casting="unsafe")
# outputs
xp.add(double, 1, out=xp.zeros((2, 3)))
xp.add(1, 2, out=xp.zeros(3))
xp.sin(number, out=xp.zeros(3))
xp.add(int8[:, :1], number, out=xp.zeros((2, 3)))
xp.add(int8, number, out=xp.zeros((2, 1)))
xp.modf(double, xp.zeros((2, 3)))
xp.modf(double, xp.zeros((2, 3)), xp.zeros((1, 3)))
xp.add(double, 1, out=xp.zeros((2, 3)), where=flags)
xp.add(double, 1, out=xp.zeros(3), where=xp.zeros((2, 1), bool))
xp.asarray(uint64)[::2].__ilshift__(xp.uint64(1))
xp.zeros((4, 2), "u2")[:, :1].__ilshift__(xp.ones((4, 1), "u2"))
xp.right_shift(uint64[::2], 1, out=uint64[::2])
uint64[::2].__irshift__(xp.uint64(1))
xp.add.reduce(double, out=xp.zeros((), int))
xp.maximum.reduce(double, out=xp.zeros((), "f4"))
xp.ptp(flags, out=xp.zeros(()))
xp.argmax(double, out=xp.zeros(()))
xp.argmax(double, out=xp.zeros((), "i4"))
xp.std(int64, dtype="i8", out=xp.zeros((), "i8"))
xp.std(int64, dtype="i8", out=xp.zeros(()))
# the dtype of reductions and scans
xp.equal.reduce(int64)
xp.divide.accumulate(int8)
xp.lcm.accumulate(flags)
xp.copysign.accumulate(flags)
xp.float_power.reduceat(int64, [0, 2])
xp.add.reduceat(flags, [])
xp.logical_and.reduceat(uint64, [])
xp.not_equal.reduceat(flags, [0, 2], out=xp.zeros(2, complex))
xp.ldexp.reduce(int8, axis=None)
xp.ldexp.reduce(int8, axis=1)
xp.var(int64, dtype=int)
xp.var(int64, dtype=complex, ddof=3)
# where a reduction starts
xp.nextafter.reduce(double, initial=2)
xp.bitwise_xor.reduce(int64, initial=2.5)
xp.minimum.reduce(int64, initial=2.5, dtype="i2")
xp.multiply.reduce(int64, initial=0, dtype=bool)
xp.hypot.reduce(double[2:])
xp.gcd.reduce(int8[1, 1:])
xp.bitwise_and.reduce(uint16, where=xp.asarray([True, False, True]))
xp.subtract.reduce(double, initial=1, where=xp.asarray([True, False, True]))
xp.maximum.reduce(int8, axis=None, initial=300)
xp.maximum.reduce(nothing, axis=0)
xp.logical_and.reduce(nothing, axis=0, initial=None)
xp.lcm.reduce(int8, axis=None)
xp.remainder.reduce(xp.broadcast_to(int8[:1, :1], (2, 1)), axis=1)
# numbers have the axes 0 and -1 in some functions
xp.max(number, axis=0)
xp.argmax(number, axis=-1)
xp.count_nonzero(number, axis=0, keepdims=True)
xp.nanvar(number, axis=0)
xp.mean(number, axis=0)
xp.sum(number, axis=(0,))
xp.add.accumulate(number)
xp.add.reduceat(number, [0])
# nothing to average
xp.average(nothing, axis=1, weights=xp.ones(3))
xp.average(nothing)
xp.average(nothing, weights=xp.ones((0, 3)))
# methods
xp.sin.reduce(double)
xp.modf.at(double, [0])
xp.sin.at(double, [0], 1)
xp.add.at(double, [0])
xp.add.at(flags, [0], 1j)
xp.add.at(int64, 0, xp.asarray([1, 2]))
xp.power.outer(0, half)
xp.lcm.outer(5, uint16)
xp.bitwise_and.outer(uint64, 3)
# the sign of zeros
xp.sum(xp.asarray([-0.0, -0.0]))
xp.mean(xp.asarray([[-0.0], [-0.0]]), axis=0)
xp.sum(xp.asarray(-0.0))
xp.sum(xp.full((3, 4), -0.0, "c8"), axis=1)
xp.sum(xp.full((3, 40), -0.0, "f2"), axis=0)
# casts that keep values
double.astype("i4", casting="same_value")
int64.astype("u1", casting="same_value")
int8.astype("u1", casting="same_value")
xp.asarray([float("nan"), 1, float("inf")]).astype("f4", casting="same_value")
xp.asarray([0.1]).astype("f4", casting="same_value")
xp.asarray([1 + 1j]).astype("f8", casting="same_value")
# None is a number in some places
xp.full(3, None, "f4")
xp.full(3, None, "i4")
xp.asarray([None, 1], "f4")
# bins without edges
xp.histogram(double, bins=[])
xp.histogram(double, bins=[1.0])
"""


def evaluate(case):
    return lambda side: eval(case, {"xp": side.xp, **{k: side.xp.array(v) for k, v in OPERANDS.items()}})


@pytest.mark.parametrize("case", [line for line in CASES.splitlines() if line and not line.startswith("#")])
def test_case(case):
    same(evaluate(case))


AT = {
    "subtract": (np.arange(4, dtype="u8"), [0, 0, 3], np.array([1, 2, 3], "u1")),
    "divide": (np.full(4, 64.0), [1, 1, -3], 2),
    "power": (np.full(3, 3), [0, 0, 1], 2),
    "floor_divide": (np.full((3, 2), 100), ([0, 0], [1, 1]), np.array([2, 5])),
    "logical_xor": (np.zeros(3, bool), [2, 2, 1], True),
    "negative": (np.arange(4), [1, 1, 2]),
    "left_shift": (np.ones(3, int), slice(None, None, 2), 3),
    "fmax": (np.array([1.0, np.nan]), [True, True], np.array([0.0, 2.0])),
}


@pytest.mark.parametrize("name", AT)
def test_at(name):
    """Every occurrence of an index counts, whatever the function."""
    array, index, *rest = AT[name]

    def call(side):
        a = side.xp.array(array)
        wanted = side.xp.asarray(index) if isinstance(index, list) else index
        getattr(side.xp, name).at(a, wanted, *[side.xp.asarray(b) for b in rest])
        return a

    same(call)


def test_a_reduction_returns_no_view_of_its_operand():
    import cupy

    a = cupy.arange(3).reshape(1, 3)
    cupy.subtract.reduce(a)[0] = 9
    cupy.remainder.reduce(a, axis=())[...] = 9
    assert a.get().tolist() == [[0, 1, 2]]


def test_the_same_in_both():
    """The comparison itself sees a difference."""
    for broken in (
        lambda side: side.xp.zeros(2 if side.xp is np else 3),
        lambda side: side.xp.zeros(2, "f4" if side.xp is np else "f8"),
        lambda side: side.xp.asarray([0.0 if side.xp is np else -0.0]),
        lambda side: side.xp.zeros((2, 2), order="C" if side.xp is np else "F"),
        lambda side: 1 / 0 if side.xp is np else 1,
        lambda side: 1 if side.xp is np else 1 / 0,
    ):
        with pytest.raises(AssertionError):
            same(broken)
    assert Side(np).run(lambda side: 1 / 0)[1] is not None
