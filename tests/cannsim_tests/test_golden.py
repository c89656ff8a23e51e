"""cannsim decides as CANN's own host code did: 7,686 recorded calls on three chips, the measured dtypes on four."""

import pytest
from check_golden import CHIPS, check

from cupy_backends.cannsim import library


@pytest.mark.parametrize("chip", CHIPS)
@pytest.mark.parametrize("mode", ["--status", "--units", "--execute"])
def test_recorded_calls(chip, mode):
    assert check(library(), chip, mode) == []


@pytest.mark.parametrize("chip", [*CHIPS, "Ascend910A"])
def test_measured_dtypes(chip):
    assert check(library(), chip, "--matrix") == []
