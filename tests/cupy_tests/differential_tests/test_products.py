"""Products of vectors and matrices: the generalized ufuncs with their keywords, and the functions around them."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from . import strategies as draw
from .compare import same

# Core dimensions of (first, second, result).
CORES = {
    "matmul": ("nk", "km", "nm"),
    "vecdot": ("k", "k", ""),
    "matvec": ("nk", "k", "n"),
    "vecmat": ("k", "km", "m"),
}
FUNCTIONS = ("dot", "inner", "outer", "vdot", "kron", "cross")
TOLERANCE = {"ulp": 2, "absolute": 1e-2, "zeros": False}  # elements are quarters; a float16 sum may round


@st.composite
def factors(draw_, name):
    """Operands whose core dimensions fit, mostly; batches that broadcast."""
    extent = dict(zip("nkm", draw_(st.tuples(*[st.sampled_from((2, 3, 1, 0, 4))] * 3))))
    batch = draw_(draw.shapes(max_rank=2, max_extent=3))
    given = []
    for core in CORES[name][:2]:
        shape = draw_(draw.broadcastable(batch)) + tuple(extent[c] for c in core)
        if draw_(st.integers(0, 11)) == 0:
            shape = shape[1:]
        given.append(draw_(draw.operands(shape, special=False)))
    result = batch + tuple(extent[c] for c in CORES[name][2])
    return given, result


@pytest.mark.parametrize("name", CORES)
@draw.examples(25)
@given(data=st.data())
def test_generalized_ufuncs(name, data):
    given, shape = data.draw(factors(name))
    keywords = {}
    if data.draw(st.integers(0, 3)) == 0:
        keywords["dtype"] = data.draw(st.sampled_from(draw.NUMERIC))
    if data.draw(st.integers(0, 3)) == 0:
        keywords["casting"] = data.draw(st.sampled_from(["no", "equiv", "safe", "same_kind", "unsafe"]))
    if data.draw(st.integers(0, 3)) == 0:
        keywords["order"] = data.draw(st.sampled_from("CFAK"))
    if name == "vecdot" and data.draw(st.integers(0, 2)) == 0:
        keywords["axis"] = data.draw(st.integers(-2, 1))
    # NumPy computes what no integer can hold
    assume(not (keywords.get("casting") == "unsafe" and "dtype" in keywords))
    if data.draw(st.integers(0, 2)) == 0:
        keywords["out"] = data.draw(draw.operands(shape, special=False, repeated=False))
    same(
        lambda side: getattr(side.xp, name)(*side(given), **{k: side(v) for k, v in keywords.items()}),
        strides=False,
        which_error=False,
        **TOLERANCE,
    )


@pytest.mark.parametrize("name", FUNCTIONS)
@draw.examples(25)
@given(data=st.data())
def test_functions(name, data):
    shape = data.draw(draw.shapes(max_rank=3, max_extent=3))
    other = data.draw(st.sampled_from((shape, shape[::-1], shape[-1:], ())))
    given = [data.draw(draw.operands(s, special=False)) for s in (shape, other)]
    same(lambda side: getattr(side.xp, name)(*side(given)), strides=False, which_error=False, **TOLERANCE)


@draw.examples(60)
@given(data=st.data())
def test_tensordot(data):
    """`axes` as a number or as lists of axes from either end."""
    shape = data.draw(draw.shapes(min_rank=1, max_rank=3, max_extent=3))
    count = data.draw(st.integers(0, len(shape)))
    second = shape[len(shape) - count :] + data.draw(draw.shapes(max_rank=1, max_extent=3))
    given = [data.draw(draw.operands(s, special=False)) for s in (shape, second)]
    axes = data.draw(
        st.one_of(st.just(count), st.just([list(range(-count, 0)), list(range(count))]), st.just([[0], [-1]]))
    )
    same(lambda side: side.xp.tensordot(*side(given), axes), strides=False, which_error=False, **TOLERANCE)


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_a_product_sees_its_operands(n):
    """Guards the comparison: a wrong product is a difference."""
    a = np.arange(9.0).reshape(3, 3)
    same(lambda side: side.xp.linalg.matrix_power(side.xp.asarray(a), n))
    if n > 1:
        with pytest.raises(AssertionError):
            same(lambda side: side.xp.asarray(a) @ side.xp.asarray(a if side.xp is np else a.T))
