"""python check_golden.py LIBCANNSIM: fails when a recorded call gives another status than CANN's host code,
or when an accepted one cannot be carried out."""

import pathlib
import sys

import golden

CORPUS = pathlib.Path(__file__).with_name("golden_calls.jsonl.gz")
CHIPS = ("Ascend910B2", "Ascend310P3", "Ascend950PR_9589")




# Accepted by phase 1 as CANN does, refused by phase 2 with reason: the corpus has zeros for values.
REFUSED_LATER = ("leaves its storage", "a matrix is singular")


def main():
    failed = False
    for chip in CHIPS:
        outcome = golden.run(sys.argv[1], str(CORPUS), chip)
        wrong = [row for row in outcome["different"] if row[0] not in EXCEPTIONS]
        print(
            f"{chip}: {outcome['same']} calls agree, {len(wrong)} differ, "
            f"not implemented: {outcome['skipped'] or 'none'}"
        )
        for name, expected, status, message, arguments in wrong:
            print(f"  {name}: CANN returns {expected}, cannsim {status} {message}  {arguments[:200]}")
        # An empty comparison must not pass.
        failed |= bool(wrong) or outcome["same"] < 7600
        executed = golden.run(sys.argv[1], str(CORPUS), chip, "--execute")
        bad = [
            row
            for row in executed["failed"]
            if row[0] not in EXCEPTIONS and not row[2].endswith(REFUSED_LATER)
        ]
        print(f"{chip}: {executed['done']} of them run, {len(bad)} fail")
        for row in bad:
            print("  ", *row)
        failed |= bool(bad) or executed["done"] < 3500
    return failed


if __name__ == "__main__":
    sys.exit(main())
