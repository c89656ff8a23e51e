"""What the library has asked of the device since the start: exact numbers, for tests of lean programs."""

from cupy_backends.backend import _backend

__all__ = ["counters"]


def counters():
    """Return totals over all threads, by name.

    Two calls with a part of the program between them tell what that part did; nothing is slower for it.

    Returns
    -------
    out : dict of str to int
        ``launches`` of operations, and what the backend knows. On an NPU: ``calls`` of its operators, ``first_phases``
        (calls that could not repeat a prepared one), ``host_runs``, ``scratch_allocs`` (device allocations for
        temporaries). On the simulator also ``allocations`` and ``frees`` of device memory, ``synchronizations``
        (waits of the host) and the bytes copied: ``bytes_host_to_device``, ``bytes_device_to_host``,
        ``bytes_device_to_device``.

    Examples
    --------
    >>> import cupy as cp
    >>> x = cp.ones(3, cp.float32)
    >>> before = cp.xpu.counters()
    >>> y = x * 2 + 1
    >>> cp.xpu.counters()["launches"] - before["launches"]
    2
    """
    return _backend.counters()
