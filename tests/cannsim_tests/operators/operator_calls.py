"""Calls operators of the simulator as a C program would, with NumPy arrays for tensors."""

import ctypes
import json
from pathlib import Path

import numpy as np

from cupy_backends import cannsim

FACTS = Path(__file__).resolve().parents[3] / "cupy_backends" / "cannsim" / "facts"
OPERATORS = json.loads((FACTS / "aclnn.json").read_text())["ops"]
DTYPES = {
    "float32": 0, "float16": 1, "int8": 2, "int32": 3, "uint8": 4, "int16": 6, "uint16": 7, "uint32": 8,
    "int64": 9, "uint64": 10, "float64": 11, "bool": 12, "complex64": 16, "complex128": 17, "bfloat16": 27,
}  # fmt: skip
NUMBERS = {
    "bool": ctypes.c_bool, "int8_t": ctypes.c_int8, "int32_t": ctypes.c_int32, "int": ctypes.c_int,
    "int64_t": ctypes.c_int64, "uint64_t": ctypes.c_uint64, "float": ctypes.c_float,
    "double": ctypes.c_double, "aclDataType": ctypes.c_int,
}  # fmt: skip
TO_DEVICE, TO_HOST = 1, 2


class CannError(Exception):
    """A call failed: its status and message."""

    def __init__(self, status, message):
        super().__init__(f"{status}: {message}")
        self.status = status


def load():
    lib = ctypes.CDLL(cannsim.library())
    for name in ("Tensor", "Scalar", "IntArray", "BoolArray", "FloatArray", "TensorList", "ScalarList"):
        getattr(lib, f"aclCreate{name}").restype = ctypes.c_void_p
    lib.aclGetRecentErrMsg.restype = ctypes.c_char_p
    lib.cannsimImplements.restype = ctypes.c_bool
    lib.aclInit(None)
    lib.aclrtSetDevice(0)
    return lib


lib = load()


def check(status):
    if status:
        message = lib.aclGetRecentErrMsg()
        raise CannError(status, message.decode() if message else "no message")


def int64s(values):
    return (ctypes.c_int64 * max(len(values), 1))(*values)


class Out:
    """An output that holds `fill` before the call."""

    def __init__(self, shape, dtype, fill=0):
        self.array = np.full(shape, fill, dtype)


class InOut(Out):
    """A tensor that the operator changes in place."""

    def __init__(self, array):
        self.array = np.array(array)


class Tensor:
    """Device memory with an array's elements, and its descriptor; strided as the array is."""

    def __init__(self, array):
        self.array = np.asarray(array)
        item = self.array.itemsize
        low = sum(min(0, (n - 1) * s) for n, s in zip(self.array.shape, self.array.strides) if n)
        high = sum(max(0, (n - 1) * s) for n, s in zip(self.array.shape, self.array.strides) if n)
        assert low == 0, "descriptors have no negative strides"
        self.count = (high // item + 1) if self.array.size else 0
        self.memory = ctypes.c_void_p()
        check(lib.aclrtMalloc(ctypes.byref(self.memory), ctypes.c_size_t(max(self.count * item, 1) + 64), 0))
        self.host = np.zeros(self.count, self.array.dtype)
        if self.count:
            self._view()[...] = self.array
            self._copy(self.memory, self.host, TO_DEVICE)
        shape, strides = int64s(self.array.shape), int64s([s // item for s in self.array.strides])
        ndim, storage = ctypes.c_uint64(self.array.ndim), int64s([self.count])
        code = DTYPES[self.array.dtype.name]
        self.handle = lib.aclCreateTensor(
            shape, ndim, code, strides, ctypes.c_int64(0), 2, storage, ctypes.c_uint64(1), self.memory
        )
        assert self.handle

    def _view(self):
        return np.lib.stride_tricks.as_strided(self.host, self.array.shape, self.array.strides)

    def _copy(self, to, host, kind):
        size = ctypes.c_size_t(self.host.nbytes)
        pointer = host.ctypes.data_as(ctypes.c_void_p)
        check(
            lib.aclrtMemcpy(*((to, size, pointer) if kind == TO_DEVICE else (pointer, size, to)), size, kind)
        )

    def read(self):
        """The elements, in the shape that the descriptor has now."""
        shape, ndim = ctypes.POINTER(ctypes.c_int64)(), ctypes.c_uint64()
        check(lib.aclGetViewShape(ctypes.c_void_p(self.handle), ctypes.byref(shape), ctypes.byref(ndim)))
        extents = tuple(shape[i] for i in range(ndim.value))
        if self.count:
            self._copy(self.memory, self.host, TO_HOST)
        if extents == self.array.shape:
            return self._view().copy() if self.count else self.array.copy()
        return self.host[: int(np.prod(extents))].reshape(extents)

    def free(self):
        check(lib.aclrtFree(self.memory))


class Arguments:
    """C arguments made of Python values by the operator's prototype."""

    def __init__(self, name, values):
        params = OPERATORS[name]["params"]
        assert len(params) == len(values), f"{name} takes {[p[1] for p in params]}"
        self.tensors, self.outputs, self.destroy = [], [], []
        self.c = [self.convert(ctype, value) for (ctype, _), value in zip(params, values)]

    def tensor(self, value):
        t = Tensor(value.array if isinstance(value, Out) else value)
        self.tensors.append(t)
        if isinstance(value, Out):
            self.outputs.append(t)
        return t.handle

    def made(self, kind, *arguments):
        handle = getattr(lib, f"aclCreate{kind}")(*arguments)
        assert handle, kind
        return handle

    def array(self, kind, ctype, values):
        handle = self.made(kind, (ctype * max(len(values), 1))(*values), ctypes.c_uint64(len(values)))
        self.destroy.append((f"aclDestroy{kind}", handle))
        return ctypes.c_void_p(handle)

    def scalar(self, value):
        """Python floats become float32 and integers int64, as in torch."""
        data = np.asarray(value, {float: "f4", int: "i8"}.get(type(value)))
        return self.made("Scalar", data.ctypes.data_as(ctypes.c_void_p), DTYPES[data.dtype.name])

    def convert(self, ctype, value):
        kind = ctype.replace("const", "").replace("*", "").strip()
        if "*" not in ctype:
            return NUMBERS[kind](DTYPES[np.dtype(value).name] if kind == "aclDataType" else value)
        if value is None:
            return None
        if kind == "char":
            return ctypes.c_char_p(value.encode())
        if kind == "aclTensor":
            handle = self.tensor(value)
            self.destroy.append(("aclDestroyTensor", handle))
            return ctypes.c_void_p(handle)
        if kind == "aclScalar":
            handle = self.scalar(value)
            self.destroy.append(("aclDestroyScalar", handle))
            return ctypes.c_void_p(handle)
        if kind in ("aclTensorList", "aclScalarList"):
            # The list owns its members.
            one = self.tensor if kind == "aclTensorList" else self.scalar
            members = [one(v) if v is not None else None for v in value]
            return self.array(kind[3:], ctypes.c_void_p, members)
        element = {
            "aclIntArray": ctypes.c_int64,
            "aclBoolArray": ctypes.c_bool,
            "aclFloatArray": ctypes.c_float,
        }
        return self.array(kind[3:], element[kind], value)

    def release(self):
        for function, handle in self.destroy:
            check(getattr(lib, function)(ctypes.c_void_p(handle)))
        for tensor in self.tensors:
            tensor.free()


def call(name, *values):
    """Run both phases; return the outputs (`Out` and `InOut`) as a list of arrays."""
    arguments = Arguments(name, values)
    size, executor = ctypes.c_uint64(), ctypes.c_void_p()
    try:
        check(
            getattr(lib, name + "GetWorkspaceSize")(*arguments.c, ctypes.byref(size), ctypes.byref(executor))
        )
        workspace = ctypes.c_void_p()
        if size.value:
            check(lib.aclrtMalloc(ctypes.byref(workspace), size, 0))
        check(getattr(lib, name)(workspace, size, executor, None))
        check(lib.aclrtSynchronizeStream(None))
        if size.value:
            check(lib.aclrtFree(workspace))
        return [tensor.read() for tensor in arguments.outputs]
    finally:
        arguments.release()
