import ctypes

import numpy as np
import pytest
from kernels import ALL, HALVES, KernelError, bfloat16, call, isas

from cupy_backends.backend.conformance import random_stream

SEED = 0x123456789ABCDEF


def words(n, offset=0):
    return random_stream.words(n, SEED, offset)


def words64(n, offset=0):
    return random_stream.words64(n, SEED, offset)


def draw(name, shape, dtype, *args, seed=SEED, offset=0):
    out = np.zeros(shape, dtype)
    call("random_" + name, out, *args, ctypes.c_uint64(seed), ctypes.c_uint64(offset))
    return out


@pytest.mark.parametrize("isa", isas())
@pytest.mark.parametrize("offset", [0, 7, 2**32 - 3, 2**64 - 1])
def test_bits_follow_the_definition(offset, isa):
    call("select_isa", isa.encode(), raw=True)
    n = 77
    w, w64 = words(n, offset=offset), words64(n, offset=offset)
    for dtype, shift in [("u4", 0), ("i4", 0), ("u2", 16), ("i1", 24)]:
        assert (draw("bits", n, dtype, offset=offset) == (w >> np.uint32(shift)).astype(dtype)).all()
    assert (draw("bits", n, "?", offset=offset) == (w >> np.uint32(31)).astype(bool)).all()
    assert (draw("bits", n, "u8", offset=offset) == w64).all()


@pytest.mark.parametrize("isa", isas())
def test_block_numbers_exceed_32_bits(isa):
    call("select_isa", isa.encode(), raw=True)
    first, n = 4 * (2**32 - 20), 160
    out = np.empty(n, "u4")
    call(
        "random_words",
        out,
        ctypes.c_uint64(SEED),
        ctypes.c_uint64(5),
        ctypes.c_uint64(first),
        raw=True,
        result=None,
    )
    block = np.arange(2**32 - 20, 2**32 + 20, dtype="u8")
    low, high = np.uint64(0xFFFFFFFF), np.uint64(32)
    want = random_stream.philox((block & low, block >> high, 5, 0), (SEED & 0xFFFFFFFF, SEED >> 32))
    assert (out.reshape(-1, 4) == np.stack(want, -1)).all()


@pytest.mark.parametrize("isa", isas())
def test_uniform_follows_the_definition(isa):
    call("select_isa", isa.encode(), raw=True)
    w, w64 = words(101), words64(101)
    assert (draw("uniform", 101, "f4", 0.0, 1.0) == (w >> np.uint32(8)) * np.float32(2.0**-24)).all()
    assert (draw("uniform", 101, "f2", 0.0, 1.0) == (w >> np.uint32(21)) * 2.0**-11).all()
    assert (draw("uniform", 101, bfloat16, 0.0, 1.0) == (w >> np.uint32(24)) * 2.0**-8).all()
    u = (w64 >> np.uint64(11)) * 2.0**-53
    assert (draw("uniform", 101, "f8", 0.0, 1.0) == u).all()
    assert (draw("uniform", 101, "f8", -3.0, 5.0) == -3.0 + u * 8.0).all()


@pytest.mark.parametrize("dtype", [np.dtype("f4"), np.dtype("f8"), *HALVES], ids=str)
def test_uniform_never_reaches_the_upper_end(dtype):
    for low, high in [
        (0.0, 1.0),
        (1.0, 1.0 + 2.0**-6),
        (1.0, 1.0 + 2.0**-18),
        (1.0, 1.0 + 2.0**-45),
        (-1.0, 0.0),
        (1e-3, 1.1e-3),
        (-2.0, -1.0),
    ]:
        x = draw("uniform", 100_000, dtype, low, high).astype("f8")
        assert (x < high).all() and (x >= np.asarray(low).astype(dtype).astype("f8")).all()
    assert (draw("uniform", 10, dtype, 2.0, 2.0).astype("f8") == 2).all()
    for low, high in [(1.0, 0.0), (0.0, np.inf), (np.nan, 1.0)]:
        with pytest.raises(KernelError, match="BadArgument"):
            draw("uniform", 3, dtype, low, high)


@pytest.mark.parametrize("isa", isas())
@pytest.mark.parametrize("offset", [0, 2**40 + 3])
@pytest.mark.parametrize("n", [1, 2, 63, 64, 65, 4097])
def test_normal_follows_the_definition(n, offset, isa):
    call("select_isa", isa.encode(), raw=True)
    for dtype in ("f8", "f4"):
        want = np.empty(n, dtype)
        random_stream.normal(want, SEED, offset)
        assert draw("normal", n, dtype, 0.0, 1.0, offset=offset).tobytes() == want.tobytes()


def test_normal_is_box_and_mullers():
    n = 100_000
    for dtype, w, bits in (("f8", words64(n) >> np.uint64(11), 53), ("f4", words(n).astype("u8"), 32)):
        x, t = (w[::2] + np.uint64(1)) * 2.0**-bits, w[1::2] * 2.0**-bits
        r, angle = np.sqrt(-2 * np.log(x)), 2 * np.pi * t
        want = np.stack([r * np.cos(angle), r * np.sin(angle)], 1).ravel()
        got = draw("normal", n, dtype, 0.0, 1.0)
        if dtype == "f8":
            np.testing.assert_allclose(got, want, rtol=1e-14, atol=2e-15)
        else:
            np.testing.assert_allclose(got, want, rtol=1e-7, atol=1e-14)


def test_normal_of_other_dtypes_means_and_deviations():
    n = 4096
    z = draw("normal", n, "f8", 0.0, 1.0)
    np.testing.assert_array_equal(draw("normal", n, "f8", 2.0, 3.0), 2 + 3 * z)
    np.testing.assert_allclose(
        draw("normal", n, "f4", 2.0, 3.0),
        2 + 3 * draw("normal", n, "f4", 0.0, 1.0).astype("f8"),
        rtol=1e-6,
        atol=1e-6,
    )
    np.testing.assert_array_equal(
        draw("normal", n, "f2", 0.0, 1.0), draw("normal", n, "f4", 0.0, 1.0).astype("f2")
    )
    mean, deviation = np.linspace(0, 1, n), np.linspace(1, 2, n).astype("f4")
    np.testing.assert_allclose(
        draw("normal_each", n, "f8", mean, deviation), mean + deviation * draw("normal", n, "f8", 0.0, 1.0)
    )
    np.testing.assert_array_equal(draw("normal_each", n, "f4", None, None), draw("normal", n, "f4", 0.0, 1.0))


def test_every_instruction_set_gives_the_same_numbers():
    for name, dtype, args in [
        ("normal", "f4", (0.0, 1.0)),
        ("normal", "f8", (1.0, 2.0)),
        ("uniform", "f4", (-1.0, 3.0)),
        ("uniform", "f8", (-1.0, 3.0)),
        ("integers", "i8", (3, 2**32)),
        ("integers", "i8", (3, 2**60 + 1)),
    ]:
        results = set()
        for isa in isas():
            call("select_isa", isa.encode(), raw=True)
            results.add(draw(name, 10_001, dtype, *args).tobytes())
        assert len(results) == 1


def test_prefixes_and_layouts_agree():
    for name, dtype, args in [
        ("uniform", "f4", (0.0, 1.0)),
        ("normal", "f8", (0.0, 1.0)),
        ("bits", "u1", ()),
        ("bernoulli", "?", (0.3,)),
    ]:
        whole = draw(name, 5000, dtype, *args)
        for n in (1, 2, 3, 1023, 1024, 1025, 4999):
            assert (draw(name, n, dtype, *args) == whole[:n]).all()
        out = np.zeros((100, 50), dtype).T
        call("random_" + name, out, *args, SEED, 0)
        assert (out.ravel() == whole).all()


def test_moments():
    from scipy import stats

    n = 400_000
    z = draw("normal", n, "f8", 0.0, 1.0)
    assert stats.kstest(z, "norm").pvalue > 1e-4
    assert stats.kstest(draw("normal", n, "f4", 0.0, 1.0), "norm").pvalue > 1e-4
    assert stats.kstest(draw("uniform", n, "f8", 0.0, 1.0), "uniform").pvalue > 1e-4
    assert abs(np.corrcoef(z[::2], z[1::2])[0, 1]) < 0.01
    counts = np.bincount(draw("integers", n, "i4", 0, 10), minlength=10)
    assert stats.chisquare(counts).pvalue > 1e-4
    assert abs(draw("bernoulli", n, "f4", 0.25).mean() - 0.25) < 0.005


@pytest.mark.parametrize("isa", isas())
@pytest.mark.parametrize(
    "extent", [0, 1, 2, 10, 1000, 2**32 - 1, 2**32, 2**32 + 1, 2**63, 3 * 2**62 + 12345, 2**64 - 1]
)
def test_integers(extent, isa):
    call("select_isa", isa.encode(), raw=True)
    for low in (0, -5, 2**63 - 1, -(2**63)):
        for dtype in ("i8", "u8", "i4", "u2", "i1"):
            want = np.empty(77, dtype)
            random_stream.integers(want, SEED, 9, low, extent)
            assert (draw("integers", 77, dtype, low, ctypes.c_uint64(extent), offset=9) == want).all()


def test_integers_in_other_dtypes():
    want = np.array([-5 + ((int(x) * 1000) >> 64) for x in words64(200)])
    for dtype in ("i8", "i4", "i2", "f4", "f8"):
        assert (draw("integers", 200, dtype, -5, 1000) == want).all()
    assert (draw("integers", 200, "u8", 0, 0) == words64(200)).all()
    small = draw("integers", 10000, "u1", 250, 6)
    assert small.min() == 250 and small.max() == 255


def test_bernoulli():
    u = (words64(300) >> np.uint64(11)) * 2.0**-53
    for dtype in ALL:
        assert (draw("bernoulli", 300, dtype, 0.4).astype("c8") == (u < 0.4)).all()
    p = np.linspace(0, 1, 300)
    assert (draw("bernoulli_each", 300, "?", p) == (u < p)).all()
    assert not draw("bernoulli", 300, "?", 0.0).any() and draw("bernoulli", 300, "?", 1.0).all()
    for p in (-0.1, 1.1, np.nan):
        with pytest.raises(KernelError, match="BadArgument"):
            draw("bernoulli", 3, "?", p)


def test_permutation():
    for n in (0, 1, 2, 1000):
        p = draw("permutation", n, "i8")
        assert (p == np.argsort(words64(n), kind="stable")).all()
        assert (draw("permutation", n, "i4") == p).all()
    assert not (draw("permutation", 100, "i8") == draw("permutation", 100, "i8", offset=100)).all()


def test_multinomial():
    weights = np.array([[0, 1, 3, 0, 4, 0], [5, 0, 0, 0, 0, 0]], "f4")
    out = draw("multinomial", (2, 80_000), "i8", weights, 1)
    share = np.bincount(out[0], minlength=6) / 80_000
    assert np.abs(share - weights[0] / 8).max() < 0.01 and (out[1] == 0).all()
    out = np.array([draw("multinomial", 3, "i8", weights[0], 0, offset=10 * i) for i in range(2000)])
    assert (np.sort(out, 1) == [1, 2, 4]).all()
    first = np.bincount(out[:, 0], minlength=6) / 2000
    assert np.abs(first - weights[0] / 8).max() < 0.05
    for bad, replacement, n in [
        ([1, -1], 1, 2),
        ([0, 0], 1, 2),
        ([1, np.nan], 1, 2),
        ([1, 0], 0, 2),
        ([1, 1], 0, 3),
    ]:
        with pytest.raises(KernelError, match="BadArgument"):
            draw("multinomial", n, "i8", np.array(bad, "f4"), replacement)
