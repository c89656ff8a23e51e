"""Views, layout and flags against NumPy."""

import cupy
import numpy as np
import pytest

A = np.arange(60, dtype="i4").reshape(3, 4, 5)

VIEWS = {
    "T": lambda a: a.T,
    "mT": lambda a: a.mT,
    "transpose": lambda a: a.transpose(1, 2, 0),
    "swapaxes": lambda a: a.swapaxes(0, 2),
    "reshape": lambda a: a.reshape(12, 5),
    "reshape of a slice": lambda a: a[:, ::2].reshape(3, 2, 5, 1),
    "ravel": lambda a: a.ravel(),
    "squeeze": lambda a: a[:1].squeeze(),
    "squeeze axis": lambda a: a[:, :1].squeeze(axis=1),
    "diagonal": lambda a: a.diagonal(1, 0, 2),
    "diagonal below": lambda a: a.diagonal(-2),
    "wider dtype": lambda a: a[:, :, :4].copy().view("i8"),
    "narrower dtype": lambda a: a.view("i2"),
    "same width": lambda a: a.view("f4"),
    "fortran reshape": lambda a: a.T.reshape(20, 3, order="F"),
}


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_view_has_numpys_layout(view):
    x = cupy.asarray(A)
    expected, got = view(A), view(x)
    assert (got.shape, got.strides, got.dtype) == (expected.shape, expected.strides, expected.dtype)
    assert got.flags.c_contiguous == expected.flags.c_contiguous
    assert got.flags.f_contiguous == expected.flags.f_contiguous
    np.testing.assert_array_equal(got.get(), expected)
    assert (got.base is None) == (expected.base is None)


@pytest.mark.parametrize("order", ["C", "F", "A"])
@pytest.mark.parametrize("shape", [(60,), (5, 12), (2, 30), (3, 4, 5), (1, 60, 1), (-1,), (4, -1, 3)])
def test_reshape(order, shape):
    x = cupy.asarray(A)
    for view in (lambda a: a, lambda a: a.T, lambda a: a[::-1], lambda a: a.transpose(1, 0, 2)):
        expected, got = view(A).reshape(shape, order=order), view(x).reshape(shape, order=order)
        np.testing.assert_array_equal(got.get(), expected)
        assert cupy.may_share_memory(got, x) == np.may_share_memory(expected, A)


@pytest.mark.parametrize("shape, message", [
    ((7, 9), "cannot reshape array of size 60 into shape \\(7,9\\)"),
    ((-1, -1), "can only specify one unknown dimension"),
    ((-1, 7), "cannot reshape array of size 60 into shape \\(-1,7\\)"),
])  # fmt: skip
def test_bad_reshape(shape, message):
    with pytest.raises(ValueError, match=message):
        cupy.asarray(A).reshape(shape)


def test_reshape_copy_argument():
    x = cupy.asarray(A)
    assert not cupy.may_share_memory(x.reshape(60, copy=True), x)
    with pytest.raises(ValueError, match="Unable to avoid"):
        x.T.reshape(60, copy=False)


def test_shape_can_be_assigned():
    x = cupy.arange(6)
    x.shape = (2, 3)
    assert x.shape == (2, 3) and x.strides == (24, 8)
    with pytest.raises(AttributeError):
        x.T.shape = 6


@pytest.mark.parametrize("call", [
    lambda x: x.transpose(0, 0, 1),
    lambda x: x.transpose(0, 1),
    lambda x: x.squeeze(axis=0),
    lambda x: x.view("i8"),
    lambda x: x.T.view("i8"),
    lambda x: cupy.broadcast_to(x, (2, 4, 5)),
    lambda x: x.reshape(60).diagonal(),
])  # fmt: skip
def test_refused(call):
    with pytest.raises(ValueError):
        call(cupy.asarray(A))


@pytest.mark.parametrize(
    "call",
    [
        lambda x: x.swapaxes(0, 3),
        lambda x: x.transpose(0, 1, 3),
        lambda x: x.sum(axis=3),
        lambda x: x.squeeze(axis=-4),
        lambda x: x.diagonal(0, 0, 3),
        lambda x: x.argmax(5),
    ],
)
def test_bad_axis(call):
    with pytest.raises(cupy.exceptions.AxisError):
        call(cupy.asarray(A))


def test_real_and_imag_are_views():
    z = np.arange(4) + 1j
    x = cupy.asarray(z)
    x.real[1:3] = 9
    x.imag = 2
    assert x.get().tolist() == [0 + 2j, 9 + 2j, 9 + 2j, 3 + 2j]
    assert cupy.arange(3).real.get().tolist() == [0, 1, 2] and cupy.arange(3).imag.get().tolist() == [0, 0, 0]


def test_as_strided_stays_inside():
    x = cupy.arange(10)
    windows = cupy._core.as_strided(x, (8, 3), (8, 8))
    np.testing.assert_array_equal(windows.get(), np.lib.stride_tricks.sliding_window_view(np.arange(10), 3))
    with pytest.raises(ValueError, match="outside"):
        cupy._core.as_strided(x, (10**6,), (8,))


def test_flags_print_as_numpys():
    x = cupy.zeros((2, 3))
    assert x.flags["C_CONTIGUOUS"] and x.flags.owndata and x.flags.writeable and not x.T.flags.c_contiguous
    assert "C_CONTIGUOUS : True" in repr(x.flags)
    with pytest.raises(KeyError):
        x.flags["Z"]


def test_an_array_object_is_small():
    assert cupy.ndarray.__basicsize__ <= 256


def test_rank_limit():
    x = cupy.zeros((1,) * 64)
    assert x.ndim == 64
    with pytest.raises(ValueError, match="maximum supported dimension"):
        cupy.zeros((1,) * 65)


def test_views_keep_the_memory_alive():
    pool = cupy.get_default_memory_pool()
    before = pool.used_bytes()
    v = cupy.arange(1000)[::2][1:]
    assert pool.used_bytes() > before
    assert v.get()[0] == 2
    del v
    assert pool.used_bytes() == before
