"""CUDA-only libraries as modules that import everywhere and say what to use instead.

Each module is made by the build from ``libraries.toml``, the one template ``library.pyx.in`` and the headers
of ``cupy_backends/stub``; a name that header and table do not share does not compile.
"""


class NotAvailableError(RuntimeError):
    """A function of a CUDA library was called; there is no such library for Ascend.

    Attributes
    ----------
    library : str
        The library, such as ``cuBLAS``.
    function : str
        The Python name that was called.
    instead : str
        What does the same here.
    status : int
        What the stub of the C function returned.
    """

    def __init__(self, library, function="", instead="", status=0, code=""):
        called = f": {function}() returned {code or status}" if function else ""
        advice = f"; use {instead} instead" if instead else ""
        super().__init__(f"{library} is a CUDA library and does not exist for Ascend{called}{advice}")
        self.library, self.function, self.instead, self.status = library, function, instead, status

    def __reduce__(self):
        return _restore, (type(self), self.args, self.__dict__)


def _restore(kind, args, state):
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error
