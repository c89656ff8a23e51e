"""What reaches the operators, from the simulator's trace of the conformance cases: nothing that CANN documents away."""

import json
import re

import pytest
from cupy_builder.program import CLASSES

INTEGERS = {"bool", *CLASSES["integer"]}
STRETCHED = {"int16", "uint16", "uint64", "float64", "complex64", "complex128"}  # limits of the AI CPU
PROGRAM = """
import cupy as cp
from cupy_backends.backend.conformance import cases, run
for op in OPS.split():
    for case in cases(op):
        _, problem = run("ascend", case)
        assert not problem, problem
for dtype in "f4 f8 c8 c16 i2 u2 u8 i8".split():
    a, b = (cp.arange(16).reshape(shape).astype(dtype) for shape in ([2, 1] * 4, [1, 2] * 4))
    _ = a + b, cp.broadcast_to(a, (2, 3) * 4).copy(), a * b, cp.broadcast_to(b, (3, 2) * 4).max()
x = cp.arange(12.0).reshape(3, 4)
for index in ([-1, 0], cp.asarray([-1, 0])):
    _ = x[index], cp.take(x, index, axis=1), cp.delete(x, -1, axis=0)
"""
OPS = """
add subtract multiply divide floor_divide remainder fmod divmod power where clip equal less maximum copy fill
concatenate take take_along_axis put_along_axis getitem_advanced setitem_advanced argmax sum cumsum sort tril nonzero
"""


def tensors(arguments):
    for argument in arguments:
        if isinstance(argument, dict):
            if argument["k"] == "tensor":
                yield argument
            yield from tensors(argument.get("items", ()))


@pytest.fixture(scope="module")
def trace(python_module, tmp_path_factory):
    """Return the traced calls as (operator, tensors, all arguments)."""
    path = tmp_path_factory.mktemp("trace") / "calls.jsonl"
    python_module(f"OPS = {OPS!r}\n{PROGRAM}", CANNSIM_TRACE=str(path))
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert len(lines) > 5000
    assert not [line for line in lines if line["status"]]
    return [(line["op"], list(tensors(line["args"])), line["args"]) for line in lines]


def test_no_descriptor_has_a_negative_stride_or_too_many_axes(trace):
    for op, operands, _ in trace:
        for t in operands:
            assert all(step >= 0 for step in t["strides"]), (op, t)
            assert len(t["shape"]) <= 8, (op, t)
            reach = sum(step * (n - 1) for step, n in zip(t["strides"], t["shape"], strict=True))
            assert 0 in t["shape"] or t["offset"] + reach < t["storage_shape"][0], (op, t)


def test_no_dtype_of_the_ai_cpu_has_six_groups_of_stretched_axes(trace):
    def groups(t):
        kinds = [step == 0 for step, n in zip(t["strides"], t["shape"], strict=True) if n > 1]
        return len(kinds) and 1 + sum(a != b for a, b in zip(kinds, kinds[1:], strict=False))

    most = max(groups(t) for _, operands, _ in trace for t in operands)
    assert most >= 6  # of other dtypes
    for op, operands, _ in trace:
        for t in operands:
            assert t["dtype"] not in STRETCHED or groups(t) < 6, (op, t)


def test_no_integer_meets_a_scalar(trace):
    """Adds, Subs, Muls, Divs and PowTensorScalar compute in float32."""
    forms = {
        "aclnnAdds",
        "aclnnSubs",
        "aclnnMuls",
        "aclnnDivs",
        "aclnnPowTensorScalar",
        "aclnnEqScalar",
        "aclnnClamp",
    }
    met = [(op, operands[0]["dtype"]) for op, operands, _ in trace if op in forms]
    assert {"aclnnAdds", "aclnnMuls"} <= {op for op, _ in met}
    assert not [pair for pair in met if pair[1] in INTEGERS]


def width(dtype):
    return int(re.sub(r"\D", "", dtype) or 8)


def test_no_integer_is_cast_to_what_may_not_hold_it(trace):
    """Only masked values go to narrower dtypes, and those are unsigned; no sign is cast away."""
    seen = set()
    for op, operands, _ in trace:
        if op not in ("aclnnCast", "aclnnInplaceCopy"):
            continue
        source, target = operands if op == "aclnnCast" else operands[::-1]
        pair = source["dtype"], target["dtype"]
        if not set(pair) <= set(CLASSES["integer"]) or pair[0] == pair[1]:
            continue
        seen.add(pair)
        if op == "aclnnCast":  # after aclnnBitwiseAndTensor
            assert pair[1].startswith("u") and width(pair[0]) > width(pair[1]), pair
        else:
            assert width(pair[0]) < width(pair[1]), pair
            assert pair[0].startswith("u") or not pair[1].startswith("u"), pair
    assert len(seen) > 20


def test_no_integer_is_divided_by_way_of_floats(trace):
    for op, operands, _ in trace:
        if re.match(r"aclnn(Remainder|Fmod|Divs?$|DivMod|TrueDivide)", op):
            assert operands[0]["dtype"] not in INTEGERS, op


def test_data_stays_in_the_dtypes_of_the_index_reductions(trace):
    taken = {operands[0]["dtype"] for op, operands, _ in trace if op == "aclnnArgMax"}
    assert "float32" in taken
    assert not taken & {"bool", "uint16", "uint32", "uint64", "complex64", "complex128"}


def test_joins_hold_one_dtype_that_every_chip_knows(trace):
    joins = [{t["dtype"] for t in operands} for op, operands, _ in trace if op == "aclnnCat"]
    assert joins
    for dtypes in joins:
        assert len(dtypes) == 1
        assert not dtypes & {"uint16", "uint32", "uint64", "complex128"}
