"""Every row of the contract gives NumPy's result on every backend that computes."""

import subprocess
import sys

import numpy as np
import pytest

from cupy_backends.backend.conformance import cases, run
from cupy_backends.backend.conformance.compare import difference
from cupy_backends.backend.rows import rows
from cupy_backends.null import _null


@pytest.mark.parametrize("op", rows())
@pytest.mark.parametrize("backend", ["host", "ascend"])
def test_row_equals_numpy(backend, op):
    tried, problems = 0, []
    for case in cases(op):
        tried += 1
        _, problem = run(backend, case)
        if problem:
            problems.append(problem)
    assert tried, f"no case for {op}"
    assert not problems, f"{len(problems)} of {tried} cases:\n" + "\n".join(problems[:20])


@pytest.mark.parametrize("op", rows())
def test_null_backend_counts_each_launch(op):
    _null.reset()
    case = next(iter(cases(op)))
    case.verify = lambda outputs: ()
    _, problem = run("null", case)
    assert problem is None
    assert _null.launches() == {op: 1}
    operands = [value for value in (*case.inputs, *case.outputs) if isinstance(value, np.ndarray)]
    assert _null.counters()["bytes"] == sum(value.size * value.itemsize for value in operands)
    assert (
        _null.counters()["allocations"] == _null.counters()["frees"] == len({id(value) for value in operands})
    )


def _row(name):
    return rows()[name]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_exact_rows_refuse_one_unit_in_the_last_place(dtype):
    want = np.array([1, -3, 7], dtype)
    assert difference(_row("add"), want.copy(), want) is None
    off = np.nextafter(want, np.array(np.inf, dtype))
    assert "3 of 3 wrong" in difference(_row("add"), off, want)


def test_rounded_rows_accept_their_ulp_and_no_more():
    want = np.array([1.5, 2.5], np.float32)
    got = want.copy()
    for step in range(1, 7):
        got = np.nextafter(got, np.float32(np.inf))
        assert (difference(_row("exp"), got, want) is None) == (step <= 4)


def test_half_precision_is_held_to_one_unit_after_rounding():
    want = np.array([1.5], np.float16)
    one = np.nextafter(want, np.float16(2))
    assert difference(_row("exp"), one, want) is None
    assert difference(_row("exp"), np.nextafter(one, np.float16(2)), want)


def test_the_sign_of_zero_and_nan_matter():
    zero, minus = np.array([0.0]), np.array([-0.0])
    assert difference(_row("rint"), minus, zero)
    assert difference(_row("rint"), np.array([np.nan]), zero)
    assert difference(_row("rint"), zero, np.array([np.nan]))
    assert difference(_row("rint"), np.array([-np.nan]), np.array([np.nan])) is None
    assert difference(_row("exp"), np.array([np.inf]), np.array([-np.inf]))


def test_each_part_of_an_exact_complex_result_matters():
    want = np.array([1 + 1e-30j])
    assert difference(_row("add"), np.array([1 + 2e-30j]), want)
    assert difference(_row("sqrt"), np.array([1 + 2e-30j]), want) is None


def test_relative_bounds_scale_with_the_magnitude_of_the_terms():
    want, eps = np.array([0.0], np.float32), np.finfo(np.float32).eps
    assert difference(_row("sum"), want + 10 * eps, want, (100, 1.0)) is None
    assert difference(_row("sum"), want + 20 * eps, want, (100, 1.0))
    assert difference(_row("sum"), want + np.nan, want, (100, 1.0))


def test_dtype_and_shape_are_part_of_the_result():
    assert "float32" in difference(_row("add"), np.zeros(3, np.float32), np.zeros(3))
    assert "[2]" in difference(_row("add"), np.zeros(2), np.zeros(3))


def test_the_command_prints_a_route_per_dtype():
    command = [
        sys.executable,
        "-m",
        "cupy_backends.backend.conformance",
        "--backend",
        "host",
        "--op",
        "bitwise_and",
        "--run",
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    line = run.stdout.splitlines()[-1]
    assert line.split()[0] == "bitwise_and"
    assert {"?:H", "i1:H", "u8:H"} <= set(line.split()) and "f4" not in line
