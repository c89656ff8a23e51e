"""Writes the tables of the kernels that CANN launches: their units and the recipes of the operators."""

import re

from facts import DTYPES, FAMILIES, fail

EVERY = (1 << 64) - 1
PATH = "kernels.json"
STEP = re.compile(r"([@%]?\d+|>\d*)?(:(\w+|=\d+))?|=\w+|~\d+|[!+]?[A-Z]\w*")
CONDITION = re.compile(r"!?(one\d+|[bcpx]\d+|t\d+=\w+|[eginlv]\d+=\d+|[ds]\d+:\d+)")
KEY = re.compile(r"(\d+|o|=\d+)([+&]\d+)*")


def _mask(facts, listed, row, column):
    return EVERY if listed in ("any", "*") else facts.mask(listed, PATH, row, column)


def _by_family(facts, families, row):
    masks = [0] * len(FAMILIES)
    for group, listed in families.items():
        for family in facts.families(group, PATH, row, "units"):
            masks[FAMILIES.index(family)] = _mask(facts, listed, row, group)
    return masks


def _cells(masks):
    return "{" + ", ".join(f"{mask:#x}u" for mask in masks) + "}"


def _units(facts):
    absent = facts.kernels["absent"]
    for name in absent:
        if name not in facts.kernels["units"]:
            fail(PATH, name, "absent", "no such kernel in units")
    rows = [
        f'    {{"{name}", {_cells(_by_family(facts, families, name))}, '
        f"{facts.mask(absent.get(name, ''), PATH, name, 'absent'):#x}u}}"
        for name, families in sorted(facts.kernels["units"].items())
    ]
    return (
        "const KernelUnits kKernelUnits[] = {\n" + ",\n".join(rows) + "\n};\n"
        f"const int kKernelUnitsCount = {len(rows)};\n\n"
    )


def _cast_pairs(facts):
    table = [[0] * 34 for _ in FAMILIES]
    for group, sources in facts.dtypes["cast_aicore_pairs"].items():
        if group == "aicpu_all_pairs_among":
            continue
        for family in facts.families(group):
            for source, targets in sources.items():
                if DTYPES[source] < 34:
                    table[FAMILIES.index(family)][DTYPES[source]] = facts.mask(targets)
    body = ",\n".join("    " + _cells(row) for row in table)
    return f"const uint64_t kCastPairs[{len(FAMILIES)}][34] = {{\n{body}\n}};\n\n"


def _check_row(facts, name, number, row):
    column = f"rows[{number}]"
    if not (isinstance(row, list) and len(row) == 4):
        fail(PATH, name, column, "not [families, dtypes, condition, steps]")
    for word in row[2].split():
        if not CONDITION.fullmatch(word):
            fail(PATH, name, column, f"'{word}' is not a condition")
    for word in row[3].split():
        if not STEP.fullmatch(word):
            fail(PATH, name, column, f"'{word}' is not a step")
        kernel = word.lstrip("!+")
        if kernel[0].isupper() and kernel not in facts.kernels["units"]:
            fail(PATH, name, column, f"kernel '{kernel}' has no units")


def _recipes(facts):
    ops = facts.aclnn["ops"]
    table = facts.kernels["recipes"]
    for name, entry in table.items():
        if name not in ops:
            fail(PATH, name, "name", "no such operator in aclnn.json")
        if not KEY.fullmatch(entry["key"]):
            fail(PATH, name, "key", f"'{entry['key']}' is not a key")
    rows, index, first = [], [], 0
    for name in ops:
        # An in-place form launches what the plain form does.
        plain = name.replace("aclnnInplace", "aclnn")
        entry = table.get(name) or table.get(plain) or {"key": "", "rows": []}
        for number, row in enumerate(entry["rows"]):
            _check_row(facts, name, number, row)
            families, dtypes, condition, steps = row
            bits = sum(1 << FAMILIES.index(f) for f in facts.families(families, PATH, name, "rows"))
            mask = _mask(facts, dtypes, name, "rows")
            rows.append(f'    {{{bits}, {mask:#x}u, "{condition}", "{steps}"}}')
        ai_cpu = _by_family(facts, facts.dtypes["ops"].get(name, {}).get("aicpu", {}), name)
        index.append(f'    {{"{entry["key"]}", {first}, {len(entry["rows"])}, {_cells(ai_cpu)}}}')
        first += len(entry["rows"])
    return (
        "const Recipe kRecipes[] = {\n" + ",\n".join(rows) + "\n};\n\n"
        "const OpRecipes kOpRecipes[] = {\n" + ",\n".join(index) + "\n};\n\n"
    )


def write(facts, out, emit):
    emit(
        out / "kernel_table.cpp",
        '// Generated.\n#include "opapi/launches.h"\n\nnamespace cannsim {\n\n'
        + _units(facts)
        + _cast_pairs(facts)
        + _recipes(facts)
        + "}  // namespace cannsim\n",
    )
