"""Exceptions of the backends, named without a vendor."""

import re

# What a device's library writes around its message: process, time, place in its sources.
_NOISE = re.compile(
    r"\[PID: ?\d+\] ?|\d{4}-\d\d-\d\d-\d\d:\d\d:\d\d[.\d]* ?|\[(?:FUNC|FILE|LINE|THREAD): ?[^\]]*\]|"
    r"TraceBack \(most recent call last\):?|Inner Error!"
)
_CODE = re.compile(r"^([A-Z]{1,2}\w?\d{4,5}): ?")
_LONGEST = 400


def compact(text):
    """Return a library's error text as one line: no process numbers, times or source places, nothing said twice.

    >>> compact("EZ9999: Inner Error!\\nEZ9999: [PID: 7] a kernel failed[FUNC:Run][LINE:3]\\n  a kernel failed\\n")
    'EZ9999: a kernel failed'
    """
    codes, lines = [], []
    for line in text.splitlines():
        line = line.strip()
        if found := _CODE.match(line):
            line = line[found.end() :]
            if found[1] not in codes:
                codes.append(found[1])
        line = " ".join(_NOISE.sub("", line).split())
        if line and line not in lines:
            lines.append(line)
    short = "; ".join(lines)
    if len(lines) > 1 and len(short) > _LONGEST:
        short = short[: _LONGEST - 4] + " ..."
    return ", ".join(codes) + ": " + short if codes else short


class BackendError(RuntimeError):
    """A call of the device's libraries failed.

    Attributes
    ----------
    code : int
        The library's own status.
    name : str
        The symbolic name of ``code``.
    call : str
        The function that failed.
    op : str or None
        The operation of the contract, if one was running.
    dtypes, shapes : tuple
        Those of the operation's operands in order; the shape of a host scalar is None.
    launches : tuple of str
        Of a failure that showed only when somebody waited: what was launched last, newest first.
    """

    def __init__(self, message, code=0, name="", call="", op=None, dtypes=(), shapes=(), launches=()):
        super().__init__(message)
        self.code = code
        self.name = name
        self.call = call
        self.op = op
        self.dtypes = dtypes
        self.shapes = shapes
        self.launches = launches


class OutOfMemoryError(MemoryError):
    """The device has no room left for an allocation, also after the pool gave back its free blocks."""


class PerformanceWarning(RuntimeWarning):
    """An operation leaves the device and runs on the host."""
