"""Which device the suite runs on: the simulated one, unless ``--cann=real`` asks for the machine's own."""

import os


def pytest_addoption(parser):
    parser.addoption("--cann", choices=("sim", "real", "auto"), default="sim", help="the device to test on")


def pytest_configure(config):
    os.environ.setdefault("CUPY_CANN", config.getoption("--cann"))
    os.environ.setdefault(
        "SCIPY_ARRAY_API", "1"
    )  # read when SciPy is imported; scikit-learn's dispatch needs it
