"""Times of a repeated call: on the host until it returns, on the device between two events."""

import math
import time

import numpy

from cupy import xpu

__all__ = ["Timing", "benchmark"]


class Timing:
    """The times that :func:`benchmark` measured, in seconds.

    Attributes
    ----------
    name : str
    cpu_times : numpy.ndarray
        Host time of each call.
    gpu_times : numpy.ndarray
        Device time of each call, one row per device.
    devices : tuple of int

    Examples
    --------
    >>> import cupy as cp, cupyx
    >>> times = cupyx.profiler.benchmark(cp.sin, (cp.ones(8),), n_repeat=3, n_warmup=1)
    >>> times.cpu_times.shape, times.gpu_times.shape
    ((3,), (1, 3))
    """

    def __init__(self, name, cpu_times, gpu_times, devices):
        self.name = name
        self.cpu_times = cpu_times
        self.gpu_times = gpu_times
        self.devices = devices

    def to_str(self, show_gpu=False):
        """Return one line with mean, deviation, least and largest host time, and those of the devices."""
        lines = [("host", self.cpu_times)]
        if show_gpu:
            lines += [(f"device {device}", times) for device, times in zip(self.devices, self.gpu_times)]
        texts = []
        for label, times in lines:
            values = 1e6 * numpy.array([times.mean(), times.std(), times.min(), times.max()])
            texts.append("{}: {:.3f} us +/- {:.3f} (min {:.3f}, max {:.3f})".format(label, *values))
        return f"{self.name}: {'; '.join(texts)}"

    def __repr__(self):
        return self.to_str(show_gpu=True)


def benchmark(func, args=(), kwargs=None, n_repeat=10000, *, name=None, n_warmup=10, max_duration=math.inf,
              devices=None):  # fmt: skip
    """Call a function many times and measure each call on the host and on the device.

    Parameters
    ----------
    func : callable
    args : tuple
    kwargs : dict, optional
        Called as ``func(*args, **kwargs)``.
    n_repeat : int, optional
        The largest number of measured calls.
    name : str, optional
        For the text; that of `func` by default.
    n_warmup : int, optional
        Calls before the measurement.
    max_duration : float, optional
        Stop after so many seconds.
    devices : tuple of int, optional
        The devices whose time is measured; the current one by default.

    Returns
    -------
    out : Timing

    Raises
    ------
    ValueError
        If a count is negative or the function is never called.
    TypeError
        If `func` cannot be called, or `args` is no tuple or `kwargs` no dict.

    Examples
    --------
    >>> import cupy as cp, cupyx
    >>> cupyx.profiler.benchmark(cp.sin, (cp.ones(8),), n_repeat=3)
    sin: host: ... us +/- ...; device 0: ...
    """
    name = getattr(func, "__name__", repr(func)) if name is None else name
    kwargs = {} if kwargs is None else kwargs
    if not callable(func):
        raise TypeError(f"func must be callable, not {type(func).__name__}")
    if not isinstance(args, tuple) or not isinstance(kwargs, dict):
        raise TypeError(
            f"args must be a tuple and kwargs a dict, not {type(args).__name__}, {type(kwargs).__name__}"
        )
    if not isinstance(name, str):
        raise TypeError(f"name must be a string, not {type(name).__name__}")
    if n_repeat < 1 or n_warmup < 0 or not max_duration > 0:
        raise ValueError(f"n_repeat={n_repeat}, n_warmup={n_warmup}, max_duration={max_duration}: "
                         "nothing would be measured")  # fmt: skip
    devices = (xpu.Device().id,) if devices is None else tuple(devices)
    marks = []
    for device in devices:
        with xpu.Device(device):
            marks.append((xpu.Device(device), xpu.Event(), xpu.Event()))

    def record(which):
        for mark in marks:
            with mark[0]:
                mark[which].record()

    def wait():
        for mark in marks:
            mark[2].synchronize()

    for _ in range(n_warmup):
        func(*args, **kwargs)
    record(2)
    wait()
    host, device_times, end = [], [], time.perf_counter() + max_duration
    while len(host) < n_repeat and (not host or time.perf_counter() < end):
        record(1)
        start = time.perf_counter()
        func(*args, **kwargs)
        host.append(time.perf_counter() - start)
        record(2)
        wait()
        device_times.append([1e-3 * xpu.get_elapsed_time(mark[1], mark[2]) for mark in marks])
    return Timing(name, numpy.array(host), numpy.array(device_times).T, devices)
