"""The documentation says what is so: examples run, links lead somewhere, variables exist."""

import doctest
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

import cupy as cp
from cupy_backends.backend import _backend

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("docs/*.md"), *ROOT.glob("*/README.md"), *ROOT.glob("*.md")])
SOURCES = {".py", ".pyx", ".h", ".cpp"}
READ = re.compile(
    r"""(?:environ(?:\.get)?|getenv|environment|variable|choose_limit)[([]\s*["']((?:CUPY|CANNSIM)_\w+)["']"""
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


def launch_rows():
    page = (ROOT / "docs/programming_model.md").read_text()
    for expressions, count in re.findall(r"^\| (`.*) \| (\d+) \|$", page, re.MULTILINE):
        for expression in re.findall(r"`(.*?)`", expressions):
            yield pytest.param(expression, int(count), id=expression)


@pytest.mark.parametrize("expression, expected", launch_rows())
def test_launches_of_the_programming_model(expression, expected):
    host = np.linspace(1, 2, 81, dtype=np.float32).reshape(9, 9)
    a, b = cp.asarray(host), cp.asarray(host + 1)
    scope = {"cp": cp, "a": a, "b": b, "host": host, "m": a > 1.5, "i": cp.asarray([3, 1, 2] * 200)}
    before = launches()
    eval(expression, scope)
    assert launches() - before == expected


def launches():
    return sum(plan["launches"] for plan in _backend.plans())


def test_readme_counts_the_operations_of_the_contract():
    counted = re.search(r"contract of (\d+) operations", (ROOT / "README.md").read_text())
    tables = tomllib.loads((ROOT / "cupy_backends/backend/ops.toml").read_text())
    assert int(counted[1]) == sum(len(rows) for rows in tables.values())


def test_configuration_lists_the_variables_that_are_read():
    page = (ROOT / "docs/configuration.md").read_text()
    listed = set(re.findall(r"^\| `((?:CUPY|CANNSIM)_\w+)`", page, re.MULTILINE))
    read = set()
    for folder in ("cupy", "cupyx", "cupy_backends"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in SOURCES:
                read |= set(READ.findall(path.read_text()))
    assert listed == read


def test_contributing_quotes_the_sources():
    page = (ROOT / "docs/contributing.md").read_text()
    quotes = re.findall(r"`([\w/.]+)`:\n\n {8}(.+)\n", page)
    assert len(quotes) == 3
    for path, line in quotes:
        assert line in (ROOT / path).read_text(), path
