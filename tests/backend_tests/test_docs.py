"""The generated pages hold what the tables hold."""

import subprocess
import sys
from pathlib import Path

import pytest
from cupy_builder import coverage, docs, routes

from cupy_backends.backend import _backend
from cupy_backends.backend.conformance import plans
from cupy_backends.backend.rows import rows

ROOT = Path(__file__).resolve().parents[2]


def test_the_contract_page_has_one_line_per_row(tmp_path):
    docs.generate(tmp_path, ROOT, ["contract.md"])
    lines = (tmp_path / "contract.md").read_text().splitlines()
    for row in rows().values():
        assert [line for line in lines if line.startswith(f"| `{row.name}` |")], row.name
    found = [line for line in lines if line.startswith("| `")]
    assert len(found) == len(rows())
    assert all(line.count(" | ") == 6 for line in found)
    assert any("`numpy.linalg.inv` | relative" in line for line in found)
    assert any("`numpy.exp` | 4 ulp" in line for line in found)


def test_the_libraries_page_names_functions_and_what_to_use(tmp_path):
    docs.generate(tmp_path, ROOT, ["cuda_libraries.md"])
    assert "| `sgemm` | `cublasSgemm_v2` | cupy.matmul |" in (tmp_path / "cuda_libraries.md").read_text()


def test_a_pipe_does_not_break_a_table():
    assert docs.table(["a"], [["x | y"]]).splitlines()[-1] == "| x \\| y |"


def test_the_command_writes_the_pages(tmp_path):
    pages = ["contract.md", "cuda_libraries.md"]
    command = [sys.executable, "-m", "cupy_builder.docs", str(tmp_path)]
    run = subprocess.run([*command, *pages], cwd=ROOT / "install", capture_output=True, text=True, check=True)
    assert [Path(line).name for line in run.stdout.split()] == pages
    run = subprocess.run(
        [*command, "page.md"], cwd=ROOT / "install", capture_output=True, text=True, check=False
    )
    assert run.returncode and "'page.md' is none of contract.md, " in run.stderr


@pytest.fixture(scope="module")
def covered():
    return coverage.rows(ROOT)


@pytest.mark.parametrize("kind", coverage.KINDS)
def test_every_name_has_tests_or_a_reason(kind, covered):
    assert [name for name, _, tests, reason in covered[kind] if not tests and not reason] == []


def test_reasons_are_given_for_what_is_listed_and_absent(covered):
    _, absent = coverage.package(ROOT)
    for kind, reasons in {
        "functions": absent.FUNCTIONS,
        "ndarray": absent.NDARRAY,
        "ufunc": absent.UFUNC,
    }.items():
        found = {name: reason for name, _, _, reason in covered[kind]}
        assert [name for name, reason in reasons.items() if found.get(name) != reason] == [], (
            "present, or in no list"
        )
        assert all(len(reason) > 10 for reason in reasons.values())


def test_the_lists_are_whole():
    listed = coverage.names()
    assert len(listed["functions"]) > 500 and len(listed["ndarray"]) > 160
    assert listed["ndarray"]["T"] == ["NumPy", "CuPy"] and listed["ndarray"]["ctypes"] == ["NumPy"]


def test_uses_are_found_in_code_and_in_text(tmp_path):
    folder = tmp_path / "tests/cupy_tests"
    folder.mkdir(parents=True)
    (folder / "test_it.py").write_text(
        '"""Not xp.mean here."""\nxp.add(1); np.sin(2); x.resize(3)\ncalls = "cupy.sort(A); a.fill"\n'
        '"argmax argmin".split()\n'
        'def test():\n    """Nor xp.median."""\n    assert a.T, "no max, or so"\n'
    )
    (uses,) = coverage.scan(tmp_path / "tests").values()
    assert {"add", "sort", "argmax", "argmin"} == set(uses.functions)
    assert {"resize", "fill", "T"} <= set(uses.members) and "sin" not in uses.members


def test_the_coverage_page(tmp_path):
    docs.generate(tmp_path, ROOT, ["coverage.md"])
    text = (tmp_path / "coverage.md").read_text()
    assert "| `ctypes` | NumPy | *its address is for C functions" in text
    line = next(line for line in text.splitlines() if line.startswith("| `resize` | NumPy |"))
    assert "](../tests/cupy_tests/core_tests/test_members.py)" in line
    for heading in coverage.KINDS.values():
        assert f"## {heading}" in text


@pytest.mark.slow
def test_the_routes_page_is_current():
    """Written by ``(cd install && python -m cupy_builder.docs ../docs routes.md)``."""
    assert (ROOT / "docs/routes.md").read_text() == docs.PAGES["routes.md"](ROOT)


def test_the_routes_page_has_every_operation_and_dtype():
    text = (ROOT / "docs/routes.md").read_text()
    cells = [line.split(" | ") for line in text.splitlines() if line.startswith("| `")]
    assert all(len(line) == 2 + len(routes.CHIPS) for line in cells)
    for op in rows():
        mine = [line[1].split("; ") for line in cells if line[0] == f"| `{op}`"]
        assert sum(map(len, mine)) == len(plans(op)), op
    words = {word.strip("| \\*") for line in cells for word in line[2:]}
    assert words == {"native", "bits", "wider", "steps", "host"}


def test_the_routes_page_says_what_this_chip_does():
    """The columns are those of the chips: here the simulator's default."""
    line = next(line for line in (ROOT / "docs/routes.md").read_text().splitlines() if "`cbrt`" in line)
    assert line.count("host") == len(routes.CHIPS)
    plan = _backend.route("add", ["uint32"] * 3)
    assert (plan["route"], plan["unit"]) == ("reinterpret", "AI Core")
    assert (
        "| `add` | uint32; uint64 | bits | bits | bits | bits | bits |"
        in (ROOT / "docs/routes.md").read_text()
    )
