"""Hypothesis strategies for arrays as users make them: every dtype, rank, memory layout and special value.

A drawn array is an `Operand`: a host base in C order and the steps that make a view of it. `compare.Side` makes the
same view of a base of NumPy or of cupy, so that strides, overlaps and what lies around a view are the same on each.
"""

import math
import os
from dataclasses import dataclass

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

BOOL = ("?",)
SIGNED = ("i1", "i2", "i4", "i8")
UNSIGNED = ("u1", "u2", "u4", "u8")
INTEGERS = SIGNED + UNSIGNED
FLOATS = ("f2", "f4", "f8")
COMPLEX = ("c8", "c16")
REAL = BOOL + INTEGERS + FLOATS
NUMERIC = REAL + COMPLEX


def examples(count):
    """Settings of a test: `count` reproducible examples, or CUPY_TEST_EXAMPLES of them at random."""
    wanted = int(os.environ.get("CUPY_TEST_EXAMPLES", 0))
    return settings(
        max_examples=wanted or count,
        derandomize=not wanted,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )


@dataclass(frozen=True, eq=False)
class Operand:
    """A view of a host array: `steps` are pairs of a kind (index, transpose, broadcast) and its argument."""

    base: np.ndarray
    steps: tuple = ()

    def view(self, xp, base):
        """Make the view of `base`, this operand's own or a copy of it on the device."""
        for kind, argument in self.steps:
            if kind == "index":
                base = base[argument]
            elif kind == "transpose":
                base = base.transpose(argument)
            else:
                base = xp.broadcast_to(base, argument)
        return base

    @property
    def host(self):
        return self.view(np, self.base)

    @property
    def shape(self):
        return self.host.shape

    @property
    def dtype(self):
        return self.base.dtype

    def __repr__(self):
        text = f"np.array({self.base.tolist()!r}, {self.dtype.str[1:]!r})"
        if 0 in self.base.shape:
            text = f"np.empty({self.base.shape}, {self.dtype.str[1:]!r})"
        for kind, argument in self.steps:
            text += f"[{argument!r}]" if kind == "index" else f".{kind}({argument!r})"
        return text


# Elements


def _floats(dtype):
    info = np.finfo(dtype)
    special = (0.0, -0.0, np.nan, np.inf, -np.inf, 1.0, -1.0, 0.5, 2.0, 3.0, -2.5, 1e-3, 7.0)
    extreme = (
        info.max,
        info.min,
        info.tiny,
        -info.tiny,
        info.smallest_subnormal,
        -info.smallest_subnormal,
        info.eps,
    )
    ordinary = st.floats(width=8 * np.dtype(dtype).itemsize, min_value=-100, max_value=100)
    return st.one_of(
        st.sampled_from([dtype.type(x) for x in special]),
        ordinary.map(dtype.type),
        st.sampled_from([dtype.type(x) for x in extreme]),
    )


def elements(dtype, special=True):
    """Values of `dtype`: small ones, and if `special` its extremes, NaN, infinities, signed zeros, subnormals."""
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return st.booleans()
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        small = st.integers(max(info.min, -9), 9)
        if not special:
            return small
        edges = [info.min, info.max, info.max // 2, info.min // 2, 8 * dtype.itemsize, 8 * dtype.itemsize - 1]
        return st.one_of(small, st.sampled_from(edges), st.integers(int(info.min), int(info.max)))
    if dtype.kind == "f":
        if not special:
            return st.integers(-32, 32).map(lambda n: dtype.type(n / 4))
        return _floats(dtype)
    part = elements(np.zeros((), dtype).real.dtype, special)
    return st.builds(lambda re, im: _complex(dtype, re, im), part, part)


def _complex(dtype, re, im):
    out = np.zeros((), dtype)
    out.real, out.imag = re, im
    return out[()]


def scalars(special=True):
    """Scalars that may stand beside an array: Python's and NumPy's, booleans, integers and floats."""
    numbers = st.one_of(
        st.booleans(),
        st.integers(-9, 300) if special else st.integers(-9, 9),
        elements("f8", special).map(float),
        st.sampled_from([1j, 2 - 0.5j, 0j]),
    )
    if special:
        numbers = st.one_of(
            numbers, st.sampled_from([2**31, 2**63 - 1, 2**63, -(2**63), 2**64 - 1, 2**70, -129])
        )
    typed = st.sampled_from(NUMERIC).flatmap(
        lambda d: elements(d, special).map(lambda x: np.asarray(x).astype(d)[()])
    )
    return st.one_of(numbers, typed)


def values(dtype, shape, special=True):
    """Host arrays of `shape`, filled by repeating a few drawn elements, so that failures shrink well."""
    dtype = np.dtype(dtype)
    count = max(1, min(math.prod(shape), 13))

    def fill(drawn):
        out = np.array(drawn, dtype)
        return np.resize(out, shape)

    return st.lists(elements(dtype, special), min_size=1, max_size=count).map(fill)


# Shapes and layouts


def shapes(min_rank=0, max_rank=5, max_extent=4, max_size=400):
    """Shapes with extents from 0; small ones first."""
    extents = st.one_of(st.integers(1, max_extent), st.sampled_from([0, 1, 2]))
    return (
        st.lists(extents, min_size=min_rank, max_size=max_rank)
        .map(tuple)
        .filter(lambda s: math.prod(s) <= max_size)
    )


def broadcastable(shape):
    """Shapes that broadcast to `shape`: leading axes dropped, extents 1."""
    return st.tuples(
        st.integers(0, len(shape)), st.lists(st.booleans(), min_size=len(shape), max_size=len(shape))
    ).map(lambda drawn: tuple(1 if one else n for n, one in zip(shape, drawn[1]))[drawn[0] :])


@st.composite
def _steps(draw, shape, repeated=True):
    """Return the shape of a base and the steps from it to a view of `shape`."""
    rank = len(shape)
    order = draw(
        st.one_of(
            st.just(tuple(range(rank))), st.just(tuple(range(rank))[::-1]), st.permutations(range(rank))
        )
    )
    base, key, stretched = [], [], False
    for axis in order:
        n = shape[axis]
        kind = draw(
            st.sampled_from(("whole", "whole", "part", "repeat") if repeated else ("whole", "whole", "part"))
        )
        if kind == "whole":
            base.append(n)
            key.append(slice(None))
        elif kind == "repeat":
            base.append(1)
            key.append(slice(None))
            stretched = stretched or n != 1
        else:
            step, lead, tail = (
                draw(st.sampled_from((1, -1, 2, -2, 3))),
                draw(st.integers(0, 2)),
                draw(st.integers(0, 2)),
            )
            extent = max(n - 1, 0) * abs(step) + min(n, 1)
            base.append(lead + extent + tail)
            start, stop = (lead, lead + extent) if step > 0 else (lead + extent - 1, lead - 1)
            key.append(slice(start, None if stop < 0 else stop, step) if n else slice(lead, lead))
    if draw(st.integers(0, 5)) == 5:  # an axis that is indexed away leaves an offset
        place, extent = draw(st.integers(0, rank)), draw(st.integers(1, 3))
        base.insert(place, extent)
        key.insert(place, draw(st.integers(0, extent - 1)))
    steps = []
    if any(k != slice(None) for k in key):
        # NumPy makes a scalar of an element; an ellipsis keeps it a view
        steps.append(("index", (*key, Ellipsis)))
    if list(order) != sorted(order):
        inverse = tuple(int(i) for i in np.argsort(order))
        steps.append(("transpose", inverse))
    if stretched:
        steps.append(("broadcast", tuple(shape)))
    return tuple(base), tuple(steps)


@st.composite
def operands(draw, shape=None, dtype=None, special=True, repeated=True, dtypes=NUMERIC):
    """Arrays of a shape and dtype (drawn if None) in any layout; without 0-strides if not `repeated`."""
    if shape is None:
        shape = draw(shapes())
    if dtype is None:
        dtype = draw(st.sampled_from(dtypes))
    base, steps = draw(_steps(tuple(shape), repeated))
    return Operand(draw(values(dtype, base, special)), steps)


@st.composite
def overlapping(draw, shape, dtype, special=True):
    """Pairs of views of one base, each of `shape`, shifted, reversed or transposed against each other."""
    shifts = [draw(st.tuples(st.integers(0, 2), st.integers(0, 2))) for _ in shape]
    base = tuple(n + max(s) for n, s in zip(shape, shifts))
    array = draw(values(dtype, base, special))
    pair = []
    for which in (0, 1):
        steps = [("index", (*(slice(s[which], s[which] + n) for s, n in zip(shifts, shape)), Ellipsis))]
        if shape and draw(st.booleans()):
            axis = draw(st.integers(0, len(shape) - 1))
            steps.append(("index", (slice(None),) * axis + (slice(None, None, -1),)))
        if len(set(shape)) < 2 and draw(st.booleans()):
            steps.append(("transpose", tuple(draw(st.permutations(range(len(shape)))))))
        pair.append(Operand(array, tuple(steps)))
    return tuple(pair)


# Arguments


def masks(shape):
    """``where=``: True, or booleans that broadcast to `shape`."""
    drawn = broadcastable(shape).flatmap(lambda s: operands(s, "?"))
    return st.one_of(st.just(True), drawn, st.booleans())


def axis(ndim, none=True, several=True, wrong=True):
    """``axis=``: None, one axis from either end, a tuple, and if `wrong` axes that do not exist or twice."""
    low, high = (-ndim - 1, ndim) if wrong else (-ndim, ndim - 1)
    one = st.integers(low, high) if high >= low else st.nothing()
    usual = st.integers(-ndim, ndim - 1) if ndim else st.nothing()
    choices = [usual, usual, one]
    if none:
        choices.insert(0, st.none())
    if several:
        distinct = st.permutations(range(ndim)).flatmap(
            lambda order: st.integers(0, ndim).map(lambda n: tuple(i - ndim * (i % 2) for i in order[:n]))
        )
        choices.append(distinct)
        if wrong:
            choices.append(st.lists(one, max_size=3).map(tuple))
    return st.one_of(choices)


def optional(strategy):
    """None or a value."""
    return st.one_of(st.none(), strategy)
