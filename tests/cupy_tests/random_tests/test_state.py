"""Seeds, states, independence of streams, and the names that programs expect."""

import copy
import inspect
import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import cupy
import numpy as np
import pytest


def test_seed_repeats():
    for seed in (0, 4, 2**64 + 3, [1, 2, 3], np.array([5, 6]), cupy.array([7, 8])):
        cupy.random.seed(seed)
        first = cupy.random.rand(3).get()
        cupy.random.seed(seed)
        np.testing.assert_array_equal(cupy.random.rand(3).get(), first)
        assert (cupy.random.rand(3).get() != first).all()


def test_numbers_are_those_of_the_contract():
    from cupy_backends.backend.conformance import random_stream

    g = cupy.random.default_rng(11)
    seed = g.bit_generator.state["state"]["seed"]
    expected = np.empty(9, "f4")
    random_stream.uniform(expected, seed, 0)
    np.testing.assert_array_equal(g.random(9, dtype="f4").get(), expected)


def test_seeds_and_calls_are_independent():
    x = np.stack(
        [cupy.random.default_rng(seed).random(500).get() for seed in range(4)]
        + [cupy.random.default_rng(seed).standard_normal(500).get() for seed in range(2)]
    )
    g = cupy.random.default_rng(0)
    x = np.concatenate([x, [g.random(500).get() for _ in range(4)][1:]])
    correlation = np.corrcoef(x) - np.eye(len(x))
    correlation[0, 4] = correlation[4, 0] = correlation[1, 5] = correlation[5, 1] = (
        0  # one stream in two laws
    )
    assert abs(correlation).max() < 5 / 500**0.5


@pytest.mark.parametrize(
    "seed, error", [(-1, ValueError), ("a", TypeError), (1.5, TypeError), ([-1], ValueError)]
)
def test_bad_seeds(seed, error):
    for use in (cupy.random.seed, cupy.random.default_rng, cupy.random.RandomState, cupy.random.Philox4x3210):
        with pytest.raises(error):
            use(seed)


def test_states_go_back():
    r = cupy.random
    state = r.get_state()
    first = r.normal(size=3).get()
    r.set_state(state)
    np.testing.assert_array_equal(r.normal(size=3).get(), first)
    for bad, error in (
        (3, TypeError),
        ({}, TypeError),
        ({"bit_generator": "MT19937", "state": {"seed": 1, "offset": 0}}, ValueError),
    ):
        with pytest.raises(error):
            r.set_state(bad)


def test_states_of_the_device():
    before = cupy.random.get_random_state()
    try:
        mine = cupy.random.RandomState(3)
        cupy.random.set_random_state(mine)
        assert cupy.random.get_random_state() is mine
        first = cupy.random.rand(2).get()
        np.testing.assert_array_equal(first, cupy.random.RandomState(3).rand(2).get())
        cupy.random.reset_states()
        assert cupy.random.get_random_state() is not mine
        with pytest.raises(TypeError):
            cupy.random.set_random_state(np.random.RandomState(1))
    finally:
        cupy.random.set_random_state(before)


def test_pickle_keeps_the_position():
    g = cupy.random.default_rng(1)
    g.random(5)
    again = pickle.loads(pickle.dumps(g))
    np.testing.assert_array_equal(again.random(3).get(), g.random(3).get())


def test_spawned_streams_differ():
    children = cupy.random.default_rng(1).spawn(2)
    assert (children[0].random(3).get() != children[1].random(3).get()).all()


@pytest.mark.parametrize("name", ["Philox4x3210", "XORWOW", "MRG32k3a"])
def test_bit_generators(name):
    bits = getattr(cupy.random, name)(5)
    g = cupy.random.Generator(bits)
    assert g.bit_generator is bits and repr(g) == f"Generator({name})"
    raw = bits.random_raw(4)
    assert raw.dtype == np.uint64 and raw.shape == (4,) and bits.random_raw(4, output=False) is None
    with pytest.raises(TypeError):
        cupy.random.Generator(np.random.PCG64())
    state = cupy.random.RandomState(3)
    assert cupy.random.default_rng(state).bit_generator is state._bits
    assert cupy.random.default_rng(g) is g and cupy.random.default_rng(bits).bit_generator is bits


def test_generator_fills_out():
    g = cupy.random.default_rng(1)
    whole = cupy.zeros((4, 6), "f4")
    for fill in (g.random, g.standard_normal, g.standard_exponential, lambda **k: g.standard_gamma(2.0, **k)):
        view = whole[::2, 1:4]
        assert fill(dtype="f4", out=view) is view
        assert view.get().all() and not whole.get()[1::2].any() and not whole.get()[:, 4:].any()
        whole[...] = 0
    with pytest.raises(TypeError):
        g.random(dtype="f8", out=whole)
    with pytest.raises(ValueError):
        g.random(3, dtype="f4", out=whole)


def test_names_and_signatures():
    for name in dir(np.random):
        theirs = getattr(np.random, name)
        if name.startswith("_") or not inspect.isbuiltin(theirs) and not inspect.ismethod(theirs):
            continue
        ours = getattr(cupy.random, name)
        assert ours.__doc__ and ours.__name__ == name
    for name in cupy.random.__all__:
        assert hasattr(cupy.random, name)
    assert list(inspect.signature(cupy.random.gamma).parameters) == ["shape", "scale", "size", "dtype"]


def test_shapes_as_arguments():
    assert cupy.random.rand(2, 3).shape == (2, 3) and cupy.random.rand().shape == ()
    assert cupy.random.randn(2, dtype="float32").dtype == np.float32
    with pytest.raises(TypeError):
        cupy.random.rand((2, 3))
    with pytest.raises(ValueError):
        cupy.random.rand(-1)


CALLS = {
    "random": lambda g, n: g.random(n),
    "random float32": lambda g, n: g.random(n, dtype="f4"),
    "standard_normal": lambda g, n: g.standard_normal(n),
    "standard_normal float32": lambda g, n: g.standard_normal(n, dtype="f4"),
    "integers": lambda g, n: g.integers(-5, 1000, n),
    "integers int8": lambda g, n: g.integers(-5, 100, n, dtype="i1"),
    "wide integers": lambda g, n: g.integers(-(2**62), 2**62, n),
    "all integers": lambda g, n: g.integers(0, 2**64, n, dtype="u8"),
    "permutation": lambda g, n: g.permutation(n),
    "bytes": lambda g, n: np.frombuffer(g.bytes(n), np.uint8),
}
DIGESTS = """
import hashlib, sys
sys.path.insert(0, sys.argv[1])
from test_state import CALLS, cupy
g = cupy.random.default_rng(5)
for name, call in CALLS.items():
    for n in (1, 1000, 100_001):
        x = call(g, n)
        print(name, n, hashlib.sha256((x if name == "bytes" else x.get()).tobytes()).hexdigest())
"""


def test_backends_and_instruction_sets_agree():
    seen = set()
    for environment in (
        {"CUPY_BACKEND": "host"},
        {"CANNSIM_ISA": "baseline"},
        {"CANNSIM_ISA": "avx2"},
        {"CUPY_RANDOM": "portable"},
    ):
        done = subprocess.run(
            [sys.executable, "-c", DIGESTS, os.path.dirname(__file__)],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=True,
        )
        seen.add(done.stdout)
        assert len(done.stdout.splitlines()) == 3 * len(CALLS)
    assert len(seen) == 1


@pytest.mark.parametrize("name", CALLS)
def test_every_call_repeats_after_its_state_is_set_back(name):
    g = cupy.random.default_rng(2)
    g.random(7)
    state = g.bit_generator.state
    first = CALLS[name](g, 50)
    second = CALLS[name](g, 50)
    assert not bool((first == second).all())
    g.bit_generator.state = state
    assert bool((CALLS[name](g, 50) == first).all()) and bool((CALLS[name](g, 50) == second).all())


@pytest.mark.parametrize("copy", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
@pytest.mark.parametrize("make", [cupy.random.default_rng, cupy.random.RandomState, cupy.random.XORWOW])
def test_copies(make, copy):
    one = make(8)
    draw = (lambda r: r.random_raw(5)) if make is cupy.random.XORWOW else (lambda r: r.standard_normal(5))
    draw(one)
    two = copy(one)
    assert type(two) is type(one)
    first, second = draw(one).get(), draw(two).get()
    if copy is not globals()["copy"].copy or make is cupy.random.XORWOW:
        np.testing.assert_array_equal(first, second)


def test_threads_draw_from_streams_of_their_own():
    g = cupy.random.default_rng(6)
    with ThreadPoolExecutor(4) as pool:
        drawn = list(pool.map(lambda _: g.random(5).get(), range(200)))
    assert len(np.unique(np.concatenate(drawn))) == 1000
    alone = cupy.random.default_rng(6)
    assert {tuple(x) for x in drawn} == {tuple(alone.random(5).get()) for _ in range(200)}


def test_out_in_any_layout_gets_the_same_numbers():
    for name in ("random", "standard_normal"):
        for dtype in ("f4", "f8"):
            want = getattr(cupy.random.default_rng(3), name)((4, 6), dtype=dtype).get()
            for out in (
                cupy.zeros((4, 6), dtype, order="F"),
                cupy.zeros((6, 4), dtype).T,
                cupy.zeros((4, 6), dtype)[::-1, ::-1],
                cupy.zeros((8, 18), dtype)[1::2, 2::3],
            ):
                assert getattr(cupy.random.default_rng(3), name)(dtype=dtype, out=out) is out
                np.testing.assert_array_equal(out.get(), want)
