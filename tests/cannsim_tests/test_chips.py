"""CANNSIM_SOC and CANNSIM_CANN: chips with the figures of the facts, releases with their operators."""

import json
import os
import subprocess
import sys
from pathlib import Path

import inprocess
import pytest


FACTS = Path(__file__).resolve().parents[2] / "cupy_backends" / "cannsim" / "facts"
SOC = json.loads((FACTS / "soc.json").read_text())
OPS = json.loads((FACTS / "aclnn.json").read_text())["ops"]


def test_every_chip_has_its_figures():
    # A child for each, since a process has one chip.
    out = inprocess.run(f"""
        attributes = dict(ai_cpus=1, ai_cores=101, cube_cores=102, vector_cores=201, memory=301, l2=302, arch=601)
        import json
        for name in {list(SOC["socs"])}:
            if os.fork() == 0:
                os.environ["CANNSIM_SOC"] = name
                assert sim.aclrtGetSocName() == name.encode(), message()
                values = {{}}
                for key, attribute in attributes.items():
                    value = number()
                    if sim.aclrtGetDeviceInfo(0, attribute, ctypes.byref(value)) == 0:
                        values[key] = value.value
                mode = ctypes.c_int()
                assert sim.aclrtGetDeviceSatMode(ctypes.byref(mode)) == 0
                values["inf_nan"] = mode.value == 1
                print(json.dumps([name, values]), flush=True)
                os._exit(0)
            assert os.wait()[1] == 0
    """)
    seen = dict(json.loads(line) for line in out.splitlines())
    assert seen.keys() == SOC["socs"].keys()
    for name, soc in SOC["socs"].items():
        assert {"ai_cores", "vector_cores", "memory"} <= seen[name].keys()
        for key, value in seen[name].items():
            if key == "inf_nan":
                assert value == SOC["families"][soc["family"]]["inf_nan"], name
            elif soc[key] is not None:
                assert value == soc[key], (name, key)


def test_an_unknown_chip_is_an_error_that_lists_the_known_ones():
    out = inprocess.run("print(sim.aclInit(None), message())", CANNSIM_SOC="Ascend910C")
    assert out.startswith("100000 CANNSIM_SOC=Ascend910C is not a known SoC; known:")
    assert all(name in out for name in SOC["socs"])


@pytest.mark.parametrize("chip", ["Ascend310P3", "Ascend910A", "Ascend910B3"])
def test_streams_end(chip):
    limit = SOC["socs"][chip]["streams"]
    out = inprocess.run(
        """
        assert sim.aclrtSetDevice(0) == 0
        made, stream = [], pointer()
        while (code := sim.aclrtCreateStream(ctypes.byref(stream))) == 0:
            made.append(stream.value)
        print(len(made), code, message())
        assert sim.aclrtDestroyStream(pointer(made.pop())) == 0
        assert sim.aclrtCreateStream(ctypes.byref(stream)) == 0, "a stream that ended makes room"
        assert sim.aclrtSetDevice(1) == 0
        assert sim.aclrtCreateStream(ctypes.byref(stream)) == 0, "another device has its own"
        """,
        CANNSIM_SOC=chip,
    )
    # The default stream is one of them.
    assert out.startswith(f"{limit - 1} 207008 ")
    assert f"no more than {limit} streams" in out


def test_limits_from_the_environment():
    out = inprocess.run(
        """
        assert sim.aclrtSetDevice(0) == 0
        for make in (sim.aclrtCreateStream, sim.aclrtCreateEvent):
            made, handle = 0, pointer()
            while (code := make(ctypes.byref(handle))) == 0:
                made += 1
            print(made, code, message())
        assert sim.aclrtDestroyEvent(handle) == 0
        assert sim.aclrtCreateEvent(ctypes.byref(handle)) == 0
        """,
        CANNSIM_STREAMS="4",
        CANNSIM_EVENTS="6",
    )
    streams, events = out.splitlines()
    assert streams.startswith("3 207008 ")
    assert events.startswith("6 207007 ")
    assert "no more than 6 events" in events


@pytest.mark.parametrize("name", ["CANNSIM_STREAMS", "CANNSIM_EVENTS"])
@pytest.mark.parametrize("value", ["0", "-1", "many", "3.5"])
def test_wrong_limits(name, value):
    out = inprocess.run("print(sim.aclInit(None), message())", **{name: value})
    assert out.startswith(f"100000 {name}={value} is not a number from 1 on")


@pytest.mark.parametrize(
    ("text", "release", "new"),
    [("", "9.1.0", True), ("9.1", "9.1.0", True), ("9.1.3", "9.1.3", True), ("8.1", "8.1.RC1", False),
     ("8.1.RC1", "8.1.RC1", False), ("8.1.0", "8.1.0", False)],
)  # fmt: skip
def test_releases(text, release, new):
    out = inprocess.run(
        """
        print(sim.aclInit(None), sim.aclInit(None), message() or "-", sep="|")
        buffer = ctypes.create_string_buffer(4096)
        assert sim.aclsysGetCANNVersion(0, buffer) == 0
        print(buffer.value.decode())
        print(sim.cannsimImplements(b"aclnnLeftShift"), sim.cannsimProvides(b"aclnnLeftShiftGetWorkspaceSize"),
              sim.cannsimProvides(b"aclrtLaunchHostFunc"))
        print(sim.cannsimImplements(b"aclnnAdd"), sim.cannsimProvides(b"aclnnAdd"), sim.cannsimProvides(b"aclrtMalloc"))
        sim.aclrtSetDevice(0)
        t = tensor([4], memory(64).value, 3)
        print(plan("aclnnLeftShift", t, t, t)[0], message())
        """,
        CANNSIM_CANN=text,
    ).splitlines()
    assert out[0] == ("0|0|-" if new else "0|100002|aclInit was called before")
    assert out[1] == release + "-cannsim"
    assert out[2] == f"{new} {new} {new}"
    assert out[3] == "True True True"
    assert out[4].strip() == (
        "0" if new else f"561003 aclnnLeftShift is not part of CANN {release} (CANNSIM_CANN)"
    )


def test_no_operator_of_another_release_is_left():
    names = [name for name, entry in OPS.items() if not entry["in_8_1_rc1"]]
    out = inprocess.run(f"print(any(sim.cannsimImplements(n.encode()) for n in {names}))", CANNSIM_CANN="8.1")
    assert out == "False\n"
    names = [name for name, entry in OPS.items() if not entry["in_2026"]]
    out = inprocess.run(f"print(any(sim.cannsimImplements(n.encode()) for n in {names}))")
    assert out == "False\n"


@pytest.mark.parametrize("text", ["7.0", "8.10", "8.1x", "9", "new", "9.1 "])
def test_unknown_releases(text):
    out = inprocess.run("print(sim.aclInit(None), message())", CANNSIM_CANN=text)
    assert out.startswith(f"100000 CANNSIM_CANN={text} is not a simulated release of CANN; known: 8.1, 9.1")


def test_cupy_on_the_oldest_release():
    out = inprocess.run(
        """
        import cupy as cp
        done = []
        with cp.cuda.Stream() as stream:
            x = cp.arange(6).reshape(2, 3)
            y = (x << 1) + (x >> 1) + cp.left_shift(x, 2)
            stream.launch_host_func(done.append, "called")
            stream.synchronize()
        print(y.get().tolist(), done, float(cp.sort(x.astype("f4"), axis=None).sum()))
        """,
        CANNSIM_CANN="8.1",
    )
    assert out == "[[0, 6, 13], [19, 26, 32]] ['called'] 15.0\n"


@pytest.mark.parametrize(("release", "code"), [("8.1", 561003), ("9.1", 0)])
def test_kernels_that_the_older_release_lacks(release, code):
    # Accepted by phase 1 in both: CANN sends uint8 to the AI CPU, whose kernel had no uint8 then.
    out = inprocess.run(
        """
        sim.aclrtSetDevice(0)
        a, b, out = (tensor([4], memory(64).value, 4) for _ in range(3))
        status, executor = plan("aclnnMaximum", a, b, out)
        print(status, launch("aclnnMaximum", executor), message())
        """,
        CANNSIM_CANN=release,
    )
    assert out.startswith(f"0 {code}")
    assert ("the AI CPU of CANN 8.1.RC1 has no kernel Maximum for uint8" in out) == bool(code)


@pytest.mark.parametrize("release", ["8.1", "9.1"])
def test_what_the_older_release_searches_and_writes(release):
    program = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent / "operators")!r})
import numpy as np
from ml_dtypes import bfloat16
from operator_calls import CannError, Out, call

x = np.arange(4.0)
for dtype, out in ((float, None), (bfloat16, np.zeros((2, 3), bfloat16)[:, :2])):
    try:
        if out is None:
            print(call("aclnnSearchSorted", x, x, False, False, None, Out(4, "i8"))[0].tolist())
        else:
            strided = Out(0, dtype)
            strided.array = out
            print(call("aclnnAdd", out + 1, out + 2, 1, strided)[0].tolist())
    except CannError as error:
        print(error)
"""
    environment = dict(os.environ) | {"CANNSIM_CANN": release, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    first, second = done.stdout.splitlines()
    if release == "9.1":
        assert (first, second) == ("[0, 1, 2, 3]", "[[3.0, 3.0], [3.0, 3.0]]")
    else:
        assert "the AI CPU of CANN 8.1.RC1 has no kernel SearchSorted for float64" in first
        assert "the AI CPU of CANN 8.1.RC1 has no kernel ViewCopy for bfloat16" in second
