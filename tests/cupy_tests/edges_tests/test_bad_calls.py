"""A wrong call fails as in NumPy: the same kind of exception, a message that helps, nothing lost, nothing broken."""

import gc
import importlib.util
import inspect
import re
import warnings
from pathlib import Path

import numpy
import pytest

import cupy

_spec = importlib.util.spec_from_file_location("calls", Path(__file__).with_name("calls.py"))
_calls = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_calls)

ROWS = [pytest.param(call, id=call.replace("xp.", "")) for rows in _calls.CHAPTERS.values() for call in rows]
# Notions of the array interface: a message that uses one says what was wrong.
NOTIONS = set(
    """
    allocating argument arguments array arrays axes axis bound bounds broadcast cast dimension
    dimensional dimensions dtype element empty greater index indices instances integer integers
    length matrix negative order permutation positive probabilities range read-only requirement
    scalar sequence shape shapes size square string subscript type values writeable
""".split()
)


def operands(xp):
    a = xp.arange(6.0).reshape(2, 3)
    return {
        "xp": xp, "A": a, "V": xp.arange(4), "B": a > 2, "C": a * 1j, "E": xp.zeros(0),
        "M": xp.arange(9.0).reshape(3, 3), "S": xp.ones((2, 3, 3)), "U": xp.arange(4).astype("u1"),
        "Z": xp.asarray(1.5), "D": xp.zeros((2, 3)), "I": xp.zeros(4, int), "nan": float("nan"), "huge": 2**45,
    }  # fmt: skip


def failure(call, names):
    """Return the exception of a call, None if it succeeds."""
    with warnings.catch_warnings(), numpy.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            eval(call, names)
        except Exception as error:
            error.__cause__ = error.__context__ = None  # their frames would keep the call's arrays alive
            return error.with_traceback(None)
    return None


def public(kind):
    """Return the nearest exception class that a program can name."""
    return next(k for k in kind.__mro__ if "._" not in k.__module__)


def parameters(call, names):
    """Return the parameter names of the function that a call calls."""
    function = re.fullmatch(r"([\w.]+)\(.*\)", call)
    try:
        return set(inspect.signature(eval(function[1], names)).parameters) if function else set()
    except (NameError, ValueError):  # no signature: a ufunc, a Cython function
        return set()


def words(text):
    return set(re.findall(r"[\w.-]+", text.lower()))


@pytest.fixture(scope="module", autouse=True)
def quick_collector():
    """Leave what exists now out of collections, so that one can run after each call."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def used():
    gc.collect()
    return cupy.get_default_memory_pool().used_bytes()


@pytest.mark.parametrize("call", ROWS)
def test_bad_call(call):
    wanted = failure(call, operands(numpy))
    assert wanted is not None, "NumPy takes this call: the row is wrong"
    names = operands(cupy)
    before = used()
    error = failure(call, names)
    assert error is not None, f"succeeds, NumPy raises {wanted!r}"
    assert isinstance(error, public(type(wanted))), f"{error!r}, NumPy raises {wanted!r}"
    assert used() == before, "the failed call keeps memory"
    assert cupy.arange(3).sum().item() == 3
    message = words(str(error))
    given = words(call) | words(call.replace(".", " ")) | {p.lower() for p in parameters(call, names)}
    assert str(error) == str(wanted) or message & (NOTIONS | given - {"xp", "a"}), f"unhelpful: {error!r}"


@pytest.mark.parametrize(
    "call, kind", [(call, kind) for kind, calls in _calls.REFUSED.items() for call in calls]
)
def test_refused_call(call, kind):
    """What NumPy takes, or refuses with another exception, and cupy does not."""
    names = operands(cupy)
    before = used()
    error = failure(call, {**names, "np": numpy})
    assert type(error).__name__ == kind and len(str(error)) > 10, repr(error)
    assert used() == before
    assert cupy.arange(3).sum().item() == 3


def test_there_are_many_rows():
    assert len(ROWS) > 500 and len(set(_calls.CHAPTERS)) == 8
