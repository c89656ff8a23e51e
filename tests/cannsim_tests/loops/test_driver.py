"""The N-d driver: any strides, any rank up to 8, and casts around the loop."""

import numpy as np
import pytest
from loops_api import cpu_isas, from_bfloat16, loops, to_bfloat16


@pytest.fixture(params=cpu_isas(), scope="module")
def lib(request):
    return loops(request.param)


def layouts(shape, dtype, rng):
    """Arrays of one shape and many memory layouts."""
    n = len(shape)
    base = np.asarray(rng.normal(size=shape) * 10, dtype)
    yield base
    if n == 0:
        return
    order = tuple(rng.permutation(n))
    yield np.ascontiguousarray(base.transpose(order)).transpose(np.argsort(order))
    room = np.zeros([2 * s for s in shape], dtype)
    view = room[tuple(slice(None, None, 2) for _ in shape)]
    view[...] = base
    yield view
    yield np.flip(base)
    yield np.flip(base, tuple(range(0, n, 2)))
    for axis in range(n):
        one = [slice(None)] * n
        one[axis] = slice(0, 1)
        yield np.broadcast_to(base[tuple(one)], shape)
    if base.size:
        yield np.broadcast_to(base.ravel()[0], shape)


SHAPES = [
    (), (0,), (1,), (5,), (1000,), (3, 4), (4, 0, 3), (1, 7, 1), (600, 3), (3, 600), (2, 3, 4, 5), (512, 40),
    (40, 300), (3, 20, 300), (2, 1, 3, 1, 2, 1, 2, 3), (100000,), (2, 512, 20),
]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_shapes_and_layouts(lib, shape):
    rng = np.random.default_rng(0)
    loop = lib.find("subtract", "float32")
    for a in layouts(shape, "f", rng):
        for b in layouts(shape, "f", rng):
            for out in list(layouts(shape, "f", rng))[:5]:
                lib.run(loop, [a, b, out], ["float32"] * 3)
                np.testing.assert_array_equal(out, a - b)


def test_three_inputs_of_other_dtypes(lib):
    rng = np.random.default_rng(1)
    loop = lib.find("where", "complex64")
    mask = rng.integers(0, 2, (30, 40)).astype(bool)
    x = rng.normal(size=(40, 30)).T
    y = np.broadcast_to(np.int8(-3), (30, 40))
    out = np.zeros((30, 40, 2), "D")[..., 0]
    lib.run(
        loop, [mask, x, y, out], ["bool", "float64", "int8", "complex128"],
        ["bool", "complex64", "complex64", "complex64"],
    )  # fmt: skip
    np.testing.assert_array_equal(out, np.where(mask, x.astype("F"), y.astype("F")))


@pytest.mark.parametrize("shape", [(), (3,), (5000,), (70, 90), (0, 2)], ids=str)
def test_mixed_dtypes(lib, shape):
    rng = np.random.default_rng(2)
    a = rng.integers(-100, 100, shape, np.int16)
    b = to_bfloat16(rng.normal(size=shape))
    out = np.zeros(shape, np.float16)
    lib.run(
        lib.find("multiply", "float32"), [a, np.asarray(b), out], ["int16", "bfloat16", "float16"],
        ["float32"] * 3,
    )  # fmt: skip
    np.testing.assert_array_equal(out, (a.astype("f") * from_bfloat16(b)).astype("e"))


def test_casts_around_a_float16_loop(lib):
    """Two levels of staging: the loop itself stages through float32."""
    x = np.linspace(-9, 9, 3001)
    out = np.zeros(3001, np.int64)
    lib.run(lib.find("add", "float16"), [x, x, out], ["float64", "float64", "int64"], ["float16"] * 3)
    half = x.astype("e")
    np.testing.assert_array_equal(out, (half + half).astype(np.int64))


def test_output_may_be_an_input(lib):
    a = np.arange(24, dtype="d").reshape(4, 6)
    view = a[::2, ::-1]
    want = view + view
    lib.run(lib.find("add", "float64"), [view, view, view], ["float64"] * 3)
    np.testing.assert_array_equal(view, want)
    assert (a[1] == np.arange(6, 12)).all()
