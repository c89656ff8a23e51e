"""The routes table against the facts and the contract, and what a bad row says."""

import os
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from cupy_backends.backend._testing import launch, plan_dtypes, resolve
from cupy_builder import aclnn, contract, routes

from cupy_backends import cannsim
from cupy_backends.ascend import _ascend
from cupy_backends.backend.conformance import cases
from cupy_backends.backend.conformance.values import dtype_of
from cupy_backends.backend.rows import rows

ROOT = Path(__file__).resolve().parents[3]
ROUTES = ROOT / "cupy_backends/ascend/routes.toml"
FACTS = aclnn.Facts(ROOT / "cupy_backends/cannsim/facts")
OPS = contract.load(ROOT / "cupy_backends/backend/ops.toml")
REAL = (
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float16",
    "bfloat16",
    "float32",
)


def plans(op):
    return dict.fromkeys(
        tuple(plan_dtypes(op, [value.dtype for value in (*case.inputs, *case.outputs)])) for case in cases(op)
    )


@pytest.mark.parametrize("op", rows())
def test_every_op_and_dtype_has_a_route_that_says_how_and_why(op):
    for names in plans(op):
        route, how, why = resolve("ascend", op, map(dtype_of, names))
        assert how, (op, names)
        assert (route == "native") == (not why), (op, names, route, why)


# Rows that a device without them could not do without: never on the host for the dtypes of a device.
ON_DEVICE = [
    "add",
    "subtract",
    "multiply",
    "negative",
    "square",
    "equal",
    "not_equal",
    "less",
    "greater",
    "logical_and",
    "logical_not",
    "where",
    "maximum",
    "minimum",
    "copy",
    "fill",
    "concatenate",
    "sum",
    "max",
    "min",
    "any",
    "all",
    "count_nonzero",
    "argmax",
    "cumsum",
    "take",
    "take_along_axis",
    "nonzero",
    "masked_select",
    "isnan",
    "isfinite",
    "floor",
    "ceil",
]


@pytest.mark.parametrize("op", ON_DEVICE)
def test_common_rows_stay_on_the_device(op):
    for names in plans(op):
        if names[0] in REAL and all(n in REAL or n == "int64" for n in names):
            assert resolve("ascend", op, map(dtype_of, names))[0] != "host", names


@pytest.mark.parametrize(
    "family, soc", [("910B", None), ("310P", "Ascend310P3"), ("950", "Ascend950PR_9589")]
)
def test_a_native_route_is_accepted_by_the_facts(python, family, soc):
    program = """
from cupy_backends.ascend import _ascend
from cupy_backends.backend._testing import plan_dtypes, resolve
from cupy_backends.backend.conformance import cases
from cupy_backends.backend.conformance.values import dtype_of
from cupy_backends.backend.rows import rows
print(_ascend.soc_family())
for op in rows():
    if rows()[op].elementwise:
        for names in {tuple(plan_dtypes(op, [v.dtype for v in (*c.inputs, *c.outputs)])) for c in cases(op)}:
            route, how, why = resolve("ascend", op, map(dtype_of, names))
            if route == "native":
                print(how, *names)
"""
    lines = python(program, CANNSIM_SOC=soc).splitlines()
    assert lines[0] == family
    checked = 0
    for line in lines[1:]:
        function, *names = line.split()
        index = aclnn.FAMILIES.index(family)
        masks = FACTS.masks(function)
        inputs = [n for t, n in FACTS.functions[function]["params"] if t == "const aclTensor *"]
        for parameter, dtype in zip(inputs, names):
            if parameter in masks:
                assert masks[parameter][index] >> aclnn.DTYPES.index(dtype) & 1, line
                checked += 1
    assert checked > 100


@pytest.mark.slow
@pytest.mark.parametrize("soc", [soc for soc in routes.CHIPS.values() if soc != "Ascend910B3"])
def test_every_row_equals_numpy_on_every_family(python, soc):
    program = """
from cupy_backends.backend.conformance import cases, run
from cupy_backends.backend.rows import rows
tried = 0
for op in rows():
    for case in cases(op):
        _, problem = run("ascend", case)
        tried += 1
        if problem:
            print(problem)
print(tried)
"""
    assert int(python(program, CANNSIM_SOC=soc)) > 10000  # and nothing else is printed


OLD_RELEASE = """
add sqrt sign rint where fill copy concatenate sum max argmax cumsum take getitem_advanced setitem_advanced
put_along_axis masked_scatter searchsorted sort
""".split()


@pytest.mark.parametrize("soc", ["Ascend910B3", "Ascend310P3"])
def test_rows_equal_numpy_with_the_older_release(python, soc):
    """CANN 8.1 lacks operators and kernels: the routes do without. bfloat16 is no dtype of the 310P."""
    program = f"""
from cupy_backends.backend.conformance import cases, run
tried = 0
for op in {OLD_RELEASE}:
    for case in cases(op):
        if "bfloat16" in case.dtypes and "310P" in {soc!r}:
            continue
        _, problem = run("ascend", case)
        tried += 1
        if problem:
            print(problem)
print(tried)
"""
    assert int(python(program, CANNSIM_SOC=soc, CANNSIM_CANN="8.1")) > 1500  # and nothing else is printed


def test_an_operator_that_is_missing_is_a_route_that_is_not_taken(python, tmp_path):
    """As CANN 8.1 has no aclnnRightShift: the row computes on the host and says why."""
    shim = """
    #include <string.h>
    _Bool cannsimImplements(const char *name) { return strcmp(name, "aclnnRightShift") != 0; }
    """
    simulator = os.environ.get("CUPY_CANNSIM") or cannsim.library()
    path = tmp_path / "libshim.so"
    command = [
        "gcc",
        "-shared",
        "-fPIC",
        "-x",
        "c",
        "-",
        "-o",
        path,
        "-x",
        "none",
        "-Wl,--no-as-needed",
        simulator,
    ]
    subprocess.run([*command, f"-Wl,-rpath,{os.path.dirname(simulator)}"], input=shim, text=True, check=True)
    program = """
from cupy_backends.backend._testing import resolve
print(*resolve("ascend", "right_shift", ["int32"] * 3), "/", *resolve("ascend", "left_shift", ["int32"] * 3))
"""
    missing, present = python(program, CUPY_CANNSIM=str(path)).split("/")
    assert missing.startswith("host")
    assert "aclnnRightShift is not in this CANN" in missing
    assert "aclnnLeftShift" in present


def test_real_devices_have_notes():
    resolve("ascend", "sort", ["float32", "float32"])
    notes = {row["note"] for row in _ascend.routes("sort")}
    assert any("NaN" in note for note in notes)


def test_a_host_run_is_counted_and_named():
    _ascend.reset_counters()
    launch("ascend", "cbrt", [np.array([8.0])], [np.empty(1)])
    (row,) = [r for r in _ascend.routes("cbrt") if r["dtypes"] == ("float64", "float64")]
    assert row["route"] == "host"
    assert row["host_runs"] == 1
    assert "cube root" in row["why"]


def test_more_axes_than_a_descriptor_holds():
    rng = np.random.default_rng(0)
    for rank in (9, 11):
        host = rng.integers(0, 9, (2,) * rank).astype("f")
        mixed = host.transpose(rng.permutation(rank))[::-1]
        got = launch("ascend", "add", [mixed, host], [np.empty_like(host)])
        assert np.array_equal(got.outputs[0], mixed + host)
        assert got.route == "native"
        total = launch("ascend", "sum", [host], [np.empty(host.shape[:1], "f")], [tuple(range(1, rank))])
        assert np.array_equal(total.outputs[0], host.sum(tuple(range(1, rank))))


BAD = [
    (
        'add = [{ call = "aclnnAdd(in0, in1, out0)" }]',
        "add",
        "call",
        "takes 4 arguments: self, other, alpha, out",
    ),
    ('add = [{ call = "aclnnPlus(in0, in1, out0)" }]', "add", "call", "aclnnPlus is no aclnn function"),
    ('add = [{ call = "aclnnAdd(in0, in2, 1, out0)" }]', "add", "call", "add has no in2"),
    ('add = [{ call = "aclnnAdd(in0, in1, in1, out0)" }]', "add", "call", "in1 does not fit aclScalar"),
    ('add = [{ call = "aclnnAdd(in0, in1, axes, out0)" }]', "add", "call", "'axes' is not understood"),
    ('add = [{ cal = "aclnnAdd(in0, in1, 1, out0)" }]', "add", "cal", "unknown"),
    ('add = [{ view = "unsigned" }]', "add", "call", "exactly one of"),
    ('add = [{ host = "slow", when = "integr" }]', "add", "when", "'integr' is neither"),
    ('add = [{ host = "slow", view = "sideways" }]', "add", "view", "'sideways' is none of"),
    ('add = [{ do = "out0 = plus(in0, in1)" }]', "add", "do", "'plus' is no op"),
    ('add = [{ do = "t = negative(in0)" }]', "add", "do", "no output is assigned"),
    ('add = [{ do = "out0 = negative(in7.real, 1)" }]', "add", "do", "negative takes 1 operands"),
    ('add = [{ do = "out0 = sum(in0)" }]', "add", "do", "attribute axes of sum"),
    ('add = [{ do = "{nothing}" }]', "add", "do", "'nothing' is not in [short]"),
    ('add = [{ host = "slow", chips = "910C" }]', "add", "chips", "'910C': known are"),
    ("add = []", "add", "routes", "list of candidates"),
    ('plus = [{ host = "slow" }]', "plus", "name", "no op of the contract"),
]


@pytest.mark.parametrize("row, name, column, problem", BAD, ids=[b[3] for b in BAD])
def test_a_bad_row_is_refused_with_row_and_column(tmp_path, row, name, column, problem):
    text = re.sub(r"^add = .*$", "", ROUTES.read_text(), flags=re.MULTILINE)
    path = tmp_path / "routes.toml"
    path.write_text(text.replace("[binary]", "[binary]\n" + row, 1))
    with pytest.raises(contract.TableError) as raised:
        aclnn.tables(FACTS, OPS, path)
    message = str(raised.value)
    assert f"row '{name}'" in message
    assert f"column '{column}'" in message
    assert problem in message


def test_a_row_without_route_is_refused(tmp_path):
    path = tmp_path / "routes.toml"
    path.write_text(re.sub(r"^add = .*$", "", ROUTES.read_text(), flags=re.MULTILINE))
    with pytest.raises(contract.TableError, match="row 'add', column 'name': has no route"):
        aclnn.tables(FACTS, OPS, path)


def test_generating_twice_writes_once(tmp_path):
    first = aclnn.generate(tmp_path, ROOT)
    times = [path.stat().st_mtime_ns for path in first]
    assert [path.stat().st_mtime_ns for path in aclnn.generate(tmp_path, ROOT)] == times
