"""Writes the C headers of the CANN interface from the fact tables.

One header holds everything; the names that CANN programs include forward to it.
"""

import re

FORWARDING = (
    "acl/acl.h",
    "acl/acl_base.h",
    "acl/acl_rt.h",
    "acl/acl_mdl.h",
    "acl/acl_rt_allocator.h",
    "acl/acl_op.h",
    "acl/acl_op_compiler.h",
    "acl/acl_prof.h",
    "acl/acl_rt_compile.h",
    "acl/acl_base_rt.h",
    "acl/acl_rt_memory_soma.h",
    "acl/acl_platform.h",
    "aclnn/acl_meta.h",
    "aclnn/aclnn_base.h",
)

# Facts name these but no prototype that we declare needs them; they lean on types of other products.
SKIPPED_TYPES = ("mstx", "dim3", "MemAttrMapping")

# The measured sizes say that these are unions; the static assertions guard the list.
UNIONS = (
    "aclrtMallocAttrValue",
    "aclrtBinaryLoadOptionValue",
    "aclrtLaunchKernelAttrValue",
    "aclrtStreamAttrValue",
    "aclrtUpdateTaskAttrVal",
    "aclrtErrorInfoDetail",
)


def _declarations(runtime):
    """name -> C declaration of every type that is ours to declare."""
    out = {}
    for name, entry in runtime["enums"].items():
        if name.startswith(SKIPPED_TYPES) or not entry["values"]:
            continue
        body = ", ".join(f"{key} = {value}" for key, value in entry["values"].items())
        out[name] = f"typedef enum {name} {{ {body} }} {name};"
    for name, entry in runtime["typedefs"].items():
        if name.startswith(SKIPPED_TYPES):
            continue
        definition = entry["def"]
        out[name] = (
            f"typedef {definition};" if f"(*{name})" in definition else f"typedef {definition} {name};"
        )
    for name, entry in runtime["structs"].items():
        if name.startswith(SKIPPED_TYPES):
            continue
        fields = entry.get("fields_2026") if entry.get("sizeof_2026") in (None, entry.get("sizeof")) else None
        body = " ".join(f"{field};" for field in fields or entry["fields"]).replace("__DEPR__ ", "")
        body = body.replace("[0]", "[]")  # ISO C has no arrays of no elements
        keyword = "union" if name in UNIONS else "struct"
        out[name] = f"typedef {keyword} {name} {{ {body} }} {name};"
        if entry.get("sizeof"):
            out[name] += f"\nCANNSIM_SIZE({name}, {entry['sizeof']})"
    return out


def _ordered(declarations):
    """Each type after the types it mentions."""
    done, order = set(), []

    def visit(name):
        if name in done:
            return
        done.add(name)
        for word in re.findall(r"\w+", declarations[name]):
            if word in declarations:
                visit(word)
        order.append(declarations[name])

    for name in declarations:
        visit(name)
    return order


def _guarded(name, body):
    guard = "CANNSIM_" + re.sub(r"\W", "_", name).upper()
    return f"#ifndef {guard}\n#define {guard}\n{body}\n#endif\n"


def declare(ctype, name):
    base, bracket, rest = ctype.partition("[")
    return f"{base} {name}{bracket}{rest}"


def prototype(name, entry):
    params = ", ".join(declare(ctype, param) for ctype, param in entry["params"]) or "void"
    return f"{entry['ret']} {name}({params});"


def operator_prototypes(name, entry):
    params = "".join(f"{ctype} {param}, " for ctype, param in entry["params"])
    return (
        f"aclnnStatus {name}GetWorkspaceSize({params}uint64_t *workspaceSize, "
        "aclOpExecutor **executor);\n"
        f"aclnnStatus {name}(void *workspace, uint64_t workspaceSize, "
        "aclOpExecutor *executor, aclrtStream stream);"
    )


SIZE = """#ifdef __cplusplus
#define CANNSIM_SIZE(type, bytes) static_assert(sizeof(type) == bytes, #type);
#else
#define CANNSIM_SIZE(type, bytes) _Static_assert(sizeof(type) == bytes, #type);
#endif
"""
OPEN_C = '#ifdef __cplusplus\nextern "C" {\n#endif\n#pragma GCC visibility push(default)\n'
CLOSE_C = "\n#pragma GCC visibility pop\n#ifdef __cplusplus\n}\n#endif"


def write(facts, out, emit):
    runtime = facts.runtime
    constants = "\n".join(
        f"#define {name} {entry['v']}" if isinstance(entry["v"], int) else f'#define {name} "{entry["v"]}"'
        for name, entry in runtime["constants"].items()
        if name != "OK" and not name.startswith("MSTX")
    )  # names that user programs have for themselves
    types = "\n".join(_ordered(_declarations(runtime)))
    functions = "\n".join(
        prototype(name, entry)
        for name, entry in runtime["functions"].items()
        if not entry["h"].startswith(("hccl/", "acl/acl_dump", "acl/acl_platform"))
        and "MemAttrMapping" not in str(entry["params"])
        and "dim3" not in str(entry["params"])
    )
    includes = "#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n"
    emit(
        out / "cann_runtime.h",
        _guarded(
            "cann_runtime.h", includes + constants + "\n" + SIZE + OPEN_C + types + "\n" + functions + CLOSE_C
        ),
    )
    for name in FORWARDING:
        emit(out / name, '#include "../cann_runtime.h"\n')
    operators = "\n".join(operator_prototypes(name, entry) for name, entry in facts.aclnn["ops"].items())
    helpers = "\n".join(
        prototype(name, {"ret": "aclnnStatus", **entry}) for name, entry in facts.aclnn["helpers"].items()
    )
    emit(
        out / "cann_operators.h",
        _guarded(
            "cann_operators.h", '#include "cann_runtime.h"\n' + OPEN_C + operators + "\n" + helpers + CLOSE_C
        ),
    )
    for name in {entry["header"] for entry in facts.aclnn["ops"].values() if entry["header"]}:
        emit(out / name, f'#include "{"../" * name.count("/")}cann_operators.h"\n')
