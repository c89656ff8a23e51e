"""Cases of rows that move, reduce, scan, index, sort and create."""

import numpy as np

from cupy_backends.backend.conformance import random_stream
from cupy_backends.backend.conformance.cases import Case, covers
from cupy_backends.backend.conformance.values import (
    ALL,
    COMPLEX,
    INTEGERS,
    LAYOUTS,
    NUMERIC,
    REALS,
    dtype_of,
    generator,
    lay,
    room,
    special,
    tame,
)

NARROW = ("float16", "bfloat16")


def _wide(array):
    """Return ``array`` in a type wide enough that NumPy's own rounding does not show."""
    if array.dtype.kind == "c":
        return array.astype(np.complex128)
    return array.astype(np.float64) if array.dtype.kind == "f" or array.dtype.name == "bfloat16" else array


def _sample(name, shape, rng, make=special):
    values = make(name, int(np.prod(shape, dtype=np.int64)), rng)
    return (rng.permutation(values) if values.size > 1 else values).reshape(shape)


def _castable(source, target, size, rng):
    """Return values of ``source`` whose conversion to ``target`` C defines."""
    values = special(source, size, rng)
    if target not in INTEGERS or source in INTEGERS or source == "bool":
        return values
    low = 0 if target[0] == "u" else -100
    return rng.uniform(low, 100, size).astype(dtype_of(source))


@covers("copy")
def copy(row):
    for source in ALL:
        for target in ALL:
            rng = generator("copy", source, target)
            shapes = {layout: (3, 4, 5) for layout in LAYOUTS}
            shapes |= {
                "broadcast": (3, 40),
                "rank 9": (1, 2, 1, 2, 3, 1, 2, 1, 2),
                "0-d": (),
                "empty": (0, 3),
            }
            for k, (name, shape) in enumerate(shapes.items()):
                values = _castable(source, target, int(np.prod(shape)), rng).reshape(shape)
                array = lay(values, name if name in (*LAYOUTS, "broadcast") else "contiguous")
                plain = array.real if array.dtype.kind == "c" and dtype_of(target).kind not in "cb" else array
                with np.errstate(all="ignore"):
                    expected = plain.astype(dtype_of(target))
                layouts = list(LAYOUTS) if len(shape) else ["contiguous"]
                out = room(shape, target, layouts[(k + 2) % len(layouts)])
                yield Case("copy", (source, target), name, [array], [out], [expected])


@covers("fill")
def fill(row):
    for name in ALL:
        for layout in LAYOUTS:
            value = special(name, 5, generator("fill", name))[-1]
            yield Case(
                "fill", (name, name), layout, [value], [room((3, 7), name, layout)], [np.full((3, 7), value)]
            )


@covers("concatenate")
def concatenate(row):
    for name in ALL:
        rng = generator("concatenate", name)
        for layout in LAYOUTS:
            parts = [lay(_sample(name, (2, n, 3), rng), layout) for n in (3, 0, 1, 4)]
            out = room((2, 8, 3), name, layout)
            yield Case("concatenate", (name,), layout, parts, [out], [np.concatenate(parts, 1)], (1,))
        one = [_sample(name, (5,), rng)]
        yield Case("concatenate", (name,), "one operand", one, [room(5, name)], one, (0,))


@covers("tril", "triu")
def triangle(row):
    for name in ALL:
        rng = generator(row.name, name)
        for layout, shape, k in zip(
            LAYOUTS, [(4, 6), (2, 5, 3), (4, 4), (0, 3), (1, 7)], [0, 1, -2, 0, 3], strict=True
        ):
            array = lay(_sample(name, shape, rng), layout)
            yield Case(
                row.name,
                (name, name),
                layout,
                [array],
                [room(shape, name)],
                [getattr(np, row.numpy)(array, k)],
                (k,),
            )


_REDUCED = [((3, 4, 5), (1,)), ((3, 4, 5), (0, 2)), ((3, 4, 5), (0, 1, 2)), ((7,), (0,)), ((2, 3), ())]
_HIGH = ((1, 2, 1, 2, 3, 1, 2, 1, 2), (1, 4, 8))


def _sum_pairs():
    for name in ALL:
        wide = "int64" if name == "bool" or name[0] == "i" else "uint64" if name[0] == "u" else name
        yield name, wide
        if name != wide or name in ("int64", "uint64"):
            yield name, "float64"
    yield from ((name, name) for name in INTEGERS[:-1] if name not in ("int64", "uint64"))
    yield from (("float16", "float32"), ("float32", "float64"), ("complex64", "complex128"))


def _reduction_pairs(op):
    if op in ("sum", "prod"):
        return _sum_pairs()
    if op == "mean":
        return ((name, name) for name in (*REALS, *COMPLEX))
    target = {"any": "bool", "all": "bool", "count_nonzero": "int64"}.get(op)
    return ((name, target or name) for name in ALL)


def _reduced(row, array, axes, target):
    """Return NumPy's answer in ``target`` and the bound's ``(terms, magnitude)``."""
    wide, dtype = _wide(array), dtype_of(target)
    with np.errstate(all="ignore"):
        if row.ulp != "rel":
            function = {"max": np.maximum.reduce, "min": np.minimum.reduce}.get(row.name)
            if function is None:
                return np.asarray(getattr(np, row.numpy)(array.astype(bool), axis=axes)).astype(dtype), None
            return np.asarray(function(array, axis=axes)), None
        kind = wide.dtype if wide.dtype.kind in "fc" else dtype
        ufunc = np.multiply if row.name == "prod" else np.add
        result, size = (
            ufunc.reduce(wide, axis=axes, dtype=kind),
            ufunc.reduce(np.abs(wide), axis=axes, dtype=np.float64),
        )
        terms = array.size // max(np.size(result), 1)
        if row.name == "mean":
            result, size = result / terms, size / terms
        return np.asarray(result).astype(dtype), (terms, size)


@covers("sum", "prod", "max", "min", "any", "all", "count_nonzero", "mean")
def reduction(row):
    for source, target in _reduction_pairs(row.name):
        rng = generator(row.name, source, target)
        make = special if row.ulp != "rel" or source in ("bool", *INTEGERS) and target in INTEGERS else tame
        tries = [(layout, *_REDUCED[k]) for k, layout in enumerate(LAYOUTS)]
        tries += [("broadcast", (3, 20), (1,)), ("rank 9", *_HIGH), ("empty kept axis", (0, 3), (1,))]
        if row.name in ("sum", "prod", "any", "all", "count_nonzero"):
            tries.append(("empty", (3, 0), (1,)))
        if row.name in ("max", "min", "sum"):
            tries.append(("long", (3, 500), (1,)))
        for layout, shape, axes in tries:
            values = _sample(source, shape, rng, make)
            if row.name in ("max", "min") and source not in ("bool", *INTEGERS):
                values[values == 0] = 0  # which of two zeros is larger is not defined
                if layout in ("transposed", "long"):
                    values[np.isnan(values)] = 1
            array = lay(values, layout if layout in (*LAYOUTS, "broadcast") else "contiguous")
            expected, bound = _reduced(row, array, axes, target)
            out = room(expected.shape, target, "strided" if expected.ndim else "contiguous")
            yield Case(row.name, (source, target), layout, [array], [out], [expected], (axes,), [bound])


@covers("argmax", "argmin")
def arg_reduction(row):
    for name in ALL:
        rng = generator(row.name, name)
        for layout, axis in zip((*LAYOUTS, "broadcast"), (0, 1, 2, 1, 2, 0), strict=True):
            array = lay(_sample(name, (3, 4, 5), rng), layout)
            if name == "bfloat16":
                expected = getattr(np, row.numpy)(array.astype(np.float32), axis)
            else:
                expected = getattr(np, row.numpy)(array, axis)
            yield Case(
                row.name,
                (name, "int64"),
                layout,
                [array],
                [room(expected.shape, "int64")],
                [expected],
                (axis,),
            )
        array = _sample(name, (300,), rng, tame)
        expected = np.asarray(getattr(np, row.numpy)(_wide(array), 0))
        yield Case(row.name, (name, "int64"), "long", [array], [room((), "int64")], [expected], (0,))


@covers("cumsum", "cumprod", "cummax", "cummin")
def scan(row):
    exact = row.ulp != "rel"
    ufunc = {"cumsum": np.add, "cumprod": np.multiply, "cummax": np.maximum, "cummin": np.minimum}[row.name]
    for name in ALL if exact else NUMERIC:
        rng = generator(row.name, name)
        for layout, axis in zip((*LAYOUTS, "broadcast"), (0, 1, 2, 1, 2, 0), strict=True):
            values = _sample(name, (3, 4, 5), rng, special if exact or name in INTEGERS else tame)
            if exact and name not in ("bool", *INTEGERS):
                values[values == 0] = 0
            array = lay(values, layout)
            with np.errstate(all="ignore"):
                if exact:
                    expected, bounds = ufunc.accumulate(array, axis), [None]
                else:
                    wide = _wide(array)
                    expected = ufunc.accumulate(wide, axis, dtype=wide.dtype).astype(array.dtype)
                    bounds = [(array.shape[axis], ufunc.accumulate(np.abs(wide), axis, dtype=np.float64))]
            out = room(array.shape, name, "strided")
            yield Case(row.name, (name, name), layout, [array], [out], [expected], (axis,), bounds)


@covers("softmax")
def softmax(row):
    for name in REALS:
        rng = generator(row.name, name)
        for layout, axis in zip((*LAYOUTS, "broadcast"), (0, 1, 2, 1, 2, 0), strict=True):
            array = lay(_sample(name, (3, 4, 5), rng, tame), layout)
            wide = _wide(array).astype(np.float64)
            powers = np.exp(wide - wide.max(axis, keepdims=True))
            expected = powers / powers.sum(axis, keepdims=True)
            out = room(array.shape, name, "strided")
            bounds = [(array.shape[axis], expected * (1 + np.ptp(wide)))]
            yield Case(
                row.name,
                (name, name),
                layout,
                [array],
                [out],
                [expected.astype(array.dtype)],
                (axis,),
                bounds,
            )


def _indices(n, shape, rng):
    return rng.integers(0, n, shape)


@covers("index_limits")
def index_limits(row):
    rng = generator(row.name)
    for layout in (*LAYOUTS, "broadcast"):
        index = lay(rng.integers(-(10**12), 10**12, (3, 4, 5)), layout)
        expected = [index.min(), index.max()]
        rooms = [room((), "int64") for _ in expected]
        yield Case(row.name, ("int64",) * 3, layout, [index], rooms, [np.asarray(x) for x in expected])


@covers("take")
def take(row):
    for name in ALL:
        rng = generator("take", name)
        for layout, axis, shape in zip(
            LAYOUTS, (0, 1, 2, 1, 0), ((4,), (2, 3), (), (0,), (2, 1, 3)), strict=True
        ):
            array = lay(_sample(name, (3, 4, 5), rng), layout)
            index = lay(_indices(array.shape[axis], shape, rng), layout if shape else "contiguous")
            expected = np.take(array, index, axis)
            out = room(expected.shape, name)
            yield Case("take", (name, "int64", name), layout, [array, index], [out], [expected], (axis,))


@covers("take_along_axis")
def take_along_axis(row):
    for name in ALL:
        rng = generator("take_along_axis", name)
        for layout, axis in zip(LAYOUTS, (0, 1, 2, 1, 0), strict=True):
            array = lay(_sample(name, (3, 4, 5), rng), layout)
            shape = [7 if k == axis else n for k, n in enumerate(array.shape)]
            index = lay(_indices(array.shape[axis], shape, rng), layout)
            expected = np.take_along_axis(array, index, axis)
            out = room(shape, name, layout)
            yield Case(
                "take_along_axis", (name, "int64", name), layout, [array, index], [out], [expected], (axis,)
            )


_UPDATES = (None, np.add, np.multiply, np.maximum, np.minimum)


def _update_modes(name):
    return range(1) if name == "bool" else range(3) if name in COMPLEX else range(5)


def _updated(start, index, values, mode):
    out = start.copy()
    if mode == 0:
        out[index] = values
    else:
        with np.errstate(all="ignore"):
            _UPDATES[mode].at(out, index, values)
    return out


@covers("put_along_axis")
def put_along_axis(row):
    for name in ALL:
        rng = generator("put_along_axis", name)
        for mode in _update_modes(name):
            for layout, axis in zip(LAYOUTS, (0, 1, 2, 1, 0), strict=True):
                start = lay(_sample(name, (3, 4, 5), rng, tame), layout)
                n = start.shape[axis]
                # Repeated places only where the order of the updates cannot show.
                repeat = name in INTEGERS or mode in (3, 4)
                shape = [2 if k == axis else m for k, m in enumerate(start.shape)]
                index = (
                    _indices(n, shape, rng)
                    if repeat and mode
                    else rng.permuted(
                        np.broadcast_to(
                            np.arange(n).reshape([-1 if k == axis else 1 for k in range(3)]), start.shape
                        ),
                        axis=axis,
                    ).take(range(2), axis)
                )
                values = _sample(name, shape, rng, tame)
                grid = list(np.ogrid[tuple(map(slice, shape))])
                grid[axis] = index
                expected = _updated(start, tuple(grid), values, mode)
                yield Case(
                    "put_along_axis",
                    ("int64", name, name),
                    layout,
                    [index, values],
                    [start],
                    [expected],
                    (axis, mode),
                )


@covers("getitem_advanced")
def getitem_advanced(row):
    for name in ALL:
        rng = generator("getitem_advanced", name)
        for layout, k, shape in zip(LAYOUTS, (1, 2, 3, 2, 1), ((4,), (2, 3), (), (0,), (2, 2)), strict=True):
            array = lay(_sample(name, (3, 4, 5), rng), layout)
            index = [
                lay(_indices(array.shape[axis], shape, rng), layout if shape else "contiguous")
                for axis in range(k)
            ]
            expected = np.asarray(array[tuple(index)])
            out = room(expected.shape, name, layout if expected.ndim else "contiguous")
            yield Case("getitem_advanced", (name, "int64"), layout, [array, *index], [out], [expected])


@covers("setitem_advanced")
def setitem_advanced(row):
    for name in ALL:
        rng = generator("setitem_advanced", name)
        for mode in _update_modes(name):
            for layout, k in zip(LAYOUTS, (1, 2, 3, 2, 1), strict=True):
                start = lay(_sample(name, (3, 4, 5), rng, tame), layout)
                repeat = mode and (name in INTEGERS or mode in (3, 4))
                places = (
                    rng.integers(0, np.prod(start.shape[:k]), 6)
                    if repeat
                    else rng.permutation(int(np.prod(start.shape[:k])))[:3]
                )
                index = [
                    part - (n if axis == 0 else 0)  # negative on one axis
                    for axis, (part, n) in enumerate(
                        zip(np.unravel_index(places, start.shape[:k]), start.shape[:k], strict=True)
                    )
                ]
                values = _sample(name, (len(places), *start.shape[k:]), rng, tame)
                if layout == "negative":
                    values = np.broadcast_to(values[:1].copy(), values.shape)
                expected = _updated(start, tuple(index), values, mode)
                yield Case(
                    "setitem_advanced",
                    (name, "int64"),
                    layout,
                    [values, *index],
                    [start],
                    [expected],
                    (mode,),
                )


@covers("nonzero")
def nonzero(row):
    for name in ALL:
        rng = generator("nonzero", name)
        for layout, shape in zip(
            (*LAYOUTS, "broadcast"), ((30,), (3, 4), (2, 3, 4), (4, 0), (5, 5), (3, 4)), strict=True
        ):
            values = _sample(name, shape, rng)
            values[rng.random(shape) < 0.4] = 0
            array = lay(values, layout)
            out = room((array.size, array.ndim), "int64")
            yield Case("nonzero", (name, "int64"), layout, [array], [out], [np.argwhere(array)])


@covers("masked_select", "masked_scatter")
def masked(row):
    for name in ALL:
        rng = generator(row.name, name)
        for layout, shape in zip(
            (*LAYOUTS, "broadcast"), ((30,), (3, 4), (2, 3, 4), (4, 0), (5, 5), (3, 4)), strict=True
        ):
            array = lay(_sample(name, shape, rng), layout)
            mask = lay(rng.random(shape) < 0.5, layout)
            if row.name == "masked_select":
                yield Case(
                    row.name,
                    (name, "bool", name),
                    layout,
                    [array, mask],
                    [room(array.size, name)],
                    [array[mask]],
                )
            elif layout != "broadcast":
                values = _sample(name, (array.size + 2,), rng)
                expected = array.copy()
                expected[mask] = values[: np.count_nonzero(mask)]
                yield Case(row.name, ("bool", name, name), layout, [mask, values], [array], [expected])


@covers("searchsorted")
def searchsorted(row):
    for name in (*INTEGERS, *REALS):
        rng = generator("searchsorted", name)
        for layout in LAYOUTS:
            for right in (0, 1):
                array = np.sort(_wide(_sample(name, (20,), rng)))
                values = _sample(name, (3, 7), rng)
                expected = np.searchsorted(array, _wide(values), "right" if right else "left")
                operands = [lay(array.astype(dtype_of(name)), layout), lay(values, layout)]
                yield Case(
                    "searchsorted",
                    (name, name, "int64"),
                    layout,
                    operands,
                    [room((3, 7), "int64")],
                    [expected],
                    (right,),
                )


@covers("bincount")
def bincount(row):
    rng = generator("bincount")
    for layout in LAYOUTS:
        x = lay(rng.integers(0, 9, 40), layout)
        yield Case("bincount", ("int64",), layout, [x], [room(12, "int64")], [np.bincount(x, minlength=12)])
        weights = lay(np.round(rng.standard_normal(40), 1) * 0.5, layout)
        yield Case(
            "bincount",
            ("int64", "float64"),
            layout,
            [x, weights],
            [room(12, "float64")],
            [np.bincount(x, weights, 12)],
        )
    yield Case(
        "bincount", ("int64",), "empty", [np.empty(0, np.int64)], [room(3, "int64")], [np.zeros(3, np.int64)]
    )


@covers("sort", "argsort")
def sorting(row):
    for name in ALL:
        rng = generator(row.name, name)
        for layout, shape in zip(
            (*LAYOUTS, "empty"), ((40,), (3, 17), (2, 3, 9), (5, 1), (2, 200), (3, 0)), strict=True
        ):
            for stable in (0, 1):
                values = _sample(name, shape, rng)
                values[values == 0] = 0
                array = lay(values, layout if layout != "empty" else "contiguous")
                ordered = np.sort(_wide(array), axis=-1).astype(array.dtype)
                target = name if row.name == "sort" else "int64"
                case = Case(
                    row.name,
                    (name, target),
                    layout,
                    [array],
                    [room(shape, target, "strided")],
                    [ordered],
                    (stable,),
                )
                if row.name == "argsort":
                    case.expected = [np.argsort(_wide(array), axis=-1, kind="stable")]
                    if not stable:
                        case.verify = _any_order(array, ordered)
                yield case


def _any_order(array, ordered):
    """An unstable argsort may return any order of equal elements, but only a permutation."""

    def verify(outputs):
        (order,) = outputs
        yield (
            "permutation",
            np.sort(order, axis=-1),
            np.broadcast_to(np.arange(array.shape[-1]), array.shape),
            None,
        )
        yield (
            "order",
            np.take_along_axis(array, np.clip(order, 0, max(array.shape[-1] - 1, 0)), -1),
            ordered,
            None,
        )

    return verify


@covers("arange")
def arange(row):
    for name in (*INTEGERS, *REALS):
        dtype = dtype_of(name)
        narrow = name in NARROW
        for layout, n, start, step in zip(
            LAYOUTS, (10, 0, 1, 37, 5), (0, 3, -2, 0.5, 7), (1, 1, 3, 0.1, -2), strict=True
        ):
            if name in INTEGERS:
                istart, istep = int(start), int(step) or 1
                expected = (np.arange(n) * istep + istart).astype(dtype)
                attrs = (float(istart), float(istep), istart, istep)
            else:
                real = np.float32 if narrow else dtype.type
                expected = (np.arange(n).astype(real) * real(step) + real(start)).astype(dtype)
                attrs = (start, step, int(start), int(step))
            yield Case("arange", (name,), layout, [], [room(n, name, layout)], [expected], attrs)


_SEEDS = ((0, 0), (12345678901234567890, 7), (42, 2**40 + 3))


@covers("random_uniform", "random_normal")
def random_real(row):
    draw = {"random_uniform": random_stream.uniform, "random_normal": random_stream.normal}[row.name]
    for name in ("float32", "float64"):
        for (seed, offset), layout, shape in zip(_SEEDS, LAYOUTS, ((7, 5), (301,), (2, 3, 3)), strict=False):
            expected = np.empty(shape, name)
            draw(expected, seed, offset)
            yield Case(row.name, (name,), layout, [], [room(shape, name, layout)], [expected], (seed, offset))


@covers("random_integers")
def random_integers(row):
    for name in INTEGERS:
        info = np.iinfo(name)
        extent = (info.max - info.min + 1) % 2**64
        for (seed, offset), layout, low, width in zip(
            _SEEDS, LAYOUTS, (0, info.min, 3), (10, extent, 100), strict=False
        ):
            expected = np.empty((5, 9), name)
            random_stream.integers(expected, seed, offset, low, width)
            attrs = (seed, offset, low, width)
            yield Case(
                "random_integers", (name,), layout, [], [room((5, 9), name, layout)], [expected], attrs
            )


@covers("random_permutation")
def random_permutation(row):
    for (seed, offset), n in zip(_SEEDS, (1, 100, 1000), strict=True):
        expected = np.empty(n, np.int64)
        random_stream.permutation(expected, seed, offset)
        yield Case(
            "random_permutation", ("int64",), "contiguous", [], [room(n, "int64")], [expected], (seed, offset)
        )
