"""The page ``routes.md``: how each operation is carried out for each dtype on each family of chips.

Asks the built package, on the simulator, in one process per family.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from . import contract

# One chip stands for its family.
CHIPS = {
    "910": "Ascend910A",
    "310P": "Ascend310P3",
    "910B": "Ascend910B3",
    "910_93": "Ascend910_9391",
    "950": "Ascend950PR_9589",
}

INTRODUCTION = """\
# Routes

How an operation of the contract is carried out on each family of chips, by the dtypes of its operands. Every result
is NumPy's; the routes differ in speed. `cp.show_routes(op)` says the same of the device at hand, and names the
operators.

| word | meaning |
|---|---|
| native | one operator of CANN |
| bits | one operator, which takes the same bits under another dtype |
| wider | computed in a wider dtype, the result is cast back |
| steps | several operators |
| host | the CPU, after waiting and copying; the reason stands below the table |

A `*` marks what runs on the chip's AI CPU, wholly or in part: correct, and much slower than AI Core. float64 and
complex128 are such dtypes: `CUPY_FLOAT64=float32` keeps them out of a program. The random rows are those of the
simulator; a chip with a generator of its own draws float32 numbers natively.
"""

_WORDS = {"native": "native", "reinterpret": "bits", "cast": "wider", "composite": "steps", "host": "host"}

_PROGRAM = """
import json
from cupy_backends.backend import _backend
from cupy_backends.backend.conformance import plans
print(json.dumps([_backend.route(op, dtypes) for op in _backend.ops() for dtypes in plans(op)]))
"""


def resolved(root: Path, chip: str) -> list[dict]:
    """Return the plan of every operation and dtype on the simulated ``chip``."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CUPY_", "CANNSIM_")) or name == "CUPY_CANNSIM"
    }
    env = kept | {"CUPY_CANN": "sim", "CANNSIM_SOC": chip}
    if any((root / "cupy/_core").glob("*.so")):  # built in place; else the installed package is asked
        env["PYTHONPATH"] = os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH")]))
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{chip}: the package does not resolve its routes\n{done.stderr}")
    return json.loads(done.stdout)


def _cell(plan: dict) -> str:
    return _WORDS[plan["route"]] + ("\\*" if "AI CPU" in plan["unit"] else "")


def _label(op: contract.Op, names: tuple[str, ...]) -> str:
    """Return ``float32`` for operands of one dtype, else ``inputs → outputs``."""
    if len(set(names)) == 1:
        return names[0]
    split = op.nin if op.nin > 0 and op.nout > 0 else 1
    sides = [dict.fromkeys(side) for side in (names[:split], names[split:])]
    texts = [
        next(iter(side)) if len(side) == 1 else ", ".join(full)
        for side, full in zip(sides, (names[:split], names[split:]), strict=True)
    ]
    return " → ".join(texts) if op.nin > 0 and op.nout > 0 else " with ".join(texts)


def _rows(ops: Iterable[contract.Op], found: dict) -> Iterable[list[str]]:
    """Yield one row per operation and group of dtypes that are carried out alike."""
    for op in ops:
        groups: dict[tuple[str, ...], list[str]] = {}
        for names, plans in found[op.name].items():
            groups.setdefault(tuple(_cell(plan) for plan in plans), []).append(_label(op, names))
        for cells, labels in groups.items():
            yield [f"`{op.name}`", "; ".join(labels), *cells]


def _reasons(ops: Iterable[contract.Op], found: dict) -> Iterable[str]:
    for op in ops:
        whys: dict[str, list[str]] = {}
        for names, plans in found[op.name].items():
            for family, plan in zip(CHIPS, plans, strict=True):
                if plan["route"] == "host":
                    why = plan["why"].removesuffix(f" on {family}")
                    whys.setdefault(why, []).append(_label(op, names))
        if whys:
            yield f"- `{op.name}`: " + "; ".join(whys)


def page(root: Path, table: Callable) -> str:
    """Return the page; ``table`` formats columns and rows."""
    ops = contract.load(root / "cupy_backends/backend/ops.toml")
    found: dict[str, dict[tuple, list[dict]]] = {op.name: {} for op in ops}
    for chip in CHIPS.values():
        for plan in resolved(root, chip):
            found[plan["op"]].setdefault(tuple(plan["dtypes"]), []).append(plan)
    parts = [INTRODUCTION]
    for kind in dict.fromkeys(op.kind for op in ops):
        mine = [op for op in ops if op.kind == kind]
        parts += [f"## {kind}\n", table(("operation", "dtypes", *CHIPS), _rows(mine, found))]
        if reasons := list(_reasons(mine, found)):
            parts.append("On the host, because:\n\n" + "\n".join(reasons) + "\n")
    return "\n".join(parts)
