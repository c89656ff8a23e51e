"""The modelled clock follows its formula: launch cost plus the larger of bytes / bandwidth and operations / rate."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import cupy

ROOT = Path(__file__).parents[3]
FACTS = ROOT / "cupy_backends/cannsim/facts"
SOCS = json.loads((FACTS / "soc.json").read_text())["socs"]
RATES = json.loads((FACTS / "model.json").read_text())["rates"]

PROGRAM = """
import ctypes, json, sys
import cupy as cp
from cupy._core import _observe
from cupy_backends.ascend import _ascend

n = 1 << 20
a, b = cp.ones(n, "f4"), cp.ones(n, "f4")
m = cp.ones((1024, 1024), "f2")
d = cp.ones(n, "f8")
column, row = cp.ones((1024, 1), "f4"), cp.ones((1, 1024), "f4")
table, few = cp.ones((1 << 16, 16), "f4"), cp.asarray([1, 2, 3])
calls = {
    "add": lambda: cp.add(a, b), "itself": lambda: a + a, "broadcast": lambda: column + row, "copy": lambda: a.copy(),
    "matmul": lambda: m @ m, "float64": lambda: d * d, "sum": lambda: a.sum(), "take": lambda: table.take(few, axis=0),
    "inplace": lambda: a.__iadd__(b), "empty": lambda: a[:0] + b[:0],
}
modelled = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_void_p)(_ascend.symbol("cannsimModelledTime"))
before, found = modelled(None), {}
for name, call in calls.items():
    for _ in range(3):  # the third runs a prepared executor
        events = []
        _observe.start(sink := events.append)
        call()
        _observe.stop(sink)
        tasks = [task for event in events if event.name not in ("index_limits", "wrap_index") for task in event.tasks]
        found[name] = tasks
total = modelled(None) - before
call()
assert modelled(None) - before == total, "the model is off outside of a recording"
print(json.dumps({"tasks": found, "total": total, "device": modelled(ctypes.c_void_p(12345))}))
"""


@pytest.fixture(scope="module", params=["Ascend910B3", "Ascend310P3", "Ascend950PR_9589"])
def found(request):
    environment = dict(os.environ) | {
        "CANNSIM_SOC": request.param,
        "CUPY_CANN": "sim",
        "PYTHONPATH": str(Path(cupy.__file__).resolve().parents[1]),
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return request.param, json.loads(done.stdout)


def bandwidth(soc):
    family = SOCS[soc]["family"]
    return min(SOCS[soc]["read_GBps"], RATES["memory_GBps"].get(family, 1e9))


N = 1 << 20
BYTES = {
    "add": 3 * 4 * N,
    "itself": 2 * 4 * N,
    "broadcast": 4 * (2 * 1024 + N),
    "copy": 2 * 4 * N,
    "matmul": 2 * 2 * N,
    "float64": 2 * 8 * N,
    "sum": 4 * N + 4,
    "take": 2 * 3 * 16 * 4 + 3 * 8,
    "inplace": 3 * 4 * N,
}


@pytest.mark.parametrize("name", BYTES)
def test_each_byte_counts_once(found, name):
    ((_, _, size, _),) = found[1]["tasks"][name]
    assert size == BYTES[name]


@pytest.mark.parametrize("name", ["add", "itself", "broadcast", "copy", "inplace"])
def test_memory_bound_tasks_take_their_bytes_over_the_bandwidth(found, name):
    soc, report = found
    ((_, unit, size, nanoseconds),) = report["tasks"][name]
    assert unit == ("copy" if name == "copy" else "AI Core")
    body = size / bandwidth(soc)
    launches = (nanoseconds - body) / (1000 * RATES["launch_us"]["AI Core"])
    assert launches == pytest.approx(round(launches)) and 1 <= round(launches) <= 3


def test_products_take_their_operations_over_the_rate(found):
    soc, report = found
    ((name, unit, size, nanoseconds),) = report["tasks"]["matmul"]
    body = max(2 * 1024**3 / (1000 * SOCS[soc]["fp16_tflops"]), size / bandwidth(soc))
    launches = (nanoseconds - body) / (1000 * RATES["launch_us"]["AI Core"])
    assert unit == "AI Core" and launches == pytest.approx(round(launches)) and round(launches) >= 1


def test_float64_runs_on_the_ai_cpu_before_the_950(found):
    soc, report = found
    ((_, unit, _, nanoseconds),) = report["tasks"]["float64"]
    assert unit == ("AI Core" if "950" in soc else "AI CPU")
    assert nanoseconds > 1000 * RATES["launch_us"][unit]


def test_nothing_to_do_takes_no_time(found):
    assert found[1]["tasks"]["empty"] == []


def test_a_stream_adds_its_tasks_up(found):
    _, report = found
    last = sum(task[3] for tasks in report["tasks"].values() for task in tasks)
    assert report["total"] >= 3 * last * 0.999 and report["device"] == -1
