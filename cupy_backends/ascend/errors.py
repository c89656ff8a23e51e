"""The exception of the Ascend backend."""

from cupy_backends.backend.errors import BackendError


class AscendError(BackendError):
    """A call of CANN failed; the message holds its own text, the attributes those of :class:`BackendError`."""
