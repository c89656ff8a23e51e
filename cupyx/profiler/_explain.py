"""What a call gives to the device, line by line of the user's program."""

import html
import linecache
import os

from cupy._core import _observe

__all__ = ["Explanation", "explain"]

_LINE_WIDTH = 40


def _same(items):
    """Return one item for a tuple of equal ones, else all."""
    distinct = list(dict.fromkeys(items))
    return distinct[0] if len(distinct) == 1 else ", ".join(items)


def _shape(shape):
    return "scalar" if shape is None else "x".join(map(str, shape)) or "()"


def _size(count):
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            return f"{count:.3g} {unit}" if unit != "B" else f"{count} B"
        count /= 1000


def _time(seconds):
    return "" if seconds is None else f"{1e6 * seconds:.2f} us"


def _line(place):
    file, number = place
    if not number:
        return ""
    text = linecache.getline(file, number).strip()
    text = text if len(text) <= _LINE_WIDTH else text[: _LINE_WIDTH - 3] + "..."
    return f"{os.path.basename(file)}:{number} {text}".strip()


_COLUMNS = {
    "line": lambda row: _line(row["place"]),
    "op": lambda row: row["op"],
    "dtypes": lambda row: _same(row["dtypes"]) if row["dtypes"] else "",
    "shapes": lambda row: _same([_shape(shape) for shape in row["shapes"]]) if row["shapes"] else "",
    "route": lambda row: row["route"],
    "unit": lambda row: row["unit"],
    "launches": lambda row: str(row["launches"] or ""),
    "tasks": lambda row: str(row["tasks"] or ""),
    "bytes": lambda row: _size(row["bytes"]) if row["bytes"] else "",
    "waits": lambda row: str(row["synchronizations"] or ""),
    "modelled": lambda row: _time(row["modelled"]),
    "how": lambda row: row["how"] + (f" ({row['why']})" if row["why"] else ""),
}


class Explanation:
    """What :func:`explain` found; its text is a table, in a notebook an HTML one.

    Attributes
    ----------
    rows : list of dict
        In the order of the program, one per line, operation, dtypes, shapes and route: ``place`` (file and line),
        ``op`` (of a launch, or the kind of a copy or wait), ``dtypes``, ``shapes`` (None for a host scalar),
        ``route`` ('native', 'reinterpret', 'cast', 'composite', 'host', or '' for what is no launch), ``unit`` (what
        carries it out: on an NPU 'AI Core', 'AI CPU', 'host', or 'copy' where no kernel is needed), ``launches``,
        ``tasks`` (operators of the device), ``bytes`` (read and written in device memory, or copied),
        ``synchronizations`` (times that the host waited), ``modelled`` (seconds on the device, None where there is
        no model), ``how`` and ``why``.
    events : list
        Everything in order, with times of the host.
    device : str
        The chip that the modelled times are for.
    result : any
        What the call returned.

    Examples
    --------
    >>> import cupy as cp, cupyx
    >>> x = cp.ones(3, cp.float32)
    >>> found = cupyx.profiler.explain(lambda: x + x)
    >>> found.launches, found.synchronizations, found.result
    (1, 0, array([2., 2., 2.], dtype=float32))
    """

    def __init__(self, events, result, device=""):
        self.events = events
        self.result = result
        self.device = device
        self.rows = _rows(events)

    def _total(self, column):
        return sum(row[column] for row in self.rows)

    @property
    def launches(self):
        """The number of launches of all operations."""
        return self._total("launches")

    @property
    def host_launches(self):
        """The number of launches that ran on the host."""
        return sum(row["launches"] for row in self.rows if row["unit"] == "host")

    @property
    def tasks(self):
        """The number of operators that the device was given."""
        return self._total("tasks")

    @property
    def synchronizations(self):
        """How often the host waited for the device: copies to and from it, explicit waits, launches on the host."""
        return self._total("synchronizations")

    @property
    def copies(self):
        """The number of copies between host and device."""
        return sum(event.kind == "copy" and "host" in event.name for event in self.events)

    @property
    def allocations(self):
        """How often the pool asked the device for memory."""
        return sum(event.kind == "allocate" for event in self.events)

    @property
    def bytes(self):
        """Bytes that launches read and write in device memory."""
        return sum(row["bytes"] for row in self.rows if row["launches"])

    @property
    def modelled_time(self):
        """Seconds on the device by the model, None if there is none; never measured."""
        known = [row["modelled"] for row in self.rows if row["modelled"] is not None]
        return sum(known) if known else None

    def totals(self):
        """Return one line with the sums."""
        texts = [f"{self.launches} launches, {self.host_launches} on the host", f"{self.tasks} tasks",
                 f"{_size(self.bytes)} in device memory", f"{self.synchronizations} waits",
                 f"{self.allocations} allocations"]  # fmt: skip
        if self.modelled_time is not None:
            texts.append(f"{_time(self.modelled_time)} on {self.device} (modelled, not measured)")
        return "; ".join(texts)

    def _table(self):
        """Return the titles and the texts of the columns that are not empty."""
        texts = [[make(row) for make in _COLUMNS.values()] for row in self.rows]
        filled = [i for i in range(len(_COLUMNS)) if any(line[i] for line in texts)]
        titles = list(_COLUMNS)
        return [titles[i] for i in filled], [[line[i] for i in filled] for line in texts]

    def __repr__(self):
        titles, texts = self._table()
        lines = [titles, *texts] if texts else []
        widths = [max(map(len, column)) for column in zip(*lines)]
        table = ["  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip() for line in lines]
        return "\n".join([*table, self.totals()])

    def _repr_html_(self):
        titles, texts = self._table()
        rows = ["".join(f"<th>{title}</th>" for title in titles)]
        rows += ["".join(f"<td>{html.escape(text)}</td>" for text in line) for line in texts]
        body = "".join(f"<tr>{row}</tr>" for row in rows)
        return f"<table>{body}</table><p>{html.escape(self.totals())}</p>"


def _unit(event):
    units = dict.fromkeys(task[1] for task in event.tasks if task[1])
    return ", ".join(units) or ("host" if event.route == "host" else event.unit)


def _rows(events):
    rows = {}
    for event in events:
        if event.kind not in ("launch", "copy", "wait"):
            continue
        name = event.name if event.kind == "launch" else f"{event.kind}: {event.name}"
        unit = _unit(event)
        key = event.place, name, event.dtypes, event.shapes, event.route, unit
        row = rows.setdefault(key, {
            "place": event.place, "op": name, "dtypes": event.dtypes, "shapes": event.shapes, "route": event.route,
            "unit": unit, "launches": 0, "tasks": 0, "bytes": 0, "synchronizations": 0, "modelled": None,
            "how": event.how, "why": event.why})  # fmt: skip
        row["launches"] += event.kind == "launch"
        row["tasks"] += sum(task[1] != "host" for task in event.tasks)
        row["bytes"] += event.bytes
        row["synchronizations"] += event.waits
        modelled = [task[3] for task in event.tasks if task[3] >= 0]
        if modelled:
            row["modelled"] = (row["modelled"] or 0) + 1e-9 * sum(modelled)
    return list(rows.values())


def explain(function, *args, **kwargs):
    """Call a function and say what it launches, copies and waits for, line by line.

    Parameters
    ----------
    function : callable
        Called once, as ``function(*args, **kwargs)``.

    Returns
    -------
    out : Explanation

    Notes
    -----
    What other threads do during the call is counted too. On the simulator each launch has a *modelled* time: launch
    cost plus the larger of bytes over bandwidth and operations over rate, from the figures of the simulated chip.
    It says where time will go, not how long it takes.

    Examples
    --------
    >>> import cupy as cp, cupyx
    >>> x = cp.arange(4, dtype=cp.float32)
    >>> cupyx.profiler.explain(cp.exp, x)
    line ...
    1 launches, ... on the host; ...
    """
    from cupy import xpu

    device = xpu.Device().name
    events = []
    sink = events.append
    _observe.start(sink)
    try:
        result = function(*args, **kwargs)
    finally:
        _observe.stop(sink)
    return Explanation(events, result, device)
