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


@pytest.fixture(scope="module")
def kernels(tmp_path_factory):
    """Return the path of a binary with kernels for the simulated device."""
    path = tmp_path_factory.mktemp("kernels") / "kernels.so"
    command = [COMPILER, "-x", "c++", "-shared", "-fPIC", f"-I{cannsim.include()}", FOLDER / "kernels.c"]
    done = subprocess.run([*command, "-o", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return path


def run(command, **variables):
    done = subprocess.run(
        command, env={**os.environ, **variables}, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, "ok\n"), done.stdout + done.stderr
    return done.stderr


@pytest.mark.parametrize("mode", ["0", "1", "worker"])
@pytest.mark.parametrize("name", ["usage", "older", "executors", "faults", "graphs", "ipc", "values"])
def test_program(built, name, mode):
    run([built(name)], CANNSIM_ASYNC=mode)


@pytest.mark.parametrize("check", ["", "mem,init,race,leak"])
@pytest.mark.parametrize("mode", ["0", "1", "worker"])
def test_kernels(built, kernels, mode, check):
    run([built("kernels"), kernels], CANNSIM_ASYNC=mode, CANNSIM_CHECK=check)


@pytest.mark.parametrize("mode", ["0", "1", "worker"])
@pytest.mark.parametrize("name", ["graphs", "ipc", "values"])
def test_checks_are_silent(built, name, mode):
    assert not run([built(name)], CANNSIM_ASYNC=mode, CANNSIM_CHECK="mem,init,race,leak")
