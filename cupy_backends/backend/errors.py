"""Exceptions of the backends, named without a vendor."""


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
    """

    def __init__(self, message, code=0, name="", call="", op=None, dtypes=(), shapes=()):
        super().__init__(message)
        self.code = code
        self.name = name
        self.call = call
        self.op = op
        self.dtypes = dtypes
        self.shapes = shapes


class OutOfMemoryError(MemoryError):
    """The device has no room left for an allocation, also after the pool gave back its free blocks."""


class PerformanceWarning(RuntimeWarning):
    """An operation leaves the device and runs on the host."""
