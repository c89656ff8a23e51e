"""python -m cupy_backends.cannsim run ./prog args...: runs a CANN program on the simulator."""

import os
import sys

from . import include, libdir, library

USAGE = """usage: python -m cupy_backends.cannsim run PROGRAM [ARGUMENT...]
       python -m cupy_backends.cannsim libdir | include | library

run      starts a program that was written for CANN, linked with its libraries or loading them by name;
         PROGRAM is an executable or a Python script (.py)
libdir   prints the folder of libascendcl.so, libnnopbase.so, libopapi.so ...: -L of a linker
include  prints the folder of acl/acl.h, aclnnop/aclnn_add.h ...: -I of a compiler
library  prints the path of the simulator itself
"""


def command(program: list[str]) -> list[str]:
    """The command that starts a program: a Python script needs its interpreter."""
    return [sys.executable, *program] if program[0].endswith(".py") else program


def main(arguments: list[str]) -> int:
    folders = {"libdir": libdir, "include": include, "library": library}
    if len(arguments) == 1 and arguments[0] in folders:
        print(folders[arguments[0]]())
        return 0
    if len(arguments) < 2 or arguments[0] != "run":
        sys.stderr.write(USAGE)
        return 2
    if not os.path.exists(library()):
        sys.stderr.write(f"cannsim: {library()} is not built\n")
        return 1
    path = os.environ.get("LD_LIBRARY_PATH")
    os.environ["LD_LIBRARY_PATH"] = libdir() + (os.pathsep + path if path else "")
    program = command(arguments[1:])
    sys.stdout.flush()
    try:
        os.execvp(program[0], program)
    except OSError as error:
        sys.stderr.write(f"cannsim: {arguments[1]}: {error.strerror}\n")
        return 127


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
