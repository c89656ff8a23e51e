"""Reads the contract's op table (``ops.toml``) and generates the C header of ops.

Every reader of the table goes through :func:`load`, so a bad row is reported once, with its row and column.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

ATTR_TYPES = ("int", "uint", "bool", "float", "ints")
_COLUMNS = {"in": int, "out": int, "attrs": str, "numpy": str, "ulp": (int, str), "note": str}
_DEFAULT_ARITY = {"unary": (1, 1), "binary": (2, 1)}
ELEMENTWISE = ("unary", "binary", "multi")


class TableError(ValueError):
    """A row of a table that the generators cannot use; names file, row and column."""

    def __init__(self, path, row, column, problem):
        super().__init__(f"{path}: row {row!r}, column {column!r}: {problem}")


@dataclass(frozen=True)
class Op:
    """One row of the contract."""

    name: str
    kind: str
    nin: int  # -1: any number
    nout: int
    attrs: tuple[tuple[str, str], ...]  # (name, type) in calling order
    numpy: str
    ulp: int | str
    note: str

    @property
    def elementwise(self) -> bool:
        return self.kind in ELEMENTWISE


def load(path: Path) -> list[Op]:
    """Return the rows of ``path`` in order; raise :class:`TableError` on a bad one."""
    table = tomllib.loads(path.read_text())
    ops: list[Op] = []
    seen: set[str] = set()
    for kind, rows in table.items():
        for name, row in rows.items():
            for column, value in row.items():
                if column not in _COLUMNS:
                    raise TableError(path, name, column, f"unknown; known are {', '.join(_COLUMNS)}")
                if not isinstance(value, _COLUMNS[column]) or isinstance(value, bool):
                    raise TableError(path, name, column, f"{value!r} has the wrong type")
            if name in seen:
                raise TableError(path, name, "name", "defined twice")
            seen.add(name)
            if "numpy" not in row:
                raise TableError(path, name, "numpy", "missing")
            arity = _DEFAULT_ARITY.get(kind, (None, None))
            nin, nout = row.get("in", arity[0]), row.get("out", arity[1])
            for column, value in (("in", nin), ("out", nout)):
                if value is None or value < -1:
                    raise TableError(path, name, column, f"needs a count or -1, not {value!r}")
            ulp = row.get("ulp", 0)
            if isinstance(ulp, str) and ulp != "rel":
                raise TableError(path, name, "ulp", f"{ulp!r} is neither a number nor 'rel'")
            attrs = []
            for item in row.get("attrs", "").split():
                attr, _, kind_ = item.partition(":")
                if kind_ not in ATTR_TYPES:
                    raise TableError(
                        path, name, "attrs", f"{item!r} is not name:type with a type of {ATTR_TYPES}"
                    )
                attrs.append((attr, kind_))
            ops.append(Op(name, kind, nin, nout, tuple(attrs), row["numpy"], ulp, row.get("note", "")))
    return ops


def header(ops: list[Op]) -> str:
    """Return the text of ``cupy_ops.h``: the op enum and a table of names and arities."""
    enum = "".join(f"    CUPY_OP_{op.name.upper()},\n" for op in ops)
    rows = "".join(
        f'    {{"{op.name}", "{op.kind}", {op.nin}, {op.nout}, {len(op.attrs)}, {int(op.elementwise)}}},\n'
        for op in ops
    )
    return (
        "/* Generated from ops.toml. */\n#ifndef CUPY_OPS_H\n#define CUPY_OPS_H\n\n"
        f"typedef enum {{\n{enum}    CUPY_NUM_OPS\n}} cupyOp;\n\n"
        "typedef struct cupyOpInfo {\n    const char *name, *kind;\n"
        "    int nin, nout, nattrs, elementwise;\n} cupyOpInfo;\n\n"
        f"__attribute__((unused)) static const cupyOpInfo cupy_op_info[] = {{\n{rows}}};\n\n#endif\n"
    )
