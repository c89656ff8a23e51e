"""Scatter with repeated indices, pinned arrays, rsqrt: compared with NumPy's ``ufunc.at`` and layouts."""

import numpy
import pytest

import cupy
import cupyx
from cupy.testing import compare, sample

SCATTERS = {"scatter_add": numpy.add, "scatter_max": numpy.maximum, "scatter_min": numpy.minimum}
KEYS = [
    ([1, 1, 0],),
    (slice(None), [2, 2, 0]),
    ([0, 0, 1], [2, 2, 1]),
    (slice(0, 1),),
    (1,),
    (Ellipsis, numpy.array([True, False, True])),
    (numpy.array([[0, 0], [1, 0]]),),
]


@pytest.mark.parametrize("name", SCATTERS)
@pytest.mark.parametrize("dtype", ["i4", "i8", "f2", "f4", "f8"])
@pytest.mark.parametrize("key", KEYS, ids=range(len(KEYS)))
def test_scatter_counts_every_occurrence(name, dtype, key):
    target, values = sample((2, 3), dtype), sample((2, 3), dtype, seed=1)[key] * 2
    on_device = cupy.asarray(target)
    device_key = tuple(cupy.asarray(k) if isinstance(k, (list, numpy.ndarray)) else k for k in key)
    assert getattr(cupyx, name)(on_device, device_key, cupy.asarray(values)) is None
    SCATTERS[name].at(target, key, values)
    compare(on_device, target)


def test_scatter_takes_scalars_and_views():
    a = cupy.zeros((4, 4), "f4")
    cupyx.scatter_add(a[::2, ::-1], ([0, 0, 1], [3, 3, 0]), 2)
    expected = numpy.zeros((4, 4), "f4")
    numpy.add.at(expected[::2, ::-1], ([0, 0, 1], [3, 3, 0]), 2)
    compare(a, expected)


@pytest.mark.parametrize(
    "key, error", [([5], IndexError), ([0.5], IndexError), (([0], [0], [0]), IndexError)]
)
def test_scatter_refuses_a_bad_index(key, error):
    a = cupy.zeros((2, 3))
    with pytest.raises(error):
        cupyx.scatter_add(a, key, 1)
    compare(a, numpy.zeros((2, 3)))


def test_scatter_refuses_what_it_cannot_change():
    with pytest.raises(TypeError, match="scatter_add .* not ndarray"):
        cupyx.scatter_add(numpy.zeros(3), [0], 1)
    with pytest.raises(ValueError, match="read-only"):
        cupyx.scatter_max(cupy.broadcast_to(cupy.zeros(1), (3,)), [0], 1)
    with pytest.raises(ValueError, match="shape|broadcast"):
        cupyx.scatter_add(cupy.zeros(3), [0, 1], cupy.ones(3))


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "i4"])
def test_rsqrt(dtype):
    x = sample((3, 4), dtype, low=1)
    expected = 1 / numpy.sqrt(numpy.abs(x) + 1)
    compare(
        cupyx.rsqrt(cupy.asarray(numpy.abs(x) + 1)), expected.astype(numpy.sqrt(x[:0]).dtype), exact=False
    )
    out = cupy.empty((3, 4), numpy.sqrt(x[:0]).dtype)
    assert cupyx.rsqrt(cupy.asarray(numpy.abs(x) + 1), out=out) is out
    compare(out, expected.astype(out.dtype), exact=False)


def test_pinned_arrays_are_numpy_arrays():
    for function in (cupyx.empty_pinned, cupyx.zeros_pinned):
        a = function((2, 3), "f4", order="F")
        assert type(a) is numpy.ndarray and a.dtype == "f4" and a.flags.f_contiguous and a.shape == (2, 3)
    assert not cupyx.zeros_pinned(5).any()
    with pytest.raises(ValueError, match="negative"):
        cupyx.empty_pinned(-1)


@pytest.mark.parametrize("order", "KACF")
@pytest.mark.parametrize("make", [
    lambda xp: xp.zeros((2, 3, 4)), lambda xp: xp.zeros((2, 3, 4)).transpose(2, 0, 1),
    lambda xp: xp.zeros((4, 6))[::-2, ::3], lambda xp: xp.zeros((0, 3)), lambda xp: xp.zeros(()),
])  # fmt: skip
def test_like_pinned_keeps_the_layout(make, order):
    expected = numpy.zeros_like(make(numpy), order=order)
    for a in (make(cupy), make(numpy)):
        found = cupyx.zeros_like_pinned(a, order=order)
        assert type(found) is numpy.ndarray and not found.any()
        assert (found.shape, found.strides, found.dtype) == (expected.shape, expected.strides, expected.dtype)
    assert cupyx.empty_like_pinned(make(cupy), "i2", shape=(7,)).shape == (7,)
