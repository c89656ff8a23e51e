"""DLPack: capsules given and taken, their lifetimes, refusals."""

import ctypes
import gc
import os

import cupy
import ml_dtypes
import numpy as np
import pytest

DTYPES = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "bfloat16", "f4", "f8", "c8", "c16"]
DEVICE = (12, 0)
new_capsule = ctypes.pythonapi.PyCapsule_New
new_capsule.restype, new_capsule.argtypes = (
    ctypes.py_object,
    [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p],
)
pointer_of = ctypes.pythonapi.PyCapsule_GetPointer
pointer_of.restype, pointer_of.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]


class Tensor(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32),
        ("device_id", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("code", ctypes.c_uint8),
        ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("byte_offset", ctypes.c_uint64),
    ]


class Unversioned(ctypes.Structure):
    _fields_ = [("tensor", Tensor), ("owner", ctypes.c_void_p), ("deleter", ctypes.c_void_p)]


class Versioned(ctypes.Structure):
    _fields_ = [
        ("major", ctypes.c_uint32),
        ("minor", ctypes.c_uint32),
        ("owner", ctypes.c_void_p),
        ("deleter", ctypes.c_void_p),
        ("flags", ctypes.c_uint64),
        ("tensor", Tensor),
    ]


DELETER = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


def contents(capsule):
    if b"versioned" in repr(capsule).encode():
        return Versioned.from_address(pointer_of(capsule, b"dltensor_versioned"))
    return Unversioned.from_address(pointer_of(capsule, b"dltensor"))


class Foreign:
    """An array of another library, whose tensor is made by hand."""

    def __init__(self, like=None, versioned=True, **changes):
        self.deleted = 0
        self.like = cupy.arange(6, dtype="f4").reshape(2, 3) if like is None else like
        self.dims = (ctypes.c_int64 * 4)(2, 3, 3, 1)
        shape = ctypes.cast(self.dims, ctypes.POINTER(ctypes.c_int64))
        strides = ctypes.cast(ctypes.byref(self.dims, 16), ctypes.POINTER(ctypes.c_int64))
        data = self.like.data.ptr if isinstance(self.like, cupy.ndarray) else self.like.ctypes.data
        kind = 12 if isinstance(self.like, cupy.ndarray) else 1
        tensor = Tensor(data, kind, 0, 2, 2, 32, 1, shape, strides, 0)
        self.delete = DELETER(self._delete)
        deleter = ctypes.cast(self.delete, ctypes.c_void_p)
        self.managed = (
            Versioned(1, 0, None, deleter, 0, tensor) if versioned else Unversioned(tensor, None, deleter)
        )
        for name, value in changes.items():
            setattr(self.managed.tensor if hasattr(Tensor, name) else self.managed, name, value)
        self.name = b"dltensor_versioned" if versioned else b"dltensor"
        self.versioned = versioned

    def _delete(self, _):
        self.deleted += 1

    def __dlpack_device__(self):
        return self.managed.tensor.device_type, self.managed.tensor.device_id

    def __dlpack__(self, **keywords):
        if keywords and not self.versioned:
            raise TypeError("unexpected keyword argument 'max_version'")
        return new_capsule(ctypes.addressof(self.managed), self.name, None)


class Wrapped:
    """Hides that an array is one of ours."""

    def __init__(self, array, **fixed):
        self.array, self.fixed = array, fixed

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()

    def __dlpack__(self, **keywords):
        return self.array.__dlpack__(**(keywords | self.fixed))


def values(dtype):
    a = np.arange(24).reshape(2, 3, 4)
    return a.astype(ml_dtypes.bfloat16 if dtype == "bfloat16" else dtype)


LAYOUTS = {
    "whole": lambda a: a,
    "transposed": lambda a: a.T,
    "reversed": lambda a: a[::-1, :, ::-2],
    "offset": lambda a: a[1:, 1],
    "rank 0": lambda a: a[1, 2, 3],
    "empty": lambda a: a[:, :0],
    "broadcast": lambda a: a[:, :1][:, [0, 0]],
}


@pytest.mark.parametrize("versioned", [False, True])
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_there_and_back_without_a_copy(dtype, layout, versioned):
    x = layout(cupy.asarray(values(dtype)))
    y = cupy.from_dlpack(Wrapped(x, max_version=(1, 0) if versioned else None))
    assert (y.dtype, y.shape, y.strides) == (x.dtype, x.shape, x.strides)
    assert y.data.ptr == x.data.ptr and y.size == x.size
    np.testing.assert_array_equal(y.get(), x.get())
    assert cupy.may_share_memory(x, y) == (x.size > 0)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("dtype", [d for d in DTYPES if d != "bfloat16"])
def test_numpy_takes_a_copy_on_the_host(dtype, layout):
    x = layout(cupy.asarray(values(dtype)))
    for copy in (None, True):
        host = np.from_dlpack(x, device="cpu", copy=copy)
        assert isinstance(host, np.ndarray) and host.dtype == x.dtype
        np.testing.assert_array_equal(host, x.get())


def test_numpy_cannot_read_the_device():
    x = cupy.arange(3)
    with pytest.raises((BufferError, RuntimeError), match="Unsupported device"):
        np.from_dlpack(x)
    with pytest.raises(BufferError, match="copy=False"):
        np.from_dlpack(x, device="cpu", copy=False)


def test_a_host_copy_of_bfloat16():
    x = cupy.arange(4, dtype="bfloat16")
    capsule = x.__dlpack__(dl_device=(1, 0), max_version=(1, 0))
    managed = contents(capsule)
    assert (managed.tensor.code, managed.tensor.bits, managed.tensor.device_type) == (4, 16, 1)
    assert managed.flags & 2
    assert cupy.from_dlpack(Foreignish(capsule, (1, 0))).get().tolist() == [0, 1, 2, 3]


class Foreignish:
    def __init__(self, capsule, device):
        self.capsule, self.device = capsule, device

    def __dlpack_device__(self):
        return self.device

    def __dlpack__(self, **_):
        return self.capsule


@pytest.mark.parametrize("dtype", [d for d in DTYPES if d != "bfloat16"])
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_numpy_arrays_are_taken_by_a_copy(layout, dtype):
    a = layout(values(dtype))
    x = cupy.from_dlpack(np.asarray(a))
    assert isinstance(x, cupy.ndarray) and x.dtype == a.dtype
    np.testing.assert_array_equal(x.get(), a)
    assert x.flags.writeable
    with pytest.raises(BufferError, match="copy=False"):
        cupy.from_dlpack(np.asarray(a), copy=False)


def test_tensor_fields():
    x = cupy.arange(24, dtype="i2").reshape(2, 3, 4)[1, ::2, ::-1]
    old, new = x.__dlpack__(), x.__dlpack__(max_version=(1, 3))
    assert '"dltensor"' in repr(old) and '"dltensor_versioned"' in repr(new)
    managed = contents(new)
    assert (managed.major, managed.minor, managed.flags) == (1, 0, 0)
    for tensor in (contents(old).tensor, managed.tensor):
        assert tensor.data + tensor.byte_offset == x.data.ptr
        assert (tensor.device_type, tensor.device_id) == DEVICE == x.__dlpack_device__()
        assert (tensor.code, tensor.bits, tensor.lanes, tensor.ndim) == (0, 16, 1, 2)
        assert tensor.shape[:2] == [2, 4] and tensor.strides[:2] == [8, -1]


def test_max_version_decides():
    x = cupy.ones(2)
    assert '"dltensor"' in repr(x.__dlpack__(max_version=(0, 8)))
    assert '"dltensor_versioned"' in repr(x.__dlpack__(max_version=(2, 0)))
    for bad in (3, (1,), "10", (1, 0.5)):
        with pytest.raises(TypeError, match="max_version"):
            x.__dlpack__(max_version=bad)


def test_copies_are_flagged_and_separate():
    x = cupy.arange(6).reshape(2, 3).T
    capsule = x.__dlpack__(copy=True, max_version=(1, 0))
    assert contents(capsule).flags & 2
    y = cupy.from_dlpack(Foreignish(capsule, DEVICE))
    y[...] = 9
    assert x.get().tolist() == [[0, 3], [1, 4], [2, 5]]
    assert not cupy.may_share_memory(cupy.from_dlpack(x, copy=True), x)
    z = cupy.from_dlpack(x, copy=False)
    z[0, 0] = 7
    assert int(x[0, 0]) == 7


def test_read_only_arrays():
    x = cupy.broadcast_to(cupy.arange(3), (2, 3))
    with pytest.raises(BufferError, match="read-only"):
        x.__dlpack__()
    assert contents(x.__dlpack__(max_version=(1, 0))).flags == 1
    y = cupy.from_dlpack(Wrapped(x))
    assert not y.flags.writeable and not cupy.from_dlpack(x).flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        y[...] = 1
    assert y.get().tolist() == x.get().tolist()
    host = np.arange(3)
    host.flags.writeable = False
    assert cupy.from_dlpack(host).flags.writeable


def test_no_capsule_leaks():
    pool = cupy.get_default_memory_pool()
    gc.collect()
    before = pool.n_used_blocks(), pool.used_bytes()
    for version in (None, (1, 0)):
        x = cupy.arange(5000)
        taken = cupy.from_dlpack(Wrapped(x, max_version=version))
        unused = x.__dlpack__(max_version=version), x.__dlpack__(dl_device=(1, 0), max_version=version)
        copied = x.__dlpack__(copy=True, max_version=version)
        del x
        assert taken[4999].item() == 4999 and pool.n_used_blocks() > before[0]
        del taken
        assert pool.n_used_blocks() > before[0]  # the capsules hold it
        del unused, copied
        assert (pool.n_used_blocks(), pool.used_bytes()) == before


def test_a_foreign_tensor_is_given_back_once():
    for versioned in (True, False):
        producer = Foreign(versioned=versioned)
        x = cupy.from_dlpack(producer)
        assert x.data.ptr == producer.like.data.ptr and x.get().tolist() == [[0, 1, 2], [3, 4, 5]]
        view = x[1:, ::2]
        x += 10
        del x
        assert producer.deleted == 0 and view.get().tolist() == [[13, 15]]
        assert producer.like.get().tolist() == [[10, 11, 12], [13, 14, 15]]
        del view
        assert producer.deleted == 1


def test_a_foreign_host_tensor_is_given_back_at_once():
    producer = Foreign(np.arange(6, dtype="f4").reshape(2, 3))
    x = cupy.from_dlpack(producer)
    assert producer.deleted == 1 and x.get().tolist() == [[0, 1, 2], [3, 4, 5]]


def test_asarray_takes_arrays_of_other_libraries():
    producer = Foreign()
    x = cupy.asarray(producer)
    assert x.data.ptr == producer.like.data.ptr and cupy.asarray(producer, copy=False).shape == (2, 3)
    assert (
        not cupy.shares_memory(cupy.array(producer), x)
        and cupy.asarray(producer, dtype="i4").dtype == np.int32
    )
    host = Foreign(np.arange(6, dtype="f4").reshape(2, 3))
    assert cupy.asarray(host).get().tolist() == [[0, 1, 2], [3, 4, 5]] and host.deleted == 1
    with pytest.raises(ValueError, match="avoid copy"):
        cupy.asarray(host, copy=False)
    assert cupy.empty_like(prototype=producer).shape == (2, 3)


def test_foreign_layouts():
    producer = Foreign(flags=1, strides=None)
    x = cupy.from_dlpack(producer)
    assert x.strides == (12, 4) and not x.flags.writeable
    producer = Foreign()
    producer.dims[:] = (2, 2, -3, 1)
    producer.managed.tensor.byte_offset = 12
    assert cupy.from_dlpack(producer).get().tolist() == [[3, 4], [0, 1]]
    producer = Foreign()
    producer.dims[:] = (0, 3, 3, 1)
    assert cupy.from_dlpack(producer).shape == (0, 3) and producer.deleted == 1


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"code": 3, "bits": 64}, "not a dtype"),
        ({"lanes": 4}, "lanes"),
        ({"bits": 8}, "not a dtype"),
        ({"ndim": 65}, "rank 65"),
        ({"ndim": -1}, "rank -1"),
        ({"data": None}, "null pointer"),
        ({"device_type": 2}, "device type 2"),
        ({"device_id": 99}, "device 99 does not exist"),
        ({"major": 2}, "version 2.0"),
    ],
)
def test_bad_tensors_are_refused(changes, message):
    producer = Foreign(**changes)
    with pytest.raises(BufferError, match=message):
        cupy.from_dlpack(producer)
    assert producer.deleted == 0  # the capsule is still its maker's


@pytest.mark.skipif(
    os.environ.get("CUPY_BACKEND", "ascend") != "ascend", reason="another backend knows no addresses"
)
def test_memory_of_another_device_is_refused():
    producer = Foreign(data=4096)
    with pytest.raises(BufferError, match="not a device of this library"):
        cupy.from_dlpack(producer)
    assert producer.deleted == 0


def test_a_capsule_is_taken_once():
    capsule = cupy.ones(2).toDlpack()
    assert cupy.fromDlpack(capsule).get().tolist() == [1, 1]
    with pytest.raises(ValueError, match="used_dltensor"):
        cupy.fromDlpack(capsule)
    for bad in (3, None, "dltensor"):
        with pytest.raises(TypeError, match="capsule"):
            cupy.fromDlpack(bad)
    with pytest.raises(TypeError, match="__dlpack__"):
        cupy.from_dlpack([1, 2])


def test_bad_requests():
    x = cupy.ones(2)
    for device in ((2, 0), (12, 99), (12, -1)):
        with pytest.raises(BufferError, match="cannot be exported"):
            x.__dlpack__(dl_device=device)
    with pytest.raises(TypeError, match="dl_device"):
        x.__dlpack__(dl_device="cpu")
    for stream in ("x", -2, 1.0):
        with pytest.raises(TypeError, match="stream"):
            x.__dlpack__(stream=stream)
    with pytest.raises(TypeError):
        x.__dlpack__(None)
    with pytest.raises(ValueError, match="numpy.from_dlpack"):
        cupy.from_dlpack(x, device="cpu")
    odd = cupy._core.as_strided(cupy.zeros(3, "i4"), (2,), (3,))
    with pytest.raises(BufferError, match="itemsize"):
        odd.__dlpack__()


def test_streams():
    side = cupy.cuda.Stream()
    with side:
        x = cupy.arange(1000) * 2
        for stream in (None, 0, -1, side, side.ptr):
            assert cupy.from_dlpack(Wrapped(x, stream=stream)).get()[-1] == 1998


@pytest.mark.skipif(cupy.cuda.runtime.getDeviceCount() < 2, reason="one device")
def test_between_devices():
    x = cupy.arange(4, dtype="f4")[::-1]
    other = cupy.cuda.Device(1)
    y = cupy.from_dlpack(x, device=other)
    assert y.device == other and y.get().tolist() == [3, 2, 1, 0] and y.__dlpack_device__() == (12, 1)
    assert cupy.from_dlpack(np.arange(3), device=other).device == other
    assert contents(x.__dlpack__(dl_device=(12, 1), max_version=(1, 0))).tensor.device_id == 1
    with pytest.raises(BufferError, match="copy=False"):
        cupy.from_dlpack(x, device=other, copy=False)
    with pytest.raises(BufferError, match="copy=False"):
        x.__dlpack__(dl_device=(12, 1), copy=False)
    assert cupy.from_dlpack(y).device == other and int(cupy.from_dlpack(Wrapped(y)).sum()) == 6
