"""Sorting, searching, sets and counting, with NaN, zeros of both signs and many equal elements."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from .compare import same
from .index_strategies import shaped
from .strategies import COMPLEX, INTEGERS, REAL, axis, examples, operands, shapes

SORTED = REAL + COMPLEX


@examples(125)
@given(st.data())
def test_sort(data):
    a = data.draw(shaped(shapes(0, 3, 5, 60), dtypes=SORTED))
    where = data.draw(axis(len(a.shape), several=False))
    kind = data.draw(st.sampled_from((None, "stable", "quicksort", "mergesort", "heapsort", "s", "bogus")))
    # zeros of both signs are equal: only a stable sort says which comes first
    steady = "stable" if kind not in ("bogus", "s") else kind
    same(lambda s: s.xp.sort(s(a), axis=where, kind=steady))
    same(lambda s: s.xp.argsort(s(a), axis=where, kind=steady))
    same(lambda s: s.xp.argsort(s(a), axis=where, stable=True))
    same(lambda s: abs(s.xp.sort(s(a).real, axis=where, kind=kind)))
    if where is not None:
        same(lambda s: s.xp.array(s(a), order="K").sort(axis=where, kind=steady))

        def in_place(s):
            x = s(a)
            if x.flags.writeable:
                x.sort(axis=where, kind=steady)

        same(in_place)


@examples(75)
@given(st.data())
def test_partition(data):
    """The places that are promised: the element at kth, smaller ones before, larger ones behind."""
    a = data.draw(shaped(shapes(1, 2, 6), dtypes=REAL))
    where = data.draw(axis(len(a.shape), several=False))
    extent = int(np.prod(a.shape)) if where is None else 4
    kth = data.draw(
        st.one_of(st.integers(-extent - 1, extent), st.lists(st.integers(-extent, extent), min_size=1))
    )

    def call(s):
        x = s(a)
        chosen = s.xp.partition(x, kth, axis=where)
        order = s.xp.argpartition(x, kth, axis=where)
        line = -1 if where is None else where
        found = x.reshape(-1) if where is None else x
        again = s.xp.take_along_axis(found, order, line)
        at = s.xp.asarray(kth).reshape(-1)
        return (
            s.xp.take(chosen, at, line) + 0,
            s.xp.take(again, at, line) + 0,
            s.xp.sort(chosen, line) + 0,
            chosen.shape,
            order.dtype.name,
        )

    same(call, strides=False)


@examples(50)
@given(st.data())
def test_lexsort(data):
    shape = data.draw(shapes(0, 2, 5))
    keys = [
        data.draw(operands(shape, special=False, dtypes=REAL)) for _ in range(data.draw(st.integers(1, 3)))
    ]
    where = data.draw(axis(len(shape), none=False, several=False))
    same(lambda s: s.xp.lexsort(tuple(s(keys)), axis=where), strides=False)
    same(lambda s: s.xp.sort_complex(s(keys[0])))


@examples(100)
@given(st.data())
def test_searchsorted(data):
    dtype = data.draw(st.sampled_from(REAL))
    a = data.draw(operands((data.draw(st.integers(0, 6)),), dtype))
    v = data.draw(shaped(shapes(0, 2), dtypes=REAL))
    side = data.draw(st.sampled_from(("left", "right")))

    def sorted_haystack(s):
        return s.xp.searchsorted(s.xp.sort(s(a)), s(v), side=side)

    same(sorted_haystack)

    def with_sorter(s):
        x = s(a)
        return s.xp.searchsorted(x, s(v), side=side, sorter=s.xp.argsort(x, kind="stable"))

    same(with_sorter)
    right = data.draw(st.booleans())
    same(lambda s: s.xp.digitize(s(v), s.xp.sort(s(a)), right=right))
    same(lambda s: s.xp.digitize(s(v), s.xp.sort(s(a))[::-1], right=right))
    same(lambda s: s.xp.digitize(s(v), s(a), right=right))


@examples(100)
@given(st.data())
def test_unique(data):
    a = data.draw(shaped(shapes(0, 3, 4, 40), dtypes=SORTED, special=data.draw(st.booleans())))
    index, inverse, counts = (data.draw(st.booleans()) for _ in range(3))
    equal_nan = data.draw(st.booleans())
    # adding 0 makes both zeros one, of which NumPy keeps either
    if a.dtype.kind != "c":
        same(lambda s: s.xp.unique(s(a) + s(a).dtype.type(0), index, inverse, counts, equal_nan=equal_nan))
        same(lambda s: tuple(s.xp.unique_all(s(a) + s(a).dtype.type(0))))
    where = data.draw(axis(len(a.shape), none=False, several=False))
    if a.dtype.kind in "biu":
        same(lambda s: s.xp.unique(s(a), index, inverse, counts, axis=where), strides=False)


@examples(100)
@given(st.data())
def test_sets(data):
    dtypes = ("?", "i1", "u1", "i4", "i8", "f4", "f8")
    special = data.draw(st.booleans())
    a = data.draw(shaped(shapes(0, 2), dtypes=dtypes, special=special))
    b = data.draw(shaped(shapes(0, 2), dtypes=dtypes, special=special))
    invert = data.draw(st.booleans())
    same(lambda s: s.xp.isin(s(a), s(b), invert=invert))
    for name in ("intersect1d", "union1d", "setdiff1d", "setxor1d"):
        same(lambda s: abs(getattr(s.xp, name)(s(a) + s(a).dtype.type(0), s(b) + s(b).dtype.type(0))))
    same(lambda s: s.xp.intersect1d(s(a), s(b), return_indices=True)[1:])


@examples(75)
@given(st.data())
def test_extremes(data):
    a = data.draw(shaped(shapes(0, 3), dtypes=SORTED))
    where = data.draw(axis(len(a.shape), several=False))
    keepdims = data.draw(st.booleans())
    name = data.draw(st.sampled_from(("argmax", "argmin")))
    if a.shape:
        same(lambda s: getattr(s.xp, name)(s(a), axis=where, keepdims=keepdims), strides=False)
    same(lambda s: s.xp.count_nonzero(s(a), axis=where, keepdims=keepdims), strides=False)
    same(lambda s: s.xp.nonzero(s(a)), strides=False)
    same(lambda s: s.xp.flatnonzero(s(a)))


@examples(75)
@given(st.data())
def test_counts(data):
    a = data.draw(shaped(shapes(0, 2, 5), dtypes=("u1", "i4", "i8", "?", "f4"), special=False))
    least = data.draw(st.integers(-1, 12))
    same(lambda s: s.xp.bincount(abs(s(a)), minlength=least))
    weights = data.draw(operands(a.shape, data.draw(st.sampled_from(("f8", "i4"))), special=False))
    same(lambda s: s.xp.bincount(abs(s(a)), s(weights), minlength=least), ulp=2)


@examples(75)
@given(st.data())
def test_histogram(data):
    a = data.draw(shaped(shapes(0, 2, 5), dtypes=INTEGERS + ("f4", "f8"), special=False))
    borders = data.draw(
        st.one_of(
            st.integers(-1, 6),
            st.lists(st.integers(-9, 9), min_size=2, max_size=5),
            st.lists(st.sampled_from((-1.5, 0.0, 0.25, 2.0)), min_size=2, max_size=4),
        )
    )
    limits = data.draw(st.one_of(st.none(), st.tuples(st.integers(-9, 9), st.integers(-9, 9))))
    density = data.draw(st.booleans())
    if a.dtype != np.float32:
        same(lambda s: s.xp.histogram(s(a), borders, limits, density=density), ulp=4)
