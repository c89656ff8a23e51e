"""Indexing by generated keys: what is read, what is written, and which exceptions are raised."""

import operator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from .compare import Side, same
from .corpus_indexing import CASES, check_case
from .index_strategies import index_arrays, keys, shaped
from .strategies import NUMERIC, axis, broadcastable, examples, operands, shapes, values

DTYPES = ("?", "i1", "u1", "i4", "i8", "u8", "f2", "f4", "f8", "c8", "c16")


@pytest.mark.parametrize("case", CASES)
def test_case(case):
    check_case(case)


def _kept(x):
    """A copy: NumPy makes a scalar, which is no view, where an element is left."""
    return x if x.ndim else x.copy()


@examples(375)
@given(st.data())
def test_read(data):
    a = data.draw(shaped(shapes(max_rank=4), special=False))
    key = data.draw(keys(a.shape))
    same(lambda s: _kept(s(a)[s(key)]), strides=False)


@examples(125)
@given(st.data())
def test_read_basic(data):
    """The view itself: strides, flags, and the memory behind it."""
    a = data.draw(shaped(shapes(max_rank=5), special=False))
    key = data.draw(keys(a.shape, arrays=False))
    same(lambda s: _kept(s(a)[key]))


def _result_shape(a, key):
    """The shape of a[key], or that of the array if there is none."""
    found, error = Side(np).run(lambda s: s(a)[s(key)])
    return a.shape if error else np.shape(found)


@st.composite
def _values(draw, shape, dtype):
    """What may be assigned to an array of a shape and dtype: scalars, arrays that broadcast, sometimes not."""
    kind = draw(st.integers(0, 5))
    if kind == 0:
        return draw(st.integers(0, 9))
    if kind == 1 and np.dtype(dtype).kind in "fc":
        return draw(st.sampled_from((1.5, np.float32(0.25), -0.0)))
    if kind == 2 and shape and 0 not in shape:
        shape = (*shape[:-1], shape[-1] + 1)
    else:
        shape = draw(broadcastable(shape))
    kinds = "?", "u1", "i4", "f4", "c8" if np.dtype(dtype).kind == "c" else dtype
    return draw(operands(shape, draw(st.sampled_from(kinds)), special=False))


@examples(375)
@given(st.data())
def test_write(data):
    a = data.draw(shaped(shapes(max_rank=4), special=False, repeated=False, dtypes=DTYPES))
    key = data.draw(keys(a.shape))
    value = data.draw(_values(_result_shape(a, key), a.dtype.str[1:]))

    def call(s):
        target = s(a)
        target[s(key)] = s(value)

    same(_in_order(call, a, key, value))


def _in_order(call, a, key, value):
    """NumPy looks at the shape of the value before it looks at the indices, or after it: either error is right."""

    def run(s):
        try:
            return call(s)
        except (IndexError, ValueError) as error:
            raise ValueError(str(error)) from error

    return run


@examples(150)
@given(st.data())
def test_in_place(data):
    """``a[key] += b``: reads, computes, writes; of repeated indices the last one counts."""
    a = data.draw(shaped(shapes(max_rank=3), special=False, repeated=False, dtypes=("i4", "f4", "c8", "u1")))
    key = data.draw(keys(a.shape))
    op = data.draw(st.sampled_from((operator.iadd, operator.imul, operator.isub)))
    value = data.draw(
        st.one_of(
            st.integers(0, 5),
            operands(data.draw(broadcastable(_result_shape(a, key))), a.dtype, special=False),
        )
    )

    def call(s):
        target, k = s(a), s(key)
        target[k] = op(target[k], s(value))

    same(_in_order(call, a, key, value))


@examples(100)
@given(st.data())
def test_overlapping_assignment(data):
    """Source and destination share memory: the source counts as read before anything is written."""
    shape = data.draw(shapes(1, 3, 4))
    grown = tuple(n + 2 for n in shape)
    a = data.draw(
        operands(grown, data.draw(st.sampled_from(("i4", "f8", "u1"))), special=False, repeated=False)
    )

    def place(n):
        start = data.draw(st.integers(0, 2))
        part = slice(start, start + n)
        if data.draw(st.booleans()):
            last = start - 1
            return slice(start + n - 1, None if last < 0 else last, -1)
        return part

    target, source = tuple(place(n) for n in shape), tuple(place(n) for n in shape)
    turned = len(set(shape)) == 1 and data.draw(st.booleans())

    def call(s):
        x = s(a)
        x[target] = x[source].T if turned else x[source]

    same(call)


# Functions


@examples(125)
@given(st.data())
def test_take(data):
    a = data.draw(shaped(shapes(0, 3), special=False))
    where = data.draw(axis(len(a.shape), several=False, wrong=False))
    extent = int(np.prod(a.shape)) if where is None else (a.shape[where] if a.shape else 1)
    indices = data.draw(index_arrays(max(extent, 1), data.draw(shapes(0, 2, 3)), wrong=True))
    mode = data.draw(st.sampled_from(("raise", "wrap", "clip")))
    same(lambda s: s.xp.take(s(a), s(indices), axis=where, mode=mode))


@examples(100)
@given(st.data())
def test_along_axis(data):
    a = data.draw(shaped(shapes(1, 3), special=False, repeated=False))
    where = data.draw(axis(len(a.shape), none=False, several=False, wrong=False))
    shape = list(a.shape)
    shape[where] = data.draw(st.integers(0, 4))
    grid = index_arrays(a.shape[where], tuple(shape), wrong=True).filter(lambda i: not isinstance(i, list))
    indices = data.draw(grid)
    if data.draw(st.booleans()):
        same(lambda s: s.xp.take_along_axis(s(a), s(indices), where), strides=False)
    else:
        value = data.draw(operands(data.draw(broadcastable(tuple(shape))), a.dtype, special=False))
        same(lambda s: s.xp.put_along_axis(s(a), s(indices), s(value), where))


@examples(125)
@given(st.data())
def test_put(data):
    a = data.draw(shaped(shapes(0, 3), special=False, repeated=False, dtypes=("i4", "f4", "u1")))
    size = int(np.prod(a.shape))
    name = data.draw(st.sampled_from(("put", "place", "putmask")))
    value = data.draw(operands(data.draw(shapes(0, 2, 4)), a.dtype, special=False))
    mask = data.draw(operands(a.shape, "?"))
    if name == "put":
        indices = data.draw(index_arrays(max(size, 1), data.draw(shapes(0, 2, 3))).filter(_signed))
        mode = data.draw(st.sampled_from(("raise", "wrap", "clip")))
        same(lambda s: s.xp.put(s(a), s(indices), s(value), mode=mode))
    else:
        same(lambda s: getattr(s.xp, name)(s(a), s(mask), s(value)))


def _signed(indices):
    """uint64 is refused: the cast is not safe."""
    return not hasattr(indices, "dtype") or indices.dtype != np.uint64


@examples(75)
@given(st.data())
def test_conditions(data):
    a = data.draw(shaped(shapes(1, 3), special=False))
    mask = data.draw(operands(a.shape, "?"))
    line = data.draw(operands((data.draw(st.integers(0, 4)),), "?"))
    where = data.draw(axis(len(a.shape), several=False))
    other = data.draw(operands(data.draw(broadcastable(a.shape)), special=False))
    call = data.draw(
        st.sampled_from(
            (
                lambda s: s.xp.extract(s(mask), s(a)),
                lambda s: s.xp.compress(s(line), s(a), axis=where),
                lambda s: s(a).compress(s(line), axis=where),
                lambda s: s.xp.where(s(mask), s(a), s(other)),
                lambda s: s.xp.where(s(mask), s(other), 7),
                lambda s: s.xp.nonzero(s(a)),
                lambda s: s.xp.flatnonzero(s(a)),
                lambda s: s.xp.count_nonzero(s(a), axis=where),
                lambda s: s.xp.argwhere(s(a)),
                lambda s: s.xp.select([s(mask)], [s(a)], 3),
                lambda s: s.xp.select([s(mask), ~s(mask)], [s(a), s(other)]),
                lambda s: s.xp.piecewise(s(a), [s(mask)], [1, 0]),
            )
        )
    )
    same(call, strides=False)


@examples(75)
@given(st.data())
def test_choose(data):
    shape = data.draw(shapes(0, 2, 3))
    count = data.draw(st.integers(1, 4))
    number = data.draw(index_arrays(count, shape, wrong=True))
    choices = [data.draw(operands(data.draw(broadcastable(shape)), special=False)) for _ in range(count)]
    mode = data.draw(st.sampled_from(("raise", "wrap", "clip")))
    same(lambda s: s.xp.choose(s(number), s(choices), mode=mode), strides=False)


@examples(75)
@given(st.data())
def test_fill_diagonal(data):
    shape = data.draw(st.one_of(shapes(2, 2, 5), st.integers(0, 3).map(lambda n: (n,) * 3)))
    a = data.draw(operands(shape, data.draw(st.sampled_from(NUMERIC)), special=False, repeated=False))
    value = data.draw(operands(data.draw(shapes(0, 2, 3)), a.dtype, special=False))
    wrap = data.draw(st.booleans())
    same(lambda s: s.xp.fill_diagonal(s(a), s(value), wrap=wrap))


@examples(75)
@given(st.data())
def test_raveled_indices(data):
    dims = data.draw(shapes(1, 4, 4))
    order = data.draw(st.sampled_from("CF"))
    size = int(np.prod(dims))
    flat = data.draw(index_arrays(max(size, 1), data.draw(shapes(0, 2, 3)), wrong=True))
    same(lambda s: s.xp.unravel_index(s(flat), dims, order), strides=False)
    shape = data.draw(shapes(0, 2, 3))
    several = tuple(data.draw(index_arrays(n, shape)) for n in dims)
    modes = tuple(data.draw(st.sampled_from(("raise", "wrap", "clip"))) for _ in dims)
    same(lambda s: s.xp.ravel_multi_index(s(several), dims, mode=modes, order=order), strides=False)


@examples(50)
@given(st.data())
def test_iteration(data):
    """The host's view of elements: list, ndenumerate, tolist, item, iter."""
    a = data.draw(shaped(shapes(0, 3), special=False))
    same(lambda s: s(a).tolist())
    same(lambda s: [(i, v.item()) for i, v in s.xp.ndenumerate(s(a))])
    same(lambda s: [x.tolist() for x in s(a)])
    same(lambda s: [x.item() for x in s(a).flat])
    index = data.draw(st.lists(st.integers(-5, 5), max_size=3))
    same(lambda s: s(a).item(*index))


@examples(50)
@given(st.data())
def test_flat(data):
    a = data.draw(shaped(shapes(1, 3), special=False, repeated=False, dtypes=("i4", "f8", "u1")))
    size = int(np.prod(a.shape))
    key = data.draw(
        st.one_of(
            keys((size,), wrong=False, arrays=False).filter(_flat_key),
            index_arrays(size, data.draw(shapes(1, 1, 4))),
        )
    )
    same(lambda s: _kept(s.xp.asarray(s(a).flat[s(key)])), strides=False)
    value = data.draw(values(a.dtype, (data.draw(st.integers(1, 4)),), special=False)).tolist()

    def call(s):
        s(a).flat[s(key)] = value[0] if isinstance(key, int) else value

    same(call)


def _flat_key(key):
    return isinstance(key, (slice, int)) and not isinstance(key, bool)
