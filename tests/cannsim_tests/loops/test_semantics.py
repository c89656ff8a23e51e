"""Every (op, dtype, instruction set) against NumPy, on contiguous operands."""

import numpy as np
import pytest
from loops_api import DTYPES, cpu_isas, from_bfloat16, loops, storage, to_bfloat16
from loops_cases import operands, values
from loops_oracle import ROWS

WIDER = {"float16": "d", "bfloat16": "d", "float32": "d", "float64": "g"}


def char(dtype):
    return "e" if dtype == "bfloat16" else np.dtype(dtype).char


CASES = [(op, dtype) for op, row in ROWS.items() for dtype in DTYPES if char(dtype) in row.chars]

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


@pytest.fixture(params=cpu_isas(), scope="module")
def lib(request):
    lib = loops(request.param)
    assert lib.isa == request.param
    return lib


def assert_same(got, want, zero_sign=True):
    """Equal bit by bit, except that NaNs are alike."""
    want = np.asarray(want).astype(got.dtype)
    parts = [(got, want)] if got.dtype.kind != "c" else [(got.real, want.real), (got.imag, want.imag)]
    for g, w in parts:
        if g.dtype.kind != "f":
            np.testing.assert_array_equal(g, w)
            continue
        np.testing.assert_array_equal(g, w)
        if zero_sign:
            number = ~np.isnan(w)
            np.testing.assert_array_equal(np.signbit(g[number]), np.signbit(w[number]))


def ulps(got, want, spacing):
    """Distance from `want`, which is wider than `got`; same infinities and NaNs count as 0."""
    same = (got == want) | (np.isnan(got) & np.isnan(want))
    return np.where(same, 0, np.abs(got.astype("g") - want) / spacing)


def _float_view(dtype, x):
    return from_bfloat16(x) if dtype == "bfloat16" else x


def _apply(lib, op, dtype, count, domain):
    """The loop's inputs as NumPy floats of their exact values, and its output."""
    base = "float32" if dtype == "bfloat16" else dtype
    inputs = operands(base, count, domain)
    if dtype == "bfloat16":
        bits = [to_bfloat16(x) for x in inputs]
        return [from_bfloat16(b) for b in bits], lib.apply(op, dtype, *bits)
    return inputs, lib.apply(op, dtype, *inputs)


def _check_exact(lib, op, dtype, row):
    inputs, got = _apply(lib, op, dtype, lib.nin(op), row.values)
    half = dtype in ("float16", "bfloat16")
    if half and op != "nextafter":  # NumPy's float32 function, then one rounding
        inputs = [x.astype("f") for x in inputs]
    want = row.function(*inputs)
    out = lib.dtypes(op, dtype)[-1]
    if out == "bfloat16":
        want = to_bfloat16(want)
        if op == "nextafter":
            return _check_bfloat_nextafter(inputs, got)
        assert_same(from_bfloat16(got), from_bfloat16(want), row.zero_sign)
    else:
        assert_same(got, want, row.zero_sign)


def _check_bfloat_nextafter(inputs, got):
    x, y = inputs
    result = from_bfloat16(got)
    nan = np.isnan(x) | np.isnan(y)
    assert np.isnan(result[nan]).all()
    x, y, result = x[~nan], y[~nan], result[~nan]
    up, down = x < y, x > y
    assert (result[~up & ~down] == y[~up & ~down]).all()
    assert (result[up] > x[up]).all() and (result[up] <= y[up]).all()
    assert (result[down] < x[down]).all() and (result[down] >= y[down]).all()
    ordered = to_bfloat16(np.abs(x)).astype(int) * np.where(np.signbit(x), -1, 1)
    after = to_bfloat16(np.abs(result)).astype(int) * np.where(np.signbit(result), -1, 1)
    assert (np.abs(after - ordered)[up | down] == 1).all()


def _check_close(lib, op, dtype, row):
    inputs, got = _apply(lib, op, dtype, lib.nin(op), row.values)
    want = row.function(*[x.astype(WIDER[dtype]) for x in inputs])
    if dtype == "bfloat16":
        got = from_bfloat16(got)
        rounded = from_bfloat16(to_bfloat16(want))
        spacing = np.spacing(np.abs(rounded)) * 2.0**16
        bound = 1
    else:
        rounded = want.astype(dtype)
        spacing = np.spacing(np.abs(rounded))
        bound = 1 if dtype == "float16" else row.ulp
    # Where the wider result rounds to infinity, so must ours, or to the largest number.
    finite = np.isfinite(rounded)
    np.testing.assert_array_equal(np.isnan(got), np.isnan(rounded))
    assert (got[~finite & ~np.isnan(rounded)] == rounded[~finite & ~np.isnan(rounded)]).all()
    error = ulps(got[finite], want[finite].astype("g"), spacing[finite])
    worst = int(np.argmax(error))
    assert error[worst] <= bound, (error[worst], [x[finite][worst] for x in inputs], got[finite][worst])


@pytest.mark.parametrize(("op", "dtype"), CASES)
def test_against_numpy(lib, op, dtype):
    row = ROWS[op]
    assert lib.find(op, dtype) is not None
    if row.ulp and np.dtype(storage(dtype)).kind != "c":
        _check_close(lib, op, dtype, row)
    else:
        _check_exact(lib, op, dtype, row)


UNDEFINED = {
    "subtract": "?", "negative": "?", "sign": "?", "divide": "?bBhHiIlL", "sqrt": "?bBhHiIlL",
    "invert": "efdFD", "bitwise_and": "efdFD", "left_shift": "?efdFD", "gcd": "?efdFD",
    "floor": "FD", "remainder": "?FD", "floor_divide": "?FD", "exp": "?bBhHiIlL", "signbit": "?bBhHiIlLFD",
    "copysign": "?bBhHiIlLFD", "arctan2": "?bBhHiIlLFD", "cbrt": "?bBhHiIlLFD",
}  # fmt: skip


@pytest.mark.parametrize("op", UNDEFINED)
def test_undefined_in_numpy_is_null(lib, op):
    for c in UNDEFINED[op]:
        assert lib.find(op, np.dtype(c).name) is None, (op, c)


def test_every_op_is_tested_and_has_a_loop(lib):
    others = {"where", "ldexp"}
    assert set(lib.ops) == set(ROWS) | others
    for op in lib.ops:
        assert any(lib.find(op, d) for d in DTYPES)


@pytest.mark.parametrize("dtype", DTYPES)
def test_where(lib, dtype):
    rng = np.random.default_rng(3)
    size = 1003
    x, y = (rng.integers(0, 256, (size, storage(dtype).itemsize), np.uint8) for _ in range(2))
    if dtype == "bool":
        x, y = x & 1, y & 1
    x, y = x.view(storage(dtype)).ravel(), y.view(storage(dtype)).ravel()
    mask = rng.integers(0, 2, size).astype(bool)
    got = lib.apply("where", dtype, mask, x, y)
    assert got.tobytes() == np.where(mask, x, y).tobytes()


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "bfloat16"])
def test_ldexp(lib, dtype):
    base = "float32" if dtype == "bfloat16" else dtype
    x = np.repeat(values(base), 8)
    e = np.resize(np.array([0, 1, -1, 10, -20, 2**40, -(2**40), 130], np.int64), len(x))
    if dtype == "bfloat16":
        got = from_bfloat16(lib.apply("ldexp", dtype, to_bfloat16(x), e))
        x = from_bfloat16(to_bfloat16(x))
        assert_same(got, from_bfloat16(to_bfloat16(np.ldexp(x, e))))
    else:
        assert_same(lib.apply("ldexp", dtype, x, e), np.ldexp(x, e))


@pytest.mark.parametrize("op", ["reciprocal", "square", "multiply", "divide", "sign", "power", "absolute"])
@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_complex_arithmetic(lib, op, dtype):
    """Relative to the length of the result; NaN and infinity where NumPy has them."""
    count = lib.nin(op)
    inputs = operands(dtype, count)
    got, want = lib.apply(op, dtype, *inputs), getattr(np, op)(*inputs)
    np.testing.assert_array_equal(np.isnan(got), np.isnan(want))
    finite = np.isfinite(want)
    np.testing.assert_array_equal(np.isfinite(got), finite)
    bound = (64 if op == "power" else 4) * np.finfo(dtype).eps
    assert (np.abs(got - want)[finite] <= bound * np.abs(want)[finite]).all()


COMPLEX_MATH = [
    "sqrt", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan", "arcsin", "arccos",
    "arctan", "sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh",
]  # fmt: skip


@pytest.mark.parametrize("op", COMPLEX_MATH)
@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_complex_math(lib, op, dtype):
    z = values(dtype)
    got, want = lib.apply(op, dtype, z), getattr(np, op)(z)
    np.testing.assert_array_equal(np.isnan(got), np.isnan(want))
    finite = np.isfinite(want) & np.isfinite(got)
    np.testing.assert_array_equal(np.isfinite(got), np.isfinite(want))
    assert (np.abs(got - want)[finite] <= 16 * np.finfo(dtype).eps * np.abs(want)[finite]).all()


@pytest.mark.parametrize("op", ["axpy", "addcmul", "lerp"])
@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_complex_fused(lib, op, dtype):
    z = [v[-100:] for v in (values(dtype, "", s) for s in range(lib.nin(op)))]
    got, want = lib.apply(op, dtype, *z), ROWS[op].function(*z)
    np.testing.assert_allclose(got, want, rtol=64 * np.finfo(dtype).eps)


@pytest.mark.parametrize("op", ["sin", "cos"])
def test_float64_trigonometry_near_multiples_of_half_pi(lib, op):
    k = np.arange(-60000, 60000)
    near = k * (np.pi / 2)
    x = np.concatenate([near, np.nextafter(near, 9e9), [1e5, 1.0000001e5, 1e22, -1e300, 5e-324, -0.0]])
    got = lib.apply(op, "float64", x)
    want = getattr(np, op)(x)  # libm's: below one unit
    error = np.abs(got - want) / np.spacing(np.abs(want))
    assert error.max() <= 2
    assert_same(lib.apply("sin", "float64", np.array([-0.0, 0.0])), np.array([-0.0, 0.0]))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("op", ["floor_divide", "remainder", "fmod"])
def test_division_of_moderate_numbers_only(lib, op, dtype):
    """No special value sends a block to libm: the vectorised path alone."""
    rng = np.random.default_rng(11)
    whole = rng.integers(-50, 50, 4096).astype(dtype), rng.integers(1, 9, 4096).astype(dtype)
    x, y = (rng.normal(size=40960) * np.exp2(rng.integers(-6, 7, 40960)) for _ in range(2))
    near = np.nextafter((rng.integers(1, 1000, 4096) * 0.1).astype(dtype), np.inf)
    tenth = np.full(4096, 0.1, dtype)
    for a, b in [whole, (-whole[0], -whole[1]), (x, y), (near, tenth), (near.round(1), tenth), (x * 1e4, y)]:
        a, b = a.astype(dtype), b.astype(dtype)
        b[b == 0] = 1
        if dtype == "float16":
            want = getattr(np, op)(a.astype("f"), b.astype("f")).astype(dtype)
        else:
            want = getattr(np, op)(a, b)
        assert_same(lib.apply(op, dtype, a, b), want)
