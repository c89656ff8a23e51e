"""Seeds, states, independence of streams, and the names that programs expect."""

import inspect
import pickle

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
