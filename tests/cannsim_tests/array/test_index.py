import ctypes

import numpy as np
import pytest
from kernels import ALL, KernelError, bfloat16, call, layouts, make, view

UPDATES = {"set": 0, "add": 1, "multiply": 2, "maximum": 3, "minimum": 4}


def pack(indices, axes):
    views = [view(np.asarray(i)) for i in indices]
    pointers = (ctypes.c_void_p * len(views))(*[ctypes.addressof(v) for v in views])
    return pointers, (ctypes.c_int * len(axes))(*axes), ctypes.c_int(len(views)), views


def get_indexed(a, indices, axes, position, out):
    pointers, ax, n, _keep = pack(indices, axes)
    bad = ctypes.c_int64(-1)
    try:
        call("get_indexed", out, a, pointers, ax, n, position, ctypes.byref(bad))
    except KernelError as e:
        raise KernelError(f"{e} {bad.value}") from None


def set_indexed(a, indices, axes, position, values, update="set"):
    pointers, ax, n, _keep = pack(indices, axes)
    bad = ctypes.c_int64(-1)
    try:
        call("set_indexed", a, values, pointers, ax, n, position, UPDATES[update], ctypes.byref(bad))
    except KernelError as e:
        raise KernelError(f"{e} {bad.value}") from None


# key, axes, position of the broadcast axes
def keys(rng):
    def i(n, *shape):
        return rng.integers(-n, n, shape)

    yield (6, 7, 8), (i(6, 5),), (0,), 0
    yield (6, 7, 8), (i(6, 3, 2),), (0,), 0
    yield (6, 7, 8), (slice(None), i(7, 5)), (1,), 1
    yield (6, 7, 8), (..., i(8, 4, 3)), (2,), 2
    yield (6, 7, 8), (i(6, 5), i(7, 5)), (0, 1), 0
    yield (6, 7, 8), (i(6, 5), i(7, 4, 1), i(8, 1, 5)), (0, 1, 2), 0
    yield (6, 7, 8), (slice(None), i(7, 5), i(8, 5)), (1, 2), 1
    yield (6, 7, 8), (i(6, 5), slice(None), i(8, 5)), (0, 2), 0
    yield (6, 7, 8), (i(6), i(7)), (0, 1), 0
    yield (50,), (i(50, 300),), (0,), 0
    yield (50, 1), (i(50, 0),), (0,), 0


@pytest.mark.parametrize("index_dtype", ["i8", "i4"])
@pytest.mark.parametrize("dtype", ALL, ids=str)
def test_get_and_set(dtype, index_dtype):
    rng = np.random.default_rng(0)
    for shape, key, axes, position in keys(rng):
        a = make(rng, shape, dtype)
        indices = [np.asarray(k, index_dtype) for k in key if not (k is ... or isinstance(k, slice))]
        key = tuple(k if k is ... or isinstance(k, slice) else np.asarray(k) for k in key)
        want = np.asarray(a[key])
        for laid in layouts(a):
            for out in layouts(np.zeros(want.shape, dtype)):
                get_indexed(laid, indices, axes, position, out)
                assert np.ascontiguousarray(out).tobytes() == want.tobytes()
        values = make(rng, want.shape, dtype)
        expected = a.copy()
        expected[key] = values
        for laid in layouts(a.copy()):
            for v in layouts(values):
                laid[...] = a
                set_indexed(laid, indices, axes, position, v)
                assert np.ascontiguousarray(laid).tobytes() == expected.tobytes()
        expected[key] = values.flat[0] if values.size else 1
        set_indexed(
            laid, indices, axes, position, np.asarray(values.flat[0] if values.size else 1).astype(dtype)
        )
        assert np.ascontiguousarray(laid).tobytes() == expected.tobytes()


@pytest.mark.parametrize("dtype", [d for d in ALL if d != bfloat16], ids=str)
@pytest.mark.parametrize("update", [u for u in UPDATES if u != "set"])
def test_updates_follow_each_other(update, dtype):
    rng = np.random.default_rng(1)
    for shape, key, axes, position in keys(rng):
        a = make(rng, shape, dtype, 0, 4)
        values = make(rng, a[key].shape, dtype, 0, 4)
        indices = [k for k in key if not (k is ... or isinstance(k, slice))]
        want = a.copy()
        getattr(np, update).at(want, key, values)
        for laid in layouts(a.copy()):
            laid[...] = a
            set_indexed(laid, indices, axes, position, values, update)
            if dtype.kind == "c" and update == "multiply":
                np.testing.assert_allclose(laid, want, rtol=1e-5)
            else:
                np.testing.assert_array_equal(laid, want)


def test_last_duplicate_wins():
    a = np.zeros(4, "f4")
    set_indexed(a, [np.array([1, 1, -3, 2])], (0,), 0, np.array([1, 2, 3, 4], "f4"))
    assert a.tolist() == [0, 3, 4, 0]


def test_out_of_range_names_the_place_and_writes_nothing():
    a = np.arange(12, dtype="f4").reshape(3, 4)
    for wrong in (3, -4, 2**62, -(2**62)):
        index = np.array([[0, 1], [wrong, 2]])
        out = np.full((2, 2, 4), 5, "f4")
        with pytest.raises(KernelError, match="IndexOutOfRange 2"):
            get_indexed(a, [index], (0,), 0, out)

        before = a.copy()
        with pytest.raises(KernelError, match="IndexOutOfRange 2"):
            set_indexed(a, [index], (0,), 0, np.zeros((2, 2, 4), "f4"))
        assert (a == before).all()
    with pytest.raises(KernelError, match="IndexOutOfRange 0"):
        get_indexed(np.zeros((0, 3), "f4"), [np.array([0])], (0,), 0, np.zeros((1, 3), "f4"))


def test_contradictions_are_refused():
    a, f = np.zeros((3, 4), "f4"), lambda *s: np.zeros(s, "f4")
    for indices, axes, position, out in [
        ([[0, 1]], (2,), 0, f(2, 4)),
        ([[0, 1]], (0,), 0, f(3, 4)),
        ([[0, 1], [0, 1, 2]], (0, 1), 0, f(2)),
        ([[0, 1], [0, 1]], (0, 0), 0, f(2)),
        ([[0, 1]], (0,), 2, f(2, 4)),
    ]:
        with pytest.raises(KernelError, match="BadArgument"):
            get_indexed(a, [np.array(i) for i in indices], axes, position, out)
    with pytest.raises(KernelError, match="UnsupportedDType"):
        get_indexed(a, [np.array([0.0])], (0,), 0, f(1, 4))


@pytest.mark.parametrize("dtype", ALL, ids=str)
def test_take_and_put(dtype):
    rng = np.random.default_rng(2)
    a = make(rng, (5, 6, 7), dtype)
    for axis in (None, 0, 1, 2):
        n = a.size if axis is None else a.shape[axis]
        for shape in [(), (4,), (2, 3)]:
            index = np.asarray(rng.integers(-n, n, shape))
            want = a.take(index, axis)
            for laid in layouts(a):
                out = np.zeros(want.shape, dtype)
                call("take", out, laid, index, -1 if axis is None else axis, None)
                assert out.tobytes() == want.tobytes()
                target, expected, values = laid.copy("K"), a.copy(), make(rng, want.shape, dtype)
                if axis is None:
                    expected.ravel()[index] = values
                else:
                    expected[(slice(None),) * axis + (index,)] = values
                call("put", target, index, values, -1 if axis is None else axis, 0, None)
                assert np.ascontiguousarray(target).tobytes() == expected.tobytes()
    for bad in (210, -211):
        for laid in layouts(a):
            with pytest.raises(KernelError, match="IndexOutOfRange"):
                call("take", np.zeros(1, dtype), laid, np.array([bad]), -1, None)


@pytest.mark.parametrize("dtype", ALL, ids=str)
def test_along_axis(dtype):
    rng = np.random.default_rng(3)
    for shape in [(9,), (5, 6), (4, 5, 6)]:
        a = make(rng, shape, dtype)
        for axis in range(a.ndim):
            small = [n if i == axis else n - 1 for i, n in enumerate(shape)]
            small[axis] = 3
            index = rng.integers(-shape[axis], shape[axis], small)
            corner = a[tuple(slice(None) if i == axis else slice(n) for i, n in enumerate(small))]
            want = np.take_along_axis(corner, index, axis)
            for laid in layouts(a):
                for i in layouts(index.astype("i4")):
                    out = np.zeros(small, dtype)
                    call("take_along_axis", out, laid, i, axis, None)
                    assert out.tobytes() == want.tobytes()
                source, target = make(rng, shape, dtype), laid.copy("K")
                source = source[tuple(slice(n) for n in small)]
                expected = a.copy()
                np.put_along_axis(
                    expected[tuple(slice(None) if i == axis else slice(n) for i, n in enumerate(small))],
                    index,
                    source,
                    axis,
                )
                call("put_along_axis", target, index, source, axis, 0, None)
                assert np.ascontiguousarray(target).tobytes() == expected.tobytes()
    with pytest.raises(KernelError, match="IndexOutOfRange"):
        call("take_along_axis", out, a, np.full(small, a.shape[axis]), axis, None)


def test_put_along_axis_adds():
    a, index = np.zeros((2, 3), "f4"), np.array([[0, 0, 2], [1, 1, 1]])
    call("put_along_axis", a, index, np.ones((2, 3), "f4"), 1, UPDATES["add"], None)
    assert a.tolist() == [[2, 0, 1], [0, 3, 0]]
    call("put_along_axis", a, index[:, :1], np.array(9, "f4"), 1, 0, None)
    assert a.tolist() == [[9, 0, 1], [0, 9, 0]]


def test_nd():
    rng = np.random.default_rng(4)
    a = make(rng, (4, 5, 6), "f4")
    for depth in (1, 2, 3):
        index = np.stack([rng.integers(-n, n, (3, 2)) for n in a.shape[:depth]], -1)
        key = tuple(np.moveaxis(index, -1, 0))
        for laid in layouts(a):
            out = np.zeros(a[key].shape, "f4")
            call("gather_nd", out, laid, index, None)
            assert (out == a[key]).all()
            target, want, updates = laid.copy("K"), a.copy(), make(rng, out.shape, "f4")
            np.add.at(want, key, updates)
            call("scatter_nd", target, index, updates, 1, None)
            np.testing.assert_array_equal(target, want)
