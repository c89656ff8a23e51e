"""Reads one byte past an array in device memory: a sanitized build has to stop here, or its silence means nothing."""

import ctypes

import cupy as cp

array = cp.zeros(100, dtype=cp.uint8)
host_pointer = ctypes.CDLL(cp.__path__[0] + "/../cupy_backends/cannsim/lib/libcannsim.so").cannsimHostPointer
host_pointer.restype = ctypes.c_void_p
host_pointer.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_void_p]
at = host_pointer(array.data.ptr, 100, 1, None)
ctypes.memmove(ctypes.create_string_buffer(200), at, 100)
print("inside: fine", flush=True)
ctypes.memmove(ctypes.create_string_buffer(200), at, 101)
print("outside: not noticed")
