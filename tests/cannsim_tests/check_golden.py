"""python check_golden.py LIBCANNSIM: fails when a recorded call gives another status than CANN's host code."""
import pathlib
import sys

import golden

CORPUS = pathlib.Path(__file__).with_name("golden_calls.jsonl.gz")
CHIPS = ("Ascend910B2", "Ascend310P3", "Ascend950PR_9589")

# Where cannsim knowingly differs: its views have eight axes.
EXCEPTIONS = {"rank/Sort/9"}


def main():
    failed = False
    for chip in CHIPS:
        outcome = golden.run(sys.argv[1], str(CORPUS), chip)
        wrong = [row for row in outcome["different"] if row[0] not in EXCEPTIONS]
        print(f"{chip}: {outcome['same']} calls agree, {len(wrong)} differ, "
              f"not implemented: {outcome['skipped'] or 'none'}")
        for name, expected, status, message, arguments in wrong:
            print(f"  {name}: CANN returns {expected}, cannsim {status} {message}  {arguments[:200]}")
        # An empty comparison must not pass.
        failed |= bool(wrong) or outcome["same"] < 7600
    return failed


if __name__ == "__main__":
    sys.exit(main())
