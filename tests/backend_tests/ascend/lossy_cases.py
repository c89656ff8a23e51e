"""Operators that lose something on the device, for test_lossy.py: NumPy's answer, theirs, our route's."""

import json
import os
import sys

import numpy as np

import cupy as cp

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../cannsim_tests/operators"))
from operator_calls import InOut, Out, call  # noqa: E402

BIG = np.array([2**24 + 1, 2**30 + 1, 7, -(2**24) - 1], "i4")
LONG = BIG.astype("i8") << 20 | 1
ZERO = np.array([7, -7, 5, 0], "i4")
ANGLES = np.array([2e7, -3e8, 1e20, 3.4e38], "f4")
FAR = np.array([1e5, -3e6, 66000, 1e7], "f4")  # beyond 65504 only
HALVES = np.array([1500, 1200, 9], "f2"), np.array([0.9995, 0.9995, 2], "f2")  # 1500.73 becomes 1501


def elementwise(name, function, *inputs, scalar=None, dtype=None, calling=()):
    """An operator whose output is its last parameter."""
    with np.errstate(all="ignore"):
        wide = [x.astype("f8") if x.dtype == "f4" else x for x in inputs]
        want = np.asarray(function(np, *wide, *([] if scalar is None else [scalar])))
        want = want.astype(dtype or inputs[0].dtype)
    parameters = [*inputs, *([] if scalar is None else [np.int64(scalar)]), *calling]
    (naive,) = call(name, *parameters, Out(want.shape, want.dtype))
    ours = function(cp, *map(cp.asarray, inputs), *([] if scalar is None else [scalar]))
    return want, naive, ours.astype(want.dtype).get()


def in_place(name, function, x, scalar, *calling):
    (naive,) = call(name, InOut(x), np.int64(scalar), *calling)
    ours = cp.asarray(x)
    return function(x, scalar), naive, function(ours, scalar).get()


def running(name, function):
    naive, _ = call(name, BIG, 0, Out(4, "i4"), Out(4, "i8"))
    return function(np).accumulate(BIG), naive, function(cp).accumulate(cp.asarray(BIG)).get()


def cast(x, dtype):
    with np.errstate(all="ignore"):
        want = x.astype(dtype)
    (naive,) = call("aclnnCast", x, dtype, Out(x.shape, dtype))
    (copied,) = call("aclnnInplaceCopy", InOut(np.zeros(x.shape, dtype)), x)
    assert np.array_equal(naive, copied)
    return want, naive, cp.asarray(x).astype(dtype).get()


def matrices():
    a = np.linspace(1, 1.9, 9, dtype="f4").reshape(3, 3)
    (naive,) = call("aclnnMatmul", a, a, Out((3, 3), "f4"), 1)
    return a @ a, naive, (cp.asarray(a) @ cp.asarray(a)).get()


def add(a, b):
    return a + b


def multiply(a, b):
    return a * b


def named(name):
    return lambda xp, *args: getattr(xp, name)(*args)


EVERYWHERE = {
    "aclnnAdds int32": lambda: elementwise(
        "aclnnAdds", lambda xp, x, s: x + s, BIG, scalar=2**24 + 1, calling=[np.int64(1)]
    ),
    "aclnnInplaceAdds int64": lambda: in_place("aclnnInplaceAdds", add, LONG, 2**40 + 1, np.int64(1)),
    "aclnnMuls int64": lambda: elementwise("aclnnMuls", lambda xp, x, s: x * s, LONG, scalar=2**24 + 1),
    "aclnnInplaceMuls int32": lambda: in_place("aclnnInplaceMuls", multiply, ZERO, 2**24 + 1),
    "aclnnDiv int64": lambda: elementwise("aclnnDiv", named("divide"), LONG, LONG[::-1].copy(), dtype="f8"),
    "aclnnRemainder by zero": lambda: elementwise(
        "aclnnRemainderTensorTensor", named("remainder"), ZERO, 0 * ZERO
    ),
    "aclnnRemainder beyond 2^24": lambda: elementwise(
        "aclnnRemainderTensorTensor", named("remainder"), BIG, 0 * BIG + 10
    ),
    "aclnnFloorDivide by zero": lambda: elementwise(
        "aclnnFloorDivide", named("floor_divide"), ZERO, 0 * ZERO
    ),
    "aclnnFloorDivide float16": lambda: elementwise("aclnnFloorDivide", named("floor_divide"), *HALVES),
    "aclnnLeftShift beyond the width": lambda: elementwise(
        "aclnnLeftShift", named("left_shift"), ZERO, 0 * ZERO + 33
    ),
    "aclnnRightShift beyond the width": lambda: elementwise(
        "aclnnRightShift", named("right_shift"), ZERO, 0 * ZERO + 33
    ),
    "aclnnRound of -0.5": lambda: [
        np.signbit(x) for x in elementwise("aclnnRound", named("rint"), np.array([-0.5, -0.0, 0.5], "f4"))
    ],
    "aclnnCummax int32": lambda: running("aclnnCummax", lambda xp: xp.maximum),
    "aclnnCummin int32": lambda: running("aclnnCummin", lambda xp: xp.minimum),
}
TRIG = {f"aclnn{name.title()}": name for name in ("sin", "cos", "tan")}
TO_INT8 = {"int32 to int8": lambda: cast(BIG, "i1")}
CASES = {
    "Ascend910A": EVERYWHERE | TO_INT8 | {"aclnnMatmul": matrices},
    "Ascend910B3": EVERYWHERE | TO_INT8,
    "Ascend310P3": EVERYWHERE
    | TO_INT8
    | {
        "aclnnMatmul": matrices,
        "aclnnPowTensorTensor": lambda: elementwise(
            "aclnnPowTensorTensor", named("power"), BIG, np.array([1, 2, 3, 2], "i4")
        ),
        "float32 to int64": lambda: cast(np.array([1e10, -1e15, 3], "f4"), "i8"),
        "int64 to float32": lambda: cast(np.array([2**40, -(2**50) - 1, 2**62 + 2**38 + 1]), "f4"),
    },
    "Ascend950PR_9589": EVERYWHERE,
}

if __name__ == "__main__":
    chip, trig = os.environ["CANNSIM_SOC"], os.environ.get("CUPY_TRIG")
    cases = dict(CASES[chip])
    if trig:  # only this mode is right beyond the operators' ranges
        cases = {}
        for operator, name in TRIG.items():
            if name == "tan" or "950" not in chip:
                angles = FAR if name == "tan" or "310P" in chip else ANGLES
                cases[operator] = lambda o=operator, n=name, a=angles: elementwise(o, named(n), a)
    found = {}
    for name, case in cases.items():
        want, naive, ours = case()
        if want.dtype.kind == "f":
            rtol = 1e-6 if want.dtype == "f4" else 0 if want.dtype == "f2" else 1e-12
            naive_right = np.allclose(naive, want, rtol=rtol, atol=0)
            right = np.allclose(ours, want, rtol=rtol, atol=0)
        else:
            naive_right, right = np.array_equal(naive, want), np.array_equal(ours, want)
        found[name] = bool(naive_right), bool(right)
    print(json.dumps(found))
