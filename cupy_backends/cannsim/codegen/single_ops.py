"""Writes the table of the operators that run by the name of their type."""

import re

from entries import short
from facts import ARGUMENT_KINDS, fail, plain_type

PATH = "single_ops.json"
MOST_PARAMS = 16  # kMostParams in src/opapi/single_op.h
SHAPES = {
    "": "Given",
    "broadcast": "Broadcast",
    "reduce": "Reduce",
    "matmul": "Product",
    "nonzero": "Places",
    "flat": "Flat",
    "x0": "LikeFirst",
    "x1": "LikeSecond",
}
# The words of `args`, and the kinds of parameters that each may stand for.
VALUES = {"Scalar", "IntArray", "Bool", "Int", "UInt", "Float", "Double", "DataType"}
WORDS = (
    (re.compile(r"x(\d)"), "Input", VALUES | {"Tensor"}),
    (re.compile(r"x(\d)~"), "Reshaped", {"Tensor"}),
    (re.compile(r"x(\d)\^(\w+)"), "Exchanged", {"Tensor"}),
    (re.compile(r"x\*"), "Inputs", {"TensorList"}),
    (re.compile(r"y(\d)"), "Output", {"Tensor", "DataType"}),
    (re.compile(r"y\*"), "Outputs", {"TensorList"}),
    (re.compile(r"y\*\|(\w+)"), "Extents", {"IntArray"}),
    (re.compile(r"@(\w+)(?:=(\S+))?"), "Attribute", VALUES),
    (re.compile(r"=(\S+)"), "Constant", VALUES),
)


def _quote(text):
    return "nullptr" if text is None else f'"{text}"'


def _word(row, column, word, kind):
    """Return the C initializer of a word, and the input or output that it names."""
    for pattern, source, kinds in WORDS:
        match = pattern.fullmatch(word)
        if not match:
            continue
        if kind not in kinds:
            fail(PATH, row, column, f"'{word}' cannot be a parameter of kind {kind}")
        groups = list(match.groups())
        index = int(groups.pop(0)) if groups and source in ("Input", "Reshaped", "Exchanged", "Output") else 0
        if source == "Constant":
            groups.insert(0, None)
        name, text = (groups + [None, None])[:2]
        return f"{{Source::{source}, {index}, {_quote(name)}, {_quote(text)}}}", source, index
    fail(PATH, row, column, f"'{word}' is not a word")


def _type(facts, name, entry):
    op = entry.get("op")
    if op not in facts.aclnn["ops"]:
        fail(PATH, name, "op", f"no operator '{op}' in aclnn.json")
    if entry.get("shape") not in SHAPES:
        fail(PATH, name, "shape", f"'{entry.get('shape')}' is not among {', '.join(map(repr, SHAPES))}")
    params, words = facts.aclnn["ops"][op]["params"], entry["args"].split()
    if len(params) > MOST_PARAMS:
        fail(PATH, name, "op", f"more than {MOST_PARAMS} parameters")
    if len(params) != len(words):
        fail(PATH, name, "args", f"{len(words)} words for {len(params)} parameters of {op}")
    cells, inputs, outputs = [], entry.get("inputs", 0), 0
    for column, ((ctype, _), word) in enumerate(zip(params, words)):
        cell, source, index = _word(name, f"args[{column}]", word, ARGUMENT_KINDS[plain_type(ctype)])
        cells.append(cell)
        if source in ("Inputs", "Outputs"):
            inputs, outputs = (-1, outputs) if source == "Inputs" else (inputs, -1)
        elif source in ("Input", "Reshaped", "Exchanged"):
            inputs = max(inputs, index + 1)
        elif source == "Output":
            outputs = max(outputs, index + 1)
    fixed = [
        f"{{{_quote(key)}, {_quote(None if value is None else str(value).lower())}}}"
        for key, value in entry.get("fixed", {}).items()
    ]
    return cells, fixed, f'"{name}", Op::{short(op)}, {inputs}, {outputs}, Shape::{SHAPES[entry["shape"]]}'


def write(facts, out, emit):
    words, fixed, rows = [], [], []
    for name, entry in sorted(facts.single_ops["types"].items()):
        cells, values, head = _type(facts, name, entry)
        rows.append(f"    {{{head}, kWords + {len(words)}, kFixed + {len(fixed)}, {len(values)}}}")
        words += cells
        fixed += values
    emit(
        out / "single_ops.cpp",
        '// Generated.\n#include "opapi/single_op.h"\n\nnamespace cannsim {\n\n'
        "static const Word kWords[] = {\n    " + ",\n    ".join(words) + "\n};\n\n"
        "static const FixedAttribute kFixed[] = {\n    " + ",\n    ".join(fixed) + "\n};\n\n"
        "const SingleOp kSingleOps[] = {\n" + ",\n".join(rows) + "\n};\n"
        f"const int kSingleOpsCount = {len(rows)};\n\n}}  // namespace cannsim\n",
    )
