"""Writes the entry points and tables of the operators.

Phase 1 of every operator packs its arguments into one array and calls a generic function; phase 2 is
one function under many names.
"""

from facts import ARGUMENT_KINDS, DTYPES, FAMILIES, fail, plain_type

UNCHECKED = (1 << 63) - 1  # the mask of a family for which CANN checks nothing; bit 63 is no dtype
CHUNK = 128  # operators per translation unit: keeps compile times even


def short(name):
    """The enumerator of an operator."""
    return name.removeprefix("aclnn")


def _ids(ops):
    body = ", ".join(short(name) for name in ops)
    return (
        "// Generated. One enumerator per operator, in alphabetical order.\n#pragma once\n"
        "#include <cstdint>\n\nnamespace cannsim {\n"
        f"enum class Op : uint16_t {{ {body} }};\n"
        f"constexpr int kOpCount = {len(ops)};\n}}  // namespace cannsim\n"
    )


def _entry(name, entry):
    params = "".join(f"{ctype} {param}, " for ctype, param in entry["params"])
    cells = ", ".join(f"Arg::of({param})" for _, param in entry["params"])
    return (
        f"aclnnStatus {name}GetWorkspaceSize({params}uint64_t *workspaceSize, "
        "aclOpExecutor **executor) {\n"
        f"    const Arg args[] = {{{cells}}};\n"
        f"    return phase1(Op::{short(name)}, args, workspaceSize, executor);\n}}\n"
    )


def _entries(ops):
    body = "".join(_entry(name, entry) for name, entry in ops)
    return (
        '// Generated.\n#include "opapi/op.h"\n\nusing namespace cannsim;\n\n'
        '#pragma GCC visibility push(default)\nextern "C" {\n' + body + "}\n"
    )


def _aliases(ops):
    rows = "".join(f"ALIAS({name})\n" for name in ops)
    return f"// Generated. Second phases.\n{rows}"


def _mask_key(key, params):
    """Index of the parameter that a dtype list of the facts constrains, or None."""
    name = key.removesuffix("[]")
    return params.index(name) if name in params else None


def _direction(op, index, ctype, param):
    """Whether a parameter is read and whether it is written, as C words.

    const alone does not tell: the prototypes of CANN call many an output const, and one input not.
    """
    target = (
        ("const" not in ctype and param != "other") or param in ("out", "result") or param.endswith("Out")
    )
    both = index == 0 and "Inplace" in op or param.endswith("Ref")
    return ("true" if both or not target else "false", "true" if both or target else "false")


def _max_rank(facts, name, dtypes):
    """The limit of all families, else the largest: the operator's own code checks the rest."""
    limit = dtypes.get("max_rank", 8)
    if isinstance(limit, dict):
        limit = max(limit.values(), default=8)
    if not isinstance(limit, int):
        fail("dtypes.json", name, "max_rank", f"not a number: {limit!r}")
    return limit


def _table(facts):
    """Per operator: name, parameters with kind and a dtype mask per family."""
    rows, masks = [], [(UNCHECKED,) * len(FAMILIES)]
    seen = {}

    def row_of(mask):
        if mask is None:
            return 0
        if mask not in seen:
            seen[mask] = len(masks)
            masks.append(mask)
        return seen[mask]

    for name, entry in facts.aclnn["ops"].items():
        names = [param for _, param in entry["params"]]
        dtypes = facts.dtypes["ops"].get(name, {})
        per_param, promoted = {}, None
        for key, families in dtypes.get("dtypes", {}).items():
            index = _mask_key(key, names)
            if index is None and not key.startswith("promote"):
                continue
            bits = [UNCHECKED] * len(FAMILIES)
            for group, listed in families.items():
                for family in facts.families(group):
                    bits[FAMILIES.index(family)] = facts.mask(listed)
            if index is None:
                promoted = tuple(a & b for a, b in zip(bits, promoted or [UNCHECKED] * len(bits)))
            else:
                per_param[index] = tuple(bits)
        cells = []
        for index, (ctype, param) in enumerate(entry["params"]):
            slot = row_of(per_param.get(index))
            kind = ARGUMENT_KINDS[plain_type(ctype)]
            source, target = _direction(name, index, ctype, param)
            cells.append(f'{{"{param}", ArgKind::{kind}, {source}, {target}, {slot}}}')
        rows.append((name, cells, _max_rank(facts, name, dtypes), row_of(promoted)))
    mask_rows = ",\n".join("    {" + ", ".join(hex(bits) + "u" for bits in mask) + "}" for mask in masks)
    param_rows, op_rows, start = [], [], 0
    for name, cells, max_rank, promoted in rows:
        param_rows.extend("    " + cell for cell in cells)
        op_rows.append(f'    {{"{name}", kParams + {start}, {len(cells)}, {max_rank}, {promoted}}}')
        start += len(cells)
    return (
        '// Generated.\n#include "opapi/op.h"\n\nnamespace cannsim {\n\n'
        f"const uint64_t kDtypeMasks[][{len(FAMILIES)}] = {{\n{mask_rows}\n}};\n\n"
        "static const ParamMeta kParams[] = {\n" + ",\n".join(param_rows) + "\n};\n\n"
        "const OpMeta kOps[] = {\n" + ",\n".join(op_rows) + "\n};\n\n}  // namespace cannsim\n"
    )


def _socs(facts):
    rows = []
    for name, soc in facts.soc["socs"].items():
        # 310B is no family of the dtype tables; its rules are nearest to 310P's.
        family = soc["family"] if soc["family"] in FAMILIES else "310P"
        traits = facts.soc["families"][soc["family"]]
        rows.append(
            f'    {{"{name}", {FAMILIES.index(family)}, {soc["memory"] or 32 << 30}u, {soc["ai_cores"]}, '
            f"{soc['cube_cores']}, {soc['vector_cores']}, {soc['ai_cpus'] or 0}, {soc['l2'] or 0}u, {soc['ub'] or 0}, "
            f"{soc['streams'] or 1024}, {soc['arch']}, {traits['capture']:d}, {traits['inf_nan']:d}}}"
        )
    return (
        '// Generated.\n#include "runtime/soc.h"\n\nnamespace cannsim {\n\nconst Soc kSocs[] = {\n'
        + ",\n".join(rows)
        + f"\n}};\nconst int kSocCount = {len(rows)};\n\n"
        f"const char *const kFamilyNames[] = {{{', '.join(chr(34) + f + chr(34) for f in FAMILIES)}}};\n\n"
        "}  // namespace cannsim\n"
    )


def _model(facts):
    """The cost model's figures: rates per SoC."""
    rates = facts.model["rates"]
    launch = [1000 * rates["launch_us"][unit] for unit in ("AI Core", "AI CPU")]
    rows = []
    for soc in facts.soc["socs"].values():
        memory = min(soc["read_GBps"], rates["memory_GBps"].get(soc["family"], soc["read_GBps"]))
        cpus = (soc["ai_cpus"] or 1) * rates["ai_cpu_ops_per_ns"]["all"]
        rows.append(
            f"    {{{memory}, {4 * soc['vector_fp32_gops']}, {1000 * soc['fp16_tflops']}, {cpus}, "
            f"{{{launch[0]}, {launch[1]}}}}}"
        )
    return (
        '// Generated.\n#include "model/cost.h"\n\nnamespace cannsim {\n\nconst Rates kRates[] = {\n'
        + ",\n".join(rows)
        + f"\n}};\nconst double kCubeShareFloat32 = {rates['cube_share']['float32']};\n\n"
        + "}  // namespace cannsim\n"
    )


def _promotion(facts):
    table = facts.dtypes["promote_tensor_tensor"]
    columns = table["columns"].split()
    size = 34
    grid = [[-1] * size for _ in range(size)]
    for row, cells in table["rows"].items():
        values = cells.split()
        if len(values) != len(columns):
            fail(
                "dtypes.json", row, "promote_tensor_tensor", f"{len(values)} cells for {len(columns)} columns"
            )
        for column, value in zip(columns, values):
            if value != "-":
                grid[DTYPES[row]][DTYPES[column]] = DTYPES[value]
    body = ",\n".join("    {" + ", ".join(map(str, line)) + "}" for line in grid)
    return (
        '// Generated. CANN\'s promotion of two tensor dtypes; -1 is refused.\n#include "opapi/op.h"\n\n'
        f"namespace cannsim {{\n\nconst int8_t kPromote[{size}][{size}] = {{\n{body}\n}};\n\n"
        "}  // namespace cannsim\n"
    )


def _versions(facts):
    """The releases of operators and the functions of the runtime that came after 8.1."""
    bits = [entry["in_8_1_rc1"] + 2 * entry["in_2026"] for entry in facts.aclnn["ops"].values()]
    new = sorted(name for name, entry in facts.runtime["functions"].items() if not entry["in_8_1_rc1"])
    return (
        '// Generated.\n#include "opapi/versions.h"\n\nnamespace cannsim {\n\n'
        f"const uint8_t kOpVersions[] = {{{', '.join(map(str, bits))}}};\n"
        "const char *const kNewFunctions[] = {\n" + "".join(f'    "{name}",\n' for name in new) + "};\n"
        f"const int kNewFunctionsCount = {len(new)};\n\n}}  // namespace cannsim\n"
    )


def _names(facts):
    """The names of the values of aclDataType and aclFormat, as the trace writes them."""
    formats = {
        value: name for name, value in facts.runtime["enums"]["aclFormat"]["values"].items() if value >= 0
    }
    dtypes = {value: name for name, value in DTYPES.items()}

    def table(name, names, prefix=""):
        cells = (
            f'"{names[i].removeprefix(prefix)}"' if i in names else "nullptr" for i in range(max(names) + 1)
        )
        return f"const char *const {name}[] = {{{', '.join(cells)}}};\nconst int {name}Count = {max(names) + 1};\n"

    return (
        '// Generated.\n#include "opapi/trace.h"\n\nnamespace cannsim {\n\n'
        + table("kDTypeNames", dtypes)
        + table("kFormatNames", formats, "ACL_FORMAT_")
        + "\n}  // namespace cannsim\n"
    )


def _unsupported(facts):
    """Weak definitions: the runtime functions that nobody implements refuse by name."""
    zero = {"void": "", "aclError": None, "aclnnStatus": None}
    rows = []
    for name, entry in facts.runtime["functions"].items():
        if entry["h"].startswith("hccl/") or not entry["in_8_1_rc1"]:
            continue
        params = ", ".join(ctype for ctype, _ in entry["params"])
        ret = entry["ret"]
        value = zero.get(ret, "{}")
        refuse = f'unsupported("{name}");'
        result = f"return {refuse}" if value is None else refuse + (f" return {value};" if value else "")
        rows.append(f"WEAK {ret} {name}({params}) {{ {result} }}")
    return (
        "// Generated. Runtime functions without an implementation.\n"
        '#include "base/error.h"\n#include "cann_runtime.h"\n\n'
        "namespace {\nint unsupported(const char *name) {\n"
        '    return cannsim::fail(ACL_ERROR_RT_FEATURE_NOT_SUPPORT, "%s is not supported by cannsim", name);\n}\n}\n\n'
        '#define WEAK extern "C" __attribute__((weak, visibility("default")))\n\n' + "\n".join(rows) + "\n"
    )


def write(facts, out, emit):
    ops = facts.aclnn["ops"]
    emit(out / "op_ids.h", _ids(ops))
    emit(out / "op_table.cpp", _table(facts))
    emit(out / "op_aliases.inc", _aliases(ops))
    emit(out / "soc_table.cpp", _socs(facts))
    emit(out / "model_table.cpp", _model(facts))
    emit(out / "promotion.cpp", _promotion(facts))
    emit(out / "versions.cpp", _versions(facts))
    emit(out / "names.cpp", _names(facts))
    emit(out / "unsupported.cpp", _unsupported(facts))
    items = list(ops.items())
    for index, start in enumerate(range(0, len(items), CHUNK)):
        emit(out / f"entries_{index}.cpp", _entries(items[start : start + CHUNK]))
