"""Time one statement with several libraries, so that noise of the machine hits them alike."""

import gc
import random
import statistics
import time
from itertools import repeat

import numpy as np

# The cost of a call is the thread's own work; of large arrays it is the time until the result is there.
CLOCKS = {
    "overhead": time.thread_time_ns,
    "throughput": time.perf_counter_ns,
    "programs": time.perf_counter_ns,
}
# Short samples, many of them: a slice that the machine takes away spoils one.
SAMPLE_NS = {"overhead": 2e5, "throughput": 2e7, "programs": 1e8}
SAMPLES_PER_ROUND = {"overhead": 10, "throughput": 1, "programs": 1}

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
    """A library under test: how to get the same data into it and how to wait for it."""

    def __init__(self, name):
        self.name = name
        self.numexpr = __import__(name) if name == "numexpr" else None
        self.xp = np if self.numexpr else __import__(name)

    def wait(self):
        if self.name == "cupy":
            self.xp.cuda.get_current_stream().synchronize()

    def prepare(self, row, size, dtype):
        """Return f(loops) -> ns for this library's form of the row, its data made ready."""
        if self.numexpr and self.name not in row:
            raise NotImplementedError
        generator = np.random.default_rng(0)

        def data(shape):
            return self.xp.asarray(generator.random(shape, dtype=dtype))

        source = TEMPLATE.format(
            setup="\n".join(" " * 4 + line for line in row["setup"].strip().splitlines()),
            statement=row.get(self.name, row["statement"]),
        )
        scope = {}
        exec(compile(source, f"<{row['label']}>", "exec"), scope)
        # The cost of a call does not include waiting for the device.
        wait = self.wait if row["section"] != "overhead" else int
        timer = scope["timer"](self.xp, np, size, dtype, data, generator, wait, self.numexpr)
        timer.send(None)
        clock = CLOCKS[row["section"]]
        return lambda loops: timer.send((repeat(None, loops), clock))


def timers(row, size, dtype, libraries):
    """Return {name: (f(loops) -> ns, loops)}; libraries other than ours may lack an operation."""
    found = {}
    for library in libraries:
        try:
            timed = library.prepare(row, size, dtype)
            timed(1)
            once = min(timed(1), timed(3) / 3)
            found[library.name] = timed, max(1, round(SAMPLE_NS[row["section"]] / max(1, once)))
        except Exception:
            if library.name in ("numpy", "cupy"):
                raise
    return found


def measure(row, size, dtype, libraries, rounds, seconds):
    """Return {name: (median ns, median of the ratios to the first library's ns)}."""
    found = timers(row, size, dtype, libraries)
    samples = {name: [] for name in found}
    shuffled = random.Random(0)
    stop = time.perf_counter() + seconds
    gc.disable()
    try:
        for i in range(rounds * SAMPLES_PER_ROUND[row["section"]]):
            # A random order cannot fall into step with what else the machine does.
            for name in shuffled.sample(sorted(found), len(found)):
                timed, loops = found[name]
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
