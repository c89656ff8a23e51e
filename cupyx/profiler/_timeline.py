"""A recording for a viewer of traces: what the host does, what the device is given, and the memory in use."""

import json
import os

from cupy._core import _observe

__all__ = ["time_range", "timeline"]

_HOST, _DEVICE = 1, 2  # process numbers in the trace


class timeline:
    """Record everything between entering and leaving into a file for Perfetto (https://ui.perfetto.dev) or
    ``chrome://tracing``.

    Tracks of the host show launches, copies, waits and :class:`time_range`; those of the device show each stream's
    tasks with their *modelled* times, one after the other and not before their launch; counters show the memory pool.
    Outside of the recording nothing is slower.

    Parameters
    ----------
    file : str or path-like
        Where to write the trace (JSON).

    Raises
    ------
    OSError
        On entering, if the file cannot be written.

    Examples
    --------
    >>> import cupy as cp, cupyx, json, os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "trace.json")
    >>> x = cp.ones(8, cp.float32)
    >>> with cupyx.profiler.timeline(path):
    ...     with cupyx.profiler.time_range("twice"):
    ...         y = x + x
    >>> names = {event["name"] for event in json.load(open(path))["traceEvents"]}
    >>> {"add", "twice", "memory"} <= names
    True
    """

    def __init__(self, file):
        self.file = os.fspath(file)

    def __enter__(self):
        from cupy import xpu

        self._output = open(self.file, "w", encoding="utf-8")  # noqa: SIM115 - closed on leaving
        self._events = []
        self._sink = self._events.append
        self._device = xpu.Device().name
        _observe.start(self._sink)
        return self

    def __exit__(self, *exception):
        _observe.stop(self._sink)
        with self._output as output:
            json.dump(_trace(self._events, self._device), output)


def _trace(events, device):
    """Return the recording in the trace event format."""
    origin = min((event.start for event in events), default=0)
    made = [_name("process_name", _HOST, 0, "host"),
            _name("process_name", _DEVICE, 0, f"{device} (modelled times)")]  # fmt: skip
    threads = {thread: k for k, thread in enumerate(dict.fromkeys(event.thread for event in events))}
    streams = {
        stream: k for k, stream in enumerate(dict.fromkeys(e.stream for e in events if e.kind == "launch"))
    }
    made += [_name("thread_name", _HOST, k, f"thread {thread}") for thread, k in threads.items()]
    made += [_name("thread_name", _DEVICE, k, f"stream {stream:#x}" if stream else "default stream")
             for stream, k in streams.items()]  # fmt: skip
    free = dict.fromkeys(streams, 0.0)  # when each stream has done its tasks
    for event in sorted(events, key=lambda event: event.start):
        start, end = 1e-3 * (event.start - origin), 1e-3 * (event.end - origin)
        made.append(
            _span(_HOST, threads[event.thread], event.kind, event.name, start, end - start, _facts(event))
        )
        for name, unit, size, nanoseconds in event.tasks:
            if nanoseconds < 0:
                continue
            begin = max(free[event.stream], end)
            free[event.stream] = begin + 1e-3 * nanoseconds
            facts = {"unit": unit, "bytes": size, "operation": event.name, "time": "modelled"}
            made.append(_span(_DEVICE, streams[event.stream], "task", name, begin, 1e-3 * nanoseconds, facts))
        used, held = event.memory
        made.append(
            {
                "ph": "C",
                "name": "memory",
                "pid": _HOST,
                "ts": end,
                "args": {"used": used, "free": held - used},
            }
        )
    return {
        "traceEvents": made,
        "displayTimeUnit": "ns",
        "otherData": {"device": device, "times": "device: modelled"},
    }


def _name(what, process, thread, name):
    return {"ph": "M", "name": what, "pid": process, "tid": thread, "args": {"name": name}}


def _span(process, thread, category, name, start, duration, args):
    return {"ph": "X", "cat": category, "name": name, "pid": process, "tid": thread, "ts": start, "dur": duration,
            "args": args}  # fmt: skip


def _facts(event):
    file, line = event.place
    facts = {"line": f"{file}:{line}" if line else "", "route": event.route, "how": event.how, "why": event.why,
             "dtypes": ", ".join(event.dtypes), "shapes": str(event.shapes) if event.shapes else "",
             "bytes": event.bytes, "waits": event.waits}  # fmt: skip
    return {key: value for key, value in facts.items() if value}


class time_range:
    """Name a part of the program in a :class:`timeline`; a context manager or a decorator.

    Parameters
    ----------
    message : str, optional
        The name; by default that of the decorated function, or the line.
    color_id, argb_color : int, optional
        Accepted for compatibility: viewers choose the colours. Exclusive with each other.
    sync : bool, optional
        True waits for the device at both ends.

    Examples
    --------
    >>> import cupy as cp, cupyx
    >>> with cupyx.profiler.time_range("square", sync=True):
    ...     y = cp.arange(3) ** 2
    >>> @cupyx.profiler.time_range()
    ... def cube(x):
    ...     return x * x * x
    >>> cube(y)
    array([ 0,  1, 64])
    """

    def __init__(self, message=None, color_id=None, argb_color=None, sync=False):
        if color_id is not None and argb_color is not None:
            raise ValueError("time_range takes color_id or argb_color, not both")
        if message is not None and not isinstance(message, str):
            raise TypeError(f"message must be a string, not {type(message).__name__}")
        self.message, self.color_id, self.argb_color, self.sync = message, color_id, argb_color, sync
        self._starts = []

    def _wait(self):
        if self.sync:
            from cupy import xpu

            xpu.Device().synchronize()

    def __enter__(self):
        self._wait()
        self._starts.append(_observe.clock())
        return self

    def __exit__(self, exc_type, exc_value, traceback):
        start = self._starts.pop()
        self._wait()
        if _observe.observed():
            file, line = _observe.user_place()
            name = self.message if self.message is not None else f"{os.path.basename(file)}:{line}"
            _observe.note(_observe.Event("range", name, start, _observe.clock()))

    def __call__(self, func):
        import functools

        message = func.__name__ if self.message is None else self.message

        @functools.wraps(func)
        def ranged(*args, **kwargs):
            with time_range(message, self.color_id, self.argb_color, self.sync):
                return func(*args, **kwargs)

        return ranged
