"""Functions that make arrays of arrays or of numbers: values, dtypes, memory order, exceptions."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from .compare import same
from .index_strategies import shaped
from .strategies import NUMERIC, axis, examples, operands, scalars, shapes

SMALL = ("?", "i1", "u1", "i4", "i8", "u8", "f2", "f4", "f8", "c8", "c16")


@st.composite
def _joined(draw, several=3):
    """Arrays of one shape but for one axis, and that axis."""
    shape = draw(shapes(1, 3))
    where = draw(st.integers(-len(shape), len(shape) - 1))
    arrays = []
    for _ in range(draw(st.integers(1, several))):
        extents = list(shape)
        extents[where] = draw(st.integers(0, 3))
        arrays.append(draw(operands(tuple(extents), special=False, dtypes=SMALL)))
    if draw(st.integers(0, 9)) == 9:
        arrays.append(draw(operands(draw(shapes(0, 3)), special=False)))
    return arrays, where


@examples(100)
@given(st.data())
def test_concatenate(data):
    arrays, where = data.draw(_joined())
    dtype = data.draw(st.one_of(st.none(), st.sampled_from(("f4", "i8", "c16"))))
    casting = data.draw(st.sampled_from(("same_kind", "unsafe", "safe")))
    where = data.draw(st.sampled_from((where, where, where, None)))
    same(lambda s: s.xp.concatenate(s(arrays), axis=where, dtype=dtype, casting=casting))
    if where is not None:
        total = sum(a.shape[where] if len(a.shape) == len(arrays[0].shape) else 0 for a in arrays)
        extents = list(arrays[0].shape)
        extents[where] = total
        out = data.draw(operands(tuple(extents), special=False, repeated=False, dtypes=("f8", "c16", "i4")))
        same(lambda s: s.xp.concatenate(s(arrays), axis=where, out=s(out), casting=casting))


@examples(75)
@given(st.data())
def test_stack(data):
    shape = data.draw(shapes(0, 3))
    arrays = [
        data.draw(operands(shape, special=False, dtypes=SMALL)) for _ in range(data.draw(st.integers(1, 3)))
    ]
    where = data.draw(st.integers(-len(shape) - 2, len(shape) + 1))
    name = data.draw(st.sampled_from(("stack", "vstack", "hstack", "dstack", "column_stack", "block")))
    extra = {"axis": where} if name == "stack" else {}
    same(lambda s: getattr(s.xp, name)(s(arrays), **extra))
    same(lambda s: s.xp.block([[s(a) for a in arrays], [s(a) for a in arrays]]))
    same(lambda s: s.xp.append(s(arrays[0]), s(arrays[-1]), axis=where))


@examples(75)
@given(st.data())
def test_repeated(data):
    a = data.draw(shaped(shapes(0, 3), special=False))
    where = data.draw(axis(len(a.shape), several=False))
    count = st.integers(0, 3)
    counts = data.draw(st.one_of(count, st.lists(count, max_size=4), st.just(-1)))
    same(lambda s: s.xp.repeat(s(a), counts, axis=where))
    reps = data.draw(st.one_of(count, st.lists(count, max_size=4)))
    same(lambda s: s.xp.tile(s(a), reps).copy())
    shape = data.draw(st.one_of(shapes(0, 3), st.integers(0, 9)))
    same(lambda s: s.xp.resize(s(a), shape).copy())


@examples(75)
@given(st.data())
def test_roll(data):
    a = data.draw(shaped(shapes(0, 3), special=False))
    shift = st.integers(-7, 7)
    shifts = data.draw(st.one_of(shift, st.lists(shift, max_size=3).map(tuple)))
    # of an array without axes NumPy refuses the empty tuple, unlike of others
    where = data.draw(axis(len(a.shape)).filter(lambda i: i != () or a.shape))
    same(lambda s: s.xp.roll(s(a), shifts, axis=where))


def _any_error(call):
    """Which of two mistakes is reported first is not defined."""
    try:
        return call()
    except IndexError as error:
        raise ValueError(str(error)) from error


@examples(125)
@given(st.data())
def test_insert_and_delete(data):
    a = data.draw(shaped(shapes(0, 3), special=False, dtypes=SMALL))
    where = data.draw(axis(len(a.shape), several=False))
    known = where is not None and -len(a.shape) <= where < len(a.shape)
    extent = a.shape[where] if known else math.prod(a.shape)
    place = st.integers(-extent - 1, extent + 1)
    legal = st.integers(-extent, max(extent - 1, -extent))  # NumPy lets wrong ones in lists pass
    bound = st.one_of(st.none(), place)
    obj = data.draw(
        st.one_of(
            place,
            st.lists(legal, max_size=4 if extent else 0),
            st.builds(slice, bound, bound, st.sampled_from((None, 1, 2, -1, -2))),
        )
    )
    same(lambda s: s.xp.delete(s(a), obj, axis=where), strides=False)
    kinds = ("?", "i4", "f4") if a.dtype.kind != "c" else SMALL
    value = data.draw(st.one_of(st.integers(0, 5), shaped(shapes(0, 2, 3), special=False, dtypes=kinds)))
    same(lambda s: _any_error(lambda: s.xp.insert(s(a), obj, s(value), axis=where)), strides=False)


@examples(40)
@given(st.data())
def test_trim_zeros(data):
    a = data.draw(shaped(shapes(1, 2, 5), dtypes=("i4", "f4", "?")))
    trim = data.draw(st.sampled_from(("fb", "f", "b", "FB", "x")))
    where = data.draw(axis(len(a.shape)))
    same(lambda s: s.xp.trim_zeros(s(a), trim, axis=where))


@examples(75)
@given(st.data())
def test_split(data):
    a = data.draw(shaped(shapes(0, 3), special=False))
    parts = data.draw(st.one_of(st.integers(-1, 5), st.lists(st.integers(-3, 5), max_size=3)))
    where = data.draw(st.integers(-len(a.shape) - 1, len(a.shape)))
    name = data.draw(st.sampled_from(("split", "array_split", "hsplit", "vsplit", "dsplit")))
    extra = {"axis": where} if "_" in name or name == "split" else {}
    same(lambda s: getattr(s.xp, name)(s(a), parts, **extra))


PADDING = {
    "constant": {"constant_values": st.one_of(st.integers(0, 5), st.just((1, 2)), st.just(((1, 2),)))},
    "linear_ramp": {"end_values": st.one_of(st.integers(0, 5), st.just((1, 2)))},
    "mean": {"stat_length": st.one_of(st.none(), st.integers(1, 3), st.just((1, 2)))},
    "median": {"stat_length": st.one_of(st.none(), st.integers(1, 3))},
    "maximum": {"stat_length": st.one_of(st.none(), st.integers(1, 3))},
    "minimum": {"stat_length": st.one_of(st.none(), st.integers(1, 3))},
    "reflect": {"reflect_type": st.sampled_from(("even", "odd"))},
    "symmetric": {"reflect_type": st.sampled_from(("even", "odd"))},
    "edge": {},
    "wrap": {},
}


@examples(125)
@given(st.data())
def test_pad(data):
    mode = data.draw(st.sampled_from(sorted(PADDING)))
    dtypes = ("i4", "i8", "f8", "c16") if mode != "median" else ("i4", "i8", "f8")
    a = data.draw(shaped(shapes(1, 3, 4, 60), special=False, dtypes=dtypes))
    width = st.integers(0, 4)
    pair = st.tuples(width, width)
    widths = data.draw(st.one_of(width, pair, st.lists(pair, min_size=len(a.shape), max_size=len(a.shape))))
    extra = data.draw(st.fixed_dictionaries({}, optional=PADDING[mode]))
    same(lambda s: s.xp.pad(s(a), widths, mode=mode, **extra), ulp=4, absolute=1e-12)


@examples(75)
@given(st.data())
def test_triangles(data):
    a = data.draw(shaped(shapes(1, 3), special=False))
    k = data.draw(st.integers(-5, 5))
    same(lambda s: s.xp.tril(s(a), k), strides=False)
    same(lambda s: s.xp.triu(s(a), k), strides=False)
    same(lambda s: s.xp.diag(s(a), k))
    same(lambda s: s.xp.diagflat(s(a), k))
    n, m = data.draw(st.integers(0, 4)), data.draw(st.one_of(st.none(), st.integers(0, 4)))
    dtype = data.draw(st.sampled_from(NUMERIC))
    same(lambda s: (s.xp.eye(n, m, k, dtype), s.xp.tri(n, m, k, dtype)))
    same(lambda s: (s.xp.tril_indices(n, k, m), s.xp.triu_indices(n, k, m)))
    same(lambda s: (s.xp.diag_indices(n, 3), s.xp.mask_indices(n, s.xp.triu, k)), strides=False)


@examples(40)
@given(st.data())
def test_vander(data):
    x = data.draw(shaped(shapes(1, 1), special=False, dtypes=("i4", "i8", "u1", "?", "f8", "c16")))
    n = data.draw(st.one_of(st.none(), st.integers(0, 4)))
    increasing = data.draw(st.booleans())
    same(lambda s: s.xp.vander(s(x), n, increasing), ulp=4, strides=False)


@examples(125)
@given(st.data())
def test_ranges(data):
    number = st.one_of(
        st.integers(-20, 20),
        st.sampled_from((0.0, 0.1, 0.5, 1.5, -2.25, 1e-3, 7.0, math.nan)),
        st.sampled_from((np.int8(3), np.float32(0.1), np.float64(2.5), 2**53, 2**62, -(2**62))),
    )
    start, stop = data.draw(number), data.draw(number)
    step = data.draw(st.sampled_from((1, 2, -1, 3, 0.5, -0.25, 0.1, np.float32(0.5))))
    dtype = data.draw(st.one_of(st.none(), st.sampled_from(("i4", "i8", "f4", "f8", "c16", "u4"))))
    try:
        few = abs((float(stop) - float(start)) / step) < 1000
    except ZeroDivisionError:
        few = True
    if few and not any(
        isinstance(v, float) and math.isnan(v) and dtype not in (None, "f4", "f8") for v in (start, stop)
    ):
        same(lambda s: s.xp.arange(start, stop, step, dtype=dtype))
    num, endpoint = data.draw(st.integers(0, 12)), data.draw(st.booleans())
    end = st.one_of(st.integers(-20, 20), st.sampled_from((0.1, 1.5, -2.25, 1e-3, np.float32(0.1), 1j)))
    low, high = data.draw(end), data.draw(end)
    same(lambda s: s.xp.linspace(low, high, num, endpoint), ulp=2, absolute=1e-14)
    same(lambda s: float(s.xp.linspace(low.real, high.real, num, endpoint, retstep=True)[1]))


@examples(50)
@given(st.data())
def test_spaces(data):
    ends = [data.draw(shaped(shapes(0, 2, 3), special=False, dtypes=("i4", "f4", "f8"))) for _ in range(2)]
    num, endpoint, where = (
        data.draw(st.integers(0, 5)),
        data.draw(st.booleans()),
        data.draw(st.integers(-2, 1)),
    )
    same(
        lambda s: s.xp.linspace(s(ends[0]), s(ends[1]), num, endpoint, axis=where),
        ulp=4,
        absolute=1e-5,
        strides=False,
    )
    dtype = data.draw(st.one_of(st.none(), st.sampled_from(("f4", "f8"))))
    low, high = data.draw(st.integers(-3, 3)), data.draw(st.integers(-3, 3))
    base = data.draw(st.sampled_from((10.0, 2, 3.5)))
    same(lambda s: s.xp.logspace(low, high, num, endpoint, base, dtype), ulp=16, absolute=1e-6)
    near = {"ulp": 64, "absolute": 1e-6 if dtype == "f4" else 1e-9}
    same(lambda s: s.xp.geomspace(2.0**low, 2.0**high, num, endpoint, dtype), **near)


@examples(50)
@given(st.data())
def test_grids(data):
    axes = [data.draw(shaped(shapes(0, 1), special=False)) for _ in range(data.draw(st.integers(0, 3)))]
    sparse, indexing = data.draw(st.booleans()), data.draw(st.sampled_from(("xy", "ij")))
    same(lambda s: s.xp.meshgrid(*s(axes), sparse=sparse, indexing=indexing))
    extents = data.draw(shapes(0, 3))
    same(lambda s: s.xp.indices(extents, sparse=sparse))
    bound = st.sampled_from((0, 1, 3, -2, 2.5))
    part = st.builds(slice, bound, bound, st.sampled_from((None, 1, 2, 3j, 1j, 0.5)))
    key = data.draw(st.one_of(part, st.lists(part, min_size=1, max_size=3).map(tuple)))
    name = data.draw(st.sampled_from(("mgrid", "ogrid")))
    same(lambda s: getattr(s.xp, name)[key], ulp=2)
    lines = [data.draw(operands((data.draw(st.integers(0, 3)),), "i8", special=False)) for _ in range(2)]
    same(lambda s: s.xp.ix_(*s(lines)))


@examples(75)
@given(st.data())
def test_r_and_c(data):
    items = [
        data.draw(
            st.one_of(
                st.integers(-5, 9),
                st.sampled_from((1.5, 2j, True)),
                shaped(shapes(1, 1, 3), special=False, dtypes=("i4", "u1", "f4", "f8")),
                st.builds(slice, st.integers(-3, 3), st.integers(-3, 3), st.sampled_from((None, 1, 2, 3j))),
            )
        )
        for _ in range(data.draw(st.integers(1, 3)))
    ]
    words = ("0", "-1", "0,2", "1,2", "0,2,0", "0,3,1", "x")
    text = data.draw(st.one_of(st.none(), st.sampled_from(words)))
    name = data.draw(st.sampled_from(("r_", "c_")))
    same(lambda s: getattr(s.xp, name)[(text, *s(items)) if text else tuple(s(items))], ulp=2)


@examples(100)
@given(st.data())
def test_filled(data):
    shape = data.draw(shapes(0, 3))
    dtype = data.draw(st.one_of(st.none(), st.sampled_from(("i4", "f4", "f8", "c16", "u8"))))
    value = data.draw(scalars(special=False))
    if dtype is None or np.dtype(dtype).kind == "c" or not isinstance(value, (complex, np.complexfloating)):
        if not (dtype == "u8" and value < 0):
            order = data.draw(st.sampled_from("CF"))
            same(lambda s: s.xp.full(shape, value, dtype, order))
    nested = st.recursive(
        st.one_of(st.integers(-5, 5), st.sampled_from((1.5, True, 2j))), lambda x: st.lists(x, max_size=3)
    )
    given = data.draw(nested)
    same(lambda s: s.xp.array(given))
    same(lambda s: s.xp.asarray(given, dtype="c16"))
    same(lambda s: s.xp.array(given, ndmin=3, order="F"))


@examples(75)
@given(st.data())
def test_copyto(data):
    a = data.draw(shaped(shapes(0, 3), special=False, repeated=False, dtypes=SMALL))
    shape = data.draw(st.sampled_from((a.shape, a.shape[1:], (1, *a.shape), a.shape + (1,))))
    source = data.draw(
        st.one_of(
            st.integers(0, 9), st.sampled_from((1.5, True)), operands(shape, special=False, dtypes=SMALL)
        )
    )
    where = data.draw(st.one_of(st.just(True), st.booleans(), operands(a.shape, "?")))
    casting = data.draw(st.sampled_from(("same_kind", "safe", "no", "equiv", "unsafe")))
    if casting != "unsafe" or a.dtype.kind != "u" or isinstance(source, int):
        same(lambda s: s.xp.copyto(s(a), s(source), casting=casting, where=s(where)))
