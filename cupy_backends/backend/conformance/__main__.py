"""Prints how each operation is carried out per dtype, and with ``--run`` whether the result is NumPy's."""

import argparse

from cupy_backends.backend._testing import BackendError, resolve
from cupy_backends.backend.conformance import cases, plans, run
from cupy_backends.backend.conformance.values import dtype_of
from cupy_backends.backend.rows import rows

LETTERS = {"native": "N", "reinterpret": "R", "cast": "C", "composite": "O", "host": "H"}
SHORT = {
    "bool": "?",
    "int8": "i1",
    "int16": "i2",
    "int32": "i4",
    "int64": "i8",
    "uint8": "u1",
    "uint16": "u2",
    "uint32": "u4",
    "uint64": "u8",
    "float16": "f2",
    "bfloat16": "b2",
    "float32": "f4",
    "float64": "f8",
    "complex64": "c8",
    "complex128": "c16",
}


def _letter(backend, op, names):
    try:
        return LETTERS[resolve(backend, op, map(dtype_of, names))[0]]
    except BackendError:
        return "-"


def main():
    """Print one line per row: dtypes of the first operand, then the route's letter on each backend."""
    parser = argparse.ArgumentParser(prog="python -m cupy_backends.backend.conformance", description=__doc__)
    parser.add_argument(
        "--backend", action="append", choices=("ascend", "host", "null"), help="default: all three"
    )
    parser.add_argument(
        "--op", action="append", choices=list(rows()), metavar="OP", help="only this row; repeatable"
    )
    parser.add_argument("--run", action="store_true", help="run every case; print what differs from NumPy")
    args = parser.parse_args()
    backends = args.backend or ["ascend", "host", "null"]
    failures = 0
    print(
        "route letters: N native, R reinterpreted, C cast, O composite, H host, - none;",
        "per dtype:",
        *backends,
    )
    for op in args.op or rows():
        cells = []
        for names in plans(op):
            label = ",".join(dict.fromkeys(SHORT[name] for name in names))
            cells.append(f"{label}:{''.join(_letter(backend, op, names) for backend in backends)}")
        print(f"{op:18}", *cells)
        if args.run:
            for backend in backends:
                problems = [problem for _, problem in (run(backend, case) for case in cases(op)) if problem]
                failures += len(problems)
                for problem in problems:
                    print(f"    {backend}: {problem}")
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
