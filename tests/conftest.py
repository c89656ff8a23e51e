"""Which device the suite runs on: the simulated one, unless ``--cann=real`` asks for the machine's own."""

import ctypes
import itertools
import os
import sys
import tempfile
from pathlib import Path

import pytest


def pytest_addoption(parser):
    parser.addoption("--cann", choices=("sim", "real", "auto"), default="sim", help="the device to test on")


def pytest_configure(config):
    os.environ.setdefault("CUPY_CANN", config.getoption("--cann"))
    os.environ.setdefault(
        "SCIPY_ARRAY_API", "1"
    )  # read when SciPy is imported; scikit-learn's dispatch needs it
    if int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")) > 1:
        os.environ.setdefault("CANNSIM_NUM_THREADS", "1")  # the workers occupy the cores


def pytest_collection_finish(session):
    """Leave a source tree that is not built in place: processes that tests start with ``python -c`` would import it
    from the current directory instead of the installed package."""
    root = Path(__file__).resolve().parents[1]
    if not any((root / "cupy/_core").glob("*.so")):
        os.chdir(tempfile.mkdtemp(prefix="cupy_tests_"))


@pytest.fixture(autouse=True)
def reports():
    """Fail a test in which a check of the simulator (CANNSIM_CHECK) made a report."""
    before = len(list(_reports()))
    yield
    made = list(_reports())[before:]
    if made:
        pytest.fail("\n".join(made), pytrace=False)


@pytest.fixture
def freed_blocks_rest():
    """Whether freed blocks of the pool are not used again at once: a check or a sanitizer of the simulator is on."""
    backend = sys.modules.get("cupy_backends.ascend._ascend")
    address = backend.symbol("cannsimWatchesPools") if backend else None
    return bool(address) and ctypes.CFUNCTYPE(ctypes.c_bool)(address)()


def _reports():
    """The texts of all reports so far; none where no check is on, or no device was used yet."""
    backend = sys.modules.get("cupy_backends.ascend._ascend")
    if backend is None or not (os.environ.get("CANNSIM_CHECK") or os.environ.get("CANNSIM_STRICT")):
        return
    address = backend.symbol("cannsimReport")
    report = ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.c_uint64)(address) if address else lambda index: None
    for index in itertools.count():
        text = report(index)
        if text is None:
            return
        yield text.decode()
