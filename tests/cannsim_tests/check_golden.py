"""python check_golden.py LIBCANNSIM: fails when a recorded call gives another status or other kernels than CANN's host
code, or when an accepted one cannot be carried out."""

import sys

import golden

CHIPS = ("Ascend910B2", "Ascend310P3", "Ascend950PR_9589")
# An empty comparison must not pass.
LEAST = {"--status": 7686, "--units": 3900, "--execute": 3900, "--matrix": 2400}


def check(library, chip, mode):
    """What is wrong, as lines."""
    n, rows = golden.run(library, chip, mode)
    few = [f"only {n} calls"] if n < LEAST[mode] else []
    return few + [" ".join(map(str, row)) for row in rows]


def main():
    failed = False
    for chip in CHIPS:
        for mode in LEAST:
            complaints = check(sys.argv[1], chip, mode)
            print(f"{chip} {mode}: {len(complaints)} complaints")
            print("\n".join(f"  {line}" for line in complaints), end="\n" if complaints else "")
            failed |= bool(complaints)
    return failed


if __name__ == "__main__":
    sys.exit(main())
