"""Padding: every mode over shapes, widths and dtypes."""

import numpy as np
import pytest

from cupy.testing import LAYOUTS, check

MODES = [
    "'constant'",
    "'constant', constant_values=3",
    "'constant', constant_values=(1, 2)",
    "'edge'",
    "'wrap'",
    "'reflect'",
    "'reflect', reflect_type='odd'",
    "'symmetric'",
    "'symmetric', reflect_type='odd'",
    "'linear_ramp'",
    "'linear_ramp', end_values=(4, 2)",
    "'maximum'",
    "'maximum', stat_length=2",
    "'minimum'",
    "'mean'",
    "'mean', stat_length=(1, 2)",
    "'median'",
]
ERRORS = [
    "xp.pad(a, 1.5)",
    "xp.pad(a, -1)",
    "xp.pad(a, ((1, 1), (2, 2), (3, 3)))",
    "xp.pad(a, 1, 'x')",
    "xp.pad(a, 1, 'edge', stat_length=2)",
    "xp.pad(a, 1, 'maximum', stat_length=0)",
    "xp.pad(a[:0], 1, 'edge')",
]


def squares(shape, dtype="f8"):
    return (np.arange(np.prod(shape)) ** 2).reshape(shape).astype(dtype)


@pytest.mark.parametrize("width", ["0", "1", "3", "(2, 1)", "7"])
@pytest.mark.parametrize("mode", MODES)
def test_modes(mode, width):
    for shape in ((5,), (1,), (2, 3), (3, 1), (2, 3, 2)):
        check(f"xp.pad(a, {width}, {mode})", squares(shape), exact=False)


@pytest.mark.parametrize("dtype", ["?", "i4", "u1", "f2", "f4", "c8"])
@pytest.mark.parametrize("mode", MODES)
def test_dtypes(mode, dtype):
    check(f"xp.pad(a, 2, {mode})", squares((2, 3), dtype), exact=False)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("mode", ["'constant'", "'reflect'", "'mean'"])
def test_layouts(mode, layout):
    check(f"xp.pad(a, ((1, 2), (0, 3)), {mode})", squares((3, 2)), layout=layout)


@pytest.mark.parametrize("body", ERRORS)
def test_errors(body):
    with pytest.raises((TypeError, ValueError)):
        eval(body, {"xp": np, "a": squares((2, 3))})
    check(body, squares((2, 3)))


def test_width_by_axis():
    check("xp.pad(a, {0: (1, 2), -1: 1})", squares((2, 3)))


def test_empty():
    check("xp.pad(a, 1)", squares((0, 3)))
    check("xp.pad(a, ((0, 0), (1, 1)), 'edge')", squares((0, 3)))
    check("xp.pad(a, 1, 'empty')[1:-1, 1:-1]", squares((2, 3)))


def test_function():
    def stripes(vector, width, axis, arguments):
        vector[: width[0]] = arguments["value"]
        vector[vector.size - width[1] :] = axis

    check(lambda xp, a: xp.pad(a, 2, stripes, value=5), squares((2, 3)))
