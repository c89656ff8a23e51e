"""Further calls than the corpus has: every operator x parameter x wrong value, and what must come of them.

python refusals.py LIBCANNSIM PART PARTS: what is wrong on the chip of CANNSIM_SOC, as JSON.
"""

import copy
import ctypes
import json
import os
import pathlib
import re
import sys

import calls
import golden

NULL, INVALID, UNREACHABLE, NO_KERNEL = 161001, 161002, 561103, 561003
FAMILIES = ("910", "310P", "910B", "910_93", "950")

# Two operands that need not broadcast.
ANY_PAIR = {"aclnnEqual", "aclnnLinalgCross"}

# May be null though their names do not say so.
OPTIONAL = {
    ("aclnnLogSigmoidForward", "buffer"), ("aclnnClamp", "clipValueMin"), ("aclnnClamp", "clipValueMax"),
    ("aclnnSearchSorted", "sorter"), ("aclnnSearchSorteds", "sorter"), ("aclnnBincount", "weights"),
}  # fmt: skip
# Their results have any shape: what is found, as many numbers as there is room for, or what is not asked for.
ANY_SHAPE = re.compile(
    r"aclnn(MaskedSelect|Nonzero|Unique|NormalFloatFloat|TriangularSolve|LogSigmoidForward|Svd)"
)
NAMED = re.compile(r"null|rank|axis|dtype")  # what a message blames a parameter for
AXES = re.compile(r"dim|dim0|dim1|axis|dims|axes")


class Facts:
    """What dtypes.json accepts on one chip."""

    def __init__(self, chip):
        folder = pathlib.Path(calls.FACTS)
        self.ops = json.loads((folder / "dtypes.json").read_text())["ops"]
        self.family = json.loads((folder / "soc.json").read_text())["socs"][chip]["family"]

    def accepted(self, op, param):
        """Dtypes of a parameter, or None where nothing is checked."""
        lists = self.ops.get(op, {}).get("dtypes", {})
        for families, dtypes in {**lists.get(param + "[]", {}), **lists.get(param, {})}.items():
            if families == "all" or self.family in families.split():
                return dtypes.split()
        return None

    def casts(self, op, param):
        """Whether another dtype must be castable to this parameter's."""
        return any(pair[1] == param for pair in self.ops.get(op, {}).get("castable", []))


def replaced(args, index, value):
    out = copy.deepcopy(args)
    out[index] = value
    return out


def tensors_of(argument):
    """The tensors behind an argument."""
    if not isinstance(argument, dict):
        return []
    if argument["k"] == "tensor_list":
        return [item for item in argument["items"] if item]
    return [argument] if argument["k"] == "tensor" else []


def changed(args, index, **change):
    """The first tensor of an argument with other attributes."""
    out = copy.deepcopy(args)
    target = tensors_of(out[index])[0]
    target.update(change)
    return out


def size(shape):
    n = 1
    for extent in shape:
        n *= extent
    return n


def wrong_calls(op, params, args, facts):
    """(what was done, parameter, arguments, statuses that may come of it)"""
    names = [name for _, name in params]
    if {"self", "other", "out"} <= set(names) or {"selfRef", "other"} <= set(names):
        index = names.index("other")
        operands = [tensors_of(a) for a in args]
        if operands[index] and operands[0] and operands[0][0]["shape"] == [4, 6] and op not in ANY_PAIR:
            yield "broadcast", "other", changed(args, index, shape=[4, 5], storage_shape=[4, 5]), {INVALID}
    outputs = {
        name
        for ctype, name in params
        if ctype.replace(" ", "") == "aclTensor*" and name != "other"  # an input that lacks its const
    }
    for index, (_, name) in enumerate(params):
        value = args[index]
        optional = name.endswith("Optional") or (op, name) in OPTIONAL
        if isinstance(value, dict) and value["k"] not in ("dtype", "null"):
            # Reductions may take no list of axes for all of them; nothing is known of that.
            unknown = value["k"] == "int_array" and AXES.fullmatch(name)
            expected = {0, INVALID} if optional else {0, NULL, INVALID} if unknown else {NULL}
            yield "null", name, replaced(args, index, {"k": "null"}), expected
        for_tensors = tensors_of(value)
        if for_tensors:
            yield from wrong_tensors(op, name, index, args, for_tensors[0], name in outputs, facts)
        if AXES.fullmatch(name):
            for axis in (99, -99):
                if isinstance(value, int) and not isinstance(value, bool):
                    yield f"axis {axis}", name, replaced(args, index, axis), {INVALID}
                elif isinstance(value, dict) and value["k"] == "int_array":
                    yield (
                        f"axis {axis}",
                        name,
                        replaced(args, index, {"k": "int_array", "v": [axis]}),
                        {INVALID},
                    )
    if any(tensors_of(value) for value in args):
        empty = copy.deepcopy(args)
        for value in empty:
            for t in tensors_of(value):
                t.pop("strides", None)
                t.pop("storage_shape", None)
                t["shape"] = [0, *t["shape"][1:]]
        yield "empty", "", empty, {0, INVALID}


def wrong_tensors(op, name, index, args, tensor, output, facts):
    accepted = facts.accepted(op, name)
    for dtype in golden.DTYPES:
        if dtype == tensor["dtype"]:
            continue
        listed = accepted is None or dtype in accepted
        expected = {0, INVALID, UNREACHABLE, NO_KERNEL} if listed else {INVALID}
        real = [t["dtype"] for t in tensors_of(args[0])] == ["float32"]
        if output and real and facts.casts(op, name) and dtype.lstrip("u").startswith(("int", "bool")):
            expected = {INVALID}
        yield f"dtype {dtype}", name, changed(args, index, dtype=dtype), expected
    deep = [1] * 9
    deep_statuses = {0, INVALID} if op == "aclnnSort" else {INVALID}
    yield "rank 9", name, changed(args, index, shape=deep, strides=None, storage_shape=deep), deep_statuses
    yield "negative", name, changed(args, index, shape=[-1], strides=None, storage_shape=[1]), {INVALID}
    if size(tensor["shape"]) > 1:
        expected = {0} if output else {0, INVALID, UNREACHABLE}
        yield "storage", name, changed(args, index, storage_shape=[1]), expected
    shape = [*tensor["shape"], 7]
    fixed = output and not name.endswith("Ref") and "Inplace" not in op and not ANY_SHAPE.match(op)
    expected = {INVALID} if fixed else {0, INVALID, NO_KERNEL}
    if op == "aclnnMv":  # whose result is reshaped, which fails later
        expected = {INVALID, UNREACHABLE}
    yield "shape", name, changed(args, index, shape=shape, storage_shape=shape), expected


def check(caller, facts, op, params, args, what, param, changed_args, expected):
    """What is wrong with the answer to one call, or None."""
    status, message = caller.status({"op": op, "args": changed_args})
    if status not in expected:
        return f"status {status} ({message}), expected one of {sorted(expected)}"
    if status and not message.startswith(op):
        return f"the message '{message}' does not name the operator"
    if (
        status
        and what != "empty"
        and what.split()[0] in ("null", "rank", "axis", "dtype")
        and expected <= {NULL, INVALID}
    ):
        if param not in message:
            return f"the message '{message}' does not name {param}"
    if not status:
        status, message = caller.status({"op": op, "args": changed_args}, execute=True)
        if status and not message:
            return f"phase 2 returns {status} without a message"
    return None


def run(caller, part, parts):
    facts = Facts(caller.chip)
    caller.lib.cannsimImplements.restype = ctypes.c_bool
    good, hopeless = calls.base_calls(caller, golden.load())
    table = calls.operators()
    wrong, n = [], 0
    for op in sorted(good)[part::parts]:
        for what, param, args, expected in wrong_calls(op, table[op], good[op], facts):
            n += 1
            print(op, what, param, file=sys.stderr, flush=True)  # who was it, should the process end here
            if problem := check(caller, facts, op, table[op], good[op], what, param, args, expected):
                wrong.append(f"{op}: {param} {what}: {problem}")
    return {"operators": len(good), "without": sorted(hopeless), "calls": n, "wrong": wrong}


if __name__ == "__main__":
    simulator = golden.Caller(sys.argv[1])
    simulator.chip = os.environ["CANNSIM_SOC"]
    json.dump(run(simulator, int(sys.argv[2]), int(sys.argv[3])), sys.stdout)
