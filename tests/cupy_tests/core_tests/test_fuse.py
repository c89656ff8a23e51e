"""fuse: the results of the plain function, whatever it does; long arrays in pieces where that is the same."""

import os
import subprocess
import sys

import numpy as np
import pytest

import cupy as cp
from cupy._core import _observe
from cupy._functional import fusion

LONG = 400_002  # more than the least number of pieces, and no multiple of one
ASCEND = os.environ.get("CUPY_BACKEND", "ascend") == "ascend"
PIECES = ASCEND and fusion._backend.is_simulator()  # they pay where the device is the processor


def host(n, dtype="f4"):
    return (np.random.default_rng(0).random(n) * 9).astype(dtype)


def both(function, *operands):
    """The results of three calls of the fused function; each has to be that of the plain one."""
    fused = cp.fuse(function)
    expected = function(*operands)
    for _ in range(3):
        found = fused(*operands)
        assert type(found) is type(expected)
        results = zip(found, expected) if isinstance(found, tuple) else [(found, expected)]
        for actual, wanted in results:
            actual, wanted = cp.asarray(actual), cp.asarray(wanted)
            assert actual.dtype == wanted.dtype and actual.shape == wanted.shape
            np.testing.assert_array_equal(cp.asnumpy(actual), cp.asnumpy(wanted))
    return fused


@pytest.mark.parametrize("n", [0, 1, 1000, LONG])
@pytest.mark.parametrize("dtype", ["f4", "f8", "i4", "c8", "?"])
def test_element_wise(n, dtype):
    a, b = cp.asarray(host(n, dtype)), cp.asarray(host(n, dtype))
    both(lambda x, y: x * 2 + y * 3, a, b)
    both(lambda x, y, s: cp.where(x == y, s, y), a, b, 3)


def test_several_results_and_axes():
    a = cp.asarray(host(LONG).reshape(-1, 1))
    both(lambda x: (x + 1, x > 2), a)
    b = cp.asarray(host(600_000).reshape(-1, 6))
    fused = both(lambda x, y: cp.exp(-x) * y, b, b + 1)
    assert any(fused._known.values()) == PIECES


WHOLE = cp.asarray(host(LONG))


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x.sum(),
        lambda x: x - x.mean(),
        lambda x: cp.sort(x),
        lambda x: x[::-1] + x,
        lambda x: x + x[:1],
        lambda x: x.reshape(3, -1)[:, ::-1].reshape(-1) * 2,
        lambda x: cp.concatenate((x[1:], x[:1])) - x,
        lambda x: x + WHOLE,
        lambda x: x + 1 if float(x[0]) > 100 else x * 2,
        lambda x: x,
        lambda x: cp.cumsum(x),
        lambda x: cp.add.outer(x[:2], x[:3]),
        lambda x: 3,
        lambda x: (),
    ],
)
def test_what_is_not_element_wise(function):
    """A piece is not enough for these: they run as written."""
    fused = both(function, cp.asarray(host(LONG)))
    assert not any(fused._known.values())


def test_operands_that_overlap_or_lie_apart():
    a = cp.asarray(host(2 * LONG))
    both(lambda x, y: x - y, a[:LONG], a[1 : LONG + 1])
    both(lambda x: x - 1, a[::2])
    both(lambda x, y: x - y, a, cp.float32(2))


def test_an_operand_that_is_changed():
    def step(x, y):
        x += y
        return x * 2

    a, b, fused = cp.zeros(LONG, "f4"), cp.ones(LONG, "f4"), cp.fuse(step)
    for k in range(1, 5):
        assert float(fused(a, b)[-1]) == 2 * k
        assert float(a[0]) == float(a[-1]) == k


def test_numbers_choose_what_is_done():
    fused = cp.fuse(lambda x, center: x - x.mean() if center else x * 2)
    a = cp.asarray(host(LONG))
    for center in (False, False, True, True, False):
        expected = a - a.mean() if center else a * 2
        np.testing.assert_array_equal(fused(a, center).get(), expected.get())


@pytest.mark.skipif(not PIECES, reason="pieces pay where the device is the processor")
@pytest.mark.parametrize("waits", [False, True])
def test_memory_given_back_is_no_wait_of_the_function(waits, freed_blocks_rest):
    """What the first call finds in the pool may be too small for it, and goes."""
    if freed_blocks_rest:
        pytest.skip("freed blocks rest before they are given back")
    pool = cp.get_default_memory_pool()
    pool.free_all_blocks()
    pool.reset_peak_bytes()
    a = cp.zeros(4_000_000, "f4")
    cp.zeros(3_000_000, "f4")
    events = []
    sink = events.append
    fused = cp.fuse(lambda x: [x * 2, waits and cp.cuda.get_current_stream().synchronize()][0])
    _observe.start(sink)
    try:
        fused(a)
    finally:
        _observe.stop(sink)
    assert "free" in [event.kind for event in events]
    assert any(fused._known.values()) == (not waits)


@pytest.mark.skipif(not PIECES, reason="pieces pay where the device is the processor")
def test_pieces_are_small():
    """What lies between the steps is as long as a piece, not as long as the result."""
    pool = cp.get_default_memory_pool()
    fused = cp.fuse(lambda x: ((x + 1) * 2 - 3) * (x + 5))
    a = cp.zeros(4_000_000, "f4")
    fused(a)
    assert any(fused._known.values())
    pool.reset_peak_bytes()
    before = pool.used_bytes()
    result = fused(a)
    assert pool.peak_bytes() - before < 1.5 * result.nbytes


def test_names_and_errors():
    @cp.fuse(kernel_name="twice")
    def double(x):
        """Twice x."""
        return x + x

    assert (double.__name__, double.__doc__, double.__wrapped__.__name__) == ("twice", "Twice x.", "double")
    assert double(cp.ones(2)).tolist() == [2, 2]
    assert double(x=cp.ones(2)).tolist() == [2, 2]
    with pytest.raises(TypeError, match="one function"):
        cp.fuse(1)
    with pytest.raises(TypeError, match="unexpected keyword"):
        cp.fuse(double, name="x")
    with pytest.raises(ValueError, match="broadcast"):
        cp.fuse(lambda x, y: x + y)(cp.ones(2), cp.ones(3))


def test_methods():
    class Model:
        scale = 3

        @cp.fuse
        def apply(self, x):
            return x * self.scale

    a = cp.asarray(host(LONG))
    for _ in range(3):
        np.testing.assert_array_equal(Model().apply(a).get(), (a * 3).get())


STEPS = {
    "scalars": lambda x, y: x * 2 + y * 3 - 1,
    "comparison": lambda x, y: (x > 0.1) & (y < 1.5),
    "choice": lambda x, y: cp.where(x > y, x, 0),
    "functions": lambda x, y: cp.exp(-x) / (1 + cp.sqrt(y)),
    "casts": lambda x, y: (x * 3).astype("i4") // 2 + y.astype("i1"),
    "wider": lambda x, y: (x + y).astype("f8") * 2,
    "complex": lambda x, y: (x + 1j * y) * 2,
    "halves": lambda x, y: x.astype("f2") + y.astype("f2"),
    "two results": lambda x, y: (x + y, (x + y) * 2),
    "one result twice": lambda x, y: (x + y,) * 2,
    "a copy": lambda x, y: x.copy(),
    "in place": lambda x, y: cp.add(t := x * 2, y, out=t),
    "many steps": lambda x, y: sum((x + i for i in range(40)), y),
    "many values": lambda x, y: sum([x + i for i in range(20)], y),
    "a fill": lambda x, y: x + cp.full_like(y, 3),
}
BATCHES = PIECES and all(
    os.environ.get(name, "0") == "0" for name in ("CANNSIM_ASYNC", "CANNSIM_CHECK", "CANNSIM_STRICT")
)


@pytest.mark.parametrize("name", STEPS)
def test_steps(name, monkeypatch, freed_blocks_rest):
    repeated = []
    end = fusion._backend.end_batch
    monkeypatch.setattr(
        fusion._backend, "end_batch", lambda *args: repeated.append(end(*args)) or repeated[-1]
    )
    both(STEPS[name], cp.asarray(host(LONG)), cp.asarray(host(LONG)) + 1)
    if BATCHES and not freed_blocks_rest:
        # The pool may first place results of different sizes over each other, whose order blocks would not keep.
        first, second = repeated
        assert second == (name not in ("many steps", "many values", "a fill")) and first <= second


ARITHMETIC = {
    "scalars": lambda x, y: x * 2 + y * 3 - 1,
    "polynomial": lambda x, y: ((x * 3 - 2) * x + 1) / y - x,
    "numbers first": lambda x, y: 1 / (2 - (3 - 0.5 * x)) - y,
    "operands turned": lambda x, y: y - (x - (y / (x * y))),
    "a square": lambda x, y: (lambda t: t * t - t)(x + y),
    "values needed later": lambda x, y: (lambda t, u: (t - u) / (t * u) + t)(x + y, x - y),
    "results on the way": lambda x, y: (lambda t: (t, t * y - 1, t))(x + y),
    "in place": lambda x, y: cp.add(t := x * 2, y, out=t) - x,
    "in one place": lambda x, y: cp.divide(t := x * 2, cp.subtract(t, y, out=t), out=t),
    "functions between": lambda x, y: cp.exp(-(x * x) / 2) * (y - 1) / 3 + cp.sqrt(x * y - 1) * x,
    "other dtypes between": lambda x, y: (x * 2 + (x > y)).astype("f8") * 2 - (y + 1) * x.astype("f4"),
}


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("name", ARITHMETIC)
def test_arithmetic_rounds_as_written(name, dtype):
    """Also where it stays in registers, whose number LONG is no multiple of."""
    x, y = (np.random.default_rng(k).standard_normal(LONG).astype(dtype) for k in (1, 2))
    special = np.array([0, -0.0, np.inf, -np.inf, np.nan, 1, 1e-40], dtype)
    places = np.random.default_rng(3).integers(0, LONG, (7, 7, 20))
    x[places], y[places] = special[:, None, None], special[None, :, None]
    x[-1] = y[-2] = np.inf
    x, y, function = cp.asarray(x), cp.asarray(y), ARITHMETIC[name]
    fused = cp.fuse(function)
    for _ in range(3):
        found, expected = fused(x, y), function(x, y)
        for a, b in zip(found, expected, strict=True) if isinstance(found, tuple) else [(found, expected)]:
            np.testing.assert_array_equal(a.get(), b.get(), strict=True)
            number = ~np.isnan(b.get())
            np.testing.assert_array_equal(np.signbit(a.get())[number], np.signbit(b.get())[number])


def test_who_observes_sees_the_function_as_written():
    a, fused, events = cp.asarray(host(LONG)), cp.fuse(STEPS["scalars"]), []
    fused(a, a + 1)
    sink = events.append
    _observe.start(sink)
    try:
        fused(a, a + 1)
    finally:
        _observe.stop(sink)
    shapes = [e.shapes for e in events if e.kind == "launch"]
    assert len(shapes) == 5 and all((LONG,) in each for each in shapes)


def test_a_call_that_waits_although_the_first_did_not():
    """Nothing is read before what is to write it has run."""
    seen = []

    def function(x):
        y = x * 2
        if len(seen) == 1:
            seen.append(float(y[1]))
            seen.append(float(y.sum()))
        y = y + 1
        return y

    a, fused = cp.asarray(host(LONG)), cp.fuse(function)
    expected = a * 2 + 1
    for _ in range(3):
        np.testing.assert_array_equal(fused(a).get(), expected.get())
        if not seen:
            seen.append(0)
    assert seen[1] == float(a[1] * 2)


def test_a_call_that_fails():
    calls = []

    def function(x):
        calls.append(None)
        y = x * 2
        if len(calls) == 2:
            raise RuntimeError("no")
        return y + 1

    a, fused = cp.asarray(host(LONG)), cp.fuse(function)
    fused(a)
    with pytest.raises(RuntimeError, match="no"):
        fused(a)
    b = a * 3
    assert (b.get() == a.get() * 3).all()  # nothing waits any more
    np.testing.assert_array_equal(fused(a).get(), (a * 2 + 1).get())


def test_any_number_of_threads_gives_the_same():
    program = """
import zlib, numpy as np, cupy as cp
x = cp.asarray(np.random.default_rng(0).random(3_000_001, dtype="f4"))
fused = cp.fuse(lambda x: (cp.exp(-x) * 3 + 1, (x > 0.5).astype("i1"), (x - 3) * x / 7))
for _ in range(3):
    results = fused(x)
print([zlib.crc32(r.get()) for r in results])
"""
    found = {
        subprocess.run(
            [sys.executable, "-c", program],
            check=True,
            capture_output=True,
            env=os.environ | {"CANNSIM_NUM_THREADS": str(n), "CANNSIM_GOVERNOR": "0"},
        ).stdout
        for n in (1, 2, 7)
    }
    assert len(found) == 1


def softmax(x, axis):
    powers = cp.exp(x - x.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def launched(function, *args):
    events = []
    sink = events.append
    _observe.start(sink)
    try:
        result = function(*args)
    finally:
        _observe.stop(sink)
    return result, [event.name for event in events if event.kind == "launch"]


RNG = np.random.default_rng(3)
ONE_OPERATOR = pytest.mark.skipif(not ASCEND, reason="the host has one loop for each operation")


@ONE_OPERATOR
@pytest.mark.parametrize("dtype", ["f4", "f2", "i4"])
@pytest.mark.parametrize(
    "function", [lambda a, b, c: a * b + c, lambda a, b, c: b + c * a], ids=["first", "last"]
)
def test_multiply_and_add_are_one_operator(function, dtype):
    a, b, c = (cp.asarray(RNG.integers(0, 40, (512, 1030)).astype(dtype)) for _ in range(3))
    fused = cp.fuse(function)
    for _ in range(2):
        result, names = launched(fused, a, b, c)
        np.testing.assert_array_equal(result.get(), function(a, b, c).get())
    assert names == ["addcmul"]
    # The same array twice is another function of it.
    for args in ((a, a, b), (a, b, a), (b, a, a), (c, c, c)):
        for _ in range(2):
            np.testing.assert_array_equal(fused(*args).get(), function(*args).get())


@ONE_OPERATOR
@pytest.mark.parametrize(
    ("shape", "axis"),
    [((600, 1000), 0), ((600, 1000), -1), ((8, 300, 301), 1), ((800, 800), 0), ((800, 800), 1)],
)
def test_softmax_is_one_operator(shape, axis):
    fused = cp.fuse(lambda x: softmax(x, axis))
    for _ in range(2):
        x = cp.asarray(RNG.standard_normal(shape).astype("f4"))
        result, names = launched(fused, x)
        np.testing.assert_allclose(result.get(), softmax(x, axis).get(), rtol=2e-6)
    assert names == ["softmax"]


@pytest.mark.parametrize(
    "function",
    [
        lambda a, b, c: a * b + a * 1,
        lambda a, b, c: (a * b + c).T,
        lambda a, b, c: a * b + c[:1],
        lambda a, b, c: a * b + c.T,
        lambda a, b, c: (lambda t: t + t)(a * b),
        lambda a, b, c: cp.add(a * b, c, out=b),
        lambda a, b, c: cp.add(cp.multiply(a, b, out=a), c),
        lambda a, b, c: (a * b + c, a)[1],
        lambda a, b, c: (lambda p: p / p.sum(axis=0).reshape(-1, 1))(
            cp.exp(a - a.max(axis=0, keepdims=True))
        ),
        lambda a, b, c: (lambda p: p / p.sum(axis=0))(cp.exp(a - a.max(axis=1, keepdims=True))),
        lambda a, b, c: (lambda p: p / p.sum(axis=0))(cp.exp(a - b.max(axis=0))),
        lambda a, b, c: (lambda p: p / p.sum())(cp.exp(a - a.max())),
    ],
)
def test_what_only_looks_like_one_operator(function):
    fused = cp.fuse(function)
    for _ in range(3):
        given = [RNG.integers(1, 9, (520, 520)).astype("f4") for _ in range(3)]
        ours, theirs = ([cp.asarray(x) for x in given] for _ in range(2))
        np.testing.assert_array_equal(fused(*ours).get(), function(*theirs).get())
        for x, y in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(x.get(), y.get())
