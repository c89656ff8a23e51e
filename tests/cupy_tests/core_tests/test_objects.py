"""Array objects are used again when they die: nothing of the old array may be seen in the new one."""

import gc
import sys
import weakref

import numpy as np
import pytest

import cupy


@pytest.mark.parametrize("count", [1, 63, 64, 65, 200])
def test_views_and_bases_that_die_together(count):
    views = [cupy.arange(6)[i % 3 :] for i in range(count)]  # each the only owner of its base
    views.clear()
    fresh = [cupy.full(3, i) for i in range(2 * count + 130)]
    assert [int(a.sum()) for a in fresh] == [3 * i for i in range(len(fresh))]
    assert all(a.base is None and a.shape == (3,) for a in fresh)


def test_nothing_is_left_of_the_array_before():
    for dead in (cupy.zeros((1,) * 9), cupy.zeros((2, 3), "i1")[1:, ::2].T, cupy.zeros(0, "c16")):
        assert dead.shape is dead.shape
        del dead
        a = cupy.ones(4, "f4")
        assert (a.shape, a.strides, a.dtype, a.base, a.size) == ((4,), (4,), np.float32, None, 4)
        assert a.flags.c_contiguous and a.flags.writeable and a.data.ptr % 512 == 0
        assert a.tolist() == [1, 1, 1, 1]


def test_weak_references_end():
    a = cupy.ones(2)
    seen = []
    reference = weakref.ref(a, lambda _: seen.append("gone"))
    del a
    others = [cupy.ones(2) for _ in range(70)]
    assert reference() is None and seen == ["gone"] and len(others) == 70


def test_classes_of_the_user_are_not_mixed_up():
    class Named(cupy.ndarray):
        pass

    a = Named(3)
    a.name = "x"
    del a
    b = cupy.empty(3)
    assert type(b) is cupy.ndarray and not hasattr(b, "name")
    assert type(Named(2)) is Named


def test_references_are_counted():
    base = cupy.ones(3)
    before = sys.getrefcount(base)
    for _ in range(300):
        base[1:]
        base.reshape(3, 1)
    assert sys.getrefcount(base) == before
    view = base[:2]
    assert sys.getrefcount(base) == before + 1
    del view
    gc.collect()
    assert sys.getrefcount(base) == before


def test_the_shape_follows_assignment():
    a = cupy.arange(6)
    assert a.shape == (6,)
    a.shape = (2, 3)
    assert a.shape == (2, 3)
    a.resize((3, 2))
    assert a.shape == (3, 2)
    a.__init__((4,), "i4")
    assert a.shape == (4,)
    assert cupy.arange(10)[cupy.arange(10) > 6].shape == (3,)


@pytest.mark.parametrize(
    "key",
    [
        (0, 1),
        (-1, -2),
        (slice(None), 1),
        (1, slice(None, None, -1)),
        (slice(1, None), slice(None, 0, -2)),
        (slice(5, 1),),
        (),
        (1,),
        (slice(0, 0), 2, slice(3, 1)),
        (1, 2, 3),
    ],
)
def test_keys_of_integers_and_slices(key):
    host = np.arange(60).reshape(3, 4, 5)
    a = cupy.asarray(host)
    found = a[key]
    assert found.shape == host[key].shape and found.strides == host[key].strides or not found.size
    assert np.array_equal(found.get(), host[key])
    a[key] = -1
    host[key] = -1
    assert np.array_equal(a.get(), host)


@pytest.mark.parametrize("key", [(3, 0), (0, 4), (0, 0, -6), (0, 0, 0, 0)])
def test_places_beyond_are_refused_as_by_numpy(key):
    host = np.arange(60).reshape(3, 4, 5)
    with pytest.raises(IndexError) as expected:
        host[key]
    with pytest.raises(IndexError) as found:
        cupy.asarray(host)[key]
    assert str(found.value) == str(expected.value)
