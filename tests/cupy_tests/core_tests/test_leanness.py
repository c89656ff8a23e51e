"""What the library asks of the device, by exact counters: launches, waits, bytes, first phases, allocations."""

import tracemalloc

import numpy as np
import pytest

import cupy as cp
import cupyx
from cupy_backends.backend import _backend
from cupy_backends.backend._testing import launch, resolve
from cupy_backends.backend.conformance import cases
from cupy_backends.backend.conformance.values import REALS, dtype_of
from cupy_backends.backend.rows import rows

SIMULATED = "synchronizations" in cp.xpu.counters()
simulated = pytest.mark.skipif(not SIMULATED, reason="counted by the simulator")


def counted(function, *args):
    """Return how the counters change by a call."""
    cp.cuda.get_current_stream().synchronize()  # bounds that earlier calls left to be looked at are none of this one's
    before = cp.xpu.counters()
    result = function(*args)
    after = cp.xpu.counters()
    del result
    return {name: after[name] - before[name] for name in after}


# --- launches per expression ---------------------------------------------------------------------------------------


def softmax(x):
    e = cp.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


LAUNCHES = [
    ("a * b + c", 2),
    ("a.astype('f2')", 1),
    ("a.astype('i4')", 1),
    ("a[1:3]", 0),
    ("a[:, ::2]", 0),
    ("a[::-1]", 0),
    ("a.T", 0),
    ("a.reshape(-1)", 0),
    ("a.reshape(9, 3, 3)", 0),
    ("softmax(a)", 5),
    ("a.T + b", 1),
    ("a[1:] - a[:-1]", 1),
    ("a @ b.T", 1),
    ("a.sum(axis=(0, 1))", 1),
]


@simulated
def test_slices_of_one_length_are_reduced_together():
    a = cp.arange(3000, dtype="f4")
    assert counted(cp.add.reduceat, a, np.arange(0, 3000, 3))["launches"] == 2  # the sum and a copy
    ends = np.cumsum(np.random.default_rng(0).integers(1, 5, 1000))[:-1]
    assert counted(cp.add.reduceat, a, ends)["launches"] <= 25


@pytest.mark.parametrize("dtype", ["f4", "f2"])
@pytest.mark.parametrize("expression, launches", LAUNCHES, ids=[row[0] for row in LAUNCHES])
def test_launches_of_an_expression(expression, launches, dtype):
    a = cp.arange(81, dtype=dtype).reshape(9, 9) / 81
    scope = {"a": a, "b": a + 1, "c": a * 2, "softmax": softmax}
    found = counted(eval, expression, scope)
    assert found["launches"] == launches
    if SIMULATED:
        assert found["calls"] <= launches and found["host_runs"] == found["synchronizations"] == 0


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "c8"])
@pytest.mark.parametrize("axis", [None, 0])
def test_launches_of_a_mean(axis, dtype):
    a = cp.ones((9, 9), dtype)
    assert counted(lambda: a.mean(axis))["launches"] == 1


# --- waits ---------------------------------------------------------------------------------------------------------

# Their results' shapes depend on data.
SHAPED_BY_DATA = {"nonzero", "masked_select", "unique"}


def waits_of(op):
    """Return the cases of a row in which the host waited for the device in the launch."""
    found = []
    for case in cases(op):
        result = launch("ascend", op, case.inputs, case.outputs, case.attrs, meter=cp.xpu.counters)
        before, after = result.metered
        if (
            after["host_runs"] == before["host_runs"]
            and after["synchronizations"] > before["synchronizations"]
        ):
            found.append(str(case))
    return found


@simulated
@pytest.mark.parametrize("op", [op for op in rows() if op not in SHAPED_BY_DATA])
def test_no_launch_on_the_device_waits(op):
    found = waits_of(op)
    assert not found, found[:5]


NOT_WAITING = [
    "a + b", "cp.sin(a)", "a.sum()", "a.std(axis=1)", "cp.where(a > 1, a, b)", "cp.concatenate((a, b))", "a[i]",
    "a.take(i, axis=1)", "cp.sort(a, axis=0)", "a.cumsum(axis=0)", "a @ b", "cp.clip(a, 1.2, 1.5)", "a.argmax(axis=1)",
    "cp.linspace(0, 1, 9, dtype='f4')", "cp.tril(a)", "cp.roll(a, 2)", "cp.pad(a, 1)", "cp.tile(a, (2, 2))",
    "cp.repeat(a, 2)", "cp.median(a)", "cp.einsum('ij,jk->ik', a, b)", "cp.random.default_rng(1).random(9, dtype='f4')",
    "cp.diff(a)", "cp.nanmean(a)", "cp.outer(a[0], b[0])", "cp.linalg.norm(a)", "cp.isin(i, i)",
    "cp.eye(3, dtype='f4')",
    "cp.where(a > 1, a, np.float32(0))", "cp.nan_to_num(a)", "cp.nanmax(a)", "cp.unwrap(a)",
]  # fmt: skip


@simulated
@pytest.mark.parametrize("expression", NOT_WAITING)
def test_a_function_does_not_wait(expression):
    a = cp.asarray(np.linspace(1, 2, 81, dtype=np.float32).reshape(9, 9))
    scope = {"cp": cp, "np": np, "a": a, "b": a + 1, "i": cp.asarray([3, 1, 2])}
    eval(expression, scope)  # constants come to the device once
    found = cupyx.profiler.explain(eval, expression, scope)
    checks = sum(row["synchronizations"] for row in found.rows if row["op"] == "copy: device to host")
    # The limits of indices are read where nothing is left to wait for.
    assert found.synchronizations == checks * ("a[i]" in expression or "take" in expression), str(found)


# --- bytes ---------------------------------------------------------------------------------------------------------


@simulated
@pytest.mark.parametrize("op", [op for op, row in rows().items() if row.elementwise])
def test_elementwise_operations_move_each_byte_once(op):
    n, row, tried = 4096, rows()[op], 0
    for dtypes in dict.fromkeys(case.dtypes for case in cases(op)):
        if resolve("ascend", op, [dtype_of(name) for name in dtypes])[0] not in ("native", "reinterpret"):
            continue
        inputs = [cp.ones(n, dtype_of(name)) for name in dtypes[: row.nin]]
        outputs = [cp.ones(n, dtype_of(name)) for name in dtypes[row.nin :]]
        found = cupyx.profiler.explain(cp._core.run_op, op, inputs, outputs)
        least = sum(a.nbytes for a in (*inputs, *outputs))
        assert found.bytes <= 1.1 * least, (dtypes, str(found))
        tried += 1
    routes = {resolve("ascend", op, [dtype_of(name) for name in case.dtypes])[0] for case in cases(op)}
    assert tried or not routes & {"native", "reinterpret"}


@simulated
@pytest.mark.parametrize("dtype", REALS[:3])
@pytest.mark.parametrize("axis", [None, 0, 1])
@pytest.mark.parametrize("name", ["sum", "mean", "max", "min", "prod", "any", "all", "argmax"])
def test_reductions_move_each_byte_once(name, axis, dtype):
    a = cp.ones((256, 128), dtype_of(dtype))
    found = cupyx.profiler.explain(lambda: getattr(a, name)(axis=axis))
    if any(row["route"] not in ("native", "reinterpret") for row in found.rows):
        pytest.skip(f"no operator of this chip: {found.rows[0]['why']}")
    assert found.bytes <= 1.1 * (a.nbytes + found.result.nbytes), str(found)


# --- hot loops -----------------------------------------------------------------------------------------------------

HOT = [
    "a + b", "a * 2.5", "2 - a", "a / b", "cp.sqrt(a)", "cp.exp(a)", "a > 1.5", "cp.where(m, a, b)", "a.sum()",
    "a.sum(axis=0)", "a.mean()", "a.max(axis=1)", "a @ b", "a.astype('f2')", "a.copy()", "a.T + b", "a[1:] * b[:-1]",
    "cp.concatenate((a, b))", "a.cumsum(axis=0)", "cp.clip(a, 1, 2)", "a * b + a", "softmax(a)", "cp.maximum(a, b)",
    "-a", "abs(a)", "cp.zeros((9, 9), 'f4')", "a.argmax(axis=1)", "cp.add(a, b, out=c)",
]  # fmt: skip


def scope_of_loops():
    a = cp.asarray(np.linspace(1, 2, 81, dtype=np.float32).reshape(9, 9))
    return {"cp": cp, "a": a, "b": a + 1, "c": a + 2, "m": a > 1.5, "softmax": softmax}


@simulated
@pytest.mark.parametrize("expression", HOT)
def test_a_hot_loop_prepares_and_allocates_nothing(expression, freed_blocks_rest):
    code, scope = compile(expression, "loop", "eval"), scope_of_loops()
    for _ in range(3):
        eval(code, scope)

    def loop():
        for _ in range(20):
            eval(code, scope)

    found = counted(loop)
    names = ["first_phases", "frees", "scratch_allocs", "synchronizations", "host_runs"]
    if not freed_blocks_rest:  # else every loop comes to the end of what the pool has
        names.append("allocations")
    for name in names:
        assert found[name] == 0, (name, found)


@pytest.mark.parametrize(
    "expression", ["a + b", "a * 2.5", "cp.sqrt(a)", "a.sum()", "a @ b", "a > 1.5", "a.T", "a[1:]"]
)
def test_a_hot_loop_makes_no_object_but_its_result(expression):
    code, scope = compile(expression, "loop", "eval"), scope_of_loops()
    for _ in range(3):
        result = eval(code, scope)
    size = 0
    tracemalloc.start()
    try:
        for _ in range(10):
            del result
            before = tracemalloc.get_traced_memory()[0]
            tracemalloc.reset_peak()
            result = eval(code, scope)  # noqa: F841 - alive while it is measured
            size = max(size, tracemalloc.get_traced_memory()[1] - before)
    finally:
        tracemalloc.stop()
    assert size <= 512, f"{size} bytes of Python objects"


@simulated
@pytest.mark.parametrize("value", [1, 2.5, True, 1j])
def test_a_number_assigned_by_index_is_not_copied_to_the_device(value):
    x, key = cp.zeros(9, complex), cp.arange(3)
    assert counted(x.__setitem__, key, value)["bytes_host_to_device"] == 0


def test_counters_count_what_they_say():
    x = cp.ones(3, "f4")
    found = counted(lambda: cp.asnumpy(x + x))
    assert found["launches"] == 1
    if SIMULATED:
        assert found["bytes_device_to_host"] == x.nbytes and found["synchronizations"] == 1
        assert counted(cp.asarray, np.ones(5, "f4"))["bytes_host_to_device"] == 20
        assert counted(cp.linalg.inv, cp.eye(3))["host_runs"] >= 1
    assert _backend.counters().keys() == cp.xpu.counters().keys()
