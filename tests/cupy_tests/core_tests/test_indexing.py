"""Indexing against NumPy: reading, writing, in-place, over every kind of key."""

import cupy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

A = np.arange(120).reshape(4, 5, 6)
MASK = A[:, :, 0] % 3 == 0

KEYS = {
    "integer": 2,
    "negative": -1,
    "slice": slice(1, 3),
    "step": slice(None, None, 2),
    "backwards": slice(None, None, -1),
    "empty slice": slice(3, 3),
    "beyond": slice(2, 99),
    "tuple": (1, slice(None), 3),
    "ellipsis": (Ellipsis, 2),
    "newaxis": (None, 1, None),
    "all integers": (1, 2, 3),
    "list": [0, 2],
    "negative list": [-1, 0, -4],
    "array": np.array([[0, 1], [3, 2]]),
    "narrow array": np.array([0, 3], np.int8),
    "unsigned array": np.array([0, 3], np.uint64),
    "two arrays": ([0, 1], [2, 3]),
    "broadcast arrays": (np.array([[0], [1]]), np.array([2, 3])),
    "array then slice": ([0, 1], slice(None), 2),
    "separated arrays": ([0, 1], slice(None), [2, 3]),
    "array in the middle": (slice(None), [0, 4], slice(1, 3)),
    "arrays last": (slice(None), [0, 4], [1, 1]),
    "integer and array": (2, slice(None), [0, 1]),
    "integer beside array": (slice(None), 2, [0, 1]),
    "newaxis between": ([0, 1], None, [2, 3]),
    "ellipsis between": ([0, 1], Ellipsis, [2, 3]),
    "empty list": [],
    "mask": A % 2 == 0,
    "leading mask": MASK,
    "mask and integer": (MASK, 2),
    "mask in the middle": (slice(None), np.array([True, False, True, True, False]), [0]),
    "true": True,
    "false": False,
    "host mask and slice": (np.array([True, False, True, True]), slice(2)),
}


def on_device(key):
    """Return the key with its arrays on the device."""
    if isinstance(key, tuple):
        return tuple(on_device(k) for k in key)
    return cupy.asarray(key) if isinstance(key, np.ndarray) else key


@pytest.mark.parametrize("where", ["host", "device"])
@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
class TestKey:
    def key(self, key, where):
        return on_device(key) if where == "device" else key

    def test_get(self, key, where):
        for view in (lambda a: a, lambda a: a[::-1, :, ::1], lambda a: a.transpose(0, 1, 2)[:, ::1]):
            expected, got = view(A)[key], view(cupy.asarray(A))[self.key(key, where)]
            assert got.shape == expected.shape and got.dtype == expected.dtype
            np.testing.assert_array_equal(got.get(), expected)

    def test_set_scalar(self, key, where):
        expected, got = A.copy(), cupy.asarray(A)
        expected[key] = -7
        got[self.key(key, where)] = -7
        np.testing.assert_array_equal(got.get(), expected)

    def test_set_array(self, key, where):
        expected, got = A.astype(float), cupy.asarray(A.astype(float))
        values = np.linspace(0, 1, expected[key].size).reshape(expected[key].shape)
        expected[key] = values
        got[self.key(key, where)] = cupy.asarray(values)
        np.testing.assert_array_equal(got.get(), expected)

    def test_in_place(self, key, where):
        expected, got = A.copy(), cupy.asarray(A)
        k = self.key(key, where)
        expected[key] += 100
        got[k] += 100
        np.testing.assert_array_equal(got.get(), expected)


axis_key = st.one_of(
    st.integers(-2, 1),
    st.slices(3),
    st.none(),
    st.just(Ellipsis),
    st.lists(st.integers(-2, 1), min_size=1, max_size=3),
    st.lists(st.lists(st.integers(-2, 1), min_size=2, max_size=2), min_size=1, max_size=2),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(axis_key, min_size=1, max_size=5).map(tuple))
def test_any_key(key):
    a = np.arange(2 * 3 * 2 * 4).reshape(2, 3, 2, 4)
    x = cupy.asarray(a)
    try:
        expected = a[key]
    except IndexError:
        with pytest.raises(IndexError):
            x[key]
        return
    got = x[key]
    assert got.shape == expected.shape
    np.testing.assert_array_equal(got.get(), expected)
    b = a.copy()
    b[key] = 5
    x[key] = 5
    np.testing.assert_array_equal(x.get(), b)


def test_basic_keys_are_views():
    x = cupy.asarray(A)
    for key in (2, slice(1, 3), (Ellipsis, 2), (None, 1), slice(None, None, -1), (1, 2, 3), ()):
        v = x[key]
        assert v.base is x
        v[...] = -1
        assert bool((x[key] == -1).all())
    assert x[[0]].base is None


@pytest.mark.parametrize("key, message", [
    (4, "index 4 is out of bounds for axis 0 with size 4"),
    (-5, "index -5 is out of bounds for axis 0 with size 4"),
    ((0, 5), "index 5 is out of bounds for axis 1 with size 5"),
    ((0, 0, 0, 0), "too many indices for array: array is 3-dimensional, but 4 were indexed"),
    ([0, 4], "index 4 is out of bounds for axis 0 with size 4"),
    ((0, [0, -6]), "index -6 is out of bounds for axis 1 with size 5"),
    ((Ellipsis, Ellipsis), "an index can only have a single ellipsis"),
    (1.5, "only integers, slices"),
    ([0.5], "arrays used as indices must be of integer"),
    ("x", "only integers, slices"),
    (([0, 1], [0, 1, 2]),
     "shape mismatch: indexing arrays could not be broadcast together with shapes \\(2,\\) \\(3,\\)"),
    (np.ones(3, bool), "boolean index did not match indexed array along axis 0; size of axis is 4 but size"),
])  # fmt: skip
def test_bad_key(key, message):
    with pytest.raises(IndexError):
        A[key]
    for k in (key, on_device(key)):
        x = cupy.asarray(A)
        with pytest.raises(IndexError, match=message):
            x[k]
        with pytest.raises(IndexError, match=message):
            x[k] = 1
        assert bool((x == cupy.asarray(A)).all())


def test_index_array_on_the_device_is_checked():
    x = cupy.arange(5)
    for bad in ([0, 5], [-6]):
        with pytest.raises(IndexError, match="out of bounds"):
            x[cupy.asarray(bad)]
            cupy.xpu.Device().synchronize()  # finds them where the stream was busy
        with pytest.raises(IndexError, match="out of bounds"):
            x[cupy.asarray(bad)] = 0
            cupy.xpu.Device().synchronize()


def test_bad_values():
    x = cupy.zeros((3, 4))
    with pytest.raises(
        ValueError, match=r"could not broadcast input array from shape \(3,\) into shape \(3, ?4\)"
    ):
        x[...] = cupy.ones(3)
    with pytest.raises(ValueError, match="shape mismatch: value array of shape"):
        x[[0, 1]] = cupy.ones(3)
    with pytest.raises(ValueError, match="cannot assign 2 input values to the 12 output values"):
        x[x == 0] = cupy.ones(2)
    with pytest.raises(ValueError, match="read-only"):
        cupy.broadcast_to(x, (2, 3, 4))[0] = 1


def test_last_of_repeated_indices_wins():
    a, x = np.zeros(4), cupy.zeros(4)
    a[[1, 1, 3]] = [1, 2, 3]
    x[[1, 1, 3]] = cupy.asarray([1.0, 2, 3])
    np.testing.assert_array_equal(x.get(), a)


def test_assignment_between_overlapping_views():
    a = np.arange(20)
    for target, source in (
        (slice(2, 12), slice(0, 10)),
        (slice(0, 10), slice(2, 12)),
        (slice(None), slice(None, None, -1)),
    ):
        b, x = a.copy(), cupy.asarray(a)
        b[target] = b[source].copy()
        x[target] = x[source]
        np.testing.assert_array_equal(x.get(), b)
    b, x = a.reshape(4, 5)[:, :4].copy(), cupy.asarray(a).reshape(4, 5)[:, :4].copy()
    b[...] = b.T.copy()
    x[...] = x.T
    np.testing.assert_array_equal(x.get(), b)


def test_assignment_casts():
    x = cupy.zeros(3, "i4")
    x[...] = cupy.array([1.9, -1.9, 3.0])
    assert x.get().tolist() == [1, -1, 3]
    x[1] = 2.7
    assert x.get().tolist() == [1, 2, 3]
    with pytest.raises(OverflowError):
        x[0] = 2**40


@pytest.mark.parametrize("value", [True, 2, -3, 300, 2**40, 1.5, -2.7, np.nan, 1e39, 2 + 1j, None], ids=str)
@pytest.mark.parametrize("dtype", "?bBlefdFD")
def test_numbers_assigned_to_chosen_elements(dtype, value):
    keys = ([0, 2], [1, 1]), ([3, -1],), (slice(1, 3), [0, 2])
    for key in keys:
        a = np.arange(12).reshape(4, 3).astype(dtype)
        x = cupy.asarray(a)
        with np.errstate(all="ignore"):
            try:
                a[key] = value
            except (TypeError, ValueError, OverflowError) as error:
                with pytest.raises(type(error)):
                    x[key] = value
            else:
                x[key] = value
        np.testing.assert_array_equal(x.get(), a)


def test_iteration_len_contains_flat():
    x = cupy.arange(6).reshape(2, 3)
    assert len(x) == 2 and [r.get().tolist() for r in x] == [[0, 1, 2], [3, 4, 5]]
    assert 5 in x and 6 not in x
    x.flat[[1, 4]] = 9
    assert x.get().tolist() == [[0, 9, 2], [3, 9, 5]]
    assert [int(v) for v in x.T.flat] == [0, 3, 9, 9, 2, 5]
    with pytest.raises(TypeError, match="0-d"):
        iter(cupy.zeros(()))
    with pytest.raises(TypeError, match="unsized"):
        len(cupy.zeros(()))
