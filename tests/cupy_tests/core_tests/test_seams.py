"""The rules that keep the house in order."""

import re
from pathlib import Path

import cupy
import numpy as np
import pytest
from cupy_backends.backend import _backend

ROOT = Path(__file__).resolve().parents[3]
SOURCES = [p for p in ROOT.glob("cupy*/**/*") if p.suffix in (".py", ".pyx", ".pxd", ".h", ".cpp", ".toml")]


def hand_written(*folders):
    return [p for p in SOURCES if any(p.is_relative_to(ROOT / f) for f in folders)]


def test_no_vendor_above_the_backends():
    pattern = re.compile(r"\b(acl[A-Z]\w*|aclnn\w*|aclrt\w*|[Hh]ccl\w*|cuda[A-Z]\w*|cublas\w*|cusolver\w*)\b")
    for path in hand_written("cupy", "cupyx"):
        if path.is_relative_to(ROOT / "cupy/cuda"):
            continue
        found = pattern.findall(path.read_text())
        assert not found, f"{path}: {found}"


def test_one_door():
    """Only the door calls a plan; nothing above it imports a concrete backend."""
    for path in hand_written("cupy", "cupyx"):
        text = path.read_text()
        assert ".launch(plan" not in text.replace("_backend.launch(plan", ""), path
        assert not re.search(r"cupy_backends\.(ascend|host|null|cannsim)", text), path


def test_no_conditional_compilation():
    for path in SOURCES:
        if path.suffix in (".pyx", ".pxd"):
            assert not re.search(r"^\s*(IF|DEF|ELIF) ", path.read_text(), re.M), path


def test_files_stay_small():
    built = ROOT / "cupy_backends/cannsim/include"  # headers that the build installs
    assert not [str(p) for p in SOURCES if built not in p.parents and p.read_text().count("\n") > 800]


def test_every_numeric_ufunc_of_numpy_is_here():
    numeric = {n for n in dir(np) if isinstance(getattr(np, n), np.ufunc)} - {
        "isnat",
        "matmul",
        "vecdot",
        "matvec",
        "vecmat",
    }
    missing = [n for n in numeric if not isinstance(getattr(cupy, n, None), cupy.ufunc)]
    assert not missing
    rows = set(_backend.ops())
    for name in numeric:
        u = getattr(cupy, name)
        assert (
            u.composed is not None or u.__name__ in rows or u.__name__ in ("fabs", "float_power", "positive")
        )


def test_an_unknown_operation_is_an_error():
    with pytest.raises(ValueError, match="not an operation of the contract"):
        cupy._core.run_op("frobnicate", [cupy.ones(2)], [cupy.ones(2)])


def test_the_bare_tree_says_what_to_do(tmp_path):
    import shutil
    import subprocess
    import sys

    shutil.copytree(ROOT / "cupy", tmp_path / "cupy", ignore=shutil.ignore_patterns("*.so"))
    done = subprocess.run(
        [sys.executable, "-c", "import cupy"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(tmp_path), "PATH": "/usr/bin"},
    )
    assert done.returncode != 0 and "pip install ." in done.stderr
