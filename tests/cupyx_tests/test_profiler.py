"""The profiler counts what ran: routes of operations, times of calls."""

import json
import re

import numpy
import pytest

import cupy
import cupyx
from cupy._core import _observe


SIMULATED = cupy.xpu.Device().name.startswith("Ascend")  # by the simulator, which has a model of time


def rows_of(found, op):
    return [row for row in found.rows if row["op"] == op]


def test_explain_counts_the_operations_of_the_call():
    x = cupy.ones(5, "f4")
    cupy.exp(x)  # not part of the call
    found = cupyx.profiler.explain(lambda a, b=None: cupy.exp(a) + b + b, x, b=x)
    assert [(row["op"], row["launches"]) for row in found.rows] == [("exp", 1), ("add", 2)]
    assert found.rows[1]["dtypes"] == ("float32",) * 3 and found.rows[1]["shapes"] == ((5,),) * 3
    assert found.launches == 3 and found.copies == 0
    if SIMULATED:
        assert found.synchronizations == found.host_launches == 0
    numpy.testing.assert_allclose(found.result.get(), numpy.exp(numpy.float32(1)) + 2, rtol=1e-6)


def test_explain_sees_an_operation_for_the_first_time():
    x = cupy.ones(3, "i2")
    assert [row["op"] for row in cupyx.profiler.explain(cupy.bitwise_count, x).rows][-1] == "bitwise_count"


def test_explain_names_the_line():
    x = cupy.ones(3, "f4")

    def f():
        y = x + x
        return cupy.linalg.norm(y * 2), y

    first = f.__code__.co_firstlineno
    found = cupyx.profiler.explain(f)
    assert {row["place"][0] for row in found.rows} == {__file__}
    assert rows_of(found, "add")[0]["place"][1] == first + 1
    assert {row["place"][1] for row in found.rows if row["op"] != "add"} == {first + 2}
    assert f"test_profiler.py:{first + 1} y = x + x" in repr(found)


def test_explain_prints_a_table():
    found = cupyx.profiler.explain(cupy.exp, cupy.ones(3, "f4"))
    lines = repr(found).splitlines()
    assert lines[0].split()[:4] == ["line", "op", "dtypes", "shapes"]
    assert re.search(r" exp +float32 +3 ", lines[1]) and re.match(r"1 launches, \d on the host; ", lines[-1])
    page = found._repr_html_()
    assert page.count("<tr>") == 2 and "<td>exp</td>" in page and "&lt;" not in lines[-1]


def test_explain_names_the_host_route():
    found = cupyx.profiler.explain(cupy.linalg.eig, cupy.eye(3))
    host = [row for row in found.rows if row["unit"] == "host"]
    assert found.host_launches >= 1 and host and all(row["synchronizations"] == 1 for row in host)
    if SIMULATED:
        assert host[0]["route"] == "host" and host[0]["why"] and host[0]["modelled"] is None


def test_explain_counts_copies_waits_and_allocations():
    host = numpy.arange(1 << 19, dtype="f4")
    cupy.get_default_memory_pool().free_all_blocks()

    def f():
        x = cupy.asarray(host)
        cupy.xpu.Device().synchronize()
        return float(x[3])

    found = cupyx.profiler.explain(f)
    assert found.result == 3 and found.launches == 0 and found.copies == 2 and found.synchronizations == 3
    assert [row["op"] for row in found.rows] == [
        "copy: host to device",
        "wait: device",
        "copy: device to host",
    ]
    assert [row["bytes"] for row in found.rows] == [host.nbytes, 0, 4]
    assert found.allocations == 1


@pytest.mark.skipif(not SIMULATED, reason="only the simulator has a model of time")
def test_explain_models_time_and_units():
    def modelled(f, *args):
        found = cupyx.profiler.explain(f, *args)
        assert "modelled, not measured" in found.totals()
        return found.modelled_time

    small, large = cupy.ones(8, "f4"), cupy.ones(1 << 22, "f4")
    assert 0 < modelled(cupy.exp, small) < modelled(cupy.exp, large)
    assert cupyx.profiler.explain(lambda: large + large).bytes == 2 * large.nbytes  # read once
    found = cupyx.profiler.explain(cupy.add, large, large.copy())
    assert found.bytes == 3 * large.nbytes and found.tasks == 1
    assert found.rows[0]["unit"] == "AI Core"
    # Memory bound: the time is that of the bytes, and a chip's bandwidth lies between 1 GB/s and 100 TB/s.
    assert 1e9 < found.bytes / found.modelled_time < 1e14
    long, short = cupy.ones((512, 4096), "f2"), cupy.ones((512, 4), "f2")
    assert modelled(cupy.matmul, long, long.T) > modelled(cupy.matmul, short, short.T)


def test_explain_of_a_broadcast_counts_each_byte_once():
    a, b = cupy.ones((64, 1), "f4"), cupy.ones((1, 32), "f4")
    assert cupyx.profiler.explain(cupy.add, a, b).bytes == 4 * (64 + 32 + 64 * 32)


def test_explain_of_nothing_and_of_an_error():
    found = cupyx.profiler.explain(lambda: 5)
    assert found.rows == [] and repr(found).startswith("0 launches") and found.modelled_time is None
    with pytest.raises(ZeroDivisionError):
        cupyx.profiler.explain(lambda: 1 / 0)
    assert not _observe.observed()


def test_observing_ends_and_nests():
    x = cupy.ones(3, "f4")
    inner = []

    def f():
        x + x  # noqa: B018
        inner.append(cupyx.profiler.explain(lambda: x * x))
        return x - x

    found = cupyx.profiler.explain(f)
    assert [row["op"] for row in found.rows] == ["add", "multiply", "subtract"]
    assert [row["op"] for row in inner[0].rows] == ["multiply"]
    before = len(found.events)
    x + x  # noqa: B018
    cupy.asnumpy(x)
    assert len(found.events) == before and not _observe.observed()


def test_launches_of_other_threads_are_seen():
    import threading

    x = cupy.ones(3, "f4")

    def f():
        threads = [threading.Thread(target=lambda: [x + x for _ in range(20)]) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    found = cupyx.profiler.explain(f)
    assert found.launches == 60 and len({event.thread for event in found.events}) >= 1


def test_timeline(tmp_path):
    path = tmp_path / "trace.json"
    x = cupy.ones(1000, "f4")
    with cupyx.profiler.timeline(path):
        with cupyx.profiler.time_range("part", color_id=1, sync=True):
            y = x + x
        float(y[0])

        @cupyx.profiler.time_range()
        def named(a):
            return a * a

        named(y)
    trace = json.loads(path.read_text())
    events = trace["traceEvents"]
    spans = {event["name"]: event for event in events if event["ph"] == "X"}
    assert {"part", "named", "add", "multiply", "device to host", "device"} <= set(spans)
    assert spans["part"]["ts"] <= spans["add"]["ts"]
    assert spans["add"]["ts"] + spans["add"]["dur"] <= spans["part"]["ts"] + spans["part"]["dur"]
    assert spans["add"]["args"]["line"].startswith(__file__)
    memory = [event for event in events if event["ph"] == "C" and event["name"] == "memory"]
    assert memory and all(event["args"]["used"] >= 4000 and event["args"]["free"] >= 0 for event in memory)
    if SIMULATED:
        tasks = [event for event in events if event.get("cat") == "task"]
        assert len(tasks) == 2 and all(event["args"]["time"] == "modelled" for event in tasks)
        assert tasks[0]["ts"] >= spans["add"]["ts"] + spans["add"]["dur"]
        assert tasks[1]["ts"] >= tasks[0]["ts"] + tasks[0]["dur"]


def test_timeline_is_written_though_the_program_fails(tmp_path):
    path = tmp_path / "trace.json"
    with pytest.raises(ZeroDivisionError), cupyx.profiler.timeline(path):
        cupy.ones(3, "f4") + 1
        1 / 0  # noqa: B018
    assert any(event["name"] == "add" for event in json.loads(path.read_text())["traceEvents"])
    assert not _observe.observed()


def test_timeline_refuses_a_bad_path(tmp_path):
    with pytest.raises(OSError), cupyx.profiler.timeline(tmp_path / "none" / "trace.json"):
        pass
    assert not _observe.observed()


def test_time_range_without_a_timeline():
    with cupyx.profiler.time_range(), cupyx.profiler.time_range("x", argb_color=0xFF00FF00):
        pass
    with pytest.raises(ValueError, match="not both"):
        cupyx.profiler.time_range("x", color_id=1, argb_color=2)
    with pytest.raises(TypeError, match="message"):
        cupyx.profiler.time_range(3)


def test_benchmark():
    calls = []
    x = cupy.ones(10)
    times = cupyx.profiler.benchmark(
        lambda a, k=0: calls.append(a + k), (x,), {"k": 1}, 7, name="plus", n_warmup=2
    )
    assert len(calls) == 9
    assert times.cpu_times.shape == (7,) and times.gpu_times.shape == (1, 7) and times.devices == (0,)
    assert (times.cpu_times > 0).all() and (times.gpu_times >= 0).all() and times.cpu_times.max() < 1
    assert re.match(r"plus: host: \d.* us \+/- .*; device 0: ", repr(times))
    assert "device" not in times.to_str()


def test_benchmark_stops_in_time():
    import time

    times = cupyx.profiler.benchmark(lambda: time.sleep(0.01), n_repeat=10**6, n_warmup=0, max_duration=0.05)
    assert 1 <= len(times.cpu_times) <= 6 and times.cpu_times.min() >= 0.01


@pytest.mark.parametrize("args, kwargs, error", [
    ((3,), {}, TypeError),
    ((abs, [1]), {}, TypeError),
    ((abs, (1,), []), {}, TypeError),
    ((abs, (1,)), {"name": 3}, TypeError),
    ((abs, (1,)), {"n_repeat": 0}, ValueError),
    ((abs, (1,)), {"n_warmup": -1}, ValueError),
    ((abs, (1,)), {"max_duration": 0}, ValueError),
    ((abs, (1,)), {"devices": (10**6,)}, ValueError),
])  # fmt: skip
def test_benchmark_refuses(args, kwargs, error):
    with pytest.raises(error):
        cupyx.profiler.benchmark(*args, **kwargs)
