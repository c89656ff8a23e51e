"""The generated pages hold what the tables hold."""

import subprocess
import sys
from pathlib import Path

from cupy_builder import docs

from cupy_backends.backend.rows import rows

ROOT = Path(__file__).resolve().parents[2]


def test_the_contract_page_has_one_line_per_row(tmp_path):
    docs.generate(tmp_path, ROOT)
    lines = (tmp_path / "contract.md").read_text().splitlines()
    for row in rows().values():
        assert [line for line in lines if line.startswith(f"| `{row.name}` |")], row.name
    found = [line for line in lines if line.startswith("| `")]
    assert len(found) == len(rows())
    assert all(line.count(" | ") == 6 for line in found)
    assert any("`numpy.linalg.inv` | relative" in line for line in found)
    assert any("`numpy.exp` | 4 ulp" in line for line in found)


def test_the_libraries_page_names_functions_and_what_to_use(tmp_path):
    docs.generate(tmp_path, ROOT)
    assert "| `sgemm` | `cublasSgemm_v2` | cupy.matmul |" in (tmp_path / "cuda_libraries.md").read_text()


def test_a_pipe_does_not_break_a_table():
    assert docs.table(["a"], [["x | y"]]).splitlines()[-1] == "| x \\| y |"


def test_the_command_writes_the_pages(tmp_path):
    command = [sys.executable, "-m", "cupy_builder.docs", str(tmp_path)]
    run = subprocess.run(command, cwd=ROOT / "install", capture_output=True, text=True, check=True)
    assert [Path(line).name for line in run.stdout.split()] == list(docs.PAGES)
