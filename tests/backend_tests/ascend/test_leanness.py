"""How many operators a function launches, and how many bytes they move for each byte that must be moved.

By the simulator's counters, on the default chip; a row may become leaner, never heavier.
"""

import cupy as cp
import numpy as np
import pytest
from cupy._core import _observe

N = 1 << 16

# function -> dtype -> launches, bytes moved / (inputs once + outputs once)
ROWS = {
    "add": {"f4": (1, 1.0), "f2": (1, 1.0), "c8": (1, 1.0), "i4": (1, 1.0), "u4": (1, 1.0), "u8": (1, 1.0)},
    "sqrt": {"f4": (1, 1.0), "f2": (1, 1.0)},
    "sin": {"f4": (1, 1.0), "f2": (1, 1.0)},
    "sign": {"f4": (3, 3.3), "i4": (1, 1.0), "u4": (2, 1.3)},
    "rint": {"f4": (3, 3.5), "f2": (3, 3.5), "c8": (6, 3.5)},
    "modf": {"f4": (3, 2.0), "f2": (3, 2.0)},
    "copysign": {"f4": (3, 2.4), "f2": (3, 2.4)},
    "absolute": {"f4": (1, 1.0), "c8": (15, 10.7)},
    "conjugate": {"c8": (1, 1.0), "c16": (2, 1.0)},
    "hypot": {"f4": (15, 10.7), "f2": (10, 10.0)},
    "logaddexp": {"f4": (1, 1.0), "f2": (4, 5.0)},
    "logaddexp2": {"f4": (1, 1.0), "f2": (4, 5.0)},
    "floor_divide": {"f4": (1, 1.0), "f2": (4, 5.0), "i4": (4, 3.0), "u8": (14, 10.0)},
    "remainder": {"f4": (1, 1.0), "f2": (1, 1.0), "i4": (5, 4.2), "u4": (9, 12.5), "u8": (13, 10.0)},
    "fmod": {"f4": (1, 1.0), "f2": (1, 1.0), "i4": (11, 8.4), "u4": (9, 12.5)},
    "divmod": {"f4": (2, 1.5), "i4": (6, 3.8)},
    "fmax": {"f4": (4, 2.5), "f2": (4, 3.0), "c8": (10, 3.5)},
    "fmin": {"f4": (4, 2.5), "f2": (4, 3.0), "c8": (10, 3.5)},
    "heaviside": {"f4": (6, 3.8)},
    "less": {"f4": (1, 1.0), "c8": (7, 2.8), "u8": (1, 1.0)},
    "greater_equal": {"f4": (1, 1.0), "c8": (7, 2.8)},
    "maximum": {"f4": (1, 1.0), "c8": (10, 3.5)},
    "lcm": {"i4": (8, 6.4), "u4": (14, 17.3)},
    "left_shift": {"i4": (4, 3.0)},
    "sum": {"f4": (1, 1.0), "f2": (1, 1.0), "i4": (1, 1.0)},
    "mean": {"f4": (1, 1.0), "f2": (1, 1.0), "c8": (1, 1.0), "i4": (2, 1.1)},
    "max": {"f4": (1, 1.0)},
    "cumsum": {"f4": (1, 1.0), "f2": (1, 1.0)},
}
TWO = {
    "add", "copysign", "hypot", "logaddexp", "logaddexp2", "floor_divide", "remainder", "fmod", "divmod", "fmax",
    "fmin", "heaviside", "less", "greater_equal", "maximum", "lcm", "left_shift",
}  # fmt: skip


def data(dtype):
    rng = np.random.default_rng(0)
    kind = np.dtype(dtype).kind
    if kind in "iu":
        return cp.asarray(rng.integers(1, 30, N).astype(dtype))
    return cp.asarray(
        (rng.standard_normal(N) + (1j * rng.standard_normal(N) if kind == "c" else 0)).astype(dtype)
    )


def moved(call, *arguments):
    """Return launches and relative bytes of the third call, whose constants are there."""
    for _ in range(3):
        events = []
        _observe.start(sink := events.append)
        results = call(*arguments)
        _observe.stop(sink)
    tasks = [task for event in events for task in event.tasks]
    results = results if isinstance(results, tuple) else (results,)
    return len(tasks), sum(task[2] for task in tasks) / sum(a.nbytes for a in (*arguments, *results))


@pytest.mark.parametrize("name", ROWS)
def test_no_more_than(name):
    for dtype, (most, bytes_) in ROWS[name].items():
        launches, ratio = moved(getattr(cp, name), *[data(dtype) for _ in range(1 + (name in TWO))])
        assert launches <= most, dtype
        assert ratio <= bytes_ * 1.01, dtype


def test_a_scalar_divisor_needs_no_guard():
    for name, most in (("remainder", 3), ("fmod", 9), ("floor_divide", 1)):
        launches, _ = moved(lambda x, name=name: getattr(cp, name)(x, 7), data("i4"))
        assert launches == most, name


def softmax(x):
    powers = cp.exp(x - x.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("function", "count", "eager"),
    [(lambda a, b, c: a * b + c, 3, 2), (softmax, 1, 5)],
    ids=["a*b+c", "softmax"],
)
def test_fused_functions_of_one_operator(function, count, eager):
    arguments = [cp.asarray(data("f4").reshape(256, -1).repeat(3, axis=1)) for _ in range(count)]
    assert moved(function, *arguments)[0] <= eager
    launches, ratio = moved(cp.fuse(function), *arguments)
    assert launches == 1
    assert ratio <= 1.01
