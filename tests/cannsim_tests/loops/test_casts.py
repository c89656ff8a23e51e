"""Casts between every pair of dtypes against NumPy's astype."""

import numpy as np
import pytest
from loops_api import DTYPES, cpu_isas, from_bfloat16, loops, storage, to_bfloat16
from loops_cases import values

pytestmark = [
    pytest.mark.filterwarnings("ignore::RuntimeWarning"),
    pytest.mark.filterwarnings("ignore::numpy.exceptions.ComplexWarning"),
]


@pytest.fixture(params=cpu_isas(), scope="module")
def lib(request):
    return loops(request.param)


def cast(lib, source, target, x):
    out = np.empty(len(x), storage(target))
    lib.call(lib.find_cast(source, target), [x, out], len(x))
    return out


def inputs(source):
    if source == "bfloat16":
        return to_bfloat16(values("float32"))
    return values(source)


def once_rounded_bfloat16(x):
    """From exact values in longdouble: both neighbours, the nearer one, ties to even."""
    with np.errstate(all="ignore"):
        guess = to_bfloat16(x.astype("f"))
        best = guess.copy()
        for delta in (-1, 1):
            other = (guess.astype(int) + delta).astype(np.uint16)
            a, b = (np.abs(from_bfloat16(c).astype("g") - x) for c in (other, best))
            closer = (a < b) | ((a == b) & (other % 2 == 0))
            best = np.where(closer & np.isfinite(from_bfloat16(other)), other, best)
    return best


@pytest.mark.parametrize("target", DTYPES)
@pytest.mark.parametrize("source", DTYPES)
def test_cast(lib, source, target):
    x = inputs(source)
    got = cast(lib, source, target, x)
    if source == target:
        assert got.tobytes() == x.tobytes()
        return
    exact = from_bfloat16(x) if source == "bfloat16" else x
    if target == "bfloat16":
        wide = exact.real.astype("g")
        finite = np.isfinite(wide) & (np.abs(wide) < 3e38)
        want = once_rounded_bfloat16(wide[finite])
        np.testing.assert_array_equal(from_bfloat16(got[finite]), from_bfloat16(want))
        rest = from_bfloat16(got[~finite])
        np.testing.assert_array_equal(rest, from_bfloat16(to_bfloat16(wide[~finite].astype("f"))))
        return
    # A strided source: NumPy's vector loop differs from its scalar one for values out of range.
    want = np.repeat(exact, 2)[::2].astype(storage(target))
    np.testing.assert_array_equal(got, want)
    if got.dtype.kind == "f":
        np.testing.assert_array_equal(np.signbit(got)[want == 0], np.signbit(want)[want == 0])


@pytest.mark.parametrize("source", ["float32", "float64"])
def test_every_float16_boundary_rounds_once(lib, source):
    """Around each midpoint of two neighbouring halves; double rounding shows there."""
    halves = np.arange(0x7C00, dtype=np.uint16).view(np.float16).astype("d")
    middle = (halves[:-1] + halves[1:]) / 2
    near = np.concatenate([middle, np.nextafter(middle, 0), np.nextafter(middle, 1e9), halves])
    x = np.concatenate([near, -near, [65519.9, 65520.0, 1e300, np.inf]]).astype(source)
    assert cast(lib, source, "float16", x).tobytes() == x.astype(np.float16).tobytes()


def test_every_half_and_bfloat_widens(lib):
    bits = np.arange(65536, dtype=np.uint32).astype(np.uint16)
    np.testing.assert_array_equal(
        cast(lib, "float16", "float32", bits.view(np.float16)), bits.view(np.float16).astype("f")
    )
    np.testing.assert_array_equal(cast(lib, "bfloat16", "float32", bits), from_bfloat16(bits))
    back = cast(lib, "float32", "float16", bits.view(np.float16).astype("f"))
    np.testing.assert_array_equal(back, bits.view(np.float16))


def test_bool_bytes_other_than_one_are_true(lib):
    x = np.array([0, 1, 2, 255], np.uint8).view(bool)
    for target in ("float32", "int8", "uint64", "complex128", "float16"):
        np.testing.assert_array_equal(cast(lib, "bool", target, x), np.array([0, 1, 1, 1], target))


@pytest.mark.parametrize("source", DTYPES)
def test_layouts(lib, source):
    for target in DTYPES:
        loop = lib.find_cast(source, target)
        for n in (1, 3, 16, 600):
            x = np.resize(inputs(source), n)
            want = cast(lib, source, target, x)
            room = np.zeros(3 * n, x.dtype)
            room[::3] = x
            out = np.zeros(2 * n, storage(target))
            lib.call(loop, [room[::3], out[::2]], n)
            assert out[::2].tobytes() == want.tobytes(), (target, n)
