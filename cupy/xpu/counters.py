"""What the library has asked of the device since the start: exact numbers, for tests of lean programs."""

from collections import namedtuple

from cupy_backends.backend import _backend

__all__ = ["cache_info", "counters"]

CacheInfo = namedtuple("CacheInfo", "hits misses maxsize currsize")


def cache_info():
    """Return how often a prepared operator was found again, and how many are kept.

    Preparing an operator (CANN's first phase) costs a device's host 5 to 20 us. Operators are kept by dtypes, shapes,
    strides, attributes and values of scalars, from the second time that they occur on.

    Returns
    -------
    out : CacheInfo
        ``hits``, ``misses``, ``maxsize`` and ``currsize``, as of functools.lru_cache; zeros where nothing is prepared.

    Examples
    --------
    >>> import cupy as cp
    >>> x = cp.ones(3, cp.float32)
    >>> before = cp.xpu.cache_info()
    >>> for _ in range(100):
    ...     y = x + x
    >>> cp.xpu.cache_info().hits - before.hits >= 98
    True
    """
    found = _backend.counters()
    calls, misses = found.get("calls", 0), found.get("first_phases", 0)
    return CacheInfo(calls - misses, misses, found.get("executor_room", 0), found.get("executors", 0))


def counters():
    """Return totals over all threads, by name.

    Two calls with a part of the program between them tell what that part did; nothing is slower for it.

    Returns
    -------
    out : dict of str to int
        ``launches`` of operations, and what the backend knows. On an NPU: ``calls`` of its operators, ``first_phases``
        (calls that could not repeat a prepared one), ``host_runs``, ``scratch_allocs`` (device allocations for
        temporaries), ``constants``, ``executors`` and ``executor_room`` (see :func:`cache_info`). On the simulator also
        ``allocations`` and ``frees`` of device memory, ``synchronizations``
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
