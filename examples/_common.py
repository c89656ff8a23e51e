"""What the examples share: options, the comparison with NumPy, a progress bar, pictures."""

import argparse
import sys
import time

import numpy as np

import cupy as cp


def arguments(description, argv, *, output=True, **counts):
    """Parse the command line; each keyword is an integer option with its default."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--numpy", action="store_true", help="run with NumPy too and compare")
    parser.add_argument("--float64", action="store_true", help="compute in float64, not float32")
    for name, default in counts.items():
        parser.add_argument(f"--{name}", type=int, default=default, help="default: %(default)s")
    if output:
        parser.add_argument("--output", default=".", help="folder for the pictures")
    args = parser.parse_args(argv)
    args.dtype = np.dtype(np.float64 if args.float64 else np.float32)
    return args


def run(function, args, *inputs):
    """Return the array `function(cupy, *inputs)` on the host, after a report about the run."""
    print(f"{args.dtype} (default: float32)")
    cp.zeros(1)  # opens the device: the clocks below measure the program
    result, seconds = timed(function, cp, inputs)
    print(f"CuPy   {seconds:8.3f} s")
    if args.numpy:
        expected, seconds = timed(function, np, inputs)
        print(f"NumPy  {seconds:8.3f} s")
        print(f"largest difference {np.abs(result - expected).max():.3g}")
    return result


def timed(function, xp, inputs):
    start = time.perf_counter()
    result = cp.asnumpy(function(xp, *inputs))  # waits until the device is done
    return result, time.perf_counter() - start


def report_host_routes():
    """Print how many operations the device could not do itself."""
    routes = ", ".join(f"{name} {count}" for name, count in cp.host_routes().items())
    print(f"operations on the host: {cp.host_route_count()}" + (routes and f" ({routes})"))


def progress(count, label, width=40):
    """Yield 0, 1, ..., count - 1 and draw a bar; only its final state if nobody is watching."""
    drawn = -1
    for i in range(count):
        yield i
        filled = (i + 1) * width // count
        if filled == width or (filled > drawn and sys.stderr.isatty()):
            bar = "#" * filled + "." * (width - filled)
            end = "\n" if i + 1 == count else ""
            print(f"\r{label} [{bar}] {i + 1}/{count}", end=end, file=sys.stderr, flush=True)
        drawn = filled


def save_png(path, picture):
    """Write an array (height, width[, 3]) of 0 ... 255 from either library."""
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(cp.asnumpy(picture).astype(np.uint8)).save(path)
    print(f"wrote {path}")
