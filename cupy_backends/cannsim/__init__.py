"""cannsim: the CANN C interface carried out by the CPU.

Only paths live here; the library itself is C++ and is loaded by whoever needs it.
"""

import os as _os

_here = _os.path.dirname(_os.path.abspath(__file__))


def library() -> str:
    """Path of libcannsim.so, which holds every symbol under a soname of its own."""
    return _os.path.join(_here, "lib", "libcannsim.so")


def libdir() -> str:
    """Folder of libraries with CANN's names, for programs that were linked with CANN."""
    return _os.path.join(_here, "lib", "facades")


def include() -> str:
    """Folder of C headers of the interface."""
    return _os.path.join(_here, "include")
