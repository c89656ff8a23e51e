"""Operations that the simulator shares among threads, for test_threads.py."""

import ctypes
import hashlib

import numpy as np

import cupy as cp
from cupy_backends.ascend import _ascend

rng = np.random.default_rng(3)
SPECIAL = np.array([0.0, -0.0, np.nan, -np.nan, np.inf, -np.inf, 1e-40, -1e-310, 1e38])


def data(shape, dtype):
    """Return numbers of both signs, a few of them special where the dtype has such."""
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return cp.asarray(rng.random(shape) < 0.3)
    if dtype.kind in "iu":
        return cp.asarray(rng.integers(-60, 60, shape).astype(dtype))
    values = rng.standard_normal(shape).astype(dtype)
    flat = values.reshape(-1)
    with np.errstate(over="ignore", invalid="ignore"):
        flat[rng.integers(0, flat.size, 50)] = np.resize(SPECIAL, 50).astype(dtype)
        return cp.asarray(values + values * 1j if dtype.kind == "c" else values)


def layouts(a):
    yield "contiguous", a
    yield "strided", a[::2, ::3]
    yield "transposed", a.T
    yield "reversed", a[::-1, ::-1]


def cases():
    for dtype in ("f2", "f4", "f8", "i4", "c8", "?"):
        a = data((701, 1003), dtype)
        # Without -0.0, which a sort leaves on either side of 0.0.
        finite = cp.nan_to_num(a) + a.dtype.type(0) if a.dtype.kind in "fc" else a
        for layout, x in layouts(a):
            name = f"{dtype} {layout}"
            if layout == "contiguous" or dtype == "f4":
                yield f"{name} add", lambda x=x: x + x
                yield f"{name} compare", lambda x=x: x == x[:1]
                yield f"{name} copy", lambda x=x: x.copy()
                yield f"{name} astype", lambda x=x: x.astype("c16" if x.dtype.kind == "c" else "f8")
                yield f"{name} where", lambda x=x: cp.where(x == 0, x, x[:1])
                yield f"{name} mask", lambda x=x: x[x != 0]
                yield f"{name} sum", lambda x=x: x.sum()
                yield f"{name} sum 0", lambda x=x: x.sum(axis=0)
                yield f"{name} sum 1", lambda x=x: x.sum(axis=1)
                yield f"{name} cumsum", lambda x=x: cp.cumsum(x, axis=0)
            if layout == "contiguous":
                yield f"{name} argmax", lambda x=x: x.argmax()
                yield f"{name} argmin 0", lambda x=x: x.argmin(axis=0)
                yield f"{name} argmin 1", lambda x=x: x.argmin(axis=1)
                yield f"{name} sort", lambda x=finite: cp.sort(x, axis=1)
                yield f"{name} sort all", lambda x=finite: cp.sort(x, axis=None)
                yield f"{name} take", lambda x=x: x[:, cp.arange(0, 1003, 2)]
                yield f"{name} concatenate", lambda x=x: cp.concatenate([x, x[::2]], axis=0)
                yield f"{name} matmul", lambda x=finite: x @ x.T[:, :300]
        if a.dtype.kind in "fc":
            yield f"{dtype} exp", lambda x=a: cp.exp(x)
            yield f"{dtype} sin", lambda x=a: cp.sin(x)
            yield f"{dtype} sqrt", lambda x=a: cp.sqrt(x)
        if a.dtype.kind == "f":
            yield f"{dtype} std", lambda x=finite: x.std(axis=1)
            yield f"{dtype} max", lambda x=a: x.max(axis=0)
    for dtype in ("f4", "c8"):
        for m, k, n in ((1030, 37, 530), (3, 700, 2100), (513, 512, 511), (1, 1500, 2500), (2500, 1500, 1)):
            x, y = (cp.nan_to_num(data(s, dtype)) for s in ((m, k), (k, n)))
            yield f"{dtype} matmul {m} {k} {n}", lambda x=x, y=y: x @ y
            yield f"{dtype} matmul.T {m} {k} {n}", lambda x=x, y=y: (y.T @ x.T).T.copy()
        stack = cp.nan_to_num(data((300, 20, 30), dtype))
        yield f"{dtype} matmul of a stack", lambda s=stack: s @ s.swapaxes(1, 2)
    yield "random", lambda: cp.random.default_rng(7).random(300_001, dtype="f4")
    yield "normal", lambda: cp.random.default_rng(7).standard_normal(300_001)
    yield "zeros", lambda: cp.zeros(3_000_001, "f8")
    yield "full", lambda: cp.full(1_000_001, 2.5)
    yield "host and back", lambda: cp.asarray(np.arange(4_000_001) * 2)


class Counts(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("threads", "shared", "joined", "refused")]


def counts():
    found = Counts()
    ctypes.CFUNCTYPE(None, ctypes.POINTER(Counts))(_ascend.symbol("cannsimThreads"))(ctypes.byref(found))
    return {name: getattr(found, name) for name, _ in Counts._fields_}


def set_threads(n):
    assert ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(_ascend.symbol("cannsimSetThreads"))(n) == 0


def digest(case):
    return hashlib.sha1(case().get().tobytes()).hexdigest()
