"""python facades.py <nm> <libcannsim.so> <facts folder> <output folder>: the sources of the facades.

Each defines the names of one CANN library, for the linker's sake only.
"""

import pathlib
import subprocess
import sys

from facts import FactError, Facts
from generate import emit


def library(name, facts):
    """Which of CANN's libraries an exported function belongs to."""
    base = name.removesuffix("GetWorkspaceSize")
    if base in facts.aclnn["ops"] or name in facts.aclnn["helpers"]:
        return "opapi"
    header = facts.runtime["functions"].get(name, {}).get("h", "")
    if header.startswith("aclnn/"):
        return "nnopbase"
    return "ascendcl" if header.startswith("acl/") else None


def main():
    nm, binary, folder, out = sys.argv[1:]
    try:
        facts = Facts(folder)
    except FactError as error:
        sys.exit(f"facades.py: {error}")
    listing = subprocess.run(
        [nm, "-D", "--defined-only", binary], check=True, capture_output=True, text=True
    ).stdout
    names = {"ascendcl": [], "nnopbase": [], "opapi": []}
    for line in listing.splitlines():
        name = line.split()[-1].split("@")[0]
        if owner := library(name, facts):
            names[owner].append(name)
    for owner, functions in names.items():
        body = "".join(f"void {name}(void) {{ __builtin_trap(); }}\n" for name in sorted(functions))
        emit(pathlib.Path(out) / f"{owner}.c", "/* Generated. */\n" + body)
        (pathlib.Path(out) / f"{owner}.c").touch()


if __name__ == "__main__":
    main()
