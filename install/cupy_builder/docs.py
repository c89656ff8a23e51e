"""Writes the documentation pages that are tables: ``python -m cupy_builder.docs OUT [PAGE ...]``, run in ``install``.

Pages: ``contract.md`` from the op table, ``cuda_libraries.md`` from the table of absent CUDA libraries,
``coverage.md`` from the built package and its tests, ``routes.md`` from the routes that the built package takes.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path

from . import contract, coverage, routes, stubs

ROOT = Path(__file__).resolve().parents[2]

_CONTRACT_INTRODUCTION = """\
# The contract

One row per primitive operation that a backend carries out; every other function is composed from these.
*In* and *out* count array operands, "any" means any number. The NumPy function defines the meaning.
The tolerance is the largest error of a result: *exact*, a number of units in the last place (float16 and
bfloat16: one, after rounding from float32), or *relative*: relative to the sum of the terms' magnitudes.
"""

_LIBRARIES_INTRODUCTION = """\
# CUDA libraries

These modules of `cupy_backends.cuda.libs` import everywhere. Each call raises the module's exception, a
`NotAvailableError`, which names what to use instead.
"""


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")


def table(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a Markdown table."""
    head = list(columns)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines) + "\n"


def _code(text: str) -> str:
    return f"`{text}`" if text and text != "-" else "-"


def contract_page(root: Path) -> str:
    """Return the page of the op table."""
    ops = contract.load(root / "cupy_backends/backend/ops.toml")
    parts = [_CONTRACT_INTRODUCTION, f"{len(ops)} operations.\n"]
    for kind in dict.fromkeys(op.kind for op in ops):
        rows = (
            (
                _code(op.name),
                "any" if op.nin < 0 else op.nin,
                "any" if op.nout < 0 else op.nout,
                ", ".join(f"`{name}`: {kind_}" for name, kind_ in op.attrs),
                _code(f"numpy.{op.numpy}" if op.numpy != "-" else "-"),
                {0: "exact", "rel": "relative"}.get(op.ulp, f"{op.ulp} ulp"),
                op.note,
            )
            for op in ops
            if op.kind == kind
        )
        parts += [
            f"## {kind}\n",
            table(("operation", "in", "out", "attributes", "NumPy", "tolerance", "notes"), rows),
        ]
    return "\n".join(parts)


def libraries_page(root: Path) -> str:
    """Return the page of the CUDA libraries that do not exist here."""
    parts = [_LIBRARIES_INTRODUCTION]
    for name, library in stubs.load(root / stubs.FOLDER / "libraries.toml").items():
        rows = (
            (_code(python), _code(symbol), better)
            for column in ("functions", "classes")
            for python, symbol, better in library[column]
        )
        parts += [f"## {library['title']} (`{name}`)\n", table(("name", "C function", "use instead"), rows)]
    return "\n".join(parts)


PAGES: dict[str, Callable[[Path], str]] = {
    "contract.md": contract_page,
    "cuda_libraries.md": libraries_page,
    "coverage.md": coverage.page,
    "routes.md": lambda root: routes.page(root, table),
}


def generate(out: Path, root: Path = ROOT, names: Iterable[str] = PAGES) -> list[Path]:
    """Write the pages ``names`` into ``out`` and return their paths."""
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for name in names:
        path = out / name
        path.write_text(PAGES[name](root))
        written.append(path)
    return written


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="folder to write the pages into")
    parser.add_argument("page", nargs="*", metavar="PAGE", help=f"of {', '.join(PAGES)}; default: all")
    args = parser.parse_args()
    if unknown := [name for name in args.page if name not in PAGES]:
        parser.error(f"{unknown[0]!r} is none of {', '.join(PAGES)}")
    for path in generate(args.out, names=args.page or PAGES):
        print(path)


if __name__ == "__main__":
    main()
