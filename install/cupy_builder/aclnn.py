"""Generates the Ascend backend's C++ tables from the CANN facts and ``routes.toml``.

The facts say what each aclnn function takes; the routes say which function carries out which op of the contract.
Both meet here: a route that does not fit its prototype is refused with its row and column.
"""

from __future__ import annotations

import ast
import json
import re
import tomllib
from pathlib import Path

from . import contract, program
from .contract import TableError
from .program import CLASSES, DTYPES, class_mask

FAMILIES = ("910", "310P", "910B", "910_93", "950")

# The functions outside aclnn that the backend calls; "?" = may be missing in an old or lean CANN.
RUNTIME = [
    "aclInit",
    "aclrtGetSocName",
    "aclrtGetDeviceCount",
    "aclrtSetDevice",
    "aclrtResetDevice",
    "aclrtResetDeviceForce?",
    "aclrtMalloc",
    "aclrtFree",
    "aclrtMemcpy",
    "aclrtMemcpyAsync",
    "aclrtMemsetAsync",
    "aclrtGetMemInfo",
    "aclrtSynchronizeDevice",
    "aclrtCreateStreamWithConfig",
    "aclrtDestroyStream",
    "aclrtSynchronizeStream",
    "aclrtStreamQuery",
    "aclrtStreamWaitEvent",
    "aclrtDestroyEvent",
    "aclrtRecordEvent",
    "aclrtQueryEventStatus",
    "aclrtSynchronizeEvent",
    "aclrtEventElapsedTime",
    "aclGetRecentErrMsg",
    "aclrtCreateEventWithFlag",
    "aclrtCreateEventExWithFlag?",
    "aclrtLaunchHostFunc?",
    "aclrtLaunchCallback?",
    "aclrtSubscribeReport?",
    "aclrtProcessReport?",
    "aclrtUnSubscribeReport?",
    "aclrtGetVersion?",
    "aclCreateTensor",
    "aclCreateScalar",
    "aclCreateIntArray",
    "aclCreateTensorList",
    "aclDestroyTensor",
    "aclDestroyScalar",
    "aclDestroyIntArray",
    "aclDestroyTensorList",
    "aclGetViewShape",
    "aclSetAclOpExecutorRepeatable?",
    "aclSetTensorAddr?",
    "aclSetDynamicTensorAddr?",
    "aclDestroyAclOpExecutor?",
]

ENUMS = (
    "aclDataType",
    "aclFormat",
    "aclrtMemcpyKind",
    "aclrtMemMallocPolicy",
    "aclrtMemAttr",
    "aclrtStreamStatus",
    "aclrtEventRecordedStatus",
    "aclrtCallbackBlockType",
)
CONSTANTS = (
    "ACL_EVENT_SYNC",
    "ACL_EVENT_TIME_LINE",
    "ACL_STREAM_FAST_LAUNCH",
    "ACL_STREAM_FAST_SYNC",
    "ACL_ERROR_REPEAT_INITIALIZE",
    "ACL_ERROR_INVALID_PARAM",
    "ACL_ERROR_RT_MEMORY_ALLOCATION",
    "ACL_ERROR_BAD_ALLOC",
    "ACL_ERROR_STORAGE_OVER_LIMIT",
)

_MAX_ARGS = 8  # kMaxArgs of tables.h

# C class of a phase-1 parameter -> letter of its thunk, C type in the call, member of Value.
_KINDS = {
    "pointer": ("p", "void *", "p"),
    "int64_t": ("l", "int64_t", "i"),
    "uint64_t": ("u", "uint64_t", "u"),
    "int32_t": ("i", "int32_t", "i"),
    "int": ("i", "int32_t", "i"),
    "aclDataType": ("i", "int32_t", "i"),
    "int8_t": ("c", "int8_t", "i"),
    "bool": ("b", "bool", "i"),
    "double": ("d", "double", "d"),
    "float": ("f", "float", "d"),
}


def _kind(ctype: str) -> str:
    base = ctype.replace("const ", "").strip()
    return "pointer" if base.endswith("*") else base


def _struct_kind(ctype: str) -> str:
    """``aclTensor`` of ``const aclTensor *``; the C type itself for values."""
    return ctype.replace("const ", "").replace("*", "").strip()


class Facts:
    """The CANN facts the generator reads."""

    def __init__(self, folder: Path):
        def read(name):
            return json.loads((folder / name).read_text())

        self.functions = read("aclnn.json")["ops"]
        dtypes = read("dtypes.json")
        self.accepted, self.cast_pairs = dtypes["ops"], dtypes["cast_aicore_pairs"]
        self.lossy: dict[
            str, dict[str, str]
        ] = {}  # of the routes: function -> families -> dtypes to leave out
        self.runtime = read("runtime.json")
        self.socs = read("soc.json")["socs"]

    def masks(self, function: str) -> dict[str, list[int]]:
        """Parameter -> accepted dtypes as one bit mask per family; unchecked parameters are absent."""
        masks: dict[str, list[int]] = {}
        names = [name for _, name in self.functions[function]["params"]]

        def narrow(name, families):
            have = masks.setdefault(name, [0xFFFF] * len(FAMILIES))
            for key, dtypes in families.items():
                mask = sum(1 << DTYPES.index(d) for d in dtypes.split() if d in DTYPES)
                for i, family in enumerate(FAMILIES):
                    if key == "all" or family in key.split():
                        have[i] &= mask

        for key, families in self.accepted.get(function, {}).get("dtypes", {}).items():
            if inside := re.fullmatch(r"promote\((.*)\)", key):
                for name in inside[1].split(","):
                    if name.strip() in names:
                        narrow(name.strip(), families)
            elif (name := key.removesuffix("[]")) in names:
                narrow(name, families)
        for key, dtypes in self.lossy.get(function, {}).items():
            mask = sum(1 << DTYPES.index(d) for d in dtypes.split())
            for have in masks.values():
                for i, family in enumerate(FAMILIES):
                    if family in key.split():
                        have[i] &= ~mask
        return masks

    def ai_cpu(self, function: str) -> list[int]:
        """One bit mask per family of the dtypes that run on the AI CPU."""
        masks = [0] * len(FAMILIES)
        for key, dtypes in self.accepted.get(function, {}).get("aicpu", {}).items():
            for i, family in enumerate(FAMILIES):
                if key == "all" or family in key.split():
                    masks[i] |= sum(1 << DTYPES.index(d) for d in dtypes.split() if d in DTYPES)
        return masks

    def core_casts(self) -> list[list[int]]:
        """Per family and source dtype: the bit mask of the dtypes that AI Core casts it to."""
        table = [[1 << k for k in range(len(DTYPES))] for _ in FAMILIES]
        for key, pairs in self.cast_pairs.items():
            for i, family in enumerate(FAMILIES):
                if family not in key.split():
                    continue
                for source, targets in pairs.items():
                    if source in DTYPES:
                        table[i][DTYPES.index(source)] |= sum(
                            1 << DTYPES.index(d) for d in targets.split() if d in DTYPES
                        )
        return table

    def max_rank(self, function: str) -> int:
        rank = self.accepted.get(function, {}).get("max_rank", 8)
        return min(rank.values()) if isinstance(rank, dict) else min(rank, 8)


class Calls:
    """The aclnn calls of all routes, each a function with an argument pattern."""

    def __init__(self, facts: Facts, path: Path, quirks: dict[str, str]):
        self.facts, self.path, self.quirks = facts, path, quirks
        for function in quirks:
            if function not in facts.functions:
                raise TableError(path, "quirks", function, "is no aclnn function of the facts")
        self.rows: list[str] = []
        self.thunks: dict[str, list[str]] = {}
        self.known: dict[tuple, int] = {}

    def add(self, op, column: str, text: str) -> int:
        """Check pattern ``text`` against its prototype; return the number of the call."""

        def bad(problem):
            raise TableError(self.path, op.name, column, f"{text!r}: {problem}")

        try:
            node = ast.parse(text, mode="eval").body
        except SyntaxError as error:
            bad(str(error))
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            bad("is not a call")
        function = node.func.id
        if function not in self.facts.functions:
            bad(f"{function} is no aclnn function of the facts")
        params = self.facts.functions[function]["params"]
        if len(params) > _MAX_ARGS:
            bad(f"{function} takes more than {_MAX_ARGS} arguments")
        if len(params) != len(node.args):
            bad(f"{function} takes {len(params)} arguments: {', '.join(name for _, name in params)}")
        key = (op.name, text)
        if key in self.known:
            return self.known[key]
        masks, signature, args = self.facts.masks(function), [], []
        for argument, (ctype, name) in zip(node.args, params):
            kind, index, value, literal = self._argument(
                op, argument, _struct_kind(ctype), lambda p, name=name: bad(f"{name}: {p}")
            )
            accept = masks.get(name, [0xFFFF] * len(FAMILIES))
            signature.append(_kind(ctype))
            args.append(
                f"{{ARG_{kind}, {index}, {str(name.endswith('Ref')).lower()}, {value}, {literal!r}, "
                f"{{{', '.join(hex(m) for m in accept)}}}}}"
            )
        letters = "".join(_KINDS[kind][0] for kind in signature)
        self.thunks[letters] = signature
        number = self.known[key] = len(self.rows)
        quirk = json.dumps(self.quirks[function]) if function in self.quirks else "nullptr"
        self.rows.append(
            f'    {{"{function}", thunk_{letters}, {quirk}, {self.facts.max_rank(function)}, {len(args)}, '
            f"{{{', '.join(args)}}}, {{{', '.join(map(hex, self.facts.ai_cpu(function)))}}}}},"
        )
        return number

    def _argument(self, op, node, ctype, bad):
        """Return (kind, index, integer, float) of one argument of the pattern."""
        attrs = {name: (i, kind) for i, (name, kind) in enumerate(op.attrs)}
        if (
            isinstance(node, ast.UnaryOp)
            and isinstance(node.op, ast.USub)
            and isinstance(node.operand, ast.Constant)
        ):
            node = ast.Constant(-node.operand.value)
        if isinstance(node, ast.Constant):
            if ctype == "aclScalar":
                return "NUMBER", 0, int(node.value), float(node.value)
            if _kind(ctype) not in _KINDS or ctype.startswith("acl") and ctype != "aclDataType":
                bad(f"a number does not fit {ctype}")
            if _kind(ctype) in ("double", "float"):
                return "REAL", 0, 0, float(node.value)
            return "VALUE", 0, int(node.value), float(node.value)
        if isinstance(node, ast.Name):
            word = node.id
            if word in ("true", "false"):
                return "VALUE", 0, int(word == "true"), 0.0
            if word == "null":
                return "NULL", 0, 0, 0.0
            if word in ("inputs", "indices") and ctype == "aclTensorList":
                return ("LIST" if word == "inputs" else "INDICES"), 0, 0, 0.0
            if word in ("start", "end", "step") and op.name == "arange" and ctype == "aclScalar":
                return "RANGE", ("start", "end", "step").index(word), 0, 0.0
            if found := re.fullmatch(r"(in|out|scalar)(\d)", word):
                kind, index = found[1], int(found[2])
                count = op.nout if kind == "out" else op.nin
                if count >= 0 and index >= count:
                    bad(f"{op.name} has no {word}")
                if ctype != {"scalar": "aclScalar"}.get(kind, "aclTensor"):
                    bad(f"{word} does not fit {ctype}")
                return {"in": "IN", "out": "OUT", "scalar": "SCALAR"}[kind], index, 0, 0.0
            if word in attrs:
                index, kind = attrs[word]
                if (kind == "ints") != (ctype == "aclIntArray"):
                    bad(f"attribute {word} of type {kind} does not fit {ctype}")
                kinds = {"ints": "INTS", "float": "FLOAT"}
                return "OFFSET" if word == "offset" else kinds.get(kind, "ATTR"), index, 0, 0.0
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and len(node.args) == 1
            and isinstance(node.args[0], ast.Name)
        ):
            what, inner = node.func.id, node.args[0].id
            if what == "dtype" and ctype == "aclDataType" and inner == "out0":
                return "DTYPE", 0, 0, 0.0
            if what == "temp" and ctype == "aclTensor":
                return "TEMP", 0, DTYPES.index(inner) if inner in DTYPES else -1, 0.0
            if what == "scalar" and ctype == "aclScalar" and inner in attrs:
                return "SCALAR_ATTR", attrs[inner][0], 0, 0.0
            if what == "optional" and ctype == "aclTensor":
                return "OPTIONAL", int(inner.removeprefix("in")), 0, 0.0
            if what == "first" and ctype == "int64_t" and attrs.get(inner, (0, ""))[1] == "ints":
                return "FIRST", attrs[inner][0], 0, 0.0
            if what == "length" and ctype == "int64_t":
                return "LENGTH", 0, 0, 0.0
            if what == "shaped" and ctype == "aclTensor":
                return "SHAPED", int(inner.removeprefix("out")), 0, 0.0
        bad(f"{ast.unparse(node)!r} is not understood as {ctype}")

    def emit(self) -> str:
        thunks = []
        for letters, signature in sorted(self.thunks.items()):
            types = ", ".join(_KINDS[kind][1] for kind in signature)
            values = ", ".join(
                f"({_KINDS[kind][1]})v[{i}].{_KINDS[kind][2]}" for i, kind in enumerate(signature)
            )
            thunks.append(
                f"static int thunk_{letters}(void *f, const Value *v, uint64_t *size, aclOpExecutor **executor) {{\n"
                f"    using F = int (*)({types}, uint64_t *, aclOpExecutor **);\n"
                f"    return ((F)f)({values}, size, executor);\n}}\n"
            )
        casts = "".join(f"    {{{', '.join(map(hex, row))}}},\n" for row in self.facts.core_casts())
        return (
            "\n".join(thunks)
            + "\nconst Call calls[] = {\n"
            + "\n".join(self.rows)
            + "\n};\n"
            + f"\nconst uint16_t core_casts[kFamilies][CUPY_NUM_DTYPES] = {{\n{casts}}};\n"
        )


_COLUMNS = {
    "call",
    "do",
    "cpp",
    "widen",
    "host",
    "when",
    "when_out",
    "except",
    "view",
    "cast",
    "main",
    "same",
    "scalar0",
    "scalar1",
    "scalar_when",
    "variant",
    "generator",
    "dense",
    "mixed",
    "shortcut",
    "chips",
    "exact",
    "old",
}
_SHORTCUTS = ("nonzero1", "shift1", "ordered12")
CPP = ("concatenate", "prod", "arange", "integers")
_CHOICES = {"view": ("unsigned", "bits", "bool"), "cpp": CPP, "generator": ("device", "portable")}


def _written_out(op, text: str, path: Path, short: dict[str, str]) -> str:
    """Replace ``{name}`` by what ``[short]`` says."""
    try:
        return text.format_map(short)
    except (KeyError, ValueError) as error:
        raise TableError(path, op.name, "do", f"{error} is not in [short]") from None


def candidates(op, rows, path: Path, calls: Calls, programs, short) -> list[str]:
    """Return the C initialisers of the candidates of ``op``, in the order in which they are tried."""
    out = []
    if not isinstance(rows, list) or not rows:
        raise TableError(path, op.name, "routes", "needs a list of candidates")
    for row in rows:
        for column in row:
            if column not in _COLUMNS:
                raise TableError(path, op.name, column, f"unknown; known are {', '.join(sorted(_COLUMNS))}")
        for column, known in _CHOICES.items():
            if column in row and row[column] not in known:
                raise TableError(path, op.name, column, f"{row[column]!r} is none of {', '.join(known)}")
        ways = [way for way in ("call", "do", "cpp", "widen", "host") if way in row]
        if len(ways) != 1:
            raise TableError(
                path, op.name, "call", "a candidate has exactly one of call, do, cpp, widen, host"
            )
        way = ways[0]
        index = 0
        if way == "call":
            index = calls.add(op, "call", row["call"])
        elif way == "do":
            index = programs.add(op, _written_out(op, row["do"], path, short))
        elif way == "cpp":
            index = CPP.index(row["cpp"])
        main = row.get("main", "in0" if op.nin else "out0")
        if not re.fullmatch(r"in\d|out0", main):
            raise TableError(path, op.name, "main", f"{main!r} is neither inN nor out0")

        def mask(column, default=0xFFFF, row=row):
            if column not in row:
                return default
            return class_mask(row[column], lambda p: TableError(path, op.name, column, p))

        chips = row.get("chips", " ".join(FAMILIES)).split()
        if not set(chips) <= set(FAMILIES):
            raise TableError(path, op.name, "chips", f"{row['chips']!r}: known are {', '.join(FAMILIES)}")
        shortcut = row.get("shortcut", {"if": "none"})
        if "shortcut" in row and (
            way != "do" or set(shortcut) != {"if", "do"} or shortcut["if"] not in _SHORTCUTS
        ):
            raise TableError(
                path, op.name, "shortcut", f"of a do; has an if of {', '.join(_SHORTCUTS)} and a do"
            )
        shorter = programs.add(op, shortcut["do"]) if "do" in shortcut else -1
        scalars = [calls.add(op, c, row[c]) if c in row else -1 for c in ("scalar0", "scalar1")]
        fields = (  # of struct Candidate in src/tables.h
            f"WAY_{way.upper()}",
            index,
            *(hex(mask(column)) for column in ("when", "when_out")),
            *(hex(mask(column, 0)) for column in ("except", "dense")),
            f"VIEW_{row.get('view', 'none').upper()}",
            *(int(row.get(column, False)) for column in ("cast", "same", "mixed")),
            -1 if main == "out0" else int(main[2:]),
            f"{{{scalars[0]}, {scalars[1]}}}",
            hex(mask("scalar_when")),
            row.get("variant", -1),
            f"GENERATOR_{row.get('generator', 'none').upper()}",
            f"IF_{shortcut['if'].upper()}",
            shorter,
            hex(sum(1 << FAMILIES.index(chip) for chip in chips)),
            *(int(row.get(column, False)) for column in ("exact", "old")),
            json.dumps(row["host"]) if way == "host" else "nullptr",
        )
        out.append(f"    {{{', '.join(map(str, fields))}}},")
    return out


def tables(facts: Facts, ops, path: Path) -> str:
    """Return ``ascend_tables.inc``: thunks, calls, programs, candidates per op, SoC names."""
    sections = tomllib.loads(path.read_text())
    helpers, quirks = sections.pop("helpers"), sections.pop("quirks")
    short, facts.lossy = sections.pop("short", {}), sections.pop("lossy", {})
    for function, rows in facts.lossy.items():
        for key, dtypes in rows.items():
            if (
                function not in facts.functions
                or not set(key.split()) <= set(FAMILIES)
                or not set(dtypes.split()) <= set(DTYPES)
            ):
                raise TableError(
                    path, "lossy", function, f"{key!r} = {dtypes!r} is not a function, families and dtypes"
                )
    routes = {name: rows for section in sections.values() for name, rows in section.items()}
    byname = {op.name: op for op in ops}
    for name in routes:
        if name not in byname:
            raise TableError(path, name, "name", "is no op of the contract")
    calls = Calls(facts, path, quirks)
    programs = program.Programs(byname, calls, path)
    rows, spans = [], []
    for op in ops:
        if op.name not in routes:
            raise TableError(path, op.name, "name", "has no route")
        mine = candidates(op, routes[op.name], path, calls, programs, short)
        spans.append(f"    {{{len(rows)}, {len(mine)}}}, // {op.name}")
        rows += mine
    flip = contract.Op("flip", "helpers", 1, 1, (("axes", "ints"),), "-", 0, "")
    bounds = (("seed", "uint"), ("offset", "uint"), ("low", "int"), ("high", "int"))
    integers = contract.Op("integers", "helpers", 0, 1, bounds, "-", 0, "")
    numbers = {op.name: calls.add(op, "helpers", helpers[op.name]) for op in (flip, integers)}
    families = {
        name: FAMILIES.index(soc["family"]) for name, soc in facts.socs.items() if soc["family"] in FAMILIES
    }
    socs = "".join(f'    {{"{name}", {family}}},\n' for name, family in families.items())
    return (
        "// Generated from routes.toml and the CANN facts.\n"
        + calls.emit()
        + programs.emit()
        + "\nconst Candidate candidates[] = {\n"
        + "\n".join(rows)
        + "\n};\n"
        + "\nconst Span op_candidates[] = {\n"
        + "\n".join(spans)
        + "\n};\n"
        + f"\nconst Soc socs[] = {{\n{socs}}};\n"
        + "\nconst char *const family_names[] = {"
        + ", ".join(f'"{f}"' for f in FAMILIES)
        + "};\n"
        + f"\nconst int {', '.join(f'helper_{name} = {number}' for name, number in numbers.items())};\n"
        + "\nconst Function functions[] = {\n"
        + "".join(
            f'    {{"{n}", {int(facts.functions[n]["in_8_1_rc1"])}}},\n'
            for n in sorted({r.split('"')[1] for r in calls.rows})
        )
        + "};\n"
    )


def api(facts: Facts) -> str:
    """Return ``ascend_api.h``: types, constants and the table of runtime functions resolved by name."""
    runtime = facts.runtime
    lines, members, symbols, types = [], [], [], []
    for entry in RUNTIME:
        name = entry.rstrip("?")
        function = runtime["functions"][name]
        for ctype in [function["ret"], *(p[0] for p in function["params"])]:
            for word in re.findall(r"acl\w+", ctype):
                if word not in types:
                    types.append(word)
        params = ", ".join(ctype for ctype, _ in function["params"]) or "void"
        members.append(f"    {function['ret']} (*{name})({params});")
        symbols.append(f'    {{"{name}", offsetof(Api, {name}), {int(not entry.endswith("?"))}}},')
    for name in types:
        if name in runtime["enums"]:
            lines.append(f"typedef int32_t {name};")
            continue
        definition = runtime["typedefs"].get(name, {}).get("def", f"struct {name}")
        if "(*" in definition:
            lines.append(f"typedef {definition};")
        elif definition.startswith("struct"):
            lines.append(f"typedef struct {name} {name};")
        else:
            lines.append(f"typedef {definition} {name};")
    constants = [
        f"    {key} = {value}," for enum in ENUMS for key, value in runtime["enums"][enum]["values"].items()
    ]
    constants += [f"    {name} = {runtime['constants'][name]['v']}," for name in CONSTANTS]
    dtypes = runtime["enums"]["aclDataType"]["values"]
    spelled = {"bool": "BOOL", "bfloat16": "BF16", "float32": "FLOAT", "float64": "DOUBLE"}
    codes = ", ".join(str(dtypes["ACL_" + spelled.get(d, d.upper())]) for d in DTYPES)
    named: dict[int, str] = {}
    for name, entry in runtime["constants"].items():
        if name.startswith(("ACL_ERROR", "ACLNN_")) and isinstance(entry["v"], int) and entry["v"] != 0:
            named.setdefault(entry["v"], name)
    errors = "".join(f'    {{{code}, "{name}"}},\n' for code, name in sorted(named.items()))
    return (
        "/* Generated from the CANN facts. */\n#ifndef ASCEND_API_H\n#define ASCEND_API_H\n"
        "#include <stddef.h>\n#include <stdint.h>\n\n"
        + "\n".join(lines)
        + "\n\nenum : int32_t {\n"
        + "\n".join(constants)
        + "\n};\n\nstruct Api {\n"
        + "\n".join(members)
        + "\n};\n\n"
        "struct ApiSymbol {\n    const char *name;\n    size_t offset;\n    int required;\n};\n"
        "static const ApiSymbol api_symbols[] = {\n" + "\n".join(symbols) + "\n};\n\n"
        f"static const int8_t acl_dtypes[] = {{{codes}}};\n\n"
        "struct ErrorName {\n    int code;\n    const char *name;\n};\n"
        f"static const ErrorName error_names[] = {{\n{errors}}};\n\n#endif\n"
    )


def generate(out_dir: Path, root: Path) -> list[Path]:
    """Write the generated headers of the Ascend backend into ``out_dir``; return their paths."""
    facts = Facts(root / "cupy_backends" / "cannsim" / "facts")
    ops = contract.load(root / "cupy_backends" / "backend" / "ops.toml")
    texts = {
        "ascend_api.h": api(facts),
        "ascend_tables.inc": tables(facts, ops, root / "cupy_backends" / "ascend" / "routes.toml"),
    }
    out_dir.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in texts.items():
        path = out_dir / name
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
        written.append(path)
    return written


__all__ = ["CLASSES", "generate"]
