"""Strategies for keys of [] and for the views that one array makes of another."""

import numpy as np
from hypothesis import strategies as st

from .strategies import INTEGERS, Operand, broadcastable, operands, shapes


@st.composite
def shaped(draw, shape, **kwargs):
    """Operands whose shape is drawn from a strategy."""
    return draw(operands(draw(shape), **kwargs))


def slices(extent):
    """Slices of an axis: from both ends and beyond them, with steps of either sign."""
    bound = st.one_of(st.none(), st.integers(-extent - 2, extent + 2))
    return st.builds(slice, bound, bound, st.sampled_from((None, 1, 2, 3, -1, -2, -4)))


def integers(extent, wrong=True):
    """Python and NumPy integers that index an axis; seldom one that does not exist."""
    legal = st.integers(-extent, extent - 1) if extent else st.just(0)
    typed = st.tuples(legal, st.sampled_from(("i1", "i2", "i4", "i8"))).map(
        lambda v: np.dtype(v[1]).type(v[0])
    )
    choices = [legal, legal, typed]
    if wrong:
        choices.append(st.sampled_from((extent, -extent - 1, 2**40)))
    return st.one_of(choices)


@st.composite
def index_arrays(draw, extent, shape, wrong=False):
    """Arrays of integers of `shape` that index an axis of `extent`: on the device in any layout, or nested lists."""
    dtype = draw(st.sampled_from(INTEGERS))
    low = 0 if dtype[0] == "u" else -extent
    operand = draw(operands(shape, dtype, special=False))
    values = operand.base.astype("i8")
    values = np.asarray(values % (extent - low) + low if extent else np.zeros_like(values))
    if wrong and extent and values.size and draw(st.integers(0, 7)) == 7:
        values.flat[0] = extent
    operand = Operand(values.astype(dtype), operand.steps)
    return operand.host.tolist() if draw(st.integers(0, 3)) == 3 else operand


@st.composite
def keys(draw, shape, wrong=True, arrays=True):
    """Keys for an array of `shape`: integers, slices, None, Ellipsis, arrays and masks at any place."""
    used, items, rest = 0, [], list(shape)
    grid = draw(shapes(0, 2, 3, 9)) if arrays else ()
    dots = draw(st.booleans())
    while used < len(shape) and draw(st.integers(0, 4)):
        extent = rest[used]
        kind = draw(
            st.sampled_from(
                ("slice", "integer", "new", "array", "mask", "flag")
                if arrays
                else ("slice", "slice", "integer", "new")
            )
        )
        if kind == "new":
            if items.count(None) < 2:
                items.append(None)
            continue
        if kind == "flag":
            if any(type(i) is bool for i in items):
                continue
            items.append(draw(st.booleans()))
            continue
        if kind == "mask":
            rank = draw(st.integers(1, min(2, len(shape) - used)))
            extents = tuple(rest[used : used + rank])
            if 0 in extents:  # fits any axis in NumPy
                items.append(slice(None))
                used += 1
                continue
            if wrong and draw(st.integers(0, 9)) == 9:
                extents = (extents[0] + 1, *extents[1:])
            mask = draw(operands(extents, "?"))
            items.append(mask if draw(st.booleans()) or 0 in extents else mask.host.tolist())
            used += rank
            continue
        if kind == "slice":
            items.append(draw(slices(extent)))
        elif kind == "integer":
            items.append(draw(integers(extent, wrong)))
        else:
            items.append(draw(index_arrays(extent, draw(broadcastable(grid)), wrong)))
        used += 1
    if dots:
        items.insert(draw(st.integers(0, len(items))), Ellipsis)
    if len(items) == 1 and draw(st.booleans()):
        return items[0]
    return tuple(items)


def _axis(rank, start=0):
    return st.integers(-rank, rank - 1) if rank else st.nothing()


def _reshapes(size):
    """Factorisations of a size, with extents of 1 and one that is inferred."""
    parts = [(size,), (1, size), (size, 1, 1), (-1,)]
    parts += [(n, size // n) for n in (2, 3, 4, 6) if size and size % n == 0]
    parts += [(2, -1, 2)] if size and size % 4 == 0 else []
    return st.sampled_from(parts)


@st.composite
def view_steps(draw, shape):
    """One step that makes a view in NumPy: a function of (xp, array) that shows what it does."""
    rank = len(shape)
    size = int(np.prod(shape, dtype="i8"))
    axis = draw(_axis(rank)) if rank else 0
    choices = ["key", "T", "ellipsis", "atleast", "reshape", "ravel", "squeeze", "expand", "real", "view"]
    if rank:
        choices += ["flip", "swapaxes", "moveaxis", "split", "rollaxis", "items"]
    if rank > 1:
        choices += ["diagonal", "rot90", "mT", "transpose"]
    kind = draw(st.sampled_from(choices))
    order = draw(st.sampled_from("CFA"))
    other = draw(_axis(rank)) if rank else 0
    if kind == "key":
        key = draw(keys(shape, wrong=False, arrays=False))
        key = (*key, Ellipsis) if type(key) is tuple and Ellipsis not in key else key
        return (
            f"a[{key!r}]" if type(key) is tuple else f"a[{key!r}, ...]" if key is not Ellipsis else "a[...]"
        )
    return {
        "T": "a.T",
        "ellipsis": "a[...]",
        "mT": "a.mT",
        "atleast": draw(st.sampled_from(("xp.atleast_1d(a)", "xp.atleast_2d(a)", "xp.atleast_3d(a)"))),
        "reshape": f"a.reshape({draw(_reshapes(size))!r}, order={order!r})",
        "ravel": f"a.ravel({draw(st.sampled_from('CFAK'))!r})",
        "squeeze": "xp.squeeze(a)",
        "expand": f"xp.expand_dims(a, {draw(st.integers(-rank - 1, rank))})",
        "real": draw(st.sampled_from(("a.real", "xp.real(a)", "xp.real(a)[..., None]"))),
        "view": draw(st.sampled_from(("a.view()", "a.view('u1')", "a.view('i4')", "a.view('f8')"))),
        "flip": f"xp.flip(a, {axis})",
        "swapaxes": f"a.swapaxes({axis}, {other})",
        "moveaxis": f"xp.moveaxis(a, {axis}, {other})",
        "rollaxis": f"xp.rollaxis(a, {axis}, {abs(other)})",
        "split": f"xp.array_split(a, 2, axis={axis})[{draw(st.sampled_from((0, 1)))}]",
        "items": "xp.unstack(a[..., None], axis=-1)[0]",
        "diagonal": f"a.diagonal({draw(st.integers(-2, 2))}, 0, 1)",
        "rot90": f"xp.rot90(a, {draw(st.integers(-1, 3))})",
        "transpose": f"a.transpose({draw(st.permutations(range(rank)))!r})",
    }[kind]
