"""Programs in which everything that can fail fails in turn.

Run in a process of their own, since resetting the device takes everybody's arrays.
"""

import ctypes
import gc

import numpy as np

import cupy as cp
from cupy_backends import cannsim


class Data:
    """The operands: small ones share an allocation, of the large ones each has its own."""

    def __init__(self, rows, columns, side):
        draw = np.random.default_rng(3)
        self.a = draw.standard_normal((rows, columns)).astype(np.float32)
        self.b = draw.standard_normal((rows, columns)).astype(np.float32)
        self.square = draw.standard_normal((side, side)) + side * np.eye(side)
        self.places = np.resize([3, 0, -1, 3], rows // 2 + 1)


SMALL, LARGE = Data(7, 5, 4), Data(400, 50, 100)
data = SMALL


def chain(xp):
    x, y = xp.asarray(data.a), xp.asarray(data.b)
    return xp.sqrt(abs(x * y + 2)) - xp.tanh(x) / (1 + y * y)


def broadcasting(xp):
    x = xp.asarray(data.a)
    return (x - x[0]) * x[:, :1] + xp.arange(x.shape[1], dtype=np.float32)


def reduction(xp):
    x = xp.asarray(data.a)
    return (
        xp.stack([x.sum(0), x.max(0), x.mean(0), x.var(0), xp.prod(x, 0)]).sum(axis=1),
        x.argmax(1),
        x.any(),
    )


def products(xp):
    x, y = xp.asarray(data.a), xp.asarray(data.b)
    return x @ y.T, xp.dot(x.T, y), xp.einsum("ij,ij->i", x, y)


def sorting(xp):
    x = xp.asarray(data.a)
    return (
        xp.sort(x, axis=0),
        xp.argsort(x, axis=1, kind="stable"),
        xp.unique(xp.asarray(data.places)),
        xp.median(x),
    )


def reading(xp):
    x, i = xp.asarray(data.a), xp.asarray(data.places)
    return x[i], x[i, 1], x[x > 0], xp.take(x, i, axis=0), x[::-2, 1:].copy(), xp.nonzero(x > 1)[0]


def writing(xp):
    x, i = xp.asarray(data.a).copy(), xp.asarray(data.places)
    x[i] = 1
    x[x < -1] = 0
    x[1:3] += 2
    xp.add.at(x, i, 1)
    x[:, ::-1] = x
    return x


def random(xp):
    """The generator of either library is its own: only the shape and the range are compared."""
    draw = xp.random.default_rng(5)
    x, y = draw.random(data.a.size), draw.integers(0, 7, 50)
    return xp.asarray([x.shape[0], y.shape[0]]), (x >= 0).all() & (x < 1).all(), (y < 7).all()


def transform(xp):
    x = xp.asarray(data.a)
    return xp.fft.fft(x, axis=1), xp.fft.irfft(xp.fft.rfft(x, axis=0), n=x.shape[0], axis=0)


def solving(xp):
    a = xp.asarray(data.square)
    return xp.linalg.solve(a, a[:, 0] * 2), xp.linalg.inv(a), xp.linalg.det(a)


def choosing(xp):
    x, y = xp.asarray(data.a), xp.asarray(data.b)
    return xp.where(x > y, x, 0), xp.clip(x, -1, y), xp.maximum(x, y), xp.isnan(x)


def joining(xp):
    x, y = xp.asarray(data.a), xp.asarray(data.b)
    return (
        xp.concatenate([x, y, x[::2]]),
        xp.hstack([x, y]),
        xp.pad(x, 1),
        xp.tile(y, 2),
        xp.roll(x, 2, axis=1),
    )


def streams(xp):
    x = xp.asarray(data.a)
    if xp is np:
        return x * 2 + 1, x.sum()
    first, second, event = cp.cuda.Stream(), cp.cuda.Stream(), cp.cuda.Event()
    cp.cuda.get_current_stream().synchronize()
    with first:
        y = x * 2
        event.record()
    with second:
        second.wait_event(event)
        z, total = y + 1, x.sum()
    first.synchronize()
    second.synchronize()
    return z, total


PROGRAMS = {f.__name__: f for f in (
    chain, broadcasting, reduction, products, sorting, reading, writing, random, transform, solving, choosing, joining,
    streams)}  # fmt: skip


def flat(results):
    return results if isinstance(results, tuple) else (results,)


def computed(program):
    """The program's answer as NumPy arrays."""
    return [cp.asnumpy(r) for r in flat(program(cp))]


def agree(program, results):
    for result, expected in zip(results, flat(program(np)), strict=True):
        np.testing.assert_allclose(result, expected, rtol=5e-4, atol=2e-4)


class Live(ctypes.Structure):
    """What was made and not destroyed."""

    _fields_ = [(name, ctypes.c_uint64) for name in (
        "tensors", "scalars", "arrays", "lists", "executors", "streams", "events", "device_blocks", "device_bytes",
    )]  # fmt: skip


class Simulator:
    """The simulator that this process has loaded: it can be told to fail."""

    def __init__(self):
        cp.ones(1)
        self.lib = ctypes.CDLL(str(cannsim.library()))
        self.lib.cannsimFaultsInjected.restype = ctypes.c_uint64

    def inject(self, text):
        assert self.lib.cannsimSetFault(text.encode()) == 0

    def injected(self):
        return self.lib.cannsimFaultsInjected()

    def live(self):
        """Descriptors and executors by kind; device memory, too, once nobody keeps any for later."""
        values = Live()
        self.lib.cannsimLive(ctypes.byref(values))
        return {name: getattr(values, name) for name, _ in Live._fields_}


STICKY = ("async", "device_lost")
POOL = cp.get_default_memory_pool()


def survive(simulator, name, kind, many=""):
    """Let each occurrence of `kind` fail in turn; return how many there were.

    `many`: "+" lets all later ones fail as well.
    """
    global data
    program, data = PROGRAMS[name], LARGE if kind == "malloc" else SMALL
    for _ in range(3):  # plans are made, executors cached
        agree(program, computed(program))
    cp.xpu.Device().reset()
    agree(program, computed(program))
    POOL.free_all_blocks()
    start, n = simulator.live(), 0
    used = POOL.used_bytes()
    while True:
        n += 1
        assert n < 500, f"{name} does not come to an end"
        if kind == "malloc":
            POOL.free_all_blocks()
        elif kind == "phase1":
            cp.xpu.Device().reset()  # the executors that were kept
        where = f"{name}, {kind}:{n}{many}"
        simulator.inject(f"{kind}:{n}{many}")
        error = results = None
        try:
            results = computed(program)
        except (RuntimeError, MemoryError) as caught:
            error = caught
            assert type(caught).__name__ in ("AscendError", "OutOfMemoryError"), (where, caught)
            text = str(caught)
            assert "on purpose" in text and "Traceback" not in text, (where, text)
            assert isinstance(caught, MemoryError) == (kind == "malloc"), (where, text)
            del caught
        injected = simulator.injected()
        simulator.inject("")
        if error is not None:
            error.__traceback__ = None
        if not injected:
            assert error is None, (where, error)
        elif error is None:
            assert kind == "malloc", f"{where}: nobody noticed"
        if results is not None:
            agree(program, results)
        if kind in STICKY and injected:
            cp.xpu.Device().reset()
        cp.xpu.Device().synchronize()  # what waits to be checked is let go of
        gc.collect()
        assert POOL.used_bytes() == used, (where, POOL.used_bytes(), used)
        agree(program, computed(program))
        live = simulator.live()
        for what in ("scalars", "arrays", "lists", "streams", "events"):
            assert live[what] == start[what], (where, what, live[what], start[what])
        if not injected:
            break
    POOL.free_all_blocks()
    assert simulator.live()["device_bytes"] <= start["device_bytes"], (name, kind)
    cp.xpu.Device().reset()
    agree(program, computed(program))
    cp.xpu.Device().reset()
    after = simulator.live()
    assert [after[k] for k in ("tensors", "executors", "device_blocks")] == [0, 0, 0], (name, kind, after)
    assert POOL.total_bytes() == 0
    return n - 1


def main(programs, kinds):
    """Print a line per program and kind of fault, with the number of places that failed."""
    simulator = Simulator()
    gc.freeze()  # so that looking for cycles costs little
    for name in programs.split(","):
        for kind in kinds.split(","):
            count = survive(simulator, name, kind.rstrip("+"), "+" * kind.endswith("+"))
            print(name, kind, count, flush=True)
            assert count, "nothing could fail"
