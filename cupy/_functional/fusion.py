"""``fuse``: element-wise functions computed piece by piece, so that what lies between their steps stays in a cache."""

import functools
import inspect
import itertools
import math

from cupy import _core
from cupy._core import _observe, ndarray
from cupy._functional._patterns import find
from cupy_backends.backend import _backend
from cupy_backends.backend.rows import rows

__all__ = ["fuse"]

_PIECE = 1 << 17  # bytes of the widest operand at a time
_LONG = 4 * _PIECE  # below, calling a function for a piece costs more than the cache gains
_KNOWN = 64  # signatures that are remembered
_MOVES = ("copy", "fill")


def fuse(*args, **kwargs):
    """Decorate an element-wise function, so that its steps need not go through the memory one by one.

    Parameters
    ----------
    function : callable
        Takes arrays of one shape and numbers, and returns an array of that shape or a tuple of them. What it returns
        may depend on its arguments only.
    kernel_name : str, optional
        The ``__name__`` of the result.

    Returns
    -------
    out : callable
        The same function. Without a function, as in ``@fuse(kernel_name='name')``, a decorator.

    Notes
    -----
    The first call with dtypes, a shape and numbers runs as written and is watched; if it turns out to do
    element-wise operations only and to wait for nothing, later calls of the kind compute long arrays in pieces.
    That pays where the device's memory is that of the processor, on the simulator; on a device of its own, and for
    anything else that the function does, such as a reduction, it runs as written.

    What the device has one operator for is launched as that: ``a * b + c`` of arrays of one shape and dtype, and
    softmax, ``e / e.sum(axis, keepdims=True)`` of ``e = exp(x - x.max(axis, keepdims=True))``. float16 is then
    rounded once.

    Differences from CuPy: nothing is compiled, and any function is accepted.

    Examples
    --------
    >>> import cupy as cp
    >>> @cp.fuse
    ... def squared_difference(x, y):
    ...     return (x - y) * (x - y)
    >>> squared_difference(cp.arange(3), 1)
    array([1, 0, 1])
    """
    name = kwargs.pop("kernel_name", None)
    if kwargs:
        raise TypeError(f"fuse() got an unexpected keyword argument {next(iter(kwargs))!r}")
    if not args:
        return functools.partial(fuse, kernel_name=name)
    if len(args) != 1 or not callable(args[0]):
        raise TypeError("fuse() takes one function")
    return _fused(args[0], name)


def _fused(function, name):
    known = {}  # how calls of a signature are computed: a function of theirs, in pieces (True), or as written (False)

    @functools.wraps(function)
    def fused(*args, **kwargs):
        for x in args:
            if type(x) is ndarray and (x.nbytes >= _LONG or not _backend.is_simulator()):
                return _called(function, known, args, kwargs)
        return function(*args, **kwargs)

    fused._known = known
    if name is not None:
        fused.__name__ = name
    return fused


def _called(function, known, args, kwargs):
    """Return function(*args, **kwargs), computed in another way if that is known to give the same."""
    if kwargs or not _alike(args):
        return function(*args, **kwargs)
    key = _signature(args)
    way = known.get(key)
    if way is None:
        result, way = _watched(function, args)
        if len(known) >= _KNOWN:
            known.clear()
        known[key] = way
        return result
    if callable(way):
        return way(*args)
    pieces = way and not _observe.observed()  # who looks sees what a device would do
    if pieces and (step := _rows_at_a_time(args)):
        try:
            return _in_pieces(function, args, step)
        except _NotInPieces:
            known[key] = False
    return function(*args)


def _alike(args):
    """Return whether the arguments are numbers and arrays in C order of one shape, not empty."""
    shapes = {x.shape if x.flags.c_contiguous else None for x in args if isinstance(x, ndarray)}
    numbers = all(isinstance(x, (ndarray, int, float, complex)) for x in args)
    return numbers and len(shapes) == 1 and None not in shapes and 0 not in next(iter(shapes))


def _signature(args):
    """Return what calls have in common that are computed alike; which arrays are the same one is part of it."""
    places = {}
    return tuple(
        [
            (x.dtype, x.shape, places.setdefault(x.data.ptr, k)) if isinstance(x, ndarray) else (type(x), x)
            for k, x in enumerate(args)
        ]
    )


def _rows_at_a_time(args):
    """Return how many rows make a piece; 0 if pieces are not worth while or could change the result."""
    arrays = [x for x in args if isinstance(x, ndarray)]
    if arrays[0].ndim == 0 or not _backend.is_simulator():
        return 0
    for i, x in enumerate(arrays):
        # A piece that is written must not be read by a later one.
        if any(x is not y and _core.may_share_memory(x, y) for y in arrays[:i]):
            return 0
    return _PIECE * len(arrays[0]) // max(x.nbytes for x in arrays)


def _watched(function, args):
    """Call the function as written; return its result and how further calls may be computed."""
    events = []
    sink = events.append
    _observe.start(sink)
    try:
        result = function(*args)
    finally:
        _observe.stop(sink)
    results = result if isinstance(result, tuple) else (result,)
    arrays = [x for x in args if isinstance(x, ndarray)]
    table = rows()
    launches = [event for event in events if event.kind == "launch"]
    if _waits(events) or any(event.kind == "copy" for event in events):
        return result, False
    if found := find(launches, args, result):
        return found(*args), found  # as all further calls, to the last bit
    sizes = {math.prod(shape) for e in events for shape in e.shapes if shape is not None}
    fits = (
        all(isinstance(x, ndarray) and x.shape == arrays[0].shape for x in results)
        and not any(_core.may_share_memory(x, y) for x in results for y in arrays)
        # A view with other strides or of a part would take elements of other pieces.
        and all(e.flat and (table[e.name].elementwise or e.name in _MOVES) for e in launches)
        and sizes == {arrays[0].size}
        and not _sees_arrays(function)
    )
    return result, bool(results) and fits


def _waits(events):
    """Return whether a function waited, other than for memory that the pool gave back."""
    return any(
        event.waits and not (event.kind == "wait" and following is not None and following.kind == "free")
        for event, following in itertools.zip_longest(events, events[1:])
    )


def _sees_arrays(function):
    """Return whether a function uses arrays of more than one element that are no arguments of it."""
    try:
        seen = inspect.getclosurevars(function)
    except (TypeError, ValueError):  # not written in Python
        return True
    return any(
        isinstance(x, ndarray) and x.size > 1 for x in (*seen.nonlocals.values(), *seen.globals.values())
    )


class _NotInPieces(Exception):
    """The first piece failed, or its result has another shape: something in the function is not element-wise."""


def _in_pieces(function, args, step):
    arrays = [x for x in args if isinstance(x, ndarray)]
    length = len(arrays[0])
    outputs = None
    start = 0
    while start < length:
        # The simulator repeats what the first piece does for all others, if it can; a short one then shows it.
        batched = start == 0 and _backend.begin_batch()
        end = start + (max(1, step // 16) if batched else step)
        piece, moving, total = slice(start, end), (), 0
        parts = [x[piece] if isinstance(x, ndarray) else x for x in args]
        try:
            result = function(*parts)
            results = result if isinstance(result, tuple) else (result,)
            if outputs is None:
                shape = next(x.shape for x in parts if isinstance(x, ndarray))
                if any(x.shape != shape for x in results):
                    raise _NotInPieces
                outputs = [_core.empty((length, *x.shape[1:]), x.dtype) for x in results]
            for output, part in zip(outputs, results, strict=True):
                output[piece] = part
            moving, total = [x.data.ptr for x in (*arrays, *outputs)], arrays[0].size
        except ValueError:
            if start:
                raise
            raise _NotInPieces from None
        finally:
            if batched and _backend.end_batch(moving, total):
                end = length
        start = end
    return tuple(outputs) if isinstance(result, tuple) else outputs[0]
