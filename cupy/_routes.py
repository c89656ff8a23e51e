"""Which operations a program ran, and how: on the device, by several operators, or on the host."""

from collections import Counter

from cupy_backends.backend import _backend

__all__ = ["host_route_count", "host_routes", "show_routes"]


def show_routes(op=None, *, host_only=False):
    """Print the operations launched so far with the way each was carried out.

    Parameters
    ----------
    op : str, optional
        Only this operation of the contract.
    host_only : bool, optional
        Only what ran on the host.

    Examples
    --------
    >>> import cupy as cp
    >>> _ = cp.ones(3, 'f4') + 1
    >>> cp.show_routes('add')  # doctest: +ELLIPSIS
    op ...
    """
    rows = [("op", "dtypes", "route", "launches", "how")]
    for plan in _backend.plans():
        if op in (None, plan["op"]) and plan["launches"] and (not host_only or plan["route"] == "host"):
            how = plan["how"] + (f" ({plan['why']})" if plan["why"] else "")
            rows.append((plan["op"], ",".join(plan["dtypes"]), plan["route"], str(plan["launches"]), how))
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    for row in rows:
        print("  ".join([*(text.ljust(width) for text, width in zip(row, widths)), row[4]]).rstrip())


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
        if plan["route"] == "host" and plan["launches"]:
            counts[plan["op"]] += plan["launches"]
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
