import ctypes

import numpy as np
import pytest
from kernels import ALL, HALVES, KernelError, call, layouts, make


def raw(value, dtype):
    return np.asarray(value).astype(dtype).tobytes()


def int64s(values):
    return (ctypes.c_int64 * max(1, len(values)))(*values)


def ints(values):
    return (ctypes.c_int * max(1, len(values)))(*values)


def same(a, b):
    assert a.shape == b.shape and np.ascontiguousarray(a).tobytes() == np.ascontiguousarray(b).tobytes()


@pytest.mark.parametrize("dtype", ["u1", "f2", "f4", "c8", "c16"])
def test_repeat(dtype):
    rng = np.random.default_rng(1)
    a = make(rng, (3, 4, 5), dtype)
    for axis in range(3):
        for laid in layouts(a):
            for times in (0, 1, 3):
                out = np.zeros(a.repeat(times, axis).shape, dtype)
                call("repeat", out, laid, times, axis)
                same(out, a.repeat(times, axis))
            repeats = rng.integers(0, 4, a.shape[axis])
            out = np.zeros(a.repeat(repeats, axis).shape, dtype)
            call("repeat_each", out, laid, repeats, axis)
            same(out, a.repeat(repeats, axis))
    for wrong in ([1, 2, -1], [5, 5, 5], [1, 1, 1]):
        with pytest.raises(KernelError, match="BadArgument"):
            call("repeat_each", np.zeros((4, 4, 5), dtype), a, np.array(wrong), 0)


@pytest.mark.parametrize("mode", ["constant", "edge", "reflect", "symmetric", "wrap"])
def test_pad(mode):
    number = ["constant", "edge", "reflect", "symmetric", "wrap"].index(mode)
    rng = np.random.default_rng(3)
    for dtype in ("f4", "c16", "u1"):
        for shape, widths in [
            ((5,), [(2, 3)]),
            ((5,), [(12, 17)]),
            ((3, 4), [(0, 2), (5, 1)]),
            ((2, 1, 3), [(1, 1)] * 3),
        ]:
            a = make(rng, shape, dtype)
            want = np.pad(a, widths, mode, **({"constant_values": 7} if mode == "constant" else {}))
            for laid in layouts(a):
                for out in layouts(np.zeros(want.shape, dtype)):
                    call("pad", out, laid, int64s([w[0] for w in widths]), number, raw(7, dtype))
                    same(out, want)


def test_constant_pad_crops():
    a = np.arange(20, dtype="f4").reshape(4, 5)
    out = np.zeros((3, 4), "f4")
    call("pad", out, a, int64s([-1, 1]), 0, raw(9, "f4"))
    assert (out == [[9, 5, 6, 7], [9, 10, 11, 12], [9, 15, 16, 17]]).all()
    call("pad", out, a, int64s([-9, 0]), 0, raw(9, "f4"))
    assert (out == 9).all()


@pytest.mark.parametrize("dtype", ALL, ids=str)
def test_eye(dtype):
    for shape in [(4, 4), (3, 6), (6, 3)]:
        for k in (-7, -1, 0, 2, 9):
            out = np.ones(shape, dtype)
            call("eye", out, k)
            same(out, np.eye(*shape, k).astype(dtype))


def test_one_hot():
    index = np.array([[0, 2, -1], [3, 1, 2]])
    for axis in (0, 1, 2):
        shape = list(index.shape)
        shape.insert(axis, 3)
        out = np.zeros(shape, "f4")
        call("one_hot", out, index, axis, raw(5, "f4"), raw(-1, "f4"))
        want = np.where(
            np.expand_dims(index, axis) == np.arange(3).reshape([3 if i == axis else 1 for i in range(3)]),
            5,
            -1,
        )
        assert (out == want).all()


@pytest.mark.parametrize("dtype", [d for d in ALL if d.kind in "fiu" and d not in HALVES], ids=str)
def test_arange_and_linspace(dtype):
    for start, step, n in [(0, 1, 10), (3, 2, 100), (100, -1, 50)] + (
        [(0.1, 0.3, 1000), (-1e3, 1e-3, 77)] if dtype.kind == "f" else []
    ):
        want = (
            (np.arange(n) * step + start)
            if dtype.kind != "f"
            else np.arange(start, start + step * (n - 0.5), step, dtype)
        )
        for out in layouts(np.zeros(n, dtype)):
            call("arange", out, float(start), float(step))
            np.testing.assert_array_equal(out, want.astype(dtype))
            if dtype.kind != "f":
                call("arange_int", out, start, step)
                np.testing.assert_array_equal(out, want.astype(dtype))
    for start, stop, n in [(0.0, 1.0, 11), (2.0, 90.0, 7), (5.0, 5.0, 3), (1.0, 2.0, 1), (0.0, 1.0, 0)]:
        for endpoint in (0, 1):
            out = np.zeros(n, dtype)
            call("linspace", out, start, stop, endpoint)
            np.testing.assert_array_equal(out, np.linspace(start, stop, n, bool(endpoint), dtype=dtype))


def test_arange_of_halves_and_big_integers():
    out = np.zeros(6, "f2")
    call("arange", out, 0.5, 0.25)
    assert out.tolist() == [0.5, 0.75, 1.0, 1.25, 1.5, 1.75]
    out = np.zeros(3, "i8")
    call("arange_int", out, 2**62 + 1, 1)
    assert out.tolist() == [2**62 + 1, 2**62 + 2, 2**62 + 3]
