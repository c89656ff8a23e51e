"""A Python program that calls CANN's C interface by ctypes: y = exp(x)."""

import ctypes
import math

runtime = ctypes.CDLL("libascendcl.so")
descriptors = ctypes.CDLL("libnnopbase.so")
operators = ctypes.CDLL("libopapi.so")

FLOAT, ND, HUGE_FIRST, TO_DEVICE, TO_HOST = 0, 2, 0, 1, 2
descriptors.aclCreateTensor.restype = ctypes.c_void_p
runtime.aclGetRecentErrMsg.restype = ctypes.c_char_p


def check(status):
    if status:
        raise RuntimeError(f"{status}: {(runtime.aclGetRecentErrMsg() or b'').decode()}")


def vector(memory, n):
    shape = (ctypes.c_int64 * 1)(n)
    one = ctypes.c_uint64(1)
    return ctypes.c_void_p(
        descriptors.aclCreateTensor(shape, one, FLOAT, None, ctypes.c_int64(0), ND, shape, one, memory)
    )


def main():
    n = 4
    size = ctypes.c_size_t(4 * n)
    host = (ctypes.c_float * n)(0, 1, 2, 3)
    memory, workspace, executor = ctypes.c_void_p(), ctypes.c_uint64(), ctypes.c_void_p()
    check(runtime.aclInit(None))
    check(runtime.aclrtSetDevice(0))
    check(runtime.aclrtMalloc(ctypes.byref(memory), size, HUGE_FIRST))
    check(runtime.aclrtMemcpy(memory, size, host, size, TO_DEVICE))
    x = vector(memory, n)
    check(operators.aclnnInplaceExpGetWorkspaceSize(x, ctypes.byref(workspace), ctypes.byref(executor)))
    block = ctypes.c_void_p()
    if workspace.value:
        check(runtime.aclrtMalloc(ctypes.byref(block), workspace, HUGE_FIRST))
    check(operators.aclnnInplaceExp(block, workspace, executor, None))
    check(runtime.aclrtSynchronizeStream(None))
    check(runtime.aclrtMemcpy(host, size, memory, size, TO_HOST))
    print(" ".join(f"{value:.3f}" for value in host))
    assert all(math.isclose(value, math.exp(i), rel_tol=1e-5) for i, value in enumerate(host))
    check(descriptors.aclDestroyTensor(x))
    check(runtime.aclrtFree(memory))
    check(runtime.aclrtResetDevice(0))
    check(runtime.aclFinalize())


if __name__ == "__main__":
    main()
