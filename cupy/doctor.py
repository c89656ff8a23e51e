"""``python -m cupy.doctor``: what this machine has, what is wrong and the line that mends it.

The exit code is 0 if arrays can be used, else 1. What a broken driver could bring down runs in a child
process.
"""

import argparse
import importlib
import importlib.metadata
import importlib.util
import json
import os
import platform
import signal
import subprocess
import sys

__all__ = ["main", "report"]

_PACKAGES = ("numpy", "ml_dtypes", "fastrlock", "scipy", "scikit-learn", "array-api-compat", "Cython")
_PREFIXES = ("CUPY_", "CANNSIM_", "ASCEND_")
_OTHER_VARIABLES = ("LD_LIBRARY_PATH", "LD_PRELOAD", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
# Every variable that is read at run time, with what holds where it is not set; a misspelt one would be ignored.
VARIABLES = {
    "CUPY_BACKEND": "ascend",
    "CUPY_CANN": "auto",
    "CUPY_CANNSIM": "the package's own",
    "CUPY_FALLBACK": "warn on a device, silent on the simulator",
    "CUPY_FLOAT64": "exact",
    "CUPY_GPU_MEMORY_LIMIT": "no limit",
    "CUPY_HOST_MEMORY": "no limit",
    "CUPY_INDEX_CHECK": "deferred",
    "CUPY_LAUNCH_BLOCKING": "0",
    "CUPY_RANDOM": "auto",
    "CUPY_TRIG": "native",
}
_INSTRUCTIONS = (
    "sse4_2 avx avx2 fma f16c avx512f avx512bw avx512_bf16 avx512_fp16 amx_tile asimd sve sve2 bf16".split()
)
_MEMORY = {"MemTotal": "total", "MemAvailable": "available"}
_PROBE_SECONDS = 120


def _backend():
    return os.environ.get("CUPY_BACKEND", "ascend")


def _backend_doctor():
    """Return the module that knows the backend's libraries, None if it needs none."""
    name = f"cupy_backends.{_backend()}.doctor"
    try:
        return importlib.import_module(name) if importlib.util.find_spec(name) else None
    except ModuleNotFoundError:
        return None


def _probe():
    """Print what the backend says and whether arrays work, one JSON object per line; runs in the child."""
    doctor = _backend_doctor()
    for piece in doctor.probe() if doctor else ():
        print(json.dumps(piece), flush=True)
    try:
        import cupy

        device = cupy.xpu.Device()
        free, total = device.mem_info
        print(
            json.dumps({"name": device.name, "devices": cupy.xpu.device_count(), "memory": [free, total]}),
            flush=True,
        )
        a = cupy.arange(6, dtype="f4").reshape(2, 3)
        values = (a @ a.T + 1).get().tolist()
        works = values == [[6.0, 15.0], [15.0, 51.0]] or _backend() == "null"
        print(
            json.dumps({"works": works, "trial": None if works else f"2 x 2 product is {values}"}), flush=True
        )
    except Exception as error:
        print(json.dumps({"works": False, "trial": f"{type(error).__name__}: {error}"}), flush=True)


def _ask_child():
    """Run the probe in a child process and return its findings, with ``ended`` if it did not end well."""
    command = [sys.executable, "-c", "from cupy import doctor; doctor._probe()"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=_PROBE_SECONDS
        )
        output, code, errors = done.stdout, done.returncode, done.stderr
    except subprocess.TimeoutExpired as late:
        output, code, errors = (late.stdout or b"").decode(errors="replace"), None, ""
    found = {}
    for line in output.splitlines():
        if line.startswith("{"):
            try:
                found.update(json.loads(line))
            except ValueError:  # a line of some library
                pass
    if code is None:
        found["ended"] = f"the libraries did not answer within {_PROBE_SECONDS} s"
    elif code < 0:
        found["ended"] = f"the libraries killed the process with {signal.Signals(-code).name}"
    elif code > 0:
        found["ended"] = (errors.strip().splitlines() or [f"the probe ended with {code}"])[-1]
    return found


def _read(path, key):
    """Return the value of the first line ``key : value`` of a file of /proc, or ''."""
    try:
        with open(path, errors="replace") as file:
            for line in file:
                name, _, value = line.partition(":")
                if name.strip() == key:
                    return value.strip()
    except OSError:
        pass
    return ""


def _versions():
    rows = [("Python", f"{platform.python_version()} ({sys.executable})")]
    import cupy

    rows.append(("cupy", f"{cupy.__version__} ({os.path.dirname(cupy.__file__)})"))
    for name in _PACKAGES:
        try:
            rows.append((name, importlib.metadata.version(name)))
        except importlib.metadata.PackageNotFoundError:
            rows.append((name, "not installed"))
    return rows


def _machine():
    import numpy

    flags = set((_read("/proc/cpuinfo", "flags") or _read("/proc/cpuinfo", "Features")).split())
    blas = numpy.show_config(mode="dicts").get("Build Dependencies", {}).get("blas", {})
    sizes = {label: _read("/proc/meminfo", key) for key, label in _MEMORY.items()}
    gib = [f"{int(size.split()[0]) / 2**20:.1f} GiB {label}" for label, size in sizes.items() if size]
    system = (platform.system(), platform.release(), platform.machine(), *platform.libc_ver())
    return [
        ("system", " ".join(system)),
        ("processor", f"{_read('/proc/cpuinfo', 'model name') or platform.machine()}, "
         f"{len(os.sched_getaffinity(0))} cores usable"),
        ("instructions", " ".join(name for name in _INSTRUCTIONS if name in flags) or "unknown"),
        ("memory", ", ".join(gib) or "unknown"),
        ("BLAS", f"{blas.get('name', 'unknown')} {blas.get('version', '')} (NumPy's)"),
    ]  # fmt: skip


def _environment():
    return [(name, os.environ[name]) for name in sorted(os.environ)
            if name.startswith(_PREFIXES) or name in _OTHER_VARIABLES]  # fmt: skip


def _variables():
    """Return the known variables of the library and of the backend, with their defaults."""
    return VARIABLES | getattr(_backend_doctor(), "VARIABLES", {})


def _options():
    known = _variables()
    rows = [(name, os.environ.get(name) or f"{default} (default)") for name, default in known.items()]
    return rows + [(name, value) for name, value in _environment() if name not in known]


def _unread():
    """Return what is set and read by nobody."""
    known, prefixes = _variables(), ("CUPY_", *getattr(_backend_doctor(), "PREFIXES", ()))
    return [(f"{name} is set, but nothing reads it", f"unset {name}") for name in sorted(os.environ)
            if name.startswith(prefixes) and not name.startswith("CUPY_BUILD_") and name not in known]  # fmt: skip


def _devices(found):
    rows = [("backend", _backend())]
    if "devices" in found:
        free, total = found["memory"]
        rows.append(("devices", f"{found['devices']} x {found['name']}"))
        rows.append(("device memory", f"{total / 2**30:.1f} GiB total, {free / 2**30:.1f} GiB free"))
    return rows


def _text(sections):
    lines = []
    for title, rows in sections:
        width = max(len(label) for label, _ in rows)
        lines += [title, *(f"  {label.ljust(width)}  {text}".rstrip() for label, text in rows)]
    return lines


def configuration(full=False):
    """Return what this process has loaded and which options are in force, as text.

    Parameters
    ----------
    full : bool, optional
        Also the machine.

    Examples
    --------
    >>> import cupy as cp
    >>> 'numpy' in cp.doctor.configuration()
    True
    """
    from cupy import xpu

    doctor = _backend_doctor()
    device = xpu.Device()
    found = {"name": device.name, "devices": xpu.device_count(), "memory": device.mem_info}
    for piece in doctor.probe() if doctor else ():
        found |= piece
    sections = [("Versions", _versions())] + [("Machine", _machine())] * bool(full)
    sections += doctor.diagnose(found)[0] if doctor else []
    return "\n".join(_text([*sections, ("Use", _devices(found)), ("Options", _options())]))


def report():
    """Return what the machine has, as text, and the problems found.

    Returns
    -------
    text : str
    problems : list of (str, str)
        What is wrong, and the line that mends it; empty if arrays can be used.

    Examples
    --------
    >>> import cupy as cp
    >>> text, problems = cp.doctor.report()
    >>> 'NumPy' in text, problems
    (True, [])
    """
    sections = [("Versions", _versions()), ("Machine", _machine())]
    problems, found = [], {}
    if importlib.util.find_spec(f"cupy_backends.{_backend()}") is None:
        problems.append((f"CUPY_BACKEND={_backend()} is unknown", "unset CUPY_BACKEND"))
    else:
        found = _ask_child()
    doctor = _backend_doctor()
    if doctor and not problems:
        own, problems = doctor.diagnose(found)
        sections += own
    trial = _devices(found)
    trial.append(
        ("trial", "works" if found.get("works") else found.get("trial") or found.get("ended", "not run"))
    )
    sections += [("Trial", trial), ("Environment", _environment() or [("", "nothing set")])]
    notes = _unread()
    remedy = getattr(doctor, "USE_SIMULATOR", "unset CUPY_BACKEND")
    if "ended" in found:
        problems.append((found["ended"], remedy))
    elif found.get("works"):
        notes, problems = notes + problems, []
    elif found and not problems:
        problems.append((found["trial"], remedy))
    lines = _text(sections)
    for heading, remarks in (("Notes", notes), ("Problems", problems)):
        if remarks:
            lines += [heading, *(f"  {what}\n    mend: {mend}" for what, mend in remarks)]
    lines.append("Arrays can be used." if not problems else "Arrays cannot be used.")
    return "\n".join(lines), problems


def _run_selftest(args, text):
    from cupy import _selftest

    if _backend() == "null":
        print("doctor: CUPY_BACKEND=null computes nothing that could be tested", file=sys.stderr)
        return 2
    doctor = _backend_doctor()
    expect = doctor.expected_environment() if hasattr(doctor, "expected_environment") else None

    def note(cell):
        print(f"{_selftest.name_of(cell)}: {cell['status']}: {cell['first']}", flush=True)

    try:
        outcome = _selftest.selftest(_backend(), args.op, expect, args.seconds, args.patience, note)
    except ValueError as error:
        print(f"doctor: {error}", file=sys.stderr)
        return 2
    for cell in outcome.rerouted():
        print(f"{_selftest.name_of(cell)}: {cell['route']} instead of {cell['expected']}: {cell['why']}")
    print(outcome.summary())
    if args.report:
        _selftest.write_report(args.report, outcome, text)
        print(f"The report is in {args.report}.")
    return outcome.exit_code


def main(arguments=None):
    """Print the report, or run the self-test; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m cupy.doctor", description=__doc__.splitlines()[0])
    parser.add_argument("--selftest", action="store_true",
                        help="run the conformance cases on the device and compare with NumPy; exit code 0: all "
                             "right, 1: something is not, 3: out of time")  # fmt: skip
    parser.add_argument(
        "--report", metavar="FILE", help="write the self-test's report (.jsonl: JSON lines, else Markdown)"
    )
    parser.add_argument("--op", action="append", metavar="OP", help="test only this operation; repeatable")
    parser.add_argument("--seconds", type=float, default=240, help="time for the self-test, 240 by default")
    parser.add_argument(
        "--patience",
        type=float,
        default=20,
        help="seconds until an operation counts as hanging, 20 by default",
    )
    args = parser.parse_args(arguments)
    if not args.selftest and (args.report or args.op):
        parser.error("--report and --op belong to --selftest")
    if not (args.seconds > 0 and args.patience > 0):
        parser.error("--seconds and --patience must be positive")
    text, problems = report()
    if problems or not args.selftest:
        print(text)
        return 1 if problems else 0
    return _run_selftest(args, text)


if __name__ == "__main__":
    sys.exit(main())
