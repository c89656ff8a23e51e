"""Operators that are not what their names say are so on the simulator too, and the routes are right all the same."""

import json
from pathlib import Path

import pytest
from cupy_builder import routes
from lossy_cases import CASES

PROGRAM = (
    f"import runpy; runpy.run_path({str(Path(__file__).parent / 'lossy_cases.py')!r}, run_name='__main__')"
)


@pytest.mark.parametrize("chip", CASES)
def test_the_operator_loses_and_the_route_does_not(python, chip):
    found = json.loads(python(PROGRAM, CANNSIM_SOC=chip))
    assert found.keys() == CASES[chip].keys()
    assert [name for name, (naive, _) in found.items() if naive] == []
    assert [name for name, (_, ours) in found.items() if not ours] == []


@pytest.mark.parametrize("chip", CASES)
def test_angles_beyond_the_range_are_right_where_that_is_asked_for(python, chip):
    found = json.loads(python(PROGRAM, CANNSIM_SOC=chip, CUPY_TRIG="exact"))
    assert found.keys() >= {"aclnnTan"}
    assert all(not naive and ours for naive, ours in found.values()), found


ANGLES = """
import numpy as np
import cupy as cp
from cupy_backends.backend.conformance import cases, run

bits = np.random.default_rng(1).integers(0, 2**32, 60000, dtype="u4")
hardest = [16367173 * 2.0**72, np.inf, np.nan, 65504, 65505, -3.4e38, -0.0, 1e-40]
x = np.concatenate([bits.view("f4"), np.array(hardest, "f4"), (np.arange(20000) * np.pi / 2).astype("f4")])
for name in ("sin", "cos", "tan"):
    with np.errstate(all="ignore"):
        want = getattr(np, name)(x.astype("f8"))
    got = getattr(cp, name)(cp.asarray(x)).get()
    known = np.isfinite(want)
    assert np.array_equal(np.isnan(got), ~known), name
    error = np.abs(got[known] - want[known]) / np.spacing(np.abs(want[known].astype("f4")))
    print(name, error.max())
    problems = [problem for case in cases(name) if (problem := run("ascend", case)[1])]
    assert not problems, problems
"""


@pytest.mark.parametrize("chip", routes.CHIPS.values())
def test_every_float32_angle_is_right_where_that_is_asked_for(python, chip):
    lines = python(ANGLES, CANNSIM_SOC=chip, CUPY_TRIG="exact").splitlines()
    assert len(lines) == 3
    assert all(float(line.split()[1]) < 4 for line in lines), lines


def test_the_exact_way_is_seen_and_waits_for_nothing(python):
    program = """
import cupy as cp
from cupy_backends.ascend import _ascend
x = cp.full(1000, 1e20, "f4")
for op, most in (("sin", 27), ("cos", 27), ("tan", 28)):
    call = getattr(cp, op)
    call(x), call(x)  # the second keeps its executors
    before = _ascend.counters()
    call(x)
    after = _ascend.counters()
    assert after["calls"] - before["calls"] <= most and after["first_phases"] == before["first_phases"], op
    assert after["host_runs"] == before["host_runs"]
    rows = {row["dtypes"][0]: row for row in _ascend.routes(op)}
    assert rows["float32"]["route"] == "composite" and rows["float32"]["unit"] == "AI Core"
    assert not rows["float32"]["note"]
"""
    assert python(program, CUPY_TRIG="exact") == ""


def test_an_unknown_choice_is_an_error_that_lists_the_known_ones(python):
    text = python("import cupy as cp; cp.ones(2)", 1, CUPY_TRIG="right")
    assert "CUPY_TRIG=right: expected native or exact" in text
