"""Which device the suite runs on: the simulated one, unless ``--cann=real`` asks for the machine's own."""

import os
import tempfile
from pathlib import Path


def pytest_addoption(parser):
    parser.addoption("--cann", choices=("sim", "real", "auto"), default="sim", help="the device to test on")


def pytest_configure(config):
    os.environ.setdefault("CUPY_CANN", config.getoption("--cann"))
    os.environ.setdefault(
        "SCIPY_ARRAY_API", "1"
    )  # read when SciPy is imported; scikit-learn's dispatch needs it


def pytest_collection_finish(session):
    """Leave a source tree that is not built in place: processes that tests start with ``python -c`` would import it
    from the current directory instead of the installed package."""
    root = Path(__file__).resolve().parents[1]
    if not any((root / "cupy/_core").glob("*.so")):
        os.chdir(tempfile.mkdtemp(prefix="cupy_tests_"))
