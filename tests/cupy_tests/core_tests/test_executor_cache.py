"""Operators that are prepared once and run again: found, bounded, right under threads and on several devices."""

import threading

import numpy as np
import pytest

import cupy as cp
from cupy_backends.backend import _backend

pytestmark = pytest.mark.skipif(
    "executors" not in _backend.counters(), reason="this backend prepares no operators"
)


def test_the_same_call_is_prepared_twice_at_most():
    a, b = cp.ones(37, "f4"), cp.ones(37, "f4")
    before = cp.xpu.cache_info()
    for _ in range(50):
        a + b
    after = cp.xpu.cache_info()
    assert after.misses - before.misses <= 2
    assert after.hits - before.hits >= 48


def test_it_is_bounded():
    """Other shapes at every call replace each other."""
    for n in range(1, 2000):
        cp.ones(n, "f4") + 1
        if n % 2:
            cp.ones(n, "f4") + 1
    found = cp.xpu.cache_info()
    assert 0 < found.currsize <= found.maxsize < 100_000


def test_addresses_follow_the_operands():
    """A kept operator works on the arrays of each call, lists of them and pieces of the output too."""
    for step in range(6):
        a, b = cp.arange(5) + step, cp.arange(3) * step
        kept = [a + a, cp.concatenate((a, b)), cp.roll(a, 2), a.sum(), a[cp.asarray([1, 0])]]
        host = np.arange(5) + step
        wanted = [
            host * 2,
            np.concatenate((host, np.arange(3) * step)),
            np.roll(host, 2),
            host.sum(),
            host[[1, 0]],
        ]
        for actual, expected in zip(kept, wanted):
            np.testing.assert_array_equal(actual.get(), expected)


def test_threads_and_devices():
    """Each thread gets its own sums, whatever the others have taken out of the cache."""
    failures = []

    def work(number):
        with cp.xpu.Device(number % min(2, cp.xpu.device_count())):
            for step in range(200):
                x = cp.full(11, number * 1000 + step, "i8")
                if (x + x).get().tolist() != [2 * (number * 1000 + step)] * 11:
                    failures.append((number, step))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
