"""Drives a backend's C table with ctypes: many launches before one synchronisation, streams, threads."""

import ctypes
import weakref
from ctypes import (
    CFUNCTYPE,
    POINTER,
    Structure,
    Union,
    byref,
    c_char,
    c_char_p,
    c_double,
    c_float,
    c_int,
    c_int8,
    c_int32,
    c_int64,
    c_size_t,
    c_ubyte,
    c_uint64,
    c_void_p,
)

import numpy as np
from cupy_backends.backend._backend import ops
from cupy_backends.backend._testing import DTYPES


class Operand(Structure):
    _fields_ = [
        ("block", c_void_p),
        ("block_bytes", c_int64),
        ("offset", c_int64),
        ("shape", POINTER(c_int64)),
        ("strides", POINTER(c_int64)),
        ("ndim", c_int32),
        ("dtype", c_int8),
        ("contiguous", c_int8),
        ("scalar", c_ubyte * 16),
    ]


class _Value(Union):
    _fields_ = [("i", c_int64), ("u", c_uint64), ("f", c_double), ("list", POINTER(c_int64))]


class Attr(Structure):
    _anonymous_ = ("value",)
    _fields_ = [("value", _Value), ("count", c_int64)]


class Error(Structure):
    _fields_ = [
        ("code", c_int64),
        ("name", c_char * 64),
        ("call", c_char * 96),
        ("message", c_char * 1024),
        ("advice", c_char * 256),
        ("launches", c_char * 1024),
    ]


_LAUNCH = CFUNCTYPE(c_int, c_void_p, POINTER(Operand), c_int, POINTER(Attr), c_void_p)
CALLBACK = CFUNCTYPE(None, c_void_p)
_S = c_void_p
_MEMBERS = [
    ("name", c_char_p),
    ("resolve", CFUNCTYPE(c_void_p, c_int, POINTER(c_int8), c_int)),
    ("device_count", CFUNCTYPE(c_int, POINTER(c_int))),
    ("set_device", CFUNCTYPE(c_int, c_int)),
    ("get_device", CFUNCTYPE(c_int, POINTER(c_int))),
    ("device_name", CFUNCTYPE(c_int, c_int, c_char_p, c_size_t)),
    ("mem_info", CFUNCTYPE(c_int, POINTER(c_size_t), POINTER(c_size_t))),
    ("device_synchronize", CFUNCTYPE(c_int)),
    ("device_reset", CFUNCTYPE(c_int, c_int)),
    ("mem_alloc", CFUNCTYPE(c_int, c_size_t, POINTER(c_void_p))),
    ("mem_free", CFUNCTYPE(c_int, c_void_p)),
    ("copy_to_device", CFUNCTYPE(c_int, c_void_p, c_void_p, c_size_t, _S)),
    ("copy_to_host", CFUNCTYPE(c_int, c_void_p, c_void_p, c_size_t, _S)),
    ("copy_on_device", CFUNCTYPE(c_int, c_void_p, c_void_p, c_size_t, _S)),
    ("mem_set", CFUNCTYPE(c_int, c_void_p, c_int, c_size_t, _S)),
    ("pool_alloc", CFUNCTYPE(None, c_void_p, c_size_t, _S)),
    ("pool_free", CFUNCTYPE(None, c_void_p, _S)),
    ("stream_create", CFUNCTYPE(c_int, POINTER(_S), c_int)),
    ("stream_destroy", CFUNCTYPE(c_int, _S)),
    ("stream_synchronize", CFUNCTYPE(c_int, _S)),
    ("stream_query", CFUNCTYPE(c_int, _S, POINTER(c_int))),
    ("stream_wait_event", CFUNCTYPE(c_int, _S, c_void_p)),
    ("stream_callback", CFUNCTYPE(c_int, _S, CALLBACK, c_void_p)),
    ("event_create", CFUNCTYPE(c_int, POINTER(c_void_p), c_int)),
    ("event_destroy", CFUNCTYPE(c_int, c_void_p)),
    ("event_record", CFUNCTYPE(c_int, c_void_p, _S)),
    ("event_query", CFUNCTYPE(c_int, c_void_p, POINTER(c_int))),
    ("event_synchronize", CFUNCTYPE(c_int, c_void_p)),
    ("event_elapsed", CFUNCTYPE(c_int, POINTER(c_float), c_void_p, c_void_p)),
    ("last_error", CFUNCTYPE(None, POINTER(Error))),
]


class _Table(Structure):
    _fields_ = _MEMBERS


class Failure(Exception):
    """A call returned a status; ``error`` is the backend's account of it."""

    def __init__(self, status, error):
        super().__init__(f"{status}: {error.name.decode()} {error.message.decode()}")
        self.status, self.error = status, error


def _give_back(device, address):
    device.check(device.table.device_synchronize())
    device.check(device.table.mem_free(address))


class Array:
    """Device memory with a shape; given back with the object, after what is queued on it."""

    def __init__(self, device, host, stream=None):
        host = np.asarray(host)
        self.device, self.host_dtype, self.shape = device, host.dtype, host.shape
        self.strides = np.ascontiguousarray(host).strides
        self.offset, self.bytes = 0, max(host.nbytes, 1)
        self.address = c_void_p()
        device.check(device.table.mem_alloc(self.bytes, byref(self.address)))
        self._finalizer = weakref.finalize(self, _give_back, device, self.address)
        host = np.ascontiguousarray(host)
        device.check(device.table.copy_to_device(self.address, host.ctypes.data, host.nbytes, stream))

    def get(self, stream=None):
        out = np.empty(self.shape, self.host_dtype)
        self.device.check(self.device.table.copy_to_host(out.ctypes.data, self.address, out.nbytes, stream))
        return out

    def free(self):
        self._finalizer()

    def operand(self, keep):
        o = Operand()
        shape = (c_int64 * (len(self.shape) + 1))(*self.shape)
        strides = (c_int64 * (len(self.shape) + 1))(*self.strides)
        keep += [shape, strides]
        o.block, o.block_bytes, o.offset = self.address, self.bytes, self.offset
        o.shape, o.strides, o.ndim = shape, strides, len(self.shape)
        o.dtype, o.contiguous = DTYPES.index(self.host_dtype.name), 1
        return o


class Device:
    def __init__(self, module):
        get = ctypes.pythonapi.PyCapsule_GetPointer
        get.restype, get.argtypes = c_void_p, [ctypes.py_object, c_char_p]
        self.capsule = module.backend_capsule()
        self.table = _Table.from_address(get(self.capsule, b"cupyBackend"))

    def check(self, status):
        if status:
            error = Error()
            self.table.last_error(byref(error))
            raise Failure(status, error)

    def array(self, host, stream=None):
        return Array(self, host, stream)

    def empty(self, shape, dtype):
        return Array(self, np.zeros(shape, dtype))

    def stream(self):
        handle = c_void_p()
        self.check(self.table.stream_create(byref(handle), 1))
        return handle

    def launch(self, op, *operands, attrs=(), stream=None):
        """``operands`` are :class:`Array` or NumPy scalars; ``attrs`` are integers."""
        keep = []
        list_ = (Operand * len(operands))()
        for k, value in enumerate(operands):
            if isinstance(value, Array):
                list_[k] = value.operand(keep)
            else:
                list_[k].dtype, list_[k].contiguous = DTYPES.index(value.dtype.name), 1
                ctypes.memmove(list_[k].scalar, np.asarray(value).tobytes(), value.dtype.itemsize)
        dtypes = (c_int8 * len(operands))(*[o.dtype for o in list_])
        plan = self.table.resolve(ops().index(op), dtypes, len(operands))
        if not plan:
            self.check(3)
        attributes = (Attr * (len(attrs) + 1))()
        for k, value in enumerate(attrs):
            attributes[k].i = value
        launch = _LAUNCH(c_void_p.from_address(plan).value)
        self.check(launch(plan, list_, len(operands), attributes, stream))
