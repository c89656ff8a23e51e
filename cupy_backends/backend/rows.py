"""The op table at run time: what the compiled ``cupy_ops.h`` leaves out.

The build has checked ``ops.toml``; here it is only read.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

_ARITY = {"unary": (1, 1), "binary": (2, 1)}
ELEMENTWISE = ("unary", "binary", "multi")


class Row(NamedTuple):
    """One primitive operation; ``nin`` or ``nout`` of -1 means any number."""

    name: str
    kind: str
    nin: int
    nout: int
    attrs: tuple[tuple[str, str], ...]
    numpy: str
    ulp: int | str
    note: str

    @property
    def elementwise(self) -> bool:
        return self.kind in ELEMENTWISE


@cache
def rows() -> dict[str, Row]:
    """Return the rows by name, in the order of the op numbers."""
    import tomllib  # not at import, for its time

    table = tomllib.loads(Path(__file__).with_name("ops.toml").read_text())
    return {
        name: Row(
            name,
            kind,
            row.get("in", _ARITY.get(kind, (0, 0))[0]),
            row.get("out", _ARITY.get(kind, (0, 0))[1]),
            tuple(tuple(item.split(":")) for item in row.get("attrs", "").split()),
            row["numpy"],
            row.get("ulp", 0),
            row.get("note", ""),
        )
        for kind, group in table.items()
        for name, row in group.items()
    }
