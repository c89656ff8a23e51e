"""CUPY_INDEX_CHECK: when index arrays on the device are found to be out of bounds."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

import cupy as cp

PROGRAM = """
import cupy as cp

def use(index):
    {use}

a, index = cp.arange(10), cp.array([{index}])
use(cp.array([0]))  # the constants of the launches are on the device now
a[0] = 0
busy = cp.zeros(1000)
for _ in range(200):
    busy += 1  # the stream has work left when the indices are looked at
found = "never"
try:
    use(index)
    found = "later"
    {wait}
    found = "never"
except {error} as error:
    print(found, error)
else:
    print(found)
print(a.get().tolist())
"""


def environment(**variables):
    return {**os.environ, "PYTHONPATH": str(Path(cp.__file__).parents[1]), **variables}


def run(use, wait="cp.xpu.Stream.null.synchronize()", index=10, error="IndexError", check="deferred"):
    """Return the lines that the program prints with execution put off until something waits."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(use=use, wait=wait, index=index, error=error)],
        capture_output=True,
        text=True,
        env=environment(CANNSIM_ASYNC="1", CUPY_INDEX_CHECK=check),
        cwd=tempfile.gettempdir(),
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    "wait",
    [
        "cp.xpu.Stream.null.synchronize()",
        "cp.xpu.Device().synchronize()",
        "busy.get()",
        "float(busy[0])",
        "event = cp.xpu.Event(); event.record(); event.synchronize()",
        "cp.nonzero(busy)",
    ],
)
def test_found_at_the_next_wait(wait):
    said, values = run("b = a[index]", wait)
    assert said.startswith("later index 10 is out of bounds for axis 0 with size 10, at <string>:5 in use")
    assert values == str(list(range(10)))


@pytest.mark.parametrize(
    "use, error",
    [
        ("cp.take(a, index)", "IndexError"),
        ("a[index] += 1", "IndexError"),
        ("cp.take_along_axis(a, index, 0)", "IndexError"),
        ("cp.choose(index, [a, a])", "ValueError"),
        ("cp.ravel_multi_index((index, index), (3, 3))", "ValueError"),
    ],
)
def test_every_function_defers(use, error):
    assert run(use, error=error)[0].startswith("later ")


def test_sync_finds_it_at_the_call():
    said, _ = run("b = a[index]", check="sync")
    assert said == "never index 10 is out of bounds for axis 0 with size 10"


def test_off_never_looks_and_never_leaves_the_array():
    assert run("b = a[index]", check="off") == ["never", str(list(range(10)))]
    assert run("a[index] = 77", check="off") == ["never", str([*range(9), 77])]


def test_good_indices_pass():
    assert run("b = a[index]", index=-10)[0] == "never"


def test_bad_value_is_refused():
    done = subprocess.run(
        [sys.executable, "-c", "import cupy"],
        capture_output=True,
        text=True,
        env=environment(CUPY_INDEX_CHECK="maybe"),
        check=False,
    )
    assert "expected deferred, sync or off" in done.stderr


@pytest.mark.parametrize("index", [[3], [-4], [0, 3], [[0, -4]]])
def test_idle_stream_finds_it_at_the_call(index):
    a = cp.arange(3)
    cp.xpu.Stream.null.synchronize()
    for use in (lambda i: a[i], lambda i: a.take(i), lambda i: a.__setitem__(i, 0)):
        with pytest.raises(IndexError, match="out of bounds for axis 0 with size 3"):
            use(cp.array(index))
        with pytest.raises(IndexError, match="out of bounds for axis 0 with size 3"):
            use(np.array(index))
    assert a.get().tolist() == [0, 1, 2]


@pytest.mark.parametrize("key", [10**30, -(10**30), (10**30,), (0, 10**30)])
def test_huge_integers(key):
    for xp in (np, cp):
        with pytest.raises(IndexError):
            xp.zeros((3, 3))[key]


@pytest.mark.parametrize("key", [[[]], range(2), [[], []], (0, range(2))])
def test_sequences(key):
    a = np.arange(9).reshape(3, 3)
    cp.testing.assert_array_equal(cp.asarray(a)[key], a[key])


@pytest.mark.parametrize(
    "key",
    [
        (None, None, None, None, [[0, 0]]),
        (0, [1, 0], slice(None), [0, 1]),
        (slice(None), [[1], [0]], Ellipsis, [0, 1, 1]),
        tuple([[0, 1]] * 10),
        (Ellipsis, [1]),
    ],
)
def test_more_axes_than_a_device_takes(key):
    a = np.arange(2**10).reshape((2,) * 10)
    b = cp.asarray(a)
    cp.testing.assert_array_equal(b[key], a[key])
    a[key], b[key] = -1, -1
    cp.testing.assert_array_equal(b, a)
    np.add.at(a, key, 3)
    cp.add.at(b, key, 3)
    cp.testing.assert_array_equal(b, a)
