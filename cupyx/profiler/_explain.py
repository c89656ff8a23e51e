"""Which operations a call ran, and where: the counters of the launch plans before and after it."""

from cupy_backends.backend import _backend

__all__ = ["Explanation", "explain"]

_COLUMNS = ("op", "dtypes", "route", "launches", "how")


class Explanation:
    """What :func:`explain` found; its text is a table.

    Attributes
    ----------
    rows : list of dict
        One per operation and dtypes: ``op``, ``dtypes``, ``route`` ('native', 'reinterpret', 'cast',
        'composite' or 'host'), ``launches``, ``how`` and ``why``; the most frequent first.
    result : any
        What the call returned.

    Examples
    --------
    >>> import cupy as cp, cupyx
    >>> x = cp.ones(3, cp.float32)
    >>> found = cupyx.profiler.explain(lambda: x + x)
    >>> found.launches, found.result
    (1, array([2., 2., 2.], dtype=float32))
    """

    def __init__(self, rows, result):
        self.rows = rows
        self.result = result

    @property
    def launches(self):
        """The number of launches of all operations."""
        return sum(row["launches"] for row in self.rows)

    @property
    def host_launches(self):
        """The number of launches that ran on the host."""
        return sum(row["launches"] for row in self.rows if row["route"] == "host")

    def __repr__(self):
        lines = [_COLUMNS]
        for row in self.rows:
            how = row["how"] + (f" ({row['why']})" if row["why"] else "")
            lines.append((row["op"], ", ".join(row["dtypes"]), row["route"], str(row["launches"]), how))
        widths = [max(len(line[i]) for line in lines) for i in range(4)] + [0]
        table = ["  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip() for line in lines]
        return "\n".join([*table, f"{self.launches} launches, {self.host_launches} on the host"])


def explain(function, *args, **kwargs):
    """Call a function and say which operations it ran on which route.

    Parameters
    ----------
    function : callable
        Called once, as ``function(*args, **kwargs)``.

    Returns
    -------
    out : Explanation

    Notes
    -----
    Launches of other threads during the call are counted too.

    Examples
    --------
    >>> import cupy as cp, cupyx
    >>> x = cp.arange(4, dtype=cp.float32)
    >>> cupyx.profiler.explain(cp.exp, x)
    op   dtypes            route   launches  how
    exp  float32, float32  ...     1         ...
    1 launches, ... on the host
    """
    before = [plan["launches"] for plan in _backend.plans()]
    result = function(*args, **kwargs)
    rows = []
    for i, plan in enumerate(_backend.plans()):  # plans are only ever appended
        launches = plan["launches"] - (before[i] if i < len(before) else 0)
        if launches > 0:
            rows.append({**plan, "launches": launches})
    return Explanation(sorted(rows, key=lambda row: -row["launches"]), result)
