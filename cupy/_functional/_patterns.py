"""Functions that one operator of the device computes, recognised by the launches of a first call.

What a launch reads is known by its address: an argument's, or that of the result of an earlier launch.
"""

import math

from cupy._core import _composite, ndarray
from cupy_backends.backend import _backend

_DIRECT = ("native", "reinterpret")


def find(launches, args, result):
    """Return f such that f(*args) is the result by one operator; None for any other function.

    Parameters
    ----------
    launches : list of Event
        All that the function did.
    args : sequence
        Arrays in C order, of one shape, and numbers.
    result : object
        What the function returned.
    """
    recognise = _RECOGNISED.get(tuple(event.name for event in launches))
    if recognise is None or not isinstance(result, ndarray) or not result.flags.c_contiguous:
        return None
    arrays = {x.data.ptr: k for k, x in enumerate(args) if isinstance(x, ndarray)}
    if any(args[k].shape != result.shape for k in arrays.values()):
        return None
    return recognise(launches, arrays, result) if _own_results(launches, arrays, result) else None


def _own_results(launches, arrays, result):
    """Return whether every launch works on the result's dtype and writes what is no argument, the last the result."""
    return (
        launches[-1].addresses[-1] == result.data.ptr
        and all(event.addresses[-1] not in arrays for event in launches)
        and all({*event.dtypes} == {result.dtype.name} for event in launches)
        and all(None not in event.addresses for event in launches)
    )


def _direct(op, operands, result):
    return _backend.route(op, (result.dtype.name,) * operands)["route"] in _DIRECT


def _multiply_add(launches, arrays, result):
    """a * b + c, with the sum either way round."""
    (first, second, product), (left, right, _) = (event.addresses for event in launches)
    addend = right if left == product else left
    if product not in (left, right) or not {first, second, addend} <= arrays.keys():
        return None
    if not all(event.flat and math.prod(event.shapes[-1]) == result.size for event in launches):
        return None
    if not _direct("addcmul", 4, result):
        return None
    places = arrays[first], arrays[second], arrays[addend]
    return lambda *args: _composite.multiply_add(*[args[k] for k in places])


def _softmax(launches, arrays, result):
    """exp(x - x.max(axis)) / its sum over the axis."""
    largest, shifted, powers, total, _ = launches
    source = largest.addresses[0]
    chain = [
        shifted.addresses[:2] == (source, largest.addresses[1]),
        powers.addresses[0] == shifted.addresses[2],
        total.addresses[0] == powers.addresses[1],
        launches[-1].addresses[:2] == (powers.addresses[1], total.addresses[1]),
    ]
    if source not in arrays or not all(chain):
        return None
    shape = _around_axis(largest)
    if shape is None or _around_axis(total) != shape:
        return None
    before, _, after = shape
    item = result.itemsize
    spread = _canonical(shape, (after * item, 0, item))  # how the largest ones and the sums are read
    whole = _canonical(shape, (shape[1] * after * item, after * item, item))
    for event in (shifted, launches[-1]):
        read = [_canonical(*operand) for operand in zip(event.shapes, event.strides)]
        if read != [whole, spread, whole]:
            return None
    axes = [
        k for k in range(result.ndim) if math.prod(result.shape[:k]) == before and result.shape[k] == shape[1]
    ]
    if not axes or not powers.flat or not _direct("softmax", 2, result):
        return None
    place = arrays[source]
    return lambda *args: _composite.softmax(args[place], axes[0])


def _around_axis(event):
    """Return the elements before, along and after the only axis that a reduction takes; None for other reductions."""
    shape, (axes,) = event.shapes[0], event.attributes
    if not event.flat or len(axes) != 1 or shape[axes[0]] < 2:
        return None
    (k,) = axes
    return math.prod(shape[:k]), shape[k], math.prod(shape[k + 1 :])


def _canonical(shape, strides):
    """Return axes as (extent, stride) with neighbours joined where they are one."""
    axes = []
    for extent, stride in zip(shape, strides):
        if extent == 1:
            continue
        if axes and axes[-1][1] == stride * extent:
            extent *= axes.pop()[0]
        axes.append((extent, stride))
    return axes


_RECOGNISED = {
    ("multiply", "add"): _multiply_add,
    ("max", "subtract", "exp", "sum", "divide"): _softmax,
}
