"""The runtime and descriptor functions that two or more programs call are there."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from cupy_backends import cannsim

CALLED = json.loads((Path(__file__).parents[1] / "data" / "client_functions.json").read_text())

pytestmark = pytest.mark.skipif(not shutil.which("nm"), reason="symbols are read by nm")


@pytest.fixture(scope="module")
def symbols():
    """Return what the library exports: name to kind, where W stands for a generated refusal."""
    command = ["nm", "-D", "--defined-only", cannsim.library()]
    listing = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {line.split()[-1]: line.split()[-2] for line in listing.splitlines()}


def test_functions_are_implemented(symbols):
    assert len(CALLED["functions"]) > 230
    assert [name for name in CALLED["functions"] if symbols.get(name) != "T"] == []
