"""Makes this folder's helper modules importable under any import mode."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

# They let tensors leave their storage, copy beyond blocks and capture what nobody waits for, to see the status.
WRONG_ON_PURPOSE = {"capture", "chips", "golden", "programs", "refusals", "trace"}


@pytest.fixture(autouse=True)
def checks_of_bare_calls(monkeypatch, request):
    """This folder's processes of bare calls end without giving back what they made; some do what checks report."""
    checks = os.environ.get("CANNSIM_CHECK", "").split(",")
    if request.module.__name__.rpartition("test_")[2] in WRONG_ON_PURPOSE:
        checks = []
    if "CANNSIM_CHECK" in os.environ:
        monkeypatch.setenv("CANNSIM_CHECK", ",".join(check for check in checks if check != "leak"))
