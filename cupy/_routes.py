"""Which operations a program ran, and how: on the device, by several operators, or on the host."""

from collections import Counter

from cupy_backends.backend import _backend

__all__ = ["host_route_count", "host_routes", "show_routes"]

_COLUMNS = ("dtypes", "route", "computed by", "launches", "how")


def show_routes(op=None, *, host_only=False):
    """Print how operations are carried out on this device.

    Parameters
    ----------
    op : str or ufunc, optional
        An operation of the contract: every combination of dtypes is shown, launched or not. By default the
        operations launched so far.
    host_only : bool, optional
        Only what runs on the host.

    Raises
    ------
    ValueError
        If `op` is no operation of the contract. Functions that are made of others have no route of their own.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.show_routes('cbrt')  # doctest: +ELLIPSIS
    cbrt on ...
    dtypes ...
    float32 ...
    """
    if op is None:
        rows = [row for row in _backend.plans() if row["launches"]]
        title = f"launched on {_backend.device_name()}"
    else:
        name = getattr(op, "__name__", op)
        rows = _all_of(name)
        title = f"{name} on {_backend.device_name()}"
    rows = [row for row in rows if not host_only or row["route"] == "host"]
    print(title)
    lines = [(*(() if op else ("op",)), *_COLUMNS)]
    lines += [(*(() if op else (row["op"],)), *_cells(row)) for row in rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]) - 1)]
    for line in lines:
        padded = (text.ljust(width) for text, width in zip(line, widths, strict=False))
        print("  ".join([*padded, line[-1]]).rstrip())
    notes = dict.fromkeys(row["note"] for row in rows if row["note"])
    for note in notes:
        print(f"of real devices it is said: {note}")


def _all_of(name):
    """Return the routes of one operation for all dtypes that it takes."""
    from cupy_backends.backend.conformance import plans

    if name not in _backend.ops():
        from difflib import get_close_matches  # not at import, for its time

        near = get_close_matches(str(name), _backend.ops(), 3)
        raise ValueError(
            f"{name!r} is no operation of the contract: what is made of several shows in show_routes() after a call"
            + (f". Similar: {', '.join(near)}" if near else "")
        )
    return [_backend.route(name, dtypes) for dtypes in plans(name)]


def _cells(row):
    names = dict.fromkeys(row["dtypes"])
    how = row["how"] if row["route"] != "host" else ""
    why = row["why"] and f"({row['why']})" if how else row["why"]
    return (
        ", ".join(names if len(names) == 1 else row["dtypes"]),
        row["route"],
        row["unit"] or row["route"],
        str(row["launches"]),
        " ".join(filter(None, [how, why])),
    )


def host_routes():
    """Return how often each operation ran on the host, as a dict.

    Examples
    --------
    >>> import cupy as cp
    >>> isinstance(cp.host_routes(), dict)
    True
    """
    counts = Counter()
    for plan in _backend.plans():
        if plan["host_runs"]:
            counts[plan["op"]] += plan["host_runs"]
    return dict(counts)


def host_route_count():
    """Return how many operations ran on the host so far.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.host_route_count() >= 0
    True
    """
    return sum(host_routes().values())
