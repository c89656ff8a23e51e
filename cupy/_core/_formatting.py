"""Printing: NumPy formats a host copy of what is shown; of long arrays only the edges are copied."""

import numpy


def _shown(a):
    """Return a host array that NumPy prints as it would print `a`."""
    options = numpy.get_printoptions()
    edge = options["edgeitems"]
    if a.size <= options["threshold"]:
        return a.get(), False
    from cupy import concatenate

    part = a
    for axis, n in enumerate(a.shape):
        if n > 2 * edge + 1:
            head = (slice(None),) * axis
            part = concatenate([part[head + (slice(edge + 1),)], part[head + (slice(n - edge, n),)]], axis=axis)
    return part.get(), True


def _format(a, render):
    host, cut = _shown(a)
    if not cut:
        return render(host)
    # One element more than the edges stands for the gap; a threshold of 0 makes NumPy write the dots there.
    with numpy.printoptions(threshold=0):
        return render(host)


def _with_shape(text, a):
    """NumPy tells the shape of a summarised array; the host copy has another one."""
    cut = text.rfind(", shape=")
    if cut < 0:
        return text
    end = text.index(")", cut) + 1
    return f"{text[:cut]}, shape={a.shape}{text[end:]}"


def array_repr(a, max_line_width=None, precision=None, suppress_small=None):
    """Return the text that ``repr`` gives, as numpy.array_repr; waits for the device.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.array_repr(cp.arange(2))
    'array([0, 1])'
    """
    text = _format(a, lambda h: numpy.array_repr(h, max_line_width, precision, suppress_small))
    return _with_shape(text, a)


def array_str(a, max_line_width=None, precision=None, suppress_small=None):
    """Return the text that ``str`` gives, as numpy.array_str; waits for the device.

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
