"""The loops of cannsim through ctypes, one library instance per instruction set."""

import ctypes
import os
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

import native
import numpy as np

HERE = Path(__file__).resolve().parent

# aclDataType values, with the NumPy dtype that stores them; bfloat16 is kept as uint16 bits.
DTYPES = {
    "float32": 0, "float16": 1, "int8": 2, "int32": 3, "uint8": 4, "int16": 6, "uint16": 7,
    "uint32": 8, "int64": 9, "uint64": 10, "float64": 11, "bool": 12, "complex64": 16,
    "complex128": 17, "bfloat16": 27,
}  # fmt: skip
NAMES = {value: name for name, value in DTYPES.items()}


def storage(name):
    return np.dtype("uint16" if name == "bfloat16" else name)


def to_bfloat16(x):
    """Bits of float32 values rounded once to nearest even."""
    u = np.asarray(x, np.float32).view(np.uint32)
    rounded = (u + np.uint32(0x7FFF) + ((u >> 16) & np.uint32(1))) >> 16
    return np.where(np.isnan(x), (u >> 16) | 0x40, rounded).astype(np.uint16)


def from_bfloat16(bits):
    return (np.asarray(bits, np.uint16).astype(np.uint32) << 16).view(np.float32)


class Loops:
    """One loaded copy of the library: it chooses its instruction set when first called."""

    def __init__(self, isa):
        path = native.build(HERE, "cannsim_loops_test")
        copy = Path(tempfile.mkdtemp(prefix="cannsim_loops_")) / f"{path.stem}_{isa}.so"
        shutil.copy(path, copy)
        lib = self.lib = ctypes.CDLL(str(copy), mode=os.RTLD_LOCAL)
        shutil.rmtree(copy.parent)
        os.environ["CANNSIM_ISA"] = isa
        lib.test_op_name.restype = lib.test_isa.restype = ctypes.c_char_p
        self.isa = lib.test_isa().decode()
        del os.environ["CANNSIM_ISA"]
        self.ops = {lib.test_op_name(i).decode(): i for i in range(lib.test_op_count())}

    def nin(self, op):
        return self.lib.test_op_nin(self.ops[op])

    def dtypes(self, op, dtype):
        """The dtype names of all operands, output last."""
        index, code = self.ops[op], DTYPES[dtype]
        return [NAMES[self.lib.test_op_dtype(index, code, k)] for k in range(self.nin(op) + 1)]

    def _find(self, find, *key):
        fn, data = ctypes.c_void_p(), ctypes.c_void_p()
        found = find(*key, ctypes.byref(fn), ctypes.byref(data))
        return (fn, data) if found else None

    def find(self, op, dtype):
        return self._find(self.lib.test_find_loop, self.ops[op], DTYPES[dtype])

    def find_cast(self, source, target):
        return self._find(self.lib.test_find_cast, DTYPES[source], DTYPES[target])

    def register(self, op, dtype, fn, data):
        return bool(
            self.lib.test_register(op.encode(), DTYPES[dtype], ctypes.c_void_p(fn), ctypes.c_void_p(data))
        )

    def call(self, loop, arrays, n, repeat=1):
        """The bare inner loop on 1-d arrays; a stride of 0 where an array is broadcast."""
        args = (ctypes.c_void_p * 6)(*[a.ctypes.data for a in arrays])
        steps = (ctypes.c_ssize_t * 6)(*[a.strides[0] for a in arrays])
        self.lib.test_call(*loop, args, ctypes.c_ssize_t(n), steps, ctypes.c_int64(repeat))

    def run(self, loop, arrays, dtypes, loop_dtypes=None):
        """The N-d driver; arrays are already broadcast, dtypes are names."""
        nop, ndim = len(arrays), arrays[-1].ndim
        args = (ctypes.c_void_p * nop)(*[a.ctypes.data for a in arrays])
        codes = (ctypes.c_int * nop)(*[DTYPES[d] for d in dtypes])
        shape = (ctypes.c_int64 * max(ndim, 1))(*arrays[-1].shape)
        flat = [s for a in arrays for s in a.strides]
        strides = (ctypes.c_int64 * max(len(flat), 1))(*flat)
        wanted = None
        if loop_dtypes:
            wanted = (ctypes.c_int * nop)(*[DTYPES[d] for d in loop_dtypes])
        self.lib.test_run(*loop, nop, args, codes, ndim, shape, strides, wanted)

    def apply(self, op, dtype, *inputs):
        """The loop on contiguous inputs of equal length; None where it is not defined."""
        loop = self.find(op, dtype)
        if loop is None:
            return None
        out = np.empty(len(inputs[0]), storage(self.dtypes(op, dtype)[-1]))
        self.call(loop, [*inputs, out], len(out))
        return out


def cpu_isas():
    flags = Path("/proc/cpuinfo").read_text().split()
    isas = ["baseline"]
    if "avx2" in flags and "fma" in flags:
        isas.append("avx2")
    if "avx512dq" in flags and "avx512vl" in flags:
        isas.append("avx512")
    return isas


@lru_cache
def loops(isa):
    return Loops(isa)
