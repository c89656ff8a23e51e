"""Every ufunc with every pair of dtypes, as arrays, 0-d arrays, NumPy and Python scalars: result dtypes."""

import importlib.util
import itertools
import warnings
from pathlib import Path

import numpy as np
import pytest

_spec = importlib.util.spec_from_file_location("rules", Path(__file__).with_name("rules.py"))
rules = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(rules)

ONES = [d.type(1) for d in (*rules.DTYPES, rules.BFLOAT16)]
PYTHON = [True, 1, 1.0, 1j, 300, -1, 2**40, 2**70, float("nan"), [1, 2], [1.5, 2.5]]
BINARY = [n for n in rules.UFUNCS if getattr(np, n).nin == 2]
UNARY = [n for n in rules.UFUNCS if getattr(np, n).nin == 1]
# NumPy computes a Python integer beyond 64 bits with Python itself, as an object array.
OBJECTS = [2**70]


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


def differences(name, calls):
    return [
        (operands, found, expected)
        for operands in calls
        for found, expected in [(rules.found_dtypes(name, operands), rules.expected_dtypes(name, operands))]
        if not rules.agree(found, expected)
    ]


@pytest.mark.parametrize("name", BINARY)
def test_pairs_of_dtypes(name):
    calls = [
        operands
        for a, b in itertools.product(ONES, ONES)
        for operands in itertools.product(rules.kinds(a), rules.kinds(b))
    ]
    assert not differences(name, calls)


@pytest.mark.parametrize("name", BINARY)
def test_python_scalars_on_either_side(name):
    calls = [
        operands
        for a, python in itertools.product(ONES, PYTHON)
        for x in rules.kinds(a)
        for operands in ((x, python), (python, x))
    ]
    assert not differences(name, calls)


@pytest.mark.parametrize("name", UNARY)
def test_one_operand(name):
    calls = [(x,) for a in ONES for x in rules.kinds(a)] + [(p,) for p in PYTHON if p not in OBJECTS]
    assert not differences(name, calls)
    assert isinstance(rules.found_dtypes(name, (OBJECTS[0],)), TypeError)


@pytest.mark.parametrize("name", rules.UFUNCS)
def test_text_and_nothing_are_refused(name):
    for other in ("a", b"a", None, object(), {}):
        operands = (np.ones(2), other)[-getattr(np, name).nin :]
        assert isinstance(rules.found_dtypes(name, operands), TypeError)


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("dtype", rules.DTYPES, ids=str)
def test_dtype_keyword(name, dtype):
    """The loop asked for is NumPy's, whatever the operands and the casting rule."""

    def outcome(xp, operands, **options):
        try:
            results = getattr(xp, name)(*operands, dtype=dtype, **options)
        except Exception as error:
            return error
        return [np.dtype(r.dtype) for r in (results if isinstance(results, tuple) else (results,))]

    for one, casting in itertools.product(ONES[:-1], ("safe", "same_kind", "unsafe")):
        for operands in ((np.full(2, one), np.full(2, one)), (np.full(2, one), 1), (np.full(2, one), 1.5)):
            expected = outcome(np, operands, casting=casting)
            found = outcome(rules.cupy, [rules.device(x) for x in operands], casting=casting)
            assert rules.agree(found, expected), (operands, casting, found, expected)
