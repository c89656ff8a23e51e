"""Printing: NumPy formats a host copy of what is shown; of long arrays only the edges are copied."""

import re

import numpy

_SHAPE = re.compile(r"(?<=,)\s+(shape=\([\d, ]*\))(?=[,)])")
_PREFIX = "array("


def _shown(a):
    """Return a host array that NumPy prints as it would print `a`, and whether it is cut to the edges."""
    if a.size < 2:
        return a.get(), False
    options = numpy.get_printoptions()
    edge = options["edgeitems"]
    # without edge items NumPy looks at all elements to choose the format
    if a.size <= options["threshold"] or edge == 0:
        return a.get(), False
    from cupy import concatenate

    part = a
    for axis, n in enumerate(a.shape):
        if n > 2 * edge + 1:
            head = (slice(None),) * axis
            part = concatenate(
                [part[head + (slice(edge + 1),)], part[head + (slice(n - edge, n),)]], axis=axis
            )
    return part.get(), True


def _format(a, render):
    host, cut = _shown(a)
    if not cut:
        return render(host)
    # One element more than the edges stands for the gap; a threshold of 0 makes NumPy write the dots there.
    # Options that are not named are kept, but for these two, which every call resets.
    kept = {k: v for k, v in numpy.get_printoptions().items() if k in ("formatter", "override_repr")}
    with numpy.printoptions(threshold=0, **kept):
        return render(host)


def _with_shape(text, shape, width):
    """Let the text of a cut host copy tell the shape of the whole array, on a new line if the last one is full."""
    found = [m for m in _SHAPE.finditer(text)]
    if not found:
        return text
    where = found[-1]
    body = text[: where.start()]
    extra = f"shape={shape}{text[where.end() :]}"
    last_line = len(body) - (body.rfind("\n") + 1)
    spacer = "\n" + " " * len(_PREFIX) if last_line + 1 + len(extra) > width else " "
    return body + spacer + extra


def array_repr(arr, max_line_width=None, precision=None, suppress_small=None):
    """Return the text that ``repr`` gives, as numpy.array_repr; waits for the device.

    Parameters
    ----------
    arr : ndarray
    max_line_width, precision, suppress_small : optional
        Instead of the print options of that meaning.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.array_repr(cp.arange(2))
    'array([0, 1])'
    """
    options = numpy.get_printoptions()
    text = _format(arr, lambda h: numpy.array_repr(h, max_line_width, precision, suppress_small))
    if options.get("override_repr") is not None or arr.size <= options["threshold"]:
        return text
    return _with_shape(text, arr.shape, options["linewidth"] if max_line_width is None else max_line_width)


def array_str(a, max_line_width=None, precision=None, suppress_small=None):
    """Return the text that ``str`` gives, as numpy.array_str; waits for the device.

    Parameters
    ----------
    a : ndarray
    max_line_width, precision, suppress_small : optional
        Instead of the print options of that meaning.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.array_str(cp.arange(2))
    '[0 1]'
    """
    return _format(a, lambda h: numpy.array_str(h, max_line_width, precision, suppress_small))


def array2string(a, *args, **kwargs):
    """Return `a` as text, with the arguments of numpy.array2string; waits for the device.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.array2string(cp.arange(2), separator=', ')
    '[0, 1]'
    """
    return numpy.array2string(a.get(), *args, **kwargs)
