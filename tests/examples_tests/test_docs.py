"""The documentation says what is so: its examples run, its links lead somewhere, its variables exist."""

import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("docs/*.md"), *ROOT.glob("*/README.md"), *ROOT.glob("*.md")])
SOURCES = {".py", ".pyx", ".h", ".cpp"}
READ = re.compile(
    r"""(?:environ(?:\.get)?|getenv|environment|variable)[([]\s*["']((?:CUPY|CANNSIM)_\w+)["']"""
)


def page_id(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_examples_run(page):
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL
    failures, _ = doctest.testfile(str(page), module_relative=False, optionflags=flags)
    assert failures == 0


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_links_lead_somewhere(page):
    text = page.read_text()
    for target in re.findall(r"\]\(([^)#\s]+)\)", text):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_configuration_lists_the_variables_that_are_read():
    page = (ROOT / "docs/configuration.md").read_text()
    listed = set(re.findall(r"^\| `((?:CUPY|CANNSIM)_\w+)`", page, re.M))
    read = set()
    for folder in ("cupy", "cupyx", "cupy_backends"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in SOURCES:
                read |= set(READ.findall(path.read_text()))
    assert listed == read
