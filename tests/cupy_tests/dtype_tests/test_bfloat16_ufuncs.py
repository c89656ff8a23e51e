"""bfloat16 in every ufunc: the values of float32, rounded once."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

import cupy

_spec = importlib.util.spec_from_file_location("rules", Path(__file__).with_name("rules.py"))
rules = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(rules)

NAMES = [n for n in rules.UFUNCS if any("e" in t for t in getattr(np, n).types)]
# Zeros, ties, the ends of the range, subnormal numbers, what overflows in exp, NaN and infinities.
SPECIAL = np.array(
    [0, -0.0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, 7.5, np.nan, np.inf, -np.inf, 3.3895e38, -3.3895e38,
    1.1754944e-38,
     9.1835e-41, -9.1835e-41, 4e-39, 1e-3, 1e4, 255, 256, 257, 100, -100, 88, 89, -88, 1.0078125, 0.99609375],
    "f",
).astype(rules.BFLOAT16)  # fmt: skip


def operands(name):
    generator = np.random.default_rng(0)
    any_bits = generator.integers(0, 65536, 300).astype("u2").view(rules.BFLOAT16)
    mild = (generator.standard_normal(200) * 10).astype(rules.BFLOAT16)
    one = np.concatenate([SPECIAL, any_bits, mild])
    if name in ("sin", "cos", "tan"):  # no chip promises more, unless CUPY_TRIG=exact
        one = one[~(np.isfinite(one) & (np.abs(one.astype("f")) > 65504))]
    if getattr(np, name).nin == 1:
        return [one]
    pairs = [
        np.concatenate([np.repeat(SPECIAL, SPECIAL.size), one]),
        np.concatenate([np.tile(SPECIAL, SPECIAL.size), one[::-1]]),
    ]
    if name == "ldexp":
        pairs[1] = np.clip(np.nan_to_num(pairs[1].astype("d")), -300, 300).astype("i")
    return pairs


@pytest.mark.parametrize("name", NAMES)
def test_values(name):
    values = operands(name)
    with np.errstate(all="ignore"):
        if name in ("nextafter", "spacing"):  # of the neighbouring bfloat16
            expected = getattr(np, name)(*values)
        else:
            expected = getattr(np, name)(*map(rules.singles, values))
    results = getattr(cupy, name)(*map(cupy.asarray, values))
    expected, results = (x if isinstance(x, tuple) else (x,) for x in (expected, results))
    for result, wanted in zip(results, map(rules.rounded, expected), strict=True):
        found = result.get()
        assert found.dtype == wanted.dtype
        if wanted.dtype != rules.BFLOAT16:
            np.testing.assert_array_equal(found, wanted)
            continue
        assert rules.steps(found, wanted).max() <= (name not in rules.EXACT)
        if name not in ("maximum", "minimum", "fmax", "fmin"):  # of 0 and -0 either is the larger one
            zero = wanted.astype("f") == 0
            np.testing.assert_array_equal(
                np.signbit(found.astype("f"))[zero], np.signbit(wanted.astype("f"))[zero]
            )


@pytest.mark.parametrize("name", NAMES)
def test_strided_and_zero_dimensional(name):
    values = [x[:60] for x in operands(name)]
    flat = getattr(cupy, name)(*map(cupy.asarray, values))
    strided = getattr(cupy, name)(*[cupy.asarray(np.repeat(x, 2))[::2] for x in values])
    single = getattr(cupy, name)(*[cupy.asarray(x[7]) for x in values])
    for f, s, z in zip(*(r if isinstance(r, tuple) else (r,) for r in (flat, strided, single))):
        assert f.dtype == s.dtype == z.dtype
        assert f.tobytes() == s.tobytes() and f[7].tobytes() == z.tobytes()


@pytest.mark.parametrize("scalar, dtype", [
    (True, "bfloat16"), (3, "bfloat16"), (0.1, "bfloat16"), (0.1j, "complex64"), (np.bool_(1), "bfloat16"),
    (np.int8(3), "bfloat16"), (np.uint8(3), "bfloat16"), (np.int16(3), "float32"), (np.uint16(3), "float32"),
    (np.int32(3), "float64"), (np.int64(3), "float64"), (np.float16(0.1), "float32"),
    (np.float32(0.1), "float32"),
    (np.float64(0.1), "float64"), (np.complex64(0.1j), "complex64"), (np.complex128(0.1j), "complex128"),
    (rules.BFLOAT16.type(0.1), "bfloat16"), (2**70, "bfloat16"), (-1, "bfloat16"),
])  # fmt: skip
def test_scalars(scalar, dtype):
    """Python's scalars take the dtype of the array, NumPy's keep theirs."""
    values = SPECIAL[np.isfinite(SPECIAL.astype("f"))]
    with np.errstate(all="ignore"):
        if dtype == "bfloat16":
            expected = rules.rounded(values.astype("f") * rules.BFLOAT16.type(float(scalar)).astype("f"))
        else:
            expected = values.astype(dtype) * np.asarray(scalar, dtype)
    for found in (cupy.asarray(values) * scalar, scalar * cupy.asarray(values)):
        assert found.dtype.name == dtype
        np.testing.assert_array_equal(found.get(), expected)


@pytest.mark.parametrize("signature, a, b, dtype", [
    ("bfloat16", "bfloat16", "bfloat16", "bfloat16"), ("bfloat16", "e", "e", "bfloat16"),
    ("bfloat16", "bfloat16", "e", "bfloat16"), ("bfloat16", "f", "bfloat16", "bfloat16"),
    ("e", "e", "e", "float16"),
    ("e", "bfloat16", "bfloat16", "float16"), ("e", "bfloat16", "e", "float16"), ("e", "b", "b", "float16"),
    ("f", "bfloat16", "e", "float32"), (None, "bfloat16", "e", "float32"),
    (None, "bfloat16", "bfloat16", "bfloat16"),
])  # fmt: skip
def test_loop_asked_for(signature, a, b, dtype):
    x, y = cupy.ones(2, a), cupy.ones(2, b)
    for found in (
        cupy.add(x, y, dtype=signature),
        cupy.add(x, y, signature=(None, None, signature)),
        cupy.add(x, y, out=None, dtype=signature),
    ):
        assert found.dtype.name == dtype and (found.get() == 2).all()
    if signature in ("bfloat16", "e") and dtype not in (x.dtype.name, y.dtype.name):
        if not cupy.can_cast(x.dtype, signature):
            with pytest.raises(TypeError):
                cupy.add(x, y, dtype=signature, casting="safe")


def test_float16_asked_for_stays_float16():
    assert cupy.sqrt(cupy.ones(2, "b"), signature="e->e").dtype == np.float16
    assert cupy.sqrt(cupy.ones(2, "l"), dtype="e").dtype == np.float16


@pytest.mark.parametrize("name", ["bitwise_and", "left_shift", "gcd", "lcm", "invert", "bitwise_count"])
def test_functions_of_integers_refuse(name):
    values = (cupy.ones(2, "bfloat16"),) * getattr(np, name).nin
    with pytest.raises(TypeError):
        getattr(cupy, name)(*values)
