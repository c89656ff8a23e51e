"""The host backend as a backend: memory, streams, errors; and its random numbers."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from cupy_backends.backend._testing import BackendError, launch, resolve
from hypothesis import given, settings
from hypothesis import strategies as st
from ml_dtypes import bfloat16

from cupy_backends.backend import _testing
from cupy_backends.backend.conformance import random_stream


def test_numpy_errors_reach_the_caller():
    with pytest.raises(np.linalg.LinAlgError, match="Singular"):
        launch("host", "inverse", [np.zeros((2, 2))], [np.zeros((2, 2))])
    with pytest.raises(TypeError, match="bitwise_and"):
        launch("host", "bitwise_and", [np.ones(2), np.ones(2)], [np.ones(2)])


def test_an_error_is_given_once():
    from cupy_backends.host import _host

    with pytest.raises(np.linalg.LinAlgError):
        launch("host", "inverse", [np.zeros((2, 2))], [np.zeros((2, 2))])
    assert "kept none" in str(_host.take_exception())


def test_each_thread_gets_its_own_error():
    calls = [
        (np.linalg.LinAlgError, "inverse", [np.zeros((2, 2))], [np.zeros((2, 2))]),
        (TypeError, "bitwise_and", [np.ones(2)] * 2, [np.ones(2)]),
    ]

    def work(number):
        expected, *call = calls[number % 2]
        for _ in range(100):
            with pytest.raises(expected):
                launch("host", *call)
        return True

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(4)))


def test_no_warning_escapes(recwarn):
    launch("host", "log", [np.array([-1.0, 0.0])], [np.zeros(2)])
    launch("host", "divide", [np.ones(2), np.zeros(2)], [np.zeros(2)])
    launch("host", "copy", [np.array([1 + 2j])], [np.zeros(1)])
    launch("host", "mean", [np.zeros((0,))], [np.zeros(())], ((0,),))
    assert not recwarn.list


@pytest.mark.parametrize("backend", ["host", "null"])
@pytest.mark.parametrize(
    "op, dtypes",
    [("add", ["float32"] * 2), ("add", ["float32"] * 4), ("concatenate", [])],
    ids=["few", "many", "none"],
)
def test_resolving_with_a_wrong_number_of_dtypes_is_refused(backend, op, dtypes):
    if dtypes:
        with pytest.raises(BackendError, match="CUPY_NO_ROUTE"):
            resolve(backend, op, dtypes)
    else:
        with pytest.raises((BackendError, IndexError)):
            resolve(backend, op, dtypes)


def test_an_unknown_op_is_refused():
    with pytest.raises(ValueError, match="'sinc' is not an operation"):
        resolve("host", "sinc", ["float32"])


@pytest.mark.parametrize("backend", ["host", "null"])
def test_a_plan_says_how_it_is_carried_out(backend):
    route, how, why = resolve(backend, "add", ["float32"] * 3)
    assert route == "host" and how and backend in why


@pytest.mark.parametrize("backend", ["host", "null", "ascend"])
def test_streams_events_and_devices(backend):
    facts = _testing.runtime_facts(backend)
    assert facts.pop("devices") >= 1
    assert facts.pop("device name")
    assert facts.pop("milliseconds") >= 0
    assert all(facts.values()), facts


@pytest.mark.parametrize("backend", ["host", "null"])
def test_stale_handles_are_errors(backend):
    errors = _testing.misuse(backend)
    assert all(errors.values()), errors
    assert "destroyed before" in errors["stream destroyed twice"]
    assert "destroyed" in errors["stream used after its end"]
    assert "without timing" in errors["elapsed without timing"]
    assert "not been recorded" in errors["elapsed before recording"]
    assert "one device" in errors["device 99"]


def test_wrong_frees_and_sizes_are_errors():
    errors = _testing.misuse("host")
    assert "freed before" in errors["freed twice"]
    assert "address space" in errors["allocation of everything"]


@pytest.mark.parametrize(
    "limit, outcome",
    [("4096", "limit of CUPY_HOST_MEMORY"), ("-1", "expected a number"), ("x", "expected a number")],
)
def test_memory_limit(limit, outcome):
    code = (
        "import numpy as np\nfrom cupy_backends.backend._testing import launch\n"
        "launch('host', 'square', [np.ones(4)], [np.ones(4)])\n"
        "launch('host', 'square', [np.ones(4000)], [np.ones(4000)])\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        env={**os.environ, "CUPY_HOST_MEMORY": limit},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1 and outcome in run.stderr


_STEPS = st.sampled_from([1, 1, -1, 2, -3])


@st.composite
def _placed(draw, shape, dtype, written=False):
    """An array of ``shape`` with any order of axes, any steps and, if only read, stride 0."""
    axes = draw(st.permutations(range(len(shape))))
    steps = [draw(_STEPS) for _ in shape]
    base = np.zeros([shape[axis] * abs(steps[axis]) for axis in axes], dtype).transpose(
        [axes.index(k) for k in range(len(shape))]
    )
    view = base[(*(slice(None, None, step) for step in steps), ...)]
    view[...] = np.arange(view.size).reshape(shape) * 7 % 23 - 11
    if not written and view.size and draw(st.booleans()):
        axis = draw(st.integers(0, len(shape))) - 1
        if axis >= 0:
            view = np.broadcast_to(view.take([0], axis), shape)
    return view


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_inner_loops_walk_any_layout(data):
    shape = tuple(data.draw(st.lists(st.integers(0, 4), min_size=0, max_size=5)))
    op, dtypes = data.draw(
        st.sampled_from(
            [
                ("subtract", ("f8", "f8", "f8")),
                ("less", ("i2", "i2", "?")),
                ("ldexp", ("f4", "i8", "f4")),
                ("frexp", ("f8", "f8", "i4")),
                ("negative", ("c8", "c8")),
            ]
        )
    )
    nin = getattr(np, op).nin
    inputs = [data.draw(_placed(shape, dtype)) for dtype in dtypes[:nin]]
    outputs = [data.draw(_placed(shape, dtype, written=True)) for dtype in dtypes[nin:]]
    want = getattr(np, op)(*inputs)
    got = launch("host", op, inputs, outputs).outputs
    for a, b in zip(got, want if isinstance(want, tuple) else (want,), strict=True):
        assert np.array_equal(a, b)


def test_unaligned_operands_take_the_long_way():
    buffer = np.zeros(8 * 5 + 1, np.uint8)
    x = buffer[1:].view(np.float64)
    x[:] = range(5)
    assert launch("host", "add", [x, x], [np.zeros(5)]).outputs[0].tolist() == [0, 2, 4, 6, 8]


@pytest.mark.parametrize("dtype", ["?", "i1", "i8", "u4", "f2", "f4", "f8", "c8", "c16", bfloat16])
def test_small_products_of_any_layout(dtype):
    rng = np.random.default_rng(0)
    layouts = [
        lambda x: x,
        lambda x: np.asfortranarray(x),
        lambda x: np.repeat(np.repeat(x, 2, 0), 3, 1)[::2, ::3],
        lambda x: np.ascontiguousarray(x[::-1, ::-1])[::-1, ::-1],
        lambda x: np.broadcast_to(x[:1], x.shape),
    ]
    for rows, inner, columns in ((4, 4, 4), (1, 7, 3), (5, 1, 2), (33, 32, 32), (2, 0, 3)):
        a = rng.integers(0, 5, (rows, inner)).astype(dtype)
        b = rng.integers(0, 5, (inner, columns)).astype(dtype)
        for change in layouts:
            x, y = change(a), change(b)
            out = np.full((columns, rows), 9, dtype).T
            (got,) = launch("host", "matmul", [x, y], [out]).outputs
            assert np.array_equal(got, np.matmul(x, y)), (dtype, rows)


@pytest.mark.parametrize("dtype", ["?", "i1", "i8", "u4", "f2", "f4", "f8", "c8", "c16"])
def test_windows_times_a_vector(dtype):
    rng = np.random.default_rng(0)
    for rows, width in ((1, 5), (2, 100), (5000, 1), (5000, 9), (50_000, 70)):
        line, v = (rng.integers(0, 5, n).astype(dtype) for n in (rows + width - 1, width))
        if np.dtype(dtype).kind == "c":
            v = v * np.array(2 + 1j, dtype)
            line = line * np.array(1 - 2j, dtype)
        windows = np.lib.stride_tricks.as_strided(line, (rows, width), line.strides * 2)
        for vector in (v, v[::-1], np.repeat(v, 2)[::2]):
            (got,) = launch(
                "host", "matmul", [windows, vector.reshape(-1, 1)], [np.ones((rows, 1), dtype)]
            ).outputs
            exact = "c16" if np.dtype(dtype).kind == "c" else "f8" if np.dtype(dtype).kind == "f" else dtype
            want = windows.astype(exact) @ vector.reshape(-1, 1).astype(exact)
            np.testing.assert_allclose(got, want.astype(dtype), rtol=1e-6 if dtype == "c8" else 0)


def test_a_product_may_lie_on_its_operands():
    a = np.arange(12.0).reshape(3, 4)[:, :3]
    (got,) = launch("host", "matmul", [a, a], [a]).outputs
    assert np.array_equal(got, np.arange(12.0).reshape(3, 4)[:, :3] @ np.arange(12.0).reshape(3, 4)[:, :3])


def test_integer_powers_with_a_negative_exponent_raise():
    with pytest.raises(ValueError, match="negative integer powers"):
        launch("host", "power", [np.array([2]), np.array([-1])], [np.zeros(1, np.int64)])


def test_bfloat16_sums_in_float32():
    x = np.full(1000, 1.0, bfloat16)
    assert launch("host", "sum", [x], [np.zeros((), bfloat16)], ((0,),)).outputs[0] == 1000


@pytest.mark.parametrize(
    "counter, key, words",
    [
        ((0,) * 4, (0,) * 2, (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_philox_gives_the_published_words(counter, key, words):
    assert tuple(int(word) for word in random_stream.philox(counter, key)) == words
    # Block 0 of the stream whose offset is the counter's upper half.
    if counter[:2] == (0, 0):
        seed, offset = key[0] | key[1] << 32, counter[2] | counter[3] << 32
        out = launch("host", "random_integers", [], [np.zeros(2, np.uint64)], (seed, offset, 0, 0)).outputs[0]
        assert out.tolist() == [words[0] | words[1] << 32, words[2] | words[3] << 32]


def _draw(row, shape, dtype, *attrs, backend="host"):
    return launch(backend, row, [], [np.zeros(shape, dtype)], attrs).outputs[0]


def test_an_element_depends_only_on_seed_offset_and_place():
    long, short = (_draw("random_uniform", n, np.float32, 5, 6) for n in (300_000, 10))
    assert np.array_equal(long[:10], short)
    for seed, offset in ((6, 6), (5, 7), (5 + 2**32, 6), (5, 6 + 2**32)):
        assert not np.intersect1d(short, _draw("random_uniform", 10, np.float32, seed, offset)).size


def _bits(values):
    return values.view(f"u{values.dtype.itemsize}")


_ROWS = [
    ("random_uniform", "uniform", ("f4", "f8"), ()),
    ("random_normal", "normal", ("f4", "f8"), ()),
    ("random_integers", "integers", ("i1", "u2", "i4", "u8"), (-7, 1)),
    ("random_integers", "integers", ("i1", "u2", "i4", "u8"), (3, 2**32)),
    ("random_integers", "integers", ("i8", "u8"), (3, 2**32 + 1)),
    ("random_integers", "integers", ("i8", "u8"), (-(2**63), 2**64 - 1)),
    ("random_integers", "integers", ("i8", "u8"), (2**62, 2**62 + 5)),
    ("random_integers", "integers", ("i4", "i8", "u8"), (5, 0)),
]


@pytest.mark.parametrize("backend", ["host", "ascend"])
@pytest.mark.parametrize("row, name, dtypes, attrs", _ROWS)
@pytest.mark.parametrize("n", [1, 2, 3, 31, 33, 127, 129, 1023, 1025, 5000])
def test_backends_agree_bit_for_bit(n, row, name, dtypes, attrs, backend):
    for dtype in dtypes:
        for seed, offset in ((0, 0), (2**64 - 1, 2**64 - 1), (12345678901234567890, 2**33 + 1)):
            want = np.empty(n, dtype)
            getattr(random_stream, name)(want, seed, offset, *attrs)
            got = _draw(row, n, dtype, seed, offset, *attrs, backend=backend)
            assert np.array_equal(_bits(got), _bits(want))


def test_permutations_agree():
    for n in (1, 2, 1000, 5000):
        host, device = (
            _draw("random_permutation", n, np.int64, 3, 2**40, backend=b) for b in ("host", "ascend")
        )
        assert np.array_equal(host, device) and np.array_equal(np.sort(host), np.arange(n))
        assert n < 3 or not np.array_equal(host, np.arange(n))


def test_other_dtypes_are_refused():
    for row, dtype, attrs in (
        ("random_uniform", np.int32, ()),
        ("random_normal", np.complex64, ()),
        ("random_integers", np.float32, (0, 5)),
        ("random_permutation", np.int32, ()),
    ):
        for backend in ("host", "ascend"):
            with pytest.raises(TypeError, match=f"dtype {np.dtype(dtype)}"):
                _draw(row, 3, dtype, 1, 2, *attrs, backend=backend)


def test_distributions():
    uniform, normal = (_draw(f"random_{row}", 200_000, np.float64, 1, 0) for row in ("uniform", "normal"))
    assert 0 <= uniform.min() and uniform.max() < 1
    assert abs(uniform.mean() - 0.5) < 0.003 and abs(uniform.var() - 1 / 12) < 0.001
    assert abs(normal.mean()) < 0.01 and abs(normal.std() - 1) < 0.01 and abs((normal**4).mean() - 3) < 0.1
