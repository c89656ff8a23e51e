"""Wrong calls of every operator are refused as CANN's rules say, with a message, and never end the process."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cupy_backends.cannsim import library

PROGRAM = Path(__file__).with_name("refusals.py")
PARTS = 3
# How many operators have a good call on the chip, and how many wrong ones are made of them.
LEAST = {
    "Ascend910B2": (400, 18000),
    "Ascend310P3": (390, 17000),
    "Ascend950PR_9589": (400, 18000),
    "Ascend910A": (385, 16000),
}


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("chip", LEAST)
def test_wrong_calls(chip, part):
    done = subprocess.run(
        [sys.executable, PROGRAM, library(), str(part), str(PARTS)],
        env=dict(os.environ, CANNSIM_SOC=chip),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-500:]
    outcome = json.loads(done.stdout)
    assert outcome["wrong"] == []
    operators, calls = LEAST[chip]
    assert outcome["operators"] >= operators
    assert outcome["calls"] >= 0.9 * calls / PARTS
