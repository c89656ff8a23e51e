"""Operations shared among threads: no bit depends on how many there are, and forked children compute too."""

import json

import pytest


@pytest.mark.slow
def test_no_bit_depends_on_the_number_of_threads(python):
    program = """
import json
from threaded_cases import cases, counts, digest, set_threads

found = {}
for name, case in cases():
    digests = []
    for threads in (1, 2, 3, 7):
        set_threads(threads)
        before = counts()["shared"]
        digests.append(digest(case))
        shared = counts()["shared"] > before
        assert threads > 1 or not shared, name
    found[name] = digests, shared
print(json.dumps(found))
"""
    found = json.loads(python(program, CANNSIM_GOVERNOR="0"))
    assert [name for name, (digests, _) in found.items() if len(set(digests)) > 1] == []
    assert sum(shared for _, shared in found.values()) > len(found) / 2


def test_one_thread_starts_none(python):
    program = """
import os, cupy as cp
before = None
for _ in range(5):
    cp.sort(cp.exp(cp.arange(1_000_000, dtype="f4") / 1e6)).sum().get()
    now = len(os.listdir("/proc/self/task"))
    assert before in (None, now), (before, now)
    before = now
from threaded_cases import counts
assert counts()["shared"] == 0
"""
    python(program, CANNSIM_NUM_THREADS="1", OMP_NUM_THREADS=None)
    python(program, CANNSIM_NUM_THREADS=None, OMP_NUM_THREADS="1")


def test_variables(python):
    show = "from threaded_cases import counts; print(counts()['threads'])"
    assert python(show, OMP_NUM_THREADS="3,2").strip() == "3"
    assert python(show, OMP_NUM_THREADS="3", CANNSIM_NUM_THREADS="5").strip() == "5"
    alone = "import os; os.sched_setaffinity(0, [min(os.sched_getaffinity(0))]);"
    assert python(alone + show, OMP_NUM_THREADS=None).strip() == "1"


@pytest.mark.parametrize("name, value", [("CANNSIM_NUM_THREADS", "two"), ("CANNSIM_GOVERNOR", "yes")])
def test_malformed_variables_are_refused(python, name, value):
    text = python("import cupy as cp; cp.zeros(3)", status=1, **{name: value})
    assert f"{name}={value} is n" in text


def test_fork(python):
    program = """
import multiprocessing, os
import numpy as np, cupy as cp
from threaded_cases import counts

x = np.random.default_rng(0).random(600_000)

def work(_=0):
    a = cp.asarray(x)
    m = cp.asarray(x[:250_000].reshape(500, 500), dtype="f4")
    return [cp.exp(a).tobytes(), float(a.sum()), float((m @ m).sum()), cp.sort(a)[::1000].tobytes()]

want = work()
assert counts()["joined"] > 0
child = os.fork()
if child == 0:
    assert work() == want
    os._exit(42 if counts()["joined"] > 0 else 1)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 42
with multiprocessing.get_context("fork").Pool(2) as pool:
    assert pool.map(work, range(2)) == [want, want]
assert work() == want
"""
    python(program, CANNSIM_NUM_THREADS="3", CANNSIM_GOVERNOR="0")


@pytest.mark.parametrize("mode", ["0", "1", "worker"])
def test_many_python_threads(python, mode):
    program = """
from concurrent.futures import ThreadPoolExecutor
import cupy as cp

a = cp.arange(600_000, dtype="f8")
want = float(cp.sqrt(a).sum())

def work(i):
    with cp.cuda.Stream():
        return float(cp.sqrt(a).sum())

with ThreadPoolExecutor(4) as pool:
    assert list(pool.map(work, range(40))) == [want] * 40
"""
    python(program, CANNSIM_NUM_THREADS="3", CANNSIM_GOVERNOR="0", CANNSIM_ASYNC=mode)
