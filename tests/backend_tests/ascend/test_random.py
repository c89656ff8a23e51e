"""Whose random numbers are taken: those of the definition, or the device's own."""

import json

import pytest

from cupy_backends import cannsim

PLANS = """
import json
import numpy as np
from cupy_backends.ascend import _ascend
from cupy_backends.backend._testing import launch, resolve
from cupy_backends.backend.conformance import random_stream
found = {}
for row, dtypes in (("uniform", "fd"), ("normal", "fd"), ("integers", "ilQB"), ("permutation", "l")):
    for dtype in dtypes:
        route, how, why = resolve("ascend", "random_" + row, [np.dtype(dtype)])
        found[row + dtype] = [route, why]
        attrs = (5, 7) + ((3, 10) if row == "integers" else ())
        want = np.empty(1000, dtype)
        getattr(random_stream, row)(want, *attrs)
        got = launch("ascend", "random_" + row, [], [np.zeros(1000, dtype)], attrs).outputs[0]
        found[row + dtype].append(bool((got == want).all()))
print(json.dumps(found))
"""
FLOAT32 = ("uniformf", "normalf")


@pytest.fixture
def stranger(tmp_path):
    """A library whose operators follow another stream, or say so."""
    library = tmp_path / "libcannsim.so"
    with open(cannsim.library(), "rb") as source:
        content = source.read()
    assert content.count(b"philox4x32-10/") == 1
    library.write_bytes(content.replace(b"philox4x32-10/", b"philox4x32-07/"))
    return str(library)


@pytest.mark.parametrize("choice", [None, "auto", "portable"])
def test_operators_that_follow_the_definition_are_taken(python, choice):
    found = json.loads(python(PLANS, CUPY_RANDOM=choice))
    assert {name: route for name, (route, _, _) in found.items() if route != "native"} == {
        "integersQ": "reinterpret"
    }
    assert all(equal for _, _, equal in found.values())


@pytest.mark.parametrize("choice", ["auto", "portable"])
def test_other_operators_serve_float32_unless_portable(python, stranger, choice):
    found = json.loads(python(PLANS, CUPY_RANDOM=choice, CUPY_CANNSIM=stranger))
    on_device = FLOAT32 if choice == "auto" else ()
    for name, (route, why, equal) in found.items():
        assert equal
        assert route == ("native" if name in on_device else "host"), name
        if name in FLOAT32 and choice == "portable":
            assert why == "CUPY_RANDOM=portable"
        elif route == "host":
            assert ("float64" if name[-1] == "d" else "other numbers") in why


def test_an_unknown_choice_is_named(python):
    program = """
from cupy_backends.ascend import _ascend
try:
    _ascend.backend_capsule()
except Exception as error:
    print(error)
"""
    assert "CUPY_RANDOM=numpy: expected auto or portable" in python(program, CUPY_RANDOM="numpy")


def test_bounds_beyond_int64_are_drawn_on_the_host(python):
    program = """
import numpy as np
from cupy_backends.ascend import _ascend
from cupy_backends.backend._testing import launch
for dtype, low, extent in (("l", 0, 2**63 - 1), ("l", -(2**63), 2**64 - 1), ("l", 1, 2**63 - 1), ("Q", 0, 0)):
    _ascend.reset_counters()
    launch("ascend", "random_integers", [], [np.zeros(3, dtype)], (1, 2, low, extent))
    print(_ascend.counters()["host_runs"])
"""
    assert python(program).split() == ["0", "0", "1", "1"]
