"""Time one statement with several libraries, so that noise of the machine hits them alike."""

import ctypes
import gc
import os
import random
import statistics
import threading
import time
from importlib import import_module
from itertools import repeat
from pathlib import Path

import numpy as np

# The cost of a call is the thread's own work; of large arrays it is the time until the result is there.
CLOCKS = {"overhead": time.thread_time_ns}  # of the other sections: time.perf_counter_ns
# Short samples, many of them: a slice that the machine takes away spoils one.
SAMPLE_NS = {"overhead": 2e5, "programs": 1e8}  # of the other sections: 2e7
SAMPLES_PER_ROUND = {"overhead": 10}  # of the other sections: 1

# A generator, so that the setup runs once and all names are local to the loop.
TEMPLATE = """
def timer(xp, np, n, dtype, data, random, wait, ne):
{setup}
    elapsed = None
    while True:
        loop, clock = yield elapsed
        start = clock()
        for _ in loop:
            {statement}
        wait()
        elapsed = clock() - start
"""


class Library:
    """A library under test: how to get the same data into it and how to wait for it.

    "limit" is NumPy with the statement that shows what a row can reach at most.
    """

    def __init__(self, name):
        self.name = name
        self.optional = name not in ("numpy", "cupy")
        self.numexpr = __import__(name) if name == "numexpr" else None
        self.jax = __import__(name) if name == "jax" else None
        if self.jax:
            self.jax.config.update("jax_enable_x64", True)
        self.asked = name in ("numexpr", "limit")  # only for rows that hold a statement of its own
        self.xp = np if self.asked else import_module("jax.numpy" if self.jax else name)

    def wait(self):
        if self.xp.__name__ == "cupy":
            self.xp.cuda.get_current_stream().synchronize()

    def prepare(self, row, size, dtype):
        """Return f(loops) -> ns for this library's form of the row, its data made ready."""
        if self.asked and self.name not in row:
            raise NotImplementedError
        generator = np.random.default_rng(0)

        def data(shape):
            return self.xp.asarray(generator.random(shape, dtype=dtype))

        statement = row.get(self.name, row["statement"])
        source = TEMPLATE.format(
            setup="\n".join(" " * 4 + line for line in row["setup"].strip().splitlines()),
            statement=f"ready({statement})" if self.jax and row["section"] != "overhead" else statement,
        )
        scope = {"ready": self.jax.block_until_ready} if self.jax else {}
        exec(compile(source, f"<{row['label']}>", "exec"), scope)
        # The cost of a call does not include waiting for the device.
        wait = self.wait if row["section"] != "overhead" else int
        timer = scope["timer"](self.xp, np, size, dtype, data, generator, wait, self.numexpr)
        timer.send(None)
        clock = CLOCKS.get(row["section"], time.perf_counter_ns)
        return lambda loops: timer.send((repeat(None, loops), clock))


class Threads(Library):
    """Our library with so many threads of the simulator; 0: as many as the environment says."""

    def __init__(self, count):
        super().__init__("cupy")
        self.name = f"{count} threads"
        self.count = count

    def prepare(self, row, size, dtype):
        timed = super().prepare(row, size, dtype)

        def on_threads(loops):
            set_threads(self.count)
            try:
                return timed(loops)
            finally:
                set_threads(0)

        return on_threads


def set_threads(count):
    """Say how many threads of the simulator work on one operation."""
    from cupy_backends.ascend import _ascend

    address = _ascend.symbol("cannsimSetThreads")
    if not address:
        raise NotImplementedError("only the simulator has threads")
    ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(address)(count)


def timers(row, size, dtype, libraries):
    """Return {name: (f(loops) -> ns, loops)}; libraries other than ours may lack an operation."""
    found = {}
    for library in libraries:
        try:
            timed = library.prepare(row, size, dtype)
            timed(1)
            once = min(timed(1), timed(3) / 3)
            found[library.name] = timed, max(1, round(SAMPLE_NS.get(row["section"], 2e7) / max(1, once)))
        except Exception:
            if not library.optional:
                raise
    return found


def settle(most=1.0):
    """Wait until the other threads of this process rest.

    Those of a BLAS library spin for a long time after their work, on a core that the next library needs.
    """
    others = [f"/proc/self/task/{task}/stat" for task in os.listdir("/proc/self/task")]
    others.remove(f"/proc/self/task/{threading.get_native_id()}/stat")
    end = time.perf_counter() + most
    while any(state(path) == "R" for path in others) and time.perf_counter() < end:
        time.sleep(0.001)


def state(path):
    """Return the letter for what a thread does: R runs."""
    try:
        return Path(path).read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "X"  # it has ended


def measure(row, size, dtype, libraries, rounds, seconds):
    """Return {name: (median ns, median of the ratios to the first library's ns)}."""
    found = timers(row, size, dtype, libraries)
    samples = {name: [] for name in found}
    shuffled = random.Random(0)
    stop = time.perf_counter() + seconds
    gc.disable()
    try:
        for i in range(rounds * SAMPLES_PER_ROUND.get(row["section"], 1)):
            # A random order cannot fall into step with what else the machine does.
            for name in shuffled.sample(sorted(found), len(found)):
                timed, loops = found[name]
                if row["section"] != "overhead":
                    settle()
                samples[name].append(timed(loops) / loops)
            if i >= 4 and time.perf_counter() > stop:
                break
    finally:
        gc.enable()
    base = samples[libraries[0].name]
    return {
        name: (statistics.median(ns), statistics.median(x / y for x, y in zip(ns, base)))
        for name, ns in samples.items()
    }
