import numpy as np
import pytest
from kernels import ALL, INTEGERS, KernelError, bfloat16, call, isas, layouts, make, pointers

SHAPES = [(), (1,), (7,), (0, 3), (3, 5), (17, 33), (4, 5, 6), (2, 3, 4, 5), (65, 130)]


def bits(a):
    return np.ascontiguousarray(a).tobytes()


@pytest.mark.parametrize("isa", isas())
@pytest.mark.parametrize("dtype", ALL, ids=str)
def test_same_dtype_moves_bits_between_all_layouts(dtype, isa):
    call("select_isa", isa.encode(), raw=True)
    rng = np.random.default_rng(0)
    for shape in SHAPES:
        a = make(rng, shape, dtype)
        for source in layouts(a):
            for target in layouts(np.zeros(shape, dtype)):
                call("copy", target, source)
                assert bits(target) == bits(a)


@pytest.mark.parametrize("width", ["u1", "u2", "u4", "u8", "c16"])
@pytest.mark.parametrize("isa", isas())
def test_transposes_of_every_size(width, isa):
    call("select_isa", isa.encode(), raw=True)
    rng = np.random.default_rng(1)
    for rows in [1, 2, 4, 8, 15, 16, 31, 64, 100, 257]:
        for cols in [1, 3, 4, 8, 16, 17, 63, 64, 129, 300]:
            a = make(rng, (rows, cols), width, 0, 200)
            out = np.zeros((cols, rows), width)
            call("copy", out, a.T)
            assert (out == a.T).all()


@pytest.mark.parametrize("dtype", ["u1", "u2", "u4", "u8", "c16"])
@pytest.mark.parametrize("channels", [2, 3, 4, 5])
@pytest.mark.parametrize("isa", isas())
def test_channels_are_put_together_and_taken_apart(isa, channels, dtype):
    call("select_isa", isa.encode(), raw=True)
    rng = np.random.default_rng(channels)
    for size in (1, 2, 3, 15, 64, 67, 70001):
        rows = make(rng, (channels, size), dtype)
        pixels = np.zeros((size, channels), dtype)
        call("copy", pixels, rows.T)
        assert (pixels == rows.T).all()
        back = np.zeros_like(rows)
        call("copy", back, pixels.T)
        assert (back == rows).all()
        for whole in (np.zeros((size, channels), dtype), np.zeros((size, channels + 1), dtype)[:, 1:]):
            columns = [whole[:, c] for c in range(channels)]
            call("copy_pairs", pointers([x for pair in zip(rows, columns) for x in pair]), 2 * channels)
            assert (whole == rows.T).all()
            parts = [np.zeros(size, dtype) for _ in range(channels)]
            call("copy_pairs", pointers([x for pair in zip(columns, parts) for x in pair]), 2 * channels)
            assert all((part == row).all() for part, row in zip(parts, rows))
    images = make(rng, (2, channels, 5, 7), dtype)
    call("copy", pixels := np.zeros((2, 5, 7, channels), dtype), images.transpose(0, 2, 3, 1))
    assert (pixels == images.transpose(0, 2, 3, 1)).all()
    call("copy", back := np.zeros_like(images), pixels.transpose(0, 3, 1, 2))
    assert (back == images).all()


def test_pairs_of_other_dtypes_and_orders():
    a, b = np.arange(6, dtype="i4"), np.arange(6, dtype="f4")[::-1]
    out = np.zeros((6, 2))
    call("copy_pairs", pointers([a, out[:, 0], b, out[:, 1]]), 4)
    assert (out == np.stack([a, b], 1)).all()
    swapped = np.zeros((6, 2), "i4")
    call("copy_pairs", pointers([a, swapped[:, 1], a[::-1], swapped[:, 0]]), 4)
    assert (swapped == np.stack([a[::-1], a], 1)).all()
    call("copy_pairs", pointers([a[:0], out[:0, 0], a, out[:, 1]]), 4)
    assert (out[:, 1] == a).all()


def test_three_axis_permutations():
    a = np.arange(5 * 18 * 21, dtype="f4").reshape(5, 18, 21)
    for order in [(0, 2, 1), (1, 0, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)]:
        out = np.zeros(tuple(a.shape[i] for i in order), "f4")
        call("copy", out, a.transpose(order))
        assert (out == a.transpose(order)).all()


@pytest.mark.parametrize("target", [d for d in ALL if d.kind != "b"], ids=str)
@pytest.mark.parametrize("source", ALL, ids=str)
def test_casts_agree_with_astype(source, target):
    rng = np.random.default_rng(2)
    for shape in [(), (9,), (20, 300), (5, 6, 7)]:
        a = make(rng, shape, source, 0, 50)
        drops = source.kind == "c" and target.kind != "c"  # the imaginary part, which NumPy warns about
        want = (a.real if drops else a).astype(target)
        for s in layouts(a):
            for t in layouts(np.zeros(shape, target)):
                call("copy", t, s)
                assert bits(t) == bits(want)


def test_broadcast_and_shape_errors():
    out = np.zeros((3, 4, 5), "f4")
    a = np.arange(4, dtype="f8").reshape(4, 1)
    call("copy", out, a)
    assert (out == a).all()
    call("copy", out, np.array(7, "i4"))
    assert (out == 7).all()
    with pytest.raises(KernelError, match="BadArgument"):
        call("copy", out, np.zeros((3, 5), "f4"))
    with pytest.raises(KernelError, match="BadArgument"):
        call("copy", np.zeros(3, "f4"), np.zeros((1, 3), "f4"))


@pytest.mark.parametrize("shift", [-5, -1, 0, 1, 7])
def test_contiguous_overlap_behaves_as_memmove(shift):
    a = np.arange(2000, dtype="i4")
    want = a.copy()
    low, n = 10, 1900
    want[low + shift : low + shift + n] = a[low : low + n].copy()
    call("copy", a[low + shift : low + shift + n], a[low : low + n])
    assert (a == want).all()


@pytest.mark.parametrize("behind", [0, 1, 3, 15, 16, 63, 64, 4095])
@pytest.mark.parametrize("n", [511, 512, 513, 1024, 5000, 70_001])
def test_copies_a_little_behind_in_the_page(n, behind):
    memory = np.zeros(3 * 2**17, "u1")
    first = -memory.ctypes.data % 4096
    source, target = memory[first : first + n], memory[first + 2**17 + behind :][: n + 2]
    source[:] = np.random.default_rng(n).integers(1, 256, n)
    call("copy", target[1:-1], source)
    assert (target[1:-1] == source).all()
    assert target[0] == target[-1] == 0


@pytest.mark.parametrize("dtype", ALL, ids=str)
def test_fill(dtype):
    rng = np.random.default_rng(3)
    for value in [make(rng, (), dtype), np.zeros((), dtype), np.ones((), dtype)]:
        for shape in SHAPES:
            for target in layouts(make(rng, shape, dtype)):
                call("fill", target, value.tobytes())
                assert bits(target) == bits(np.full(shape, value, dtype))


def test_half_casts_of_every_bit_pattern():
    every = np.arange(65536, dtype="u2")
    for dtype in [np.dtype("f2"), bfloat16]:
        a = every.view(dtype)
        wide, back = np.zeros(65536, "f4"), np.zeros(65536, dtype)
        call("copy", wide, a)
        np.testing.assert_array_equal(wide, a.astype("f4"))
        call("copy", back, wide)
        finite = ~np.isnan(wide)
        assert (back.view("u2")[finite] == every[finite]).all()
        assert np.isnan(back[~finite].astype("f4")).all()


def test_integers_wrap():
    a = np.array([-1, 300, 70000, -(2**40)], "i8")
    for dtype in INTEGERS:
        out = np.zeros(4, dtype)
        call("copy", out, a)
        assert (out == a.astype(dtype)).all()
