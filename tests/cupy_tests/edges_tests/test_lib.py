"""cupy.lib: views by strides and mathematics on an extended domain, compared with NumPy."""

import numpy
import pytest

import cupy
from cupy.testing import check, compare, sample

A = sample((4, 5), "f8")


@pytest.mark.parametrize("window, axis", [
    ((2, 3), None), ((4, 5), None), ((1, 1), None), (3, 1), (2, -2), ((2, 2), (0, 0)), ((0, 2), None), ((2, 2), (1, 0)),
])  # fmt: skip
def test_sliding_window_view(window, axis):
    def body(xp, a):
        return xp.lib.stride_tricks.sliding_window_view(a, window, axis)

    for layout in ("contiguous", "transposed", "strided", "reversed"):
        if layout == "transposed" and window == (4, 5):
            continue
        check(body, A, layout=layout)
    a = cupy.asarray(A)
    found, expected = body(cupy, a), body(numpy, A)
    assert found.strides == expected.strides and found.flags.writeable == expected.flags.writeable
    assert cupy.may_share_memory(found, a) or found.size == 0


def test_windows_can_be_written():
    a = cupy.zeros(4)
    cupy.lib.stride_tricks.sliding_window_view(a, 2, writeable=True)[0] = 1
    compare(a, numpy.array([1.0, 1, 0, 0]))
    with pytest.raises(ValueError, match="read-only"):
        cupy.lib.stride_tricks.sliding_window_view(a, 2)[0] = 1


def test_as_strided():
    check(lambda xp, a: xp.lib.stride_tricks.as_strided(a, (3, 2), (40, 16)), A)
    check(lambda xp, a: xp.lib.stride_tricks.as_strided(a[1:], (2, 2), (-40, 0)), A)
    check(lambda xp, a: xp.lib.stride_tricks.as_strided(a, strides=(0, 8)), A)
    with pytest.raises(ValueError, match="outside"):
        cupy.lib.stride_tricks.as_strided(cupy.zeros(4), (1000,), (8,))
    with pytest.raises(ValueError, match="read-only"):
        cupy.lib.stride_tricks.as_strided(cupy.zeros(4), writeable=False)[0] = 1


def test_byte_bounds():
    a = cupy.zeros((4, 6), "f4")
    for view in (a, a[::-1, ::2], a[1:2, 3:], a.T):
        low, high = cupy.lib.array_utils.byte_bounds(view)
        start = low - a.data.ptr
        host = numpy.zeros((4, 6), "f4")
        same = numpy.lib.array_utils.byte_bounds(
            numpy.lib.stride_tricks.as_strided(host, view.shape, view.strides)
        )
        assert high - low == same[1] - same[0] and 0 <= start and high <= a.data.ptr + a.nbytes


@pytest.mark.parametrize("dtype", ["i1", "u2", "i4", "i8", "f2", "f4", "f8", "c8", "c16"])
@pytest.mark.parametrize("name", ["sqrt", "log", "log2", "log10", "arccos", "arcsin", "arctanh"])
def test_scimath(name, dtype):
    inside = numpy.array([0.25, 0.5, 0.75]) if name.startswith("arc") else numpy.array([1, 4, 9])
    check(lambda xp, a: getattr(xp.lib.scimath, name)(a), inside.astype(dtype), exact=False)
    if dtype != "u2":
        check(
            lambda xp, a: getattr(xp.lib.scimath, name)(a), numpy.array([-3, 2, 4]).astype(dtype), exact=False
        )


@pytest.mark.parametrize("base", [2, -2, [2.0, 4.0]])
def test_scimath_of_two(base):
    x = numpy.array([-4.0, 8.0])
    check(lambda xp, a: xp.lib.scimath.logn(xp.asarray(base), a), x, exact=False)
    check(lambda xp, a: xp.lib.scimath.power(xp.asarray(base), a), x, exact=False)
    check(lambda xp, a: xp.lib.scimath.power(a, xp.asarray(base)), x, exact=False)
    check(lambda xp, a: xp.lib.scimath.power(a, xp.asarray(base)), numpy.array([3, 4]), exact=False)


def test_names_of_numpy():
    assert cupy.lib.NumpyVersion(numpy.__version__) >= "2.0.0"
    assert cupy.lib.array_utils.normalize_axis_index(-1, 3) == 2
    assert set(cupy.lib.scimath.__all__) == set(numpy.lib.scimath.__all__)
    assert set(cupy.lib.array_utils.__all__) == set(numpy.lib.array_utils.__all__)
