"""Empty, 0-d, many axes, special values: what NumPy takes cupy takes, with the same result and nothing lost."""

import gc
import importlib.util
import warnings
from pathlib import Path

import numpy
import pytest

import cupy
from cupy.testing import compare

_spec = importlib.util.spec_from_file_location("legal", Path(__file__).with_name("legal.py"))
_legal = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_legal)


def rows(text):
    return [pytest.param(line, id=line.replace("xp.", "")) for line in text.splitlines() if line]


def evaluate(call, xp):
    a = xp.arange(6.0).reshape(2, 3)
    names = {
        "xp": xp, "A": a, "V": xp.arange(4), "B": a > 2, "C": a * 1j, "E": xp.zeros(0), "Z": xp.asarray(1.5),
        "M": xp.arange(9.0).reshape(3, 3), "U": xp.arange(4).astype("u1"), "R": xp.ones((1, 3)), "nan": float("nan"),
        "N": xp.array([numpy.nan, numpy.inf, -numpy.inf, 1e30, -1e30, -0.0, 1.5]),
        "F": xp.ones((2, 1, 2, 1, 2, 3, 1, 2)), "G": xp.arange(3.0).reshape((1,) * 9 + (3,)),
    }  # fmt: skip
    with warnings.catch_warnings(), numpy.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return eval(call, names)


@pytest.mark.parametrize("call", rows(_legal.EXACT))
def test_same_result(call):
    expected = evaluate(call, numpy)
    compare(evaluate(call, cupy), expected)


@pytest.mark.parametrize("call", rows(_legal.ANY_VALUE))
def test_same_shape_and_dtype(call):
    expected = evaluate(call, numpy)
    found = evaluate(call, cupy)
    expected = numpy.asarray(expected)
    assert isinstance(found, cupy.ndarray | float | int)
    found = cupy.asarray(found)
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
    assert found.get().shape == expected.shape


def test_nothing_is_lost():
    calls = [p.values[0] for p in rows(_legal.EXACT)]
    gc.collect()
    before = cupy.get_default_memory_pool().used_bytes()
    for call in calls[::3]:
        evaluate(call, cupy)
    gc.collect()
    assert cupy.get_default_memory_pool().used_bytes() == before
