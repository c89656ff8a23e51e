"""Rows that need processes of their own: import, the bare C loop, a whole program."""

import compileall
import os
import re
import statistics
import subprocess
import sys
import tempfile
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# A tree that is not built in place would be imported from the current directory instead of the package.
IN_PLACE = any((ROOT / "cupy/_core").glob("*.so"))

IMPORT = """
import re, time
import {name}
print(time.process_time(), re.search("VmRSS:[^0-9]*([0-9]+)", open("/proc/self/status").read())[1])
"""

# The examples' modules, the function to time, its inputs after `xp`.
PROGRAMS = [
    ("digits", "train", "(*example.load(float32)[:3], 20)"),
    (
        "colours",
        "find_palette",
        "(example.load_sample_image('china.jpg').reshape(-1, 3).astype('f4'), 16, 3)",
    ),
    ("heat", "spread", "(float32, 200)"),
]
PROGRAM = """
import importlib, statistics, sys
import cupy, numpy
sys.path.insert(0, "{examples}")
from _common import timed
example = importlib.import_module("{name}")
float32 = numpy.dtype("float32")
inputs = {inputs}
pairs = [[timed(example.{function}, xp, inputs)[1] for xp in (cupy, numpy)] for _ in range({rounds})]
print(statistics.median(ours / theirs for ours, theirs in pairs[1:]))
"""


def output(*command):
    """Return what the command prints; its error message becomes ours."""
    folder = ROOT if IN_PLACE else tempfile.gettempdir()
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder, timeout=600)
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise RuntimeError(lines[-1] if lines else f"exit status {done.returncode}")
    return done.stdout


def compiled(source, folder, *arguments):
    """Compile a C++ source of this folder; return the path of the program."""
    program = Path(folder) / Path(source).stem
    output("g++", "-std=c++17", str(Path(__file__).with_name(source)), *arguments, "-o", str(program))
    return str(program)


class Memory:
    """What the machine's memory allows, on all cores; nothing is known without a compiler."""

    def __init__(self):
        self.known = {}
        self.folder = tempfile.TemporaryDirectory()
        self.cores = len(os.sched_getaffinity(0))

    @cached_property
    def program(self):
        """The compiled stream.cpp, None without a compiler."""
        try:
            return compiled("stream.cpp", self.folder.name, "-O3", "-march=native", "-pthread")
        except (OSError, RuntimeError):
            return None

    def ns(self, read, written):
        """Return how long it takes to read and write so many bytes once, None if it is not known."""
        key = str(read), str(written)
        if self.program and key not in self.known:
            runs = [float(output(self.program, str(self.cores), *key)) for _ in range(3)]
            self.known[key] = statistics.median(runs)
        return self.known.get(key)


def import_cost(rounds):
    """Yield CPU milliseconds and resident megabytes of `import cupy` beyond those of numpy."""
    for package in ("cupy", "cupy_backends", "cupyx") if IN_PLACE else ():
        compileall.compile_dir(ROOT / package, quiet=2)  # as pip does, and did for numpy
    costs = {"numpy": [], "cupy": []}
    for _ in range(rounds):
        for name, values in costs.items():
            seconds, kilobytes = output(sys.executable, "-c", IMPORT.format(name=name)).split()
            values.append((float(seconds) * 1e3, int(kilobytes) / 1024))
    numpy, cupy = ([statistics.median(v) for v in zip(*costs[name])] for name in costs)
    yield "import_cpu_ms", cupy[0] - numpy[0]
    yield "import_rss_mb", cupy[1] - numpy[1]


def object_size(rounds):
    import cupy

    yield "object_bytes", sys.getsizeof(cupy.empty(3))


def abi_loop(rounds):
    """Yield what a + b costs next to the same calls in C: three descriptors, two phases."""
    from measure import Library, measure

    from cupy_backends import cannsim

    row = {"section": "overhead", "label": "a + b", "statement": "a + b"}
    row["setup"] = "a, b = data(n), data(n)"
    with tempfile.TemporaryDirectory() as folder:
        library = Path(cannsim.library())
        program = compiled(
            "abi_loop.cpp",
            folder,
            *("-O2", f"-I{cannsim.include()}", str(library), f"-Wl,-rpath,{library.parent}"),
        )
        samples = []
        for _ in range(rounds):
            bare = float(re.search(r"([\d.]+) ns", output(program))[1])
            found = measure(row, 1, "float32", [Library("numpy"), Library("cupy")], 5, 1)
            samples.append((bare, found["cupy"][0], found["numpy"][0]))
    yield "abi_ns", statistics.median(bare for bare, _, _ in samples)
    yield "abi_numpy_ratio", statistics.median(bare / numpy for bare, _, numpy in samples)
    yield "abi_ratio", statistics.median(ours / bare for bare, ours, _ in samples)
    yield "abi_python_ns", statistics.median(ours - bare for bare, ours, _ in samples)


# Numbers that change prepare the operator each time, the same number does so twice.
EXECUTORS = """
import os, time
os.environ["CANNSIM_PHASE1_NS"] = "8000"
import cupy
a = cupy.ones(100, dtype="float32")
numbers = [k / 1000 for k in range(3000)]
def measure(numbers):
    start = time.thread_time_ns()
    for number in numbers:
        a + number
    return (time.thread_time_ns() - start) / len(numbers)
measure([2.0] * 10)
print(measure([2.0] * 3000), measure(numbers))
"""


def executors(rounds):
    """Yield what a + number costs where CANN's first phase takes 8 us, with an operator that is kept or not."""
    samples = [tuple(map(float, output(sys.executable, "-c", EXECUTORS).split())) for _ in range(rounds)]
    kept, prepared = (statistics.median(column) for column in zip(*samples))
    yield "kept_ns", kept
    yield "kept_ratio", kept / prepared


HALVES = """
import statistics, time
import cupy
wide = cupy.random.default_rng(1).random((2, 1024, 1024), dtype="float32")
operands = [wide.astype(dtype) for dtype in (cupy.float32, cupy.float16, cupy.bfloat16)]
def seconds(m):
    start = time.perf_counter()
    m[0] @ m[1]
    cupy.cuda.Device().synchronize()
    return time.perf_counter() - start
samples = [[seconds(m) for m in operands] for _ in range({rounds})][1:]
print(*(statistics.median(s[k] / s[0] for s in samples) for k in (1, 2)))
"""


def halves(rounds):
    """Yield the time of a product of halves as a multiple of float32's."""
    found = output(sys.executable, "-c", HALVES.format(rounds=5 * rounds)).split()
    yield from zip(("float16_product", "bfloat16_product"), map(float, found))


def programs(rounds):
    """Yield the time of each example as a multiple of NumPy's; the first run of both is not counted."""
    for name, function, inputs in PROGRAMS:
        source = PROGRAM.format(
            name=name, function=function, inputs=inputs, rounds=rounds + 1, examples=ROOT / "examples"
        )
        yield f"{name}_ratio", float(output(sys.executable, "-c", source))


# What a program and its results need beyond its inputs, at most: device and host memory together.
PEAKS = {
    **{
        "n_body": 1500,
        "game_of_life": 2000,
        "mandelbrot": 2000,
        "lu": 3000,
        "stencil": 3000,
        "attention": 1024,
    },
    **{
        "nearest_neighbours": 100_000,
        "low_pass": 4_000_000,
        "random_walk": 10_000_000,
        "pagerank": 1_000_000,
    },
    # The examples' are small: more test images, the picture four times, a larger plate. What they are given lies with
    # the library, as the data of the others does.
    "digits": "x, y, test, _ = example.load(float32)\ninputs = x, y, xp.asarray(np.tile(test, (100, 1))), 1",
    "colours": "picture = example.load_sample_image('china.jpg').reshape(-1, 3).astype('f4')\n"
    "inputs = xp.asarray(np.tile(picture, (4, 1))), 16, 2",
    "heat": "example.SIZE = 3000\ninputs = float32, 5",
}
RESIDENT = """
import re, sys
def resident(peak=False):
    name = "VmHWM" if peak else "VmRSS"
    return int(re.search(name + ":[^0-9]*([0-9]+)", open("/proc/self/status").read())[1]) / 1024
def forget_peak():
    open("/proc/self/clear_refs", "w").write("5")
"""
PEAK = (
    RESIDENT
    + """
import importlib, tracemalloc
import numpy as np, {library} as xp
sys.path[:0] = ["{here}", "{examples}"]
float32, random = np.dtype("float32"), np.random.default_rng(0)
def data(shape):
    return xp.asarray(random.random(shape, dtype=float32))
def wait():
    if xp is not np:
        xp.cuda.Device().synchronize()
{setup}
run(); wait()  # what comes once is no matter of the size
if xp is not np:
    xp.get_default_memory_pool().free_all_blocks()
else:
    tracemalloc.start()
forget_peak()
before = resident()
result = run(); wait()
# NumPy's memory may lie where something was freed that stayed resident.
print(max(resident(peak=True) - before, tracemalloc.get_traced_memory()[1] / 2**20))
"""
)


def peaks(rounds):
    """Yield the memory that programs take, as a multiple of what they take with NumPy."""
    for name, given in PEAKS.items():
        if isinstance(given, int):
            setup = f"import programs\nrun = programs.{name}(xp, data, {given})"
        else:
            function = {program: function for program, function, _ in PROGRAMS}[name]
            setup = f"example = importlib.import_module('{name}')\n{given}\n"
            setup += f"run = lambda: example.{function}(xp, *inputs)"
        ours, theirs = (
            float(output(sys.executable, "-c", source))
            for library in ("cupy", "numpy")
            for source in [
                PEAK.format(
                    library=library, here=Path(__file__).parent, examples=ROOT / "examples", setup=setup
                )
            ]
        )
        yield f"{name}_peak", ours / theirs


# The first writing to fresh memory and the second; then what is left of it after free_all_blocks.
FIRST_TOUCH = (
    RESIDENT
    + """
import time
import numpy, {library} as xp
n = 10_000_000
def fill(a):
    start = time.thread_time_ns()
    a.fill(1)
    return time.thread_time_ns() - start
fill(xp.empty(100, "f4"))
before = resident()
a = xp.empty(n, "f4")
first, again = fill(a), min(fill(a) for _ in range(5))
huge = sum(map(int, re.findall("AnonHugePages: *([0-9]+)", open("/proc/self/smaps").read()))) / 1024
del a
if xp is not numpy:
    xp.get_default_memory_pool().free_all_blocks()
print((first - again) / 1e6, huge / (4 * n / 2**20), resident() - before)
"""
)


def first_touch(rounds):
    """Yield what the first use of 40 MB costs, how much of it lies in huge pages, and what stays resident."""
    pairs = [
        [
            [*map(float, output(sys.executable, "-c", FIRST_TOUCH.format(library=library)).split())]
            for library in ("numpy", "cupy")
        ]
        for _ in range(rounds)
    ]
    yield "first_touch_ratio", statistics.median(cupy[0] / numpy[0] for numpy, cupy in pairs)
    yield "small_pages", max(0, 1 - statistics.median(cupy[1] for _, cupy in pairs))
    yield "left_mb", max(0, statistics.median(cupy[2] for _, cupy in pairs))


# Each measurement and the rows that it yields.
MEASUREMENTS = {
    import_cost: ("import_cpu_ms", "import_rss_mb"),
    object_size: ("object_bytes",),
    abi_loop: ("abi_ns", "abi_numpy_ratio", "abi_ratio", "abi_python_ns"),
    executors: ("kept_ns", "kept_ratio"),
    halves: ("float16_product", "bfloat16_product"),
    programs: tuple(f"{name}_ratio" for name, *_ in PROGRAMS),
    first_touch: ("first_touch_ratio", "small_pages", "left_mb"),
    peaks: tuple(f"{name}_peak" for name in PEAKS),
}
