"""C++ programs that use the interface in legal and unusual ways, in each mode of execution."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from cupy_backends import cannsim

FOLDER = Path(__file__).parent / "abi"
COMPILER = os.environ.get("CXX", "c++")

pytestmark = pytest.mark.skipif(not shutil.which(COMPILER), reason="there is no C++ compiler")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return a function that compiles a program of the folder once."""
    folder = tmp_path_factory.mktemp("abi")

    def program(name):
        path = folder / name
        if not path.exists():
            flags = [
                "-std=c++17",
                "-O0",
                "-Wall",
                "-Wextra",
                "-Werror",
                f"-I{cannsim.include()}",
                f"-I{FOLDER}",
            ]
            link = [cannsim.library(), f"-Wl,-rpath,{Path(cannsim.library()).parent}", "-pthread"]
            command = [COMPILER, *flags, FOLDER / f"test_{name}.cpp", "-o", path, *link]
            done = subprocess.run(command, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
        return path

    return program


@pytest.mark.parametrize("mode", ["0", "1", "worker"])
@pytest.mark.parametrize("name", ["usage", "older", "ipc", "executors", "faults", "graphs", "ipc", "values"])
def test_program(built, name, mode):
    environment = {**os.environ, "CANNSIM_ASYNC": mode}
    done = subprocess.run([built(name)], env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "ok\n"), done.stdout + done.stderr


@pytest.mark.parametrize("mode", ["0", "1", "worker"])
@pytest.mark.parametrize("name", ["graphs", "ipc", "values"])
def test_checks_are_silent(built, name, mode):
    environment = {**os.environ, "CANNSIM_ASYNC": mode, "CANNSIM_CHECK": "mem,init,race,leak"}
    done = subprocess.run([built(name)], env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "ok\n", "")
