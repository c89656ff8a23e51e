"""python -m cupy_backends.cannsim run ./prog args...: runs a CANN program on the simulator."""

import os
import sys

from . import include, libdir, library

USAGE = """usage: python -m cupy_backends.cannsim run PROGRAM [ARGUMENT...]
       python -m cupy_backends.cannsim libdir | include | library
"""


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
    try:
        os.execvp(arguments[1], arguments[1:])
    except OSError as error:
        sys.stderr.write(f"cannsim: {arguments[1]}: {error.strerror}\n")
        return 127


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
