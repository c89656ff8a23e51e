"""The doctor tells the truth about good, broken and absent libraries; each case is a process of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import cupy
from cupy import doctor
from cupy_backends import cannsim

ROOT = Path(cupy.__file__).resolve().parents[1]
MAKE_AN_ARRAY = "import cupy; print(float(cupy.arange(4.0).sum()), cupy.is_available())"


def run(*command, **variables):
    """Run Python with the given variables and without the machine's own settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("CUPY_", "ASCEND_", "CANNSIM_"))}
    kept["PYTHONPATH"] = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, *command], env=kept | variables, capture_output=True, text=True, timeout=30
    )


@pytest.fixture
def broken(tmp_path):
    """A toolkit whose libraries are no libraries."""
    (tmp_path / "lib64").mkdir()
    for name in ("libascendcl.so", "libnnopbase.so", "libopapi.so"):
        (tmp_path / "lib64" / name).write_bytes(b"this is no library")
    (tmp_path / "version.cfg").write_text("[COMMON]\nversion=8.1.RC1\n")
    return str(tmp_path)


def test_on_the_simulator():
    done = run("-m", "cupy.doctor", CUPY_CANN="sim", CUPY_LAUNCH_BLOCKING="1")
    assert done.returncode == 0, done.stdout + done.stderr
    text = done.stdout
    for pattern in (
        r"Python +3\.\d+", rf"cupy +{cupy.__version__}", r"numpy +\d", r"BLAS +\S", r"memory +[\d.]+ GiB total",
        r"simulated: CUPY_CANN=sim asks for it", r"SoC +Ascend", r"CANN version +\d", r"libcannsim.so: loads",
        r"device nodes +", r"\d+ of \d+ that cupy uses", r"trial +works", r"CUPY_LAUNCH_BLOCKING +1",
        r"Arrays can be used\.$",
    ):  # fmt: skip
        assert re.search(pattern, text, re.MULTILINE), f"{pattern}\n{text}"
    assert "mend:" not in text and not done.stderr


@pytest.mark.parametrize("backend", ["host", "null"])
def test_other_backends_have_no_libraries(backend):
    done = run("-m", "cupy.doctor", CUPY_BACKEND=backend)
    assert (
        done.returncode == 0 and "SoC" not in done.stdout and re.search(rf"backend +{backend}", done.stdout)
    )


@pytest.mark.parametrize("wish", ["real", "auto"])
def test_a_broken_toolkit(broken, wish):
    done = run("-m", "cupy.doctor", CUPY_CANN=wish, ASCEND_HOME_PATH=broken)
    assert done.returncode == 1, done.stdout
    assert re.search(r"device +real: ", done.stdout) and re.search(r"toolkit +\S+ 8\.1\.RC1", done.stdout)
    for name in ("libascendcl.so", "libnnopbase.so", "libopapi.so"):
        assert re.search(rf"{name} +{re.escape(broken)}/lib64/{name}: .*(invalid ELF|too short)", done.stdout)
    assert "mend: reinstall CANN" in done.stdout and "CUPY_CANN=sim" in done.stdout
    assert done.stdout.endswith("Arrays cannot be used.\n")


@pytest.mark.parametrize("wish", ["real", "auto"])
def test_the_first_array_on_a_broken_toolkit(broken, wish):
    done = run(
        "-c", "import cupy; print('imported'); " + MAKE_AN_ARRAY, CUPY_CANN=wish, ASCEND_TOOLKIT_HOME=broken
    )
    assert done.stdout == "imported\n" and done.returncode == 1
    last = done.stderr[done.stderr.index("AscendError") :]
    assert "python -m cupy.doctor" in last and "CUPY_CANN=sim" in last and "libascendcl.so" in last


def test_a_failed_choice_can_be_tried_again(broken):
    code = ("import cupy, os\nfor wish in ('real', 'sim'):\n    os.environ['CUPY_CANN'] = wish\n"
            "    print(cupy.is_available())\nprint(cupy.ones(2).sum())")  # fmt: skip
    done = run("-c", code, ASCEND_HOME_PATH=broken)
    assert done.stdout == "False\nTrue\n2.0\n", done.stderr


def test_the_simulator_beside_a_broken_toolkit(broken):
    done = run("-m", "cupy.doctor", CUPY_CANN="sim", ASCEND_HOME_PATH=broken)
    assert done.returncode == 0 and broken in done.stdout
    assert run("-c", MAKE_AN_ARRAY, CUPY_CANN="sim", ASCEND_HOME_PATH=broken).stdout == "6.0 True\n"


def test_real_without_a_toolkit(tmp_path):
    done = run("-m", "cupy.doctor", CUPY_CANN="real", ASCEND_HOME_PATH=str(tmp_path))
    assert done.returncode == 1 and "no CANN toolkit was found" in done.stdout and "set_env.sh" in done.stdout


def test_a_toolkit_that_loads(tmp_path):
    """The simulator's facades have the names of a toolkit, so the path of a real one can be walked."""
    (tmp_path / "lib64").symlink_to(cannsim.libdir())
    done = run("-m", "cupy.doctor", CUPY_CANN="auto", ASCEND_HOME_PATH=str(tmp_path))
    assert done.returncode == 0, done.stdout
    assert re.search(rf"device +real: there are CANN in {re.escape(str(tmp_path))}", done.stdout)
    assert "libopapi.so" in done.stdout and re.search(r"trial +works", done.stdout)
    assert "no NPU is visible" in done.stdout.split("Notes")[1]


@pytest.mark.parametrize("variable, mend", [
    ("CUPY_CANN", "unset CUPY_CANN"), ("CUPY_BACKEND", "unset CUPY_BACKEND"), ("CUPY_CANNSIM", "unset CUPY_CANNSIM"),
])  # fmt: skip
def test_wrong_settings(variable, mend):
    done = run("-m", "cupy.doctor", **{variable: "/nonsense"})
    assert done.returncode == 1 and f"mend: {mend}" in done.stdout, done.stdout


def test_misspelt_settings():
    done = run("-m", "cupy.doctor", CUPY_CANN="sim", CUPY_FALBACK="warn")
    assert done.returncode == 0 and "CUPY_FALBACK is set, but nothing reads it" in done.stdout


def child(tmp_path, monkeypatch, script):
    """Let a shell script stand for the child process of the probe."""
    fake = tmp_path / "python"
    fake.write_text("#!/bin/sh\n" + script)
    fake.chmod(0o755)
    monkeypatch.setattr(doctor.sys, "executable", str(fake))
    return doctor.report()


def test_libraries_that_crash(tmp_path, monkeypatch):
    text, problems = child(tmp_path, monkeypatch, 'echo \'{"soc": "AscendX"}\'\nkill -SEGV $$\n')
    assert "SIGSEGV" in problems[-1][0] and "cannot be used" in text


def test_libraries_that_hang(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor, "_PROBE_SECONDS", 0.3)
    _, problems = child(tmp_path, monkeypatch, "exec sleep 30\n")
    assert "did not answer within 0.3 s" in problems[-1][0]


def test_libraries_that_print_and_fail(tmp_path, monkeypatch):
    _, problems = child(tmp_path, monkeypatch, "echo '{broken'\necho 'last words' >&2\nexit 3\n")
    assert problems[-1][0] == "last words"


def test_every_variable_that_is_read_is_known():
    pattern = re.compile(r"""(?:environ(?:\.get)?|getenv|environment)\s*[\[(]\s*["'](CUPY_\w+)""")
    sources = [p for folder in ("cupy", "cupyx", "cupy_backends") for p in (ROOT / folder).rglob("*")
               if p.suffix in (".py", ".pyx", ".cpp", ".h")]  # fmt: skip
    read = {name for path in sources for name in pattern.findall(path.read_text())}
    assert {"CUPY_BACKEND", "CUPY_CANN"} <= read and read <= doctor.VARIABLES.keys()


def test_every_variable_of_the_simulator_is_known():
    from cupy_backends.ascend.doctor import VARIABLES

    pattern = re.compile(r"""(?:getenv|variable|choose_limit)\(\s*"(CANNSIM_\w+)\"""")
    backends = Path(__file__).resolve().parents[3] / "cupy_backends"
    folders = (backends / "cannsim" / "src", backends / "ascend")
    sources = [path for folder in folders for suffix in ("cpp", "h") for path in folder.rglob(f"*.{suffix}")]
    read = {name for path in sources for name in pattern.findall(path.read_text())}
    assert {"CANNSIM_SOC", "CANNSIM_ASYNC"} <= read <= VARIABLES.keys()


def test_a_misspelt_variable_is_noted():
    done = run("-m", "cupy.doctor", CUPY_CANN="sim", CUPY_BAKEND="host", CANNSIM_SCO="Ascend310P3")
    assert done.returncode == 0
    for name in ("CUPY_BAKEND", "CANNSIM_SCO"):
        assert f"{name} is set, but nothing reads it\n    mend: unset {name}" in done.stdout


def test_show_config():
    done = run("-c", "import cupy; cupy.show_config()", CUPY_CANN="sim", CANNSIM_SOC="Ascend310P3")
    assert done.returncode == 0, done.stderr
    for pattern in (
        rf"cupy +{re.escape(cupy.__version__)} ", r"numpy +\d", r"SoC +Ascend310P3$", r"CANN version +\d",
        rf"libcannsim.so +{re.escape(cannsim.library())}: loads$", r"devices +8 x Ascend310P3$", r"backend +ascend$",
        r"CUPY_CANN +sim$", r"CUPY_INDEX_CHECK +deferred \(default\)$", r"CANNSIM_SOC +Ascend310P3$",
        r"CANNSIM_DEVICES +8 \(default\)$",
    ):  # fmt: skip
        assert re.search(pattern, done.stdout, re.MULTILINE), f"{pattern}\n{done.stdout}"


def test_show_config_of_the_host_backend():
    done = run("-c", "import cupy; cupy.show_config(_full=True)", CUPY_BACKEND="host")
    assert done.returncode == 0, done.stderr
    assert re.search(r"backend +host$", done.stdout, re.MULTILINE) and "processor" in done.stdout
    assert "CANNSIM_SOC" not in done.stdout
