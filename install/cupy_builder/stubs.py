"""Makes the modules of ``cupy_backends.cuda.libs`` from ``libraries.toml`` and one Cython template.

The C compiler checks the table against the headers of ``cupy_backends/stub``: a name without a stub fails.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from string import Template

from .contract import TableError

FOLDER = Path("cupy_backends/cuda/libs")
_COLUMNS = {
    "title": str,
    "header": str,
    "error": str,
    "failure": str,
    "instead": str,
    "constants": list,
    "functions": dict,
    "classes": dict,
}
_OPTIONAL = ("constants", "classes")
_LETTERS = re.compile(r"\[(\w+)\]")


def load(path: Path) -> dict[str, dict]:
    """Return the libraries of the table ``path`` by module name; raise :class:`TableError` on a bad one."""
    table = tomllib.loads(path.read_text())
    for name, library in table.items():
        for column in library:
            if column not in _COLUMNS:
                raise TableError(path, name, column, f"unknown; known are {', '.join(_COLUMNS)}")
        for column, kind in _COLUMNS.items():
            if column not in library and column in _OPTIONAL:
                library[column] = kind()
            elif not isinstance(library.get(column), kind):
                raise TableError(path, name, column, f"needs a {kind.__name__}")
        for column in ("functions", "classes"):
            try:
                library[column] = expand(library[column], library["instead"])
            except ValueError as error:
                raise TableError(path, name, column, str(error)) from None
    return table


def expand(rows: dict[str, str], instead: str) -> list[tuple[str, str, str]]:
    """Return ``(Python name, C name, what to use instead)`` of each row, one per letter in brackets."""
    result = []
    for name, text in rows.items():
        symbol, _, better = (part.strip() for part in text.partition("|"))
        letters = [match[1] if (match := _LETTERS.search(part)) else "" for part in (name, symbol)]
        if len(letters[0]) != len(letters[1]):
            raise ValueError(f"{name!r} and {symbol!r} do not have equally many letters in brackets")
        for small, large in zip(*letters, strict=True) if letters[0] else [("", "")]:
            result.append((_LETTERS.sub(small, name), _LETTERS.sub(large, symbol), better or instead))
    names = [name for name, _, _ in result]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"defined twice: {', '.join(sorted(twice))}")
    return result


def module_text(template: Template, name: str, library: dict) -> str:
    """Return the Cython source of one library."""
    symbols = list(
        dict.fromkeys(symbol for column in ("functions", "classes") for _, symbol, _ in library[column])
    )
    number = {symbol: k for k, symbol in enumerate(symbols)}

    def rows(column):
        return repr(tuple((python, better, number[symbol]) for python, symbol, better in library[column]))

    return template.substitute(
        {key: library[key] for key in ("title", "header", "error", "failure", "instead")},
        module=name,
        count=len(symbols),
        enumerators="\n".join(
            f'        _{constant} "{constant}"' for constant in (*library["constants"], library["failure"])
        ),
        declarations="\n".join(f"    int {symbol}()" for symbol in symbols),
        constants="\n".join(f"{constant} = _{constant}" for constant in library["constants"]),
        stubs="\n".join(f"_stubs[{k}] = <_Stub>{symbol}" for k, symbol in enumerate(symbols)),
        functions=rows("functions"),
        classes=rows("classes"),
    )


def generate(out: Path, root: Path) -> list[Path]:
    """Write one ``.pyx`` per library below ``out/pyx``, unless it is there already; return their paths."""
    template = Template((root / FOLDER / "library.pyx.in").read_text())
    written = []
    for name, library in load(root / FOLDER / "libraries.toml").items():
        path = out / "pyx" / FOLDER / f"{name}.pyx"
        text = module_text(template, name, library)
        if not path.exists() or path.read_text() != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        written.append(path)
    return written
