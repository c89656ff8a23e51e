"""The page ``coverage.md``: for every name of NumPy and CuPy, where its tests are, or why it is not there.

What there is, is asked of the built package; the tests are found by reading their source: a name counts as tested in
a file that uses it as an attribute, in code or in the text of a call, or lists it among the words of a string.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from pathlib import Path

LISTS = Path(__file__).parent / "api/names.json"
MODULES = {"xp", "cp", "cupy"}  # what tests call the package
_FOREIGN = {"np", "numpy", "scipy", "math", "operator"}
_SHOWN = 3

KINDS = {
    "functions": "Functions and other names of the main namespace",
    "ndarray": "Members of ndarray",
    "ufunc": "Members of ufunc",
    "flatiter": "Members of flatiter",
    "broadcast": "Members of broadcast",
}

_INTRODUCTION = """\
# Coverage

Every public name of NumPy's and of CuPy's main namespace and of their array classes: the test files that use it (the
first {shown}, by their number of uses), or the reason why it is not there, which is also what asking for it says.
"""


class Uses(ast.NodeVisitor):
    """Counts the names that a test file uses: of the module, and of anything else."""

    def __init__(self) -> None:
        self.functions: dict[str, int] = {}
        self.members: dict[str, int] = {}

    def _count(self, module: str | None, name: str) -> None:
        if module not in _FOREIGN:
            found = self.functions if module in MODULES else self.members
            found[name] = found.get(name, 0) + 1

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._count(node.value.id if isinstance(node.value, ast.Name) else None, node.attr)
        self.generic_visit(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module, *rest = (node.module or "").split(".")
        for name in (*rest, *(alias.name for alias in node.names)):
            self._count(module, name)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # no docstrings
            self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if not isinstance(node.value, str):
            return
        for module, name in re.findall(r"(?:\b(\w+))?\.([A-Za-z_]\w*)", node.value):
            self._count(module or None, name)
        if re.fullmatch(r"[\s\w]+", node.value):
            for name in node.value.split():
                self._count("xp", name)
                self._count(None, name)


def scan(tests: Path) -> dict[str, Uses]:
    """Return the uses of each test file of the packages by its path."""
    result = {}
    for path in sorted(tests.glob("cupy*_tests/**/*.py")):
        uses = result[path.relative_to(tests.parent).as_posix()] = Uses()
        uses.visit(ast.parse(path.read_text()))
    return result


def names() -> dict[str, dict[str, list[str]]]:
    """Return the listed names: kind -> name -> the libraries that have it."""
    result: dict[str, dict[str, list[str]]] = {kind: {} for kind in KINDS}
    for library, kinds in json.loads(LISTS.read_text()).items():
        for kind, members in kinds.items():
            for name in members:
                if name == "__init__":
                    continue  # every class has one, and no test names it
                result[kind].setdefault(name, []).append(library)
    return result


def package(root: Path):
    """Return the package and its table of reasons; the one in ``root`` if it is built there."""
    if any((root / "cupy/_core").glob("*.so")) and str(root) not in sys.path:
        sys.path.insert(0, str(root))
    import cupy
    from cupy import _absent

    return cupy, _absent


def rows(root: Path) -> dict[str, list[tuple[str, list[str], list[str], str]]]:
    """Return (name, libraries, test files, reason) for each name of each kind."""
    cupy, absent = package(root)
    files = scan(root / "tests")
    result = {}
    array = cupy.zeros((1, 1))
    owners = {
        "functions": (cupy, absent.FUNCTIONS),
        "ndarray": (array, absent.NDARRAY),
        "ufunc": (cupy.add, absent.UFUNC),
        "flatiter": (array.flat, {}),
        "broadcast": (cupy.broadcast(array), {}),
    }
    for kind, members in names().items():
        owner, reasons = owners[kind]
        result[kind] = []
        for name, libraries in sorted(members.items()):
            tests: list[str] = []
            reason = ""
            if hasattr(owner, name):
                counts = {
                    path: (uses.functions if kind == "functions" else uses.members).get(name, 0)
                    for path, uses in files.items()
                }
                tests = sorted((p for p in counts if counts[p]), key=lambda p: (-counts[p], p))
            else:
                reason = reasons.get(name, "")
            result[kind].append((name, libraries, tests, reason))
    return result


def page(root: Path) -> str:
    """Return the page."""
    from .docs import table

    parts = [_INTRODUCTION.format(shown=_SHOWN)]
    for kind, found in rows(root).items():
        present = sum(not reason for *_, reason in found)
        parts.append(f"## {KINDS[kind]}\n\n{len(found)} names, {present} of them here.\n")
        lines = (
            (
                f"`{name}`",
                ", ".join(libraries),
                ", ".join(f"[{Path(t).stem}](../{t})" for t in tests[:_SHOWN]) if tests else f"*{reason}*",
            )
            for name, libraries, tests, reason in found
        )
        parts.append(table(("name", "of", "tests, or why it is absent"), lines))
    return "\n".join(parts)
