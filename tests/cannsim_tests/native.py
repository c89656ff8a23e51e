"""Builds the small libraries through which Python tests call the simulator's kernels."""

import fcntl
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def build(source, library):
    """Return the path of `library`, built from the CMake project `source` if something changed.

    The folder is kept under ``build/``; of several processes one builds and the others wait.
    """
    folder = ROOT / "build" / library
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for command in (["cmake", "-G", "Ninja", "-S", source, "-B", folder], ["ninja", "-C", folder, "-j2"]):
            done = subprocess.run(command, check=False, capture_output=True, text=True)
            assert done.returncode == 0, done.stdout + done.stderr
    return folder / f"lib{library}.so"
