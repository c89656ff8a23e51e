import os
import subprocess
import sys

import pytest

sys.path.insert(0, os.path.dirname(__file__))  # device.py


@pytest.fixture
def python(python_module):
    """Run a program in a fresh interpreter; environment by keyword; the output, or a failure with its text."""
    return python_module


@pytest.fixture(scope="session")
def python_module():
    """As ``python``, for fixtures that serve several tests."""

    def run(program, status=0, **environment):
        env = {
            k: v
            for k, v in os.environ.items()
            if not k.startswith(("CUPY_CANN", "CUPY_RANDOM", "CUPY_TRIG", "CANNSIM", "ASCEND_"))
        }
        env["CUPY_CANN"] = "sim"
        for name in ("CUPY_CANNSIM", "PYTHONPATH"):
            if name in os.environ:
                env[name] = os.environ[name]
        env["PYTHONPATH"] = os.pathsep.join(
            [os.path.dirname(__file__), *filter(None, [env.get("PYTHONPATH")])]
        )
        env.update({k: v for k, v in environment.items() if v is not None})
        for name in [k for k, v in environment.items() if v is None]:
            env.pop(name, None)
        done = subprocess.run(  # the caller says which status is right
            [sys.executable, "-c", program],
            check=False,
            env=env,
            capture_output=True,
            text=True,
            timeout=120,
            cwd=os.getcwd(),
        )
        assert done.returncode == status, f"status {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    return run
