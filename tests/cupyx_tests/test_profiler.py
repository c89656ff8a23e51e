"""The profiler counts what ran: routes of operations, times of calls."""

import re

import numpy
import pytest

import cupy
import cupyx


def test_explain_counts_the_operations_of_the_call():
    x = cupy.ones(5, "f4")
    cupy.exp(x)  # not part of the call
    found = cupyx.profiler.explain(lambda a, b=None: cupy.exp(a) + b + b, x, b=x)
    assert {(row["op"], row["launches"]) for row in found.rows} == {("exp", 1), ("add", 2)}
    assert found.rows[0]["op"] == "add" and found.rows[0]["dtypes"] == ("float32",) * len(
        found.rows[0]["dtypes"]
    )
    assert found.launches == 3
    numpy.testing.assert_allclose(found.result.get(), numpy.exp(numpy.float32(1)) + 2, rtol=1e-6)


def test_explain_sees_an_operation_for_the_first_time():
    x = cupy.ones(3, "i2")
    assert [row["op"] for row in cupyx.profiler.explain(cupy.bitwise_count, x).rows][-1] == "bitwise_count"


def test_explain_prints_a_table():
    lines = repr(cupyx.profiler.explain(cupy.exp, cupy.ones(3, "f4"))).splitlines()
    assert lines[0].split() == ["op", "dtypes", "route", "launches", "how"]
    assert lines[1].startswith("exp") and re.fullmatch(r"1 launches, \d on the host", lines[-1])


def test_explain_names_the_host_route():
    found = cupyx.profiler.explain(cupy.linalg.eig, cupy.eye(3))
    assert found.host_launches >= 1 and any(row["route"] == "host" for row in found.rows)


def test_explain_of_nothing_and_of_an_error():
    assert cupyx.profiler.explain(lambda: 5).rows == []
    with pytest.raises(ZeroDivisionError):
        cupyx.profiler.explain(lambda: 1 / 0)


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
