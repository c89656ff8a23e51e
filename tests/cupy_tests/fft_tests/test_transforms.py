"""Transforms against NumPy, over dtypes, shapes, lengths, axes, norms and outputs."""

import subprocess
import sys

import cupy
import numpy as np
import pytest
from cupy_backends.host import ops

ONE_AXIS = ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"]
SEVERAL = ["fftn", "ifftn", "rfftn", "irfftn", "fft2", "ifft2", "rfft2", "irfft2"]


def sample(shape, dtype="d"):
    rng = np.random.default_rng(4)
    x = 10 * rng.standard_normal(shape)
    return (x + 1j * rng.standard_normal(shape)).astype(dtype) if dtype in "FD" else x.astype(dtype)


def same(name, a, *arguments, **keywords):
    """Compare one call; both sides must fail if one does."""
    try:
        expected = getattr(np.fft, name)(a, *arguments, **keywords)
    except Exception as error:
        # NumPy reports bad axes as IndexError or as its subclass AxisError, and when two arguments are wrong
        # the order of the checks differs.
        with pytest.raises((type(error), IndexError, ValueError, TypeError)):
            getattr(cupy.fft, name)(cupy.asarray(a), *arguments, **keywords)
        return
    got = getattr(cupy.fft, name)(cupy.asarray(a), *arguments, **keywords)
    assert (got.shape, got.dtype) == (expected.shape, expected.dtype)
    bound = {2: 1e-2, 4: 1e-5, 8: 1e-13}[expected.real.dtype.itemsize]
    if a.dtype == np.float16:
        bound = 1e-2 if expected.dtype == np.float16 else 1e-3  # NumPy rounds 1/n to float16
    scale = 1 + float(abs(expected.astype("D")).max(initial=0))
    np.testing.assert_allclose(got.get().astype("D"), expected.astype("D"), rtol=0, atol=bound * scale)


@pytest.mark.parametrize("dtype", "?bBiefdFDH")
@pytest.mark.parametrize("name", ONE_AXIS + SEVERAL)
def test_dtypes(name, dtype):
    same(name, sample((3, 4), dtype))
    same(name, sample((2, 3, 5), dtype))


@pytest.mark.parametrize(
    "keywords",
    [
        {},
        {"n": 3},
        {"n": 7},
        {"axis": 0},
        {"axis": -2},
        {"axis": 5},
        {"n": 0},
        {"norm": "ortho"},
        {"norm": "forward"},
        {"norm": "x"},
        {"n": 2.5},
        {"n": 8, "axis": 0, "norm": "ortho"},
    ],
    ids=str,
)
@pytest.mark.parametrize("name", ONE_AXIS)
def test_one_axis(name, keywords):
    for shape in [(4,), (5,), (2, 5), (3, 4, 2), (1,), (2,), (17,)]:
        same(name, sample(shape), **keywords)


@pytest.mark.parametrize("name", ONE_AXIS)
def test_empty(name):
    for shape in [(0, 3), (0,), ()]:
        same(name, sample(shape))
    padded = getattr(cupy.fft, name)(cupy.zeros((3, 0)), n=4)
    assert padded.shape[0] == 3 and not padded.get().any()


@pytest.mark.filterwarnings(
    "ignore:`axes` should not be:DeprecationWarning", "ignore:Passing an array:DeprecationWarning"
)
@pytest.mark.parametrize(
    "keywords",
    [
        {},
        {"s": (3,)},
        {"s": (3, 4)},
        {"s": (3, 4), "axes": (1, 0)},
        {"axes": (0,)},
        {"axes": ()},
        {"axes": (0, 0)},
        {"s": (3, -1), "axes": (0, 1)},
        {"s": (3, None), "axes": (0, 1)},
        {"norm": "ortho"},
        {"axes": (0, 9)},
        {"s": (2,), "axes": (0, 1)},
        {"norm": "forward"},
    ],
    ids=str,
)
@pytest.mark.parametrize("name", SEVERAL)
def test_several_axes(name, keywords):
    for shape in [(4,), (2, 5), (3, 4, 2)]:
        same(name, sample(shape), **keywords)


def test_deprecated_arguments_warn():
    with pytest.warns(DeprecationWarning, match="axes"):
        cupy.fft.fftn(cupy.ones((3, 4)), s=(3,))
    with pytest.warns(DeprecationWarning, match="None"):
        cupy.fft.fftn(cupy.ones((3, 4)), s=(3, None), axes=(0, 1))


@pytest.mark.parametrize(
    "view", [lambda a: a.T, lambda a: a[::-1, ::-2], lambda a: a[1:, 1:]], ids=["T", "backwards", "offset"]
)
@pytest.mark.parametrize("name", ONE_AXIS + SEVERAL)
def test_layouts(name, view):
    a = sample((6, 8), "d" if name in ("rfft", "ihfft", "rfftn", "rfft2") else "D")
    expected = getattr(np.fft, name)(view(a))
    np.testing.assert_allclose(getattr(cupy.fft, name)(view(cupy.asarray(a))).get(), expected, atol=1e-11)


@pytest.mark.parametrize(
    "name", ["fft", "ifft", "rfft", "irfft", "ihfft", "fftn", "ifftn", "rfftn", "irfftn"]
)
def test_out(name):
    a = sample((3, 4))
    for shape, dtype in [
        ((3, 4), "d"),
        ((3, 4), "D"),
        ((3, 4), "F"),
        ((3, 3), "D"),
        ((3, 6), "d"),
        ((3, 6), "f"),
    ]:
        out, ours = np.zeros(shape, dtype), cupy.zeros(shape, dtype)
        try:
            getattr(np.fft, name)(a, out=out)
        except (TypeError, ValueError) as error:
            with pytest.raises(TypeError if isinstance(error, TypeError) else ValueError):
                getattr(cupy.fft, name)(cupy.asarray(a), out=ours)
            continue
        assert getattr(cupy.fft, name)(cupy.asarray(a), out=ours) is ours
        np.testing.assert_allclose(ours.get(), out, atol=1e-4 if dtype in "fF" else 1e-12)


def test_out_may_be_the_input():
    a = sample((4, 5), "D")
    x = cupy.asarray(a)
    cupy.fft.fft(x, out=x)
    np.testing.assert_allclose(x.get(), np.fft.fft(a), atol=1e-12)
    cupy.fft.ifftn(x, out=x)
    np.testing.assert_allclose(x.get(), np.fft.ifftn(np.fft.fft(a)), atol=1e-12)


def test_round_trips():
    for n in (1, 2, 3, 16, 31, 100, 1009):
        a = sample((n,))
        x = cupy.asarray(a)
        np.testing.assert_allclose(cupy.fft.ifft(cupy.fft.fft(x)).get(), a, atol=1e-12)
        np.testing.assert_allclose(cupy.fft.irfft(cupy.fft.rfft(x), n).get(), a, atol=1e-12)
        np.testing.assert_allclose(cupy.fft.hfft(cupy.fft.ihfft(x), n).get(), a, atol=1e-12)


def test_more_axes_than_the_device_has():
    a = sample((1,) * 7 + (2, 3, 2))
    for name in ("fft", "rfft", "irfft"):
        for axis in (-1, -2):
            same(name, a, axis=axis)


def test_complex_input_of_real_transforms_is_refused():
    for name in ("rfft", "ihfft", "rfftn", "rfft2"):
        with pytest.raises(TypeError):
            getattr(cupy.fft, name)(cupy.ones((2, 2), "D"))


def test_host_arrays_are_refused():
    with pytest.raises(TypeError):
        cupy.fft.fft(np.ones(3))


LONG = [
    ("fft", {}),
    ("fft", {"axis": 0, "norm": "ortho"}),
    ("ifft", {"n": 100}),
    ("ifft", {"n": 160, "norm": "forward"}),
    ("rfft", {"n": 99}),
    ("rfft", {"axis": 0}),
    ("irfft", {"n": 127}),
    ("fft2", {}),
    ("irfft2", {}),
]


@pytest.mark.parametrize("library", ["scipy", "numpy"])
@pytest.mark.parametrize("name, keywords", LONG, ids=str)
def test_long(name, keywords, library, monkeypatch):
    if library == "scipy":
        pytest.importorskip("scipy.fft")
        assert ops._scipy_fft()
    else:
        monkeypatch.setattr(ops, "_scipy_fft", lambda: None)
    for dtype in "fd" if name == "rfft" else "fFdD":
        a = sample((90, 130), dtype)
        assert a.size > ops._LONG_TRANSFORM
        same(name, a, **keywords)
        same(name, a[::-1, ::2], **keywords)


@pytest.mark.parametrize("name", ["fft", "ifft"])
@pytest.mark.parametrize("size", [2**13, 2**14, 2**17, 2**18, 2**19, 10**4])
def test_long_lines(name, size):
    a = sample((size,), "F")
    for norm in ops._NORMS:
        same(name, a, norm=norm)
    same(name, a, 2 * size)
    same(name, np.repeat(a, 2)[::-2])
    same(name, a[None])
    same(name, a[:, None], axis=0)


def test_long_output_of_the_caller():
    a = sample((90, 130), "F")
    out = cupy.empty((90, 260), "F")[:, ::2]
    assert cupy.fft.fft(cupy.asarray(a), out=out) is out
    np.testing.assert_allclose(out.get(), np.fft.fft(a), rtol=0, atol=1e-2)
    x = cupy.asarray(a)
    cupy.fft.fft(x)
    assert (x.get() == a).all()  # the transform in place is one of a copy


def test_scipy_is_loaded_by_the_first_long_transform_only():
    pytest.importorskip("scipy.fft")
    program = """
import sys, cupy
cupy.fft.fft(cupy.ones(100))
assert "scipy" not in sys.modules
cupy.fft.fft(cupy.ones(5000))
assert "scipy.fft" in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_backend_that_the_program_gave_scipy_is_not_asked():
    fft = pytest.importorskip("scipy.fft")

    class Backend:
        __ua_domain__ = "numpy.scipy.fft"

        @staticmethod
        def __ua_function__(method, args, kwargs):
            raise AssertionError("asked")

    with fft.set_backend(Backend):
        cupy.fft.fft(cupy.ones(5000))
