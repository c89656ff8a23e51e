"""Universal functions: calls with every keyword, methods, operators and attributes."""

import operator

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import cupy
from cupy_backends.backend.rows import rows

from . import strategies as draw
from .compare import Side, same

GENERALIZED = ("matmul", "vecdot", "matvec", "vecmat")
UFUNCS = sorted(
    {f.__name__ for n, f in vars(np).items() if isinstance(f, np.ufunc)} - {"isnat", *GENERALIZED}
)
BINARY = [n for n in UFUNCS if (getattr(np, n).nin, getattr(np, n).nout) == (2, 1)]
# What is computed by another function's row.
ROWS = {"float_power": "power", "fabs": "absolute"}
# NumPy fuses the products inside complex numbers or not, depending on layout and machine.
COMPLEX_PRODUCTS = (
    "absolute",
    "square",
    "reciprocal",
    "multiply",
    "divide",
    "sign",
    "sqrt",
    "power",
    "float_power",
)
# Of two equal zeros NumPy takes one or the other, depending on layout and machine.
SIGNLESS = ("maximum", "minimum", "fmax", "fmin")


def loops(name):
    return [t for t in getattr(np, name).types if not set(t) & set("gGOmMSUV")]


def tolerance(name, loop=None):
    """How far a result may be off: what the contract says. An output may be wider than the dtype `loop`."""
    row = rows().get(ROWS.get(name, name))
    ulp = row.ulp if row and row.ulp != "rel" else 0
    part = max(ulp, 4 if name in COMPLEX_PRODUCTS else 0)

    def absolute(expected):
        if expected.dtype.kind == "c":
            return part * max(eps(loop), eps(expected.dtype)) * np.abs(expected)
        return ulp * eps(loop) * np.abs(expected) if expected.dtype.kind == "f" else 0.0

    return {"ulp": ulp, "absolute": absolute, "zeros": name not in SIGNLESS}


def eps(dtype):
    return float(np.finfo(dtype).eps) if dtype is not None and np.dtype(dtype).kind in "fc" else 0.0


@st.composite
def inputs(draw_, name, shape, special=True, scalar=True):
    """Operands of a ufunc, mostly of one of its loops; one may be a scalar."""
    u = getattr(np, name)
    loop = draw_(st.sampled_from(loops(name)))
    given = []
    lone = draw_(st.integers(0, 3)) if scalar and u.nin == 2 else 9
    for k in range(u.nin):
        if lone == k:
            # NumPy tests the truth of an integer in 64 bits only.
            given.append(draw_(draw.scalars(special and not name.startswith("logical"))))
            continue
        dtype = loop[k] if draw_(st.integers(0, 6)) else draw_(st.sampled_from(draw.NUMERIC))
        given.append(draw_(draw.operands(draw_(draw.broadcastable(shape)), dtype, special)))
    return given


def broadcast_shape(given):
    return np.broadcast_shapes(*[x.shape for x in given if isinstance(x, draw.Operand)])


def defined(call):
    """Skip what C leaves undefined: NumPy signals a float that no integer of the target can hold."""
    with np.errstate(invalid="raise"):
        try:
            call(Side(np))
        except FloatingPointError:
            assume(False)
        except Exception:
            pass


def without_zero_reciprocal(name, given):
    """What NumPy makes of an integer 1/0 depends on the machine."""
    if name == "reciprocal":
        assume(given[0].dtype.kind not in "iu" or given[0].host.all())


@pytest.mark.parametrize("name", UFUNCS)
@draw.examples(8)
@given(data=st.data())
def test_plain_call(name, data):
    given = data.draw(inputs(name, data.draw(draw.shapes())))
    without_zero_reciprocal(name, given)
    same(lambda side: getattr(side.xp, name)(*side(given)), **tolerance(name))


@pytest.mark.parametrize("name", UFUNCS)
@draw.examples(12)
@given(data=st.data())
def test_keywords(name, data):
    u = getattr(np, name)
    keywords = {}
    casting = data.draw(st.sampled_from([None, None, None, "no", "equiv", "safe", "same_kind", "unsafe"]))
    if casting:
        keywords["casting"] = casting
    special = casting != "unsafe"
    given = data.draw(inputs(name, data.draw(draw.shapes(max_rank=4, max_size=100)), special))
    without_zero_reciprocal(name, given)
    shape = broadcast_shape(given)
    kind = data.draw(st.integers(0, 5))
    if kind == 0:
        keywords["dtype"] = data.draw(st.sampled_from(draw.NUMERIC))
    elif kind == 1:
        loop = data.draw(st.sampled_from(loops(name)))
        keywords[data.draw(st.sampled_from(["signature", "sig"]))] = data.draw(
            st.sampled_from([loop, tuple(loop.replace("->", "")), (None,) * u.nin + tuple(loop[u.nin + 2 :])])
        )
    if data.draw(st.integers(0, 3)) == 0:
        keywords["order"] = data.draw(st.sampled_from("CFAK"))
    if data.draw(st.integers(0, 9)) == 0:
        keywords["subok"] = data.draw(st.booleans())
    if kind < 2:  # which of no elements NumPy does not convert
        assume(not any(isinstance(x, complex) for x in given) or 0 not in shape)
    positional = []
    if data.draw(st.booleans()):
        outs = []
        for k in range(u.nout):
            if data.draw(st.integers(0, 5)) == 0 and all(isinstance(x, draw.Operand) for x in given):
                outs.append(data.draw(st.sampled_from(given)))
                continue
            usual = [t[u.nin + 2 + k] for t in loops(name)]
            dtype = data.draw(st.sampled_from(usual + [usual[-1]] * 4 + list(draw.NUMERIC)))
            outs.append(data.draw(draw.operands(shape, dtype, repeated=False)))
        # NumPy crashes where a mask meets a comparison with an integer beyond the dtype.
        if not any(type(x) is int for x in given):
            keywords["where"] = data.draw(draw.masks(shape))
        way = data.draw(st.integers(0, 2))
        if way == 0:
            positional = outs
        else:
            keywords["out"] = tuple(outs) if way == 1 or u.nout > 1 else outs[0]

    def call(side):
        return getattr(side.xp, name)(*side(given), *side(positional), **side(keywords))

    if not special:
        defined(call)
    try:
        loop = u(*[np.zeros(1, x.dtype) if isinstance(x, draw.Operand) else type(x)(1) for x in given])
        loop = min((x.dtype for x in (loop if u.nout > 1 else (loop,))), key=lambda d: d.itemsize)
    except Exception:
        loop = None
    if "dtype" in keywords:
        loop = np.result_type(keywords["dtype"])
    # NumPy makes contiguous what it converts of operands with one axis; that decides what 'A' is.
    ranks = {len(x.shape) for x in given if isinstance(x, draw.Operand)}
    strides = keywords.get("order") != "A" or len(ranks) == 1
    same(call, which_error=False, strides=strides, **tolerance(name, loop))


@pytest.mark.parametrize("name", BINARY)
@draw.examples(6)
@given(data=st.data())
def test_overlap(name, data):
    """An output that overlaps an input in any way gets what it would get if it did not."""
    loop = data.draw(st.sampled_from(loops(name)))
    shape = data.draw(draw.shapes(max_rank=3))
    a, out = data.draw(draw.overlapping(shape, loop[0]))
    b = data.draw(st.one_of(draw.operands(shape, loop[1]), st.just(a), st.just(out)))
    given = data.draw(st.permutations([a, b]))
    without_zero_reciprocal(name, given)
    # Through a converted copy of an overlapping output NumPy writes what the mask should keep.
    mask = data.draw(draw.masks(shape)) if loop[0] == loop[-1] else True
    same(
        lambda side: getattr(side.xp, name)(*side(given), out=side(out), where=side(mask)), **tolerance(name)
    )


OPERATORS = (
    "add sub mul truediv floordiv mod pow and_ or_ xor lshift rshift eq ne lt le gt ge iadd isub imul itruediv "
    "ifloordiv imod ipow iand ior ixor ilshift irshift neg pos abs invert divmod"
).split()


@pytest.mark.parametrize("name", OPERATORS)
@draw.examples(15)
@given(data=st.data())
def test_operator(name, data):
    function = divmod if name == "divmod" else getattr(operator, name)
    shape = data.draw(draw.shapes(max_rank=3))
    dtype = data.draw(st.sampled_from(draw.NUMERIC))
    a = data.draw(draw.operands(shape, dtype, repeated=not name.startswith("i")))
    if name in ("neg", "pos", "abs", "invert"):
        same(lambda side: function(side(a)), **tolerance("absolute"))
        return
    other = data.draw(st.sampled_from([dtype, *draw.NUMERIC]))
    shape = data.draw(draw.broadcastable(shape))
    b = data.draw(st.one_of(draw.scalars(), draw.operands(shape, dtype), draw.operands(shape, other)))
    given = [a, b]
    if not name.startswith("i"):
        given = data.draw(st.permutations(given))
    ufunc = {"mul": "multiply", "truediv": "divide", "pow": "power", "imul": "multiply", "itruediv": "divide"}
    same(lambda side: function(*side(given)), **tolerance(ufunc.get(name.replace("ipow", "pow"), "add")))


@pytest.mark.parametrize("name", UFUNCS)
def test_attributes(name):
    theirs, ours = getattr(np, name), getattr(cupy, name)
    for attribute in ("nin", "nout", "nargs", "identity", "signature", "__name__"):
        assert getattr(ours, attribute) == getattr(theirs, attribute), attribute
    assert ours.types == loops(name) and ours.ntypes == len(loops(name))
    assert repr(ours) == repr(theirs)
