"""The memory pool: splitting and joining, limits, statistics, several streams, threads and processes."""

import gc
import inspect
import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import cupy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

MIB = 1 << 20
UNWATCHED = {"CANNSIM_CHECK": "", "CANNSIM_STRICT": "0"}
pool = cupy.get_default_memory_pool()
on_simulator = pytest.mark.skipif(
    os.environ.get("CUPY_BACKEND", "ascend") != "ascend", reason="asks the simulated device"
)


@pytest.fixture
def blocks_join(freed_blocks_rest):
    """Start with nothing free, on a stream whose part of the pool is empty."""
    if freed_blocks_rest:
        pytest.skip("freed blocks rest before they are joined")
    gc.collect()
    pool.free_all_blocks()
    with cupy.cuda.Stream():
        yield


def block(nbytes):
    return cupy.empty(nbytes, "u1")


def rounded(nbytes):
    """What a block of so many bytes may count for at least and at most."""
    small = nbytes + 32 <= 64 << 10
    return nbytes + 32, nbytes + 32 + (511 if small else (nbytes + 32) // 64 + 512)


def run(code, timeout=60, **environment):
    """Run Python code in a fresh process; return its output."""
    done = subprocess.run(
        [sys.executable, "-c", "import cupy as cp\npool = cp.get_default_memory_pool()\n" + code],
        capture_output=True,
        text=True,
        timeout=timeout,
        env=os.environ | environment,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


# --- sizes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "nbytes",
    [0, 1, 480, 481, 5000, 65504, 65505, 70_000, MIB - 32, MIB, 3 * MIB + 1, 40_000_000],
)
def test_slack(nbytes):
    before = pool.used_bytes()
    a = block(nbytes)
    low, high = rounded(nbytes)
    assert low <= pool.used_bytes() - before <= high
    del a


def test_neighbours_are_joined(blocks_join):
    """What eight blocks gave back in any order is one range again."""
    block(32 * MIB)
    held, free = pool.total_bytes(), pool.n_free_blocks()
    for order in ("01234567", "76543210", "02461357", "37150264"):
        parts = [block(4 * MIB - 32) for _ in range(8)]
        assert pool.total_bytes() == held
        addresses = sorted(a.data.ptr for a in parts)
        assert all(y - x == 4 * MIB for x, y in zip(addresses, addresses[1:]))
        for k in order:
            parts[int(k)] = None
        assert block(32 * MIB).data.ptr == addresses[0]
        assert pool.total_bytes() == held and pool.n_free_blocks() == free


def test_the_smallest_range_that_fits_is_split(blocks_join):
    whole = [block(n * MIB - 32) for n in (8, 1, 3, 1, 5, 1)]
    addresses = [a.data.ptr for a in whole]
    for k in (0, 2, 4):
        whole[k] = None
    assert block(int(2.5 * MIB)).data.ptr == addresses[2]
    assert block(4 * MIB - 32).data.ptr == addresses[4]


def test_small_blocks_are_joined(blocks_join):
    small = [block(1000) for _ in range(1500)]
    held = pool.total_bytes()
    small.clear()
    kept = [block(3000) for _ in range(400)]
    assert pool.total_bytes() == held
    del kept


def test_small_blocks_do_not_keep_large_ones_apart(blocks_join):
    start = pool.total_bytes()
    few = []
    for _ in range(8):
        block(8 * MIB)
        few.append(block(100))
    pool.free_all_blocks()
    assert pool.total_bytes() - start <= 2 * MIB


@pytest.mark.parametrize("factor", [1, 7])
def test_growing_sizes(blocks_join, factor):
    """Each size is larger than all before: what was freed does not stay without use."""
    pool.reset_peak_bytes()
    for step in range(200):
        a = block(factor * (MIB + step * MIB // 10))
        assert pool.total_bytes() <= 2 * pool.peak_bytes() + 2 * MIB
        del a
    assert pool.total_bytes() <= 2 * pool.peak_bytes()


def test_an_early_size_does_not_stay_beside_larger_ones(blocks_join):
    """As in a program that marks with a mask before it works with larger arrays."""
    pool.free_all_blocks()
    pool.reset_peak_bytes()
    block(9 * MIB)
    live = [block(34 * MIB + k) for k in range(3)]
    assert pool.used_bytes() >= 3 * 34 * MIB
    assert pool.total_bytes() <= pool.used_bytes() * 17 // 16 + 4 * MIB
    del live


def test_a_piece_for_large_arrays_is_not_cut_for_smaller_ones(blocks_join):
    """As in a program that sums large arrays along an axis: cut, neither piece would serve a large array again."""
    pool.reset_peak_bytes()
    for _ in range(5):
        large, temporary = block(26 * MIB), block(26 * MIB)
        del temporary
        sums = block(9 * MIB), block(9 * MIB)
        temporary = block(26 * MIB)
        assert pool.total_bytes() <= pool.peak_bytes() * 17 // 16 + 4 * MIB
        del large, temporary, sums


def test_sizes_in_turn_soon_stay(blocks_join):
    """The device is not asked again and again by programs that need one size after the other."""
    pool.reset_peak_bytes()
    for _ in range(3):
        for size in (26, 9, 13):
            block(size * MIB)
    held = pool.total_bytes()
    for _ in range(10):
        for size in (26, 9, 13):
            block(size * MIB)
            assert pool.total_bytes() == held
    assert held <= 32 * MIB


def test_many_sizes_do_not_pile_up(blocks_join):
    generator = __import__("random").Random(0)
    pool.reset_peak_bytes()
    live = []
    for _ in range(2000):
        live.append(block(int(2 ** generator.uniform(16, 23))))
        if len(live) > 20:
            live.pop(generator.randrange(20))
    assert pool.total_bytes() <= 2 * pool.peak_bytes()


sizes = st.one_of(
    st.integers(0, 70_000), st.integers(60_000, 5 * MIB), st.sampled_from([MIB, 2 * MIB, 4 * MIB - 32])
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("allocate"), sizes),
        st.tuples(st.just("free"), st.integers(0, 10**6)),
        st.tuples(st.just("free half"), st.just(0)),
        st.tuples(st.just("give back"), st.just(0)),
    ),
    max_size=60,
)


@given(steps)
@settings(max_examples=80, deadline=None)
def test_any_sequence_keeps_the_books(sequence):
    gc.collect()
    pool.free_all_blocks()
    used, held, n_used = pool.used_bytes(), pool.total_bytes(), pool.n_used_blocks()
    live = []
    for what, number in sequence:
        if what == "allocate":
            live.append(block(number))
        elif what == "free" and live:
            live.pop(number % len(live))
        elif what == "free half":
            del live[::2]
        elif what == "give back":
            pool.free_all_blocks()
        spans = sorted((a.data.ptr, a.data.ptr + a.nbytes + 32) for a in live)
        assert all(end <= begin for (_, end), (begin, _) in zip(spans, spans[1:]))
        ranges = [rounded(a.nbytes) for a in live]
        assert sum(low for low, _ in ranges) <= pool.used_bytes() - used <= sum(high for _, high in ranges)
        assert pool.n_used_blocks() - n_used == len(live)
        assert pool.total_bytes() >= pool.used_bytes()
        assert pool.free_bytes() == pool.total_bytes() - pool.used_bytes()
        assert pool.n_free_blocks() >= 0
    live.clear()
    pool.free_all_blocks()
    assert (pool.used_bytes(), pool.total_bytes(), pool.n_used_blocks()) == (used, held, n_used)


# --- limits and statistics -----------------------------------------------------------------------


def test_names_and_signatures():
    from cupy.cuda import MemoryPool

    expected = {
        "__init__": "(self, allocator=None)",
        "free_all_blocks": "(self, stream=None)",
        "free_all_free": "(self)",
        "free_bytes": "(self)",
        "get_limit": "(self)",
        "malloc": "(self, size)",
        "n_free_blocks": "(self)",
        "set_limit": "(self, size=None, fraction=None)",
        "total_bytes": "(self)",
        "used_bytes": "(self)",
    }
    for name, signature in expected.items():
        assert str(inspect.signature(getattr(MemoryPool, name))) == signature
    assert MemoryPool().used_bytes() == pool.used_bytes()
    with pytest.raises(TypeError, match="allocator must be None, not builtin_function_or_method"):
        MemoryPool(len)
    with pytest.warns(DeprecationWarning, match="free_all_blocks"):
        pool.free_all_free()


def test_malloc():
    before = pool.used_bytes()
    memory = pool.malloc(1000)
    assert pool.used_bytes() - before == 1536 and int(memory) == memory.ptr
    del memory
    assert pool.used_bytes() == before
    with pytest.raises(ValueError, match="not be negative, not -1"):
        pool.malloc(-1)


def test_peak():
    pool.reset_peak_bytes()
    before = pool.used_bytes()
    assert pool.peak_bytes() == before
    a = block(MIB)
    with_one = pool.used_bytes()
    b = block(3 * MIB)
    most = pool.used_bytes()
    del b
    assert pool.peak_bytes() == most > with_one > before
    pool.reset_peak_bytes()
    assert pool.peak_bytes() == with_one
    del a


def test_limits():
    _, total = cupy.cuda.runtime.memGetInfo()
    try:
        pool.set_limit(fraction=0.5)
        assert pool.get_limit() == total // 2
        pool.set_limit(size=4096)
        assert pool.get_limit() == 4096
        pool.set_limit(10**30)
        assert block(10).size == 10
        pool.set_limit()
        assert pool.get_limit() == 0
        with pytest.raises(ValueError, match="not be negative, not -1"):
            pool.set_limit(-1)
    finally:
        pool.set_limit(0)


def test_a_limit_is_used_up_to_its_end():
    pool.free_all_blocks()
    held = pool.total_bytes()
    pool.set_limit(held + 10 * MIB)
    try:
        a = block(6 * MIB)
        b = block(MIB)
        with pytest.raises(cupy.cuda.memory.OutOfMemoryError) as caught:
            block(6 * MIB)
        for text in (
            f"{6 * MIB} bytes asked for",
            f"limit is {held + 10 * MIB} bytes",
            f"use {pool.used_bytes()} ",
        ):
            assert text in str(caught.value)
        del a, b
        assert block(9 * MIB).size == 9 * MIB
    finally:
        pool.set_limit(0)


def test_arrays_in_cycles_make_room():
    gc.collect()
    pool.free_all_blocks()
    pool.set_limit(pool.total_bytes() + 10 * MIB)
    try:
        gc.disable()
        cycle = [block(6 * MIB)]
        cycle.append(cycle)
        del cycle
        assert block(6 * MIB).size == 6 * MIB
    finally:
        gc.enable()
        pool.set_limit(0)


@on_simulator
def test_the_environment_limits():
    for value, expected in (("1000000", 10**6), ("25%", 16 * MIB), ("0", 0), ("", 0), ("12.5%", 8 * MIB)):
        out = run("print(pool.get_limit())", CUPY_GPU_MEMORY_LIMIT=value, CANNSIM_HBM="64M")
        assert int(out) == expected


@pytest.mark.parametrize("value", ["lots", "-5", "101%", "1G"])
def test_a_malformed_limit_is_an_error(value):
    code = "try: cp.zeros(3)\nexcept ValueError as error: print(error)"
    out = run(code, CUPY_GPU_MEMORY_LIMIT=value)
    assert f"CUPY_GPU_MEMORY_LIMIT={value!r} is neither a number of bytes nor a share of 0% ... 100%" in out


@on_simulator
def test_devices_have_limits_and_statistics_of_their_own():
    code = """
pool.set_limit(8 << 20)
a = cp.empty(4 << 20, "u1")
here = pool.used_bytes()
with cp.cuda.Device(1):
    assert pool.used_bytes() == pool.total_bytes() == pool.get_limit() == 0
    b = cp.empty(40 << 20, "u1")
    assert pool.used_bytes() >= 40 << 20
    del b
assert pool.used_bytes() == here and pool.get_limit() == 8 << 20
with cp.cuda.Device(1):
    assert pool.total_bytes() >= 40 << 20
    pool.free_all_blocks()
    assert pool.total_bytes() == 0
assert pool.total_bytes() >= here
"""
    run(code, CANNSIM_DEVICES="2")


@on_simulator
def test_out_of_memory_says_all():
    code = """
kept = cp.ones(1 << 20, "u1")
try: cp.empty(70 << 20, "u1")
except MemoryError as error: print(error)
try: cp.empty(1 << 60, "u1")
except MemoryError as error: print(error)
freed = cp.empty(50 << 20, "u1"); del freed
a = cp.empty(55 << 20, "u1")  # after the pool has given its free memory back
"""
    out = run(code, CANNSIM_HBM="64M")
    assert f"{70 << 20} bytes asked for on device 0" in out and f"{1 << 60} bytes asked for" in out
    assert "arrays use 1064960" in out and f"of {64 << 20} bytes left" in out and "aclrtMalloc" in out


# --- the memory of the process -------------------------------------------------------------------


@on_simulator
def test_free_all_blocks_gives_pages_back(freed_blocks_rest):
    if freed_blocks_rest:
        pytest.skip("what watches them needs pages of its own")
    code = """
import re
def resident():
    return int(re.search(r"VmRSS:\\s+(\\d+)", open("/proc/self/status").read())[1]) * 1024
a = cp.ones(100); a + a
before = resident()
arrays = [cp.full(5 << 20, 1, "u1") for _ in range(20)]
grown = resident() - before
arrays.clear()
pool.free_all_blocks()
print(grown >> 20, (resident() - before) >> 20)
"""
    grown, left = map(int, run(code, CANNSIM_ASYNC="0", **UNWATCHED).split())
    assert grown >= 90 and left <= 8


# --- streams, threads, processes -----------------------------------------------------------------

TWO_STREAMS = """
s, t = cp.cuda.Stream(), cp.cuda.Stream()
with s:
    a = cp.ones(n)
s.synchronize()
with t:
    b = a + 1           # waits in t's queue while a dies, on ...
    {dies}
with s:
    c = cp.full(n, 7.0)
    s.synchronize()
    d = cp.full(n, 8.0)
t.synchronize()
with t:
    assert float(b.sum()) == 2 * n, b
pool.free_all_blocks()
"""


@on_simulator
@pytest.mark.parametrize("mode", ["1", "worker"])
def test_a_block_waits_for_other_streams(mode):
    deaths = (
        "del a",
        "pass\nwith s: del a",
        "pass\ndel a",
        "a = a[1:]; a = None",
        "a = [a]; a.append(a); del a",
    )
    rounds = "".join(TWO_STREAMS.format(dies=dies) for dies in deaths)
    code = "".join(f"n = {n}\n{rounds}" for n in (100, 100_000))
    run(code, CANNSIM_ASYNC=mode, **UNWATCHED)


@on_simulator
def test_a_block_that_waited_is_used_again(freed_blocks_rest):
    if freed_blocks_rest:
        pytest.skip("freed blocks rest")
    code = """
import threading
s, null, gate = cp.cuda.Stream(), cp.cuda.Stream.null, threading.Event()
def use_elsewhere():
    a = cp.ones(1 << 20)
    null.synchronize()
    with s:
        s.launch_host_func(lambda _: gate.wait(), None)
        b = a + 1
    return a.data.ptr
address = use_elsewhere()
assert address not in [x.data.ptr for x in [cp.empty(1 << 20) for _ in range(4)]]
gate.set()
s.synchronize()
kept = [cp.empty(1 << 20) for _ in range(5)]
assert address in [x.data.ptr for x in kept]
gate.clear()
address = use_elsewhere()
threading.Timer(0.05, gate.set).start()
pool.set_limit(pool.total_bytes())
cp.empty(1 << 20)  # once s has done its work
assert gate.is_set()
"""
    run(code, CANNSIM_ASYNC="worker", **UNWATCHED)


@on_simulator
def test_blocks_that_wait_go_with_their_device():
    code = """
s = cp.cuda.Stream()
a = cp.ones(1000)
with s: b = a + 1
del a
cp.cuda.Device().reset()
assert pool.total_bytes() == pool.used_bytes() == pool.n_free_blocks() == 0
del b, s
assert float(cp.ones(1000).sum()) == 1000
pool.free_all_blocks()
"""
    run(code, CANNSIM_ASYNC="1", **UNWATCHED)


@on_simulator
@pytest.mark.parametrize("mode", ["0", "1", "worker"])
@pytest.mark.parametrize(
    "wait", ["pool.free_all_blocks()", "del s", "pool.set_limit(6 << 20); c = cp.empty(5 << 20, 'u1')"]
)
def test_waits_let_host_functions_run(mode, wait):
    """They take the interpreter's lock."""
    code = f"""
import time
calls = []
s = cp.cuda.Stream()
with s:
    a = cp.empty(3 << 20, "u1")
    s.launch_host_func(lambda x: (time.sleep(0.02), calls.append(x)), 1)
    del a
    {wait}
assert calls == [1]
"""
    if wait == "del s":
        code = code.replace("    del s\n", "cp.cuda.Stream.null.use()\ndel s\n")
    run(code, timeout=30, CANNSIM_ASYNC=mode)


@on_simulator
@pytest.mark.parametrize("mode", ["0", "1", "worker"])
def test_the_end_lets_host_functions_run(mode):
    code = """
import time
s = cp.cuda.Stream()
s.launch_host_func(lambda text: (time.sleep(0.05), print(text, flush=True)), "done")
"""
    assert run(code, timeout=30, CANNSIM_ASYNC=mode).split() == ["done"]


@on_simulator
@pytest.mark.parametrize("mode", ["1", "worker"])
def test_host_functions_free_arrays(mode):
    """Also while the pool asks which blocks may be used again."""
    code = """
s, t, kept = cp.cuda.Stream(), cp.cuda.Stream(), []
for i in range(200):
    a = cp.full(1000 + i, i)
    cp.cuda.Stream.null.synchronize()
    kept.append(a)
    for stream in (s, t):
        with stream:
            b = a + 1
            stream.launch_host_func(lambda _: kept and kept.pop(), None)
            c = cp.full(1000 + i, 7)
            total = (b + c).sum()
            if i % 8 == 0:
                stream.synchronize()
                assert int(total) == (i + 8) * (1000 + i)
    del a, b, c, total
s.synchronize(), t.synchronize()
kept.clear()
pool.free_all_blocks()
assert pool.used_bytes() == pool.total_bytes() == 0
"""
    run(code, CANNSIM_ASYNC=mode, **UNWATCHED)


def test_only_one_stream_gives_back():
    pool.free_all_blocks()
    s = cupy.cuda.Stream()
    a = block(8 * MIB)
    with s:
        b = block(8 * MIB)
    del a, b
    held = pool.total_bytes()
    pool.free_all_blocks(stream=s)
    assert held - 10 * MIB <= pool.total_bytes() <= held - 8 * MIB
    pool.free_all_blocks(cupy.cuda.Stream.null)
    assert pool.total_bytes() <= held - 16 * MIB
    with pytest.raises(AttributeError):
        pool.free_all_blocks(stream=3)


@on_simulator
def test_memory_of_a_dead_stream_serves_the_default_one(freed_blocks_rest):
    if freed_blocks_rest:
        pytest.skip("freed blocks rest")
    code = """
s = cp.cuda.Stream()
with s:
    a, b = cp.empty(5 << 20, "u1"), cp.empty(1 << 20, "u1")
    c = cp.empty(100, "u1")
s.synchronize()
del s
held, address = pool.total_bytes(), a.data.ptr
del a
assert cp.empty(5 << 20, "u1").data.ptr == address and pool.total_bytes() == held
c = cp.empty(5000, "u1")
assert pool.total_bytes() == held
"""
    run(code, **UNWATCHED)


def test_many_streams():
    """More than have a number of their own."""
    before = pool.used_bytes()
    streams = [cupy.cuda.Stream() for _ in range(80)]
    arrays = []
    for s in streams:
        with s:
            arrays.append(cupy.full(300, 1))
        s.synchronize()
    total = cupy.zeros(300, int)
    cupy.cuda.Stream.null.synchronize()
    with streams[70]:
        total = sum(arrays, total)
        arrays.clear()
        assert int(total.sum()) == 300 * 80
    del total, s
    streams.clear()
    assert pool.used_bytes() == before


def test_threads_share_the_pool():
    """On one stream and on streams of their own, while others give memory back."""
    before = pool.used_bytes()

    def work(seed):
        generator = random.Random(seed)
        with cupy.cuda.Stream() if seed % 2 else cupy.cuda.Stream.null:
            live = []
            for i in range(150):
                n = int(2 ** generator.uniform(0, 17))
                live.append((cupy.full(n, i, "i4"), i))
                if len(live) > 5:
                    a, value = live.pop(generator.randrange(5))
                    assert int(a[-1]) == value == int(a.max())
                if i % 40 == seed:
                    pool.free_all_blocks()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))  # raises what a thread raised
    assert pool.used_bytes() == before


@on_simulator
def test_after_a_fork():
    code = """
import os
a = cp.arange(1000); b = cp.ones(3 << 20, "u1"); del b
child = os.fork()
if not child:
    try:
        used = pool.used_bytes()
        c = a + 1
        assert int(c.sum()) == 500500
        del a, c
        pool.free_all_blocks()
        assert pool.total_bytes() == pool.used_bytes() == 0 < used
    except BaseException as error:
        print(error, flush=True)
        os._exit(1)
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert int(a.sum()) == 499500 and pool.used_bytes() > 0
b = cp.ones(3 << 20, "u1")
assert int(b[-1]) == 1
"""
    run(code)


@on_simulator
def test_copies_to_the_host_wait_for_host_functions():
    """They take the interpreter's lock, which the waiting thread must not keep."""
    code = """
import time
s = cp.cuda.Stream()
with s:
    a = cp.arange(3)
    for read in (lambda: a.get(), lambda: int(a[1]), lambda: a.tolist()):
        calls = []
        s.launch_host_func(lambda x: (time.sleep(0.02), calls.append(x)), 1)
        read()
        assert calls == [1]
"""
    run(code, **UNWATCHED, CANNSIM_ASYNC="worker")
