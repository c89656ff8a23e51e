"""The self-test names exactly what the device does otherwise: proven on a simulator with rules altered on purpose."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import cupy
from cupy import _selftest
from cupy_backends import cannsim

ROOT = Path(cupy.__file__).resolve().parents[1]


def run(*arguments, timeout=60, **variables):
    """Run the self-test without the machine's own settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("CUPY_", "ASCEND_", "CANNSIM_"))}
    kept["PYTHONPATH"] = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "cupy.doctor", "--selftest", *arguments]
    return subprocess.run(command, env=kept | variables, capture_output=True, text=True, timeout=timeout)


def ops(*names):
    return [word for name in names for word in ("--op", name)]


def failing(done):
    """Return {cell: status} of the lines that a self-test printed."""
    return dict(re.findall(r"^(\w+\([\w, ]*\)): (\w+): ", done.stdout, re.MULTILINE))


def test_unaltered_rules_pass(tmp_path):
    report = tmp_path / "report.md"
    done = run(*ops("add", "expm1", "floor"), "--report", str(report), CUPY_CANN="sim")
    assert done.returncode == 0, done.stdout + done.stderr
    assert failing(done) == {} and re.search(r"^\d+ cells: \d+ pass; \d+ cases in", done.stdout)
    text = report.read_text()
    assert "Nothing." in text and "SoC" in text and "Ascend910B3" in text and "numpy" in text
    assert re.search(r"^  N float32, float32, float32: aclnnAdd", text, re.MULTILINE)


@pytest.mark.parametrize("soc", ["Ascend310P3", "Ascend950PR_9589"])
def test_the_expectation_is_that_of_the_chip(soc, tmp_path):
    report = tmp_path / "report.jsonl"
    done = run(*ops("expm1"), "--report", str(report), CUPY_CANN="sim", CANNSIM_SOC=soc)
    assert done.returncode == 0, done.stdout + done.stderr
    first, *cells = map(json.loads, report.read_text().splitlines())
    assert soc in " ".join(first["environment"])
    routes = {cell["dtypes"][0]: cell["route"] for cell in cells}
    assert routes["float32"] == "native" and routes["bfloat16"] == ("cast" if "310P" in soc else "native")
    assert all(cell["status"] == "pass" and cell["route"] == cell["expected"] for cell in cells)


ALTERED = [  # CANNSIM_ALTER, operations tested, cells named
    ("aclnnExpm1:float32:refuse,aclnnFloor:float16:wrong", ("expm1", "floor", "ceil"),
     {"expm1(float32, float32)": "refused", "floor(float16, float16)": "wrong"}),
    ("aclnnExp2:*:wrong", ("exp2", "expm1"),
     {f"exp2({name}, {name})": "wrong" for name in ("float16", "bfloat16", "float32", "float64")}),
    ("aclnnAtan:float32:crash,aclnnSinh:float16:hang", ("arctan", "sinh"),
     {"arctan(float32, float32)": "crash", "sinh(float16, float16)": "hang"}),
]  # fmt: skip


@pytest.mark.parametrize("altered, tested, expected", ALTERED)
def test_names_exactly_the_altered_cells(altered, tested, expected):
    done = run(*ops(*tested), "--patience", "2", CUPY_CANN="sim", CANNSIM_ALTER=altered)
    assert done.returncode == 1, done.stdout + done.stderr
    assert failing(done) == expected, done.stdout


@pytest.mark.slow
def test_names_exactly_the_altered_cells_of_all():
    altered = (
        "aclnnExpm1:float32:refuse,aclnnFloor:float16:wrong,aclnnSort:int32:crash,aclnnCeil:float64:hang"
    )
    done = run("--patience", "3", CUPY_CANN="sim", CANNSIM_ALTER=altered, timeout=280)
    assert done.returncode == 1
    assert failing(done) == {
        "expm1(float32, float32)": "refused",
        "floor(float16, float16)": "wrong",
        **dict.fromkeys(["ceil(float64, float64)", "trunc(float64, float64)",
                         "modf(float64, float64, float64)"], "hang"),
        **dict.fromkeys(["sort(int32, int32)", "sort(uint16, uint16)", "argsort(int32, int64)",
                         "argsort(uint16, int64)"], "crash"),
    }  # fmt: skip


# Which cells call an operator with a tensor of a dtype, by the simulator's own trace of an unaltered run.
CELLS_THAT_CALL = """
import json, os
from cupy import _selftest
from cupy._core import _observe
from cupy_backends.backend.conformance import run
from cupy_backends.backend.rows import rows

found, trace = [], None
for op in rows():
    for dtypes, cases in _selftest._cells(op).items():
        _observe.start(print)  # forgets what was prepared before, so that every call is traced
        _observe.stop(print)
        for case in cases:
            run("ascend", case)
        trace = trace or open(os.environ["CANNSIM_TRACE"])
        for call in map(json.loads, trace):
            tensors = [a for a in call["args"] if isinstance(a, dict) and a["k"] == "tensor"]
            if call["op"] == "OPERATOR" and any(t["dtype"] == "DTYPE" for t in tensors):
                found.append(_selftest.name_of({"op": op, "dtypes": dtypes}))
print(json.dumps(found))
"""


@pytest.mark.slow
@pytest.mark.parametrize("operator, dtype", [("aclnnAdd", "float32"), ("aclnnInplaceCopy", "float16")])
def test_names_exactly_the_cells_that_call_the_altered_operator(operator, dtype, tmp_path):
    program = CELLS_THAT_CALL.replace("OPERATOR", operator).replace("DTYPE", dtype)
    environment = dict(os.environ) | {"CUPY_CANN": "sim", "CANNSIM_TRACE": str(tmp_path / "trace.jsonl")}
    environment["PYTHONPATH"] = str(ROOT)
    traced = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    expected = dict.fromkeys(json.loads(traced.stdout), "wrong")
    assert expected
    done = run(CUPY_CANN="sim", CANNSIM_ALTER=f"{operator}:{dtype}:wrong", timeout=280)
    assert failing(done) == expected


def test_the_first_difference_has_values(tmp_path):
    report = tmp_path / "report.md"
    done = run(
        *ops("floor"), "--report", str(report), CUPY_CANN="sim", CANNSIM_ALTER="aclnnFloor:float32:wrong"
    )
    assert done.returncode == 1
    (row,) = [
        line for line in report.read_text().splitlines() if line.startswith("| floor(float32, float32)")
    ]
    assert "**wrong**" in row and re.search(r"got np.float32\(.*\), NumPy has np.float32\(", row)


@pytest.mark.parametrize("altered", ["aclnnNone:float32:wrong", "aclnnAdd:float33:wrong", "aclnnAdd:float32",
                                     "aclnnAdd:float32:maybe", "aclnnAdd:float32:wrong:more"])  # fmt: skip
def test_a_malformed_alteration_is_an_error(altered):
    done = run(*ops("add"), CUPY_CANN="sim", CANNSIM_ALTER=altered)
    assert done.returncode == 1 and altered.split(":more")[0] in done.stdout


@pytest.fixture
def toolkit(tmp_path):
    """A toolkit as the real one is laid out: the simulator under CANN's names, and nothing of ours is asked of it."""
    (tmp_path / "lib64").mkdir()
    for path in [*Path(cannsim.libdir()).iterdir(), Path(cannsim.library())]:
        (tmp_path / "lib64" / path.name).symlink_to(path)
    return {
        "CUPY_CANN": "real",
        "ASCEND_HOME_PATH": str(tmp_path),
        "LD_LIBRARY_PATH": str(tmp_path / "lib64"),
    }


def test_on_a_toolkit(toolkit, tmp_path):
    altered = {"CANNSIM_ALTER": "aclnnFloor:float16:wrong", "CANNSIM_SOC": "Ascend310P3"}
    report = tmp_path / "report.md"
    done = run(*ops("floor", "expm1"), "--report", str(report), **toolkit, **altered)
    assert done.returncode == 1, done.stdout + done.stderr
    assert failing(done) == {"floor(float16, float16)": "wrong"}
    assert re.search(r"device +real: CUPY_CANN=real", report.read_text())


def test_a_chip_that_the_simulator_does_not_know():
    from cupy_backends.backend._backend import backend_name

    nowhere = dict(os.environ) | {"CUPY_CANN": "sim", "CANNSIM_SOC": "Ascend999"}
    outcome = _selftest.selftest(backend_name(), ["cbrt"], nowhere)
    assert outcome.exit_code == 0, outcome.summary()


def test_an_older_release_has_its_own_expectation(tmp_path):
    report = tmp_path / "report.jsonl"
    done = run(*ops("add", "sort"), "--report", str(report), CUPY_CANN="sim", CANNSIM_CANN="8.1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert all(
        cell["route"] == cell["expected"] for cell in map(json.loads, report.read_text().splitlines()[1:])
    )


def test_what_the_host_computes_is_no_failure():
    done = run(*ops("cbrt"), CUPY_CANN="sim", CUPY_FALLBACK="error")
    assert done.returncode == 0, done.stdout + done.stderr


def test_too_little_time():
    done = run(*ops("add"), "--seconds", "0.05", CUPY_CANN="sim")
    assert done.returncode == 3 and "not run" in done.stdout


@pytest.mark.parametrize("arguments", [("--op", "frobnicate"), ("--seconds", "0"), ("--patience", "-1")])
def test_bad_arguments(arguments):
    assert run(*arguments, CUPY_CANN="sim").returncode == 2


def test_the_host_backend_has_its_own():
    done = run(*ops("cbrt"), CUPY_BACKEND="host")
    assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_to_test():
    done = run(*ops("cbrt"), CUPY_BACKEND="null")
    assert done.returncode == 2 and "computes nothing" in done.stderr


def test_rerouted_cells_are_told():
    cells = [{"op": "add", "dtypes": ["int8"], "route": "host", "expected": "native", "status": "pass"}]
    outcome = _selftest.Outcome(cells, 1.0)
    assert outcome.rerouted() == cells and outcome.exit_code == 0


def test_a_cell_out_of_time_runs_two_cases():
    cells = _selftest._cells("add")
    outcome = _selftest._run_cell("host", cells["float32", "float32", "float32"], 0.0)
    assert outcome["status"] == "pass" and outcome["cases"] == 2 < outcome["of"]
    assert _selftest._run_cell("host", cells["bool", "bool", "bool"], 60.0)["cases"] > 2
