"""python generate.py <facts folder> <output folder>: everything that is generated from the facts."""

import pathlib
import sys

import entries
import headers
import recipes
import single_ops
from facts import FactError, Facts


def emit(path, text):
    """Leaves unchanged files alone, so that only what changed is compiled again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def main():
    folder, out = map(pathlib.Path, sys.argv[1:3])
    try:
        facts = Facts(folder)
        headers.write(facts, out / "include", emit)
        entries.write(facts, out / "src", emit)
        recipes.write(facts, out / "src", emit)
        single_ops.write(facts, out / "src", emit)
    except FactError as error:
        sys.exit(f"generate.py: {error}")
    (out / "stamp").touch()


if __name__ == "__main__":
    main()
