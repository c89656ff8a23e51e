"""Random shapes, axes and layouts: what NumPy does is what cupy does."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import cupy
from cupy.testing import LAYOUTS, check, sample

settings.register_profile("array", max_examples=60, deadline=None, derandomize=True)
settings.load_profile("array")

shapes = hnp.array_shapes(min_dims=1, max_dims=5, min_side=0, max_side=4)
layouts = st.sampled_from(sorted(LAYOUTS))
dtypes = st.sampled_from(["?", "i2", "u4", "f4", "c8"])


@st.composite
def arrays_with_axis(draw):
    shape = draw(shapes)
    return sample(shape, draw(dtypes)), draw(st.integers(-len(shape), len(shape) - 1))


@given(arrays_with_axis(), layouts)
def test_reductions_and_scans(case, layout):
    a, axis = case
    for name in ("sum", "prod", "any", "count_nonzero", "cumsum"):
        check(lambda xp, a: getattr(xp, name)(a, axis=axis), a, layout=layout, exact=False)


@given(arrays_with_axis(), layouts)
def test_order(case, layout):
    a, axis = case
    for name in ("sort", "argmax", "flip", "max"):
        check(lambda xp, a: getattr(xp, name)(a, axis=axis), a, layout=layout)
    check(lambda xp, a: xp.argsort(a, axis=axis, kind="stable"), a, layout=layout)


@given(arrays_with_axis(), layouts, st.integers(-9, 9), st.integers(0, 3))
def test_moves(case, layout, shift, count):
    a, axis = case
    check(lambda xp, a: xp.roll(a, shift, axis), a, layout=layout)
    check(lambda xp, a: xp.repeat(a, count, axis), a, layout=layout)
    check(lambda xp, a: xp.tile(a, (count, 2)), a, layout=layout)
    check(
        lambda xp, a: xp.concatenate([a, xp.flip(a), a[:0] if axis % a.ndim == 0 else a], axis),
        a,
        layout=layout,
    )
    check(lambda xp, a: xp.stack([a, a], axis), a, layout=layout)
    check(lambda xp, a: xp.diff(a, count, axis), a, layout=layout)


@given(arrays_with_axis(), st.lists(st.integers(0, 5), max_size=4))
def test_splitting_is_undone_by_joining(case, borders):
    a, axis = case
    parts = cupy.array_split(cupy.asarray(a), sorted(borders), axis)
    np.testing.assert_array_equal(cupy.concatenate(parts, axis).get(), a)


@given(shapes.filter(all), st.data(), layouts)
def test_padding(shape, data, layout):
    widths = data.draw(
        st.lists(st.tuples(*[st.integers(0, 5)] * 2), min_size=len(shape), max_size=len(shape))
    )
    a = sample(shape, "f4")
    for mode in ("constant", "edge", "wrap", "reflect", "symmetric", "maximum"):
        check(lambda xp, a: xp.pad(a, widths, mode), a, layout=layout)


@given(arrays_with_axis(), st.data())
def test_positions(case, data):
    a, axis = case
    extent = a.shape[axis]
    index = data.draw(st.lists(st.integers(-extent - 1, extent), max_size=5))
    check(lambda xp, a: xp.take(a, index, axis), a)
    check(lambda xp, a: xp.delete(a, index, axis), a)
    inside = [i for i in index if -extent <= i <= extent]  # NumPy puts others anywhere
    check(lambda xp, a: xp.insert(a, inside, 1, axis), a)
