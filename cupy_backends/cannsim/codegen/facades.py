"""python facades.py <nm> <libcannsim.so> <facts folder> <output folder> <name>...: sources of facades.

A facade defines the names of one CANN library, for the linker's sake only.
"""

import pathlib
import subprocess
import sys

from facts import FactError, Facts
from generate import emit

# CANN spreads its functions differently from version to version; programs ask for all these names.
LIBRARIES = {
    "runtime": ("ascendcl", "acl_rt", "runtime"),
    "compiler": ("acl_op_compiler",),
    "descriptors": ("nnopbase",),
    "operators": (
        "opapi",
        "opapi_math",
        "opapi_nn",
        "aclnn_math",
        "aclnn_ops_infer",
        "aclnn_ops_train",
        "aclnn_rand",
    ),
}
OWNERS = {name: part for part, names in LIBRARIES.items() for name in names}


def part_of(name, facts):
    """Which part of CANN an exported function belongs to, None for what is not CANN's."""
    base = name.removesuffix("GetWorkspaceSize")
    if base in facts.aclnn["ops"] or name in facts.aclnn["helpers"]:
        return "operators"
    header = facts.runtime["functions"].get(name, {}).get("h", "")
    if header.startswith("aclnn/"):
        return "descriptors"
    if header == "acl/acl_op_compiler.h":
        return "compiler"
    return "runtime" if header.startswith("acl/") else None


def source(functions):
    """C source of a library with these functions: one that must not run, under all names."""
    aliases = "".join(f'void {name}(void) __attribute__((alias("unreachable")));\n' for name in functions)
    return "/* Generated. */\nstatic void unreachable(void) { __builtin_trap(); }\n" + aliases


def main():
    nm, binary, folder, out, *facades = sys.argv[1:]
    if unknown := set(facades) - set(OWNERS):
        sys.exit(f"facades.py: unknown libraries: {', '.join(sorted(unknown))}")
    try:
        facts = Facts(folder)
    except FactError as error:
        sys.exit(f"facades.py: {error}")
    listing = subprocess.run(
        [nm, "-D", "--defined-only", binary], check=True, capture_output=True, text=True
    ).stdout
    parts = {part: [] for part in LIBRARIES}
    for line in listing.splitlines():
        name = line.split()[-1].split("@")[0]
        if part := part_of(name, facts):
            parts[part].append(name)
    for facade in facades:
        path = pathlib.Path(out) / f"{facade}.c"
        emit(path, source(sorted(parts[OWNERS[facade]])))
        path.touch()


if __name__ == "__main__":
    main()
