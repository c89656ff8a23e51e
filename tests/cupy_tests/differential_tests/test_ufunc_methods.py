"""Methods of universal functions: reduce, accumulate, reduceat, outer, at."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from . import strategies as draw
from .compare import same
from .test_ufuncs import BINARY, UFUNCS, loops, tolerance

# NumPy's vector loop of arctan2 does not see that a reduction needs each result before the next; errors of powers of
# powers grow beyond all bounds.
REDUCED = [n for n in BINARY if n not in ("arctan2", "power", "float_power")]
METHODS = ("reduce", "accumulate", "reduceat", "outer", "at")


def accuracy(name):
    """Exact values are drawn for sums and products; the rest may be off at every step."""
    allowed = tolerance(name)
    return {**allowed, "ulp": 16 * allowed["ulp"], "absolute": lambda e: 16 * allowed["absolute"](e)}


@st.composite
def arrays(draw_, name, **kwargs):
    """An array of one of the ufunc's loops, or of any dtype."""
    dtype = draw_(st.sampled_from([t[0] for t in loops(name)] + list(draw.NUMERIC)))
    exact = np.dtype(dtype).kind in "fc" and name in (
        "add",
        "subtract",
        "multiply",
        "hypot",
        "logaddexp",
        "logaddexp2",
    )
    return draw_(
        draw.operands(draw_(draw.shapes(max_rank=4, max_size=60)), dtype, special=not exact, **kwargs)
    )


@pytest.mark.parametrize("name", REDUCED)
@draw.examples(8)
@given(data=st.data())
def test_reduce(name, data):
    a = data.draw(arrays(name))
    keywords = {"axis": data.draw(draw.axis(len(a.shape)))}
    if data.draw(st.booleans()):
        keywords["keepdims"] = data.draw(st.booleans())
    if data.draw(st.integers(0, 2)) == 0:
        keywords["initial"] = data.draw(
            st.one_of(st.none(), st.integers(0, 5), st.sampled_from([2.5, True, -3, 300]))
        )
    if data.draw(st.integers(0, 3)) == 0:
        keywords["dtype"] = data.draw(st.sampled_from(draw.NUMERIC))
    if data.draw(st.integers(0, 2)) == 0:
        keywords["where"] = data.draw(draw.masks(a.shape))
    if "dtype" not in keywords and data.draw(st.integers(0, 2)) == 0:
        try:
            shape = np.add.reduce(
                np.empty(a.shape), keywords["axis"], keepdims=keywords.get("keepdims", False)
            ).shape
        except Exception:
            shape = ()
        # A narrower output would wrap the first element: NumPy keeps the running value in it, and counts that
        # element twice where a loop over floats has an output of integers.
        lone = np.ones(1, a.dtype)
        try:
            lone = getattr(np, name)(lone, lone)
        except TypeError:
            pass
        wider = [
            d for d in draw.NUMERIC if np.can_cast(a.dtype, d) and np.can_cast(lone.dtype, d, "same_kind")
        ]
        keywords["out"] = data.draw(draw.operands(shape, data.draw(st.sampled_from(wider)), repeated=False))
    same(
        lambda side: getattr(side.xp, name).reduce(side(a), **side(keywords)),
        strides=False,
        which_error=len(keywords) < 3,
        **accuracy(name),
    )


@pytest.mark.parametrize("name", BINARY)
@draw.examples(6)
@given(data=st.data())
def test_accumulate(name, data):
    a = data.draw(arrays(name))
    keywords = {"axis": data.draw(draw.axis(len(a.shape), none=False, several=False))}
    if data.draw(st.integers(0, 3)) == 0:
        keywords["dtype"] = data.draw(st.sampled_from(draw.NUMERIC))
    if data.draw(st.integers(0, 2)) == 0:
        dtype = data.draw(st.sampled_from([a.dtype, *draw.NUMERIC]))
        keywords["out"] = data.draw(draw.operands(a.shape, dtype, repeated=False))
    same(lambda side: getattr(side.xp, name).accumulate(side(a), **side(keywords)), **accuracy(name))


def many(extent):
    """Beginnings of more slices than are reduced one by one: neighbours of one length, in order, or in any."""

    def beginnings(seed):
        generator = np.random.default_rng(seed)
        found = generator.integers(0, max(extent, 1), 60)
        return [np.arange(0, max(extent, 1), 1 + seed % 3), np.sort(found), found][seed % 3].tolist()

    return st.integers(0, 1000).map(beginnings)


@pytest.mark.parametrize("name", REDUCED)
@draw.examples(6)
@given(data=st.data())
def test_reduceat(name, data):
    a = data.draw(arrays(name))
    rank = len(a.shape)
    axis = data.draw(draw.axis(rank, none=False, several=False))
    extent = a.shape[axis] if -rank <= axis < rank else 1
    least = -1 if data.draw(st.integers(0, 9)) == 0 else 0
    indices = data.draw(st.one_of(st.lists(st.integers(least, max(extent - 1, 0)), max_size=4), many(extent)))
    keywords = {"axis": axis}
    if data.draw(st.integers(0, 3)) == 0:
        keywords["dtype"] = data.draw(st.sampled_from(draw.NUMERIC))
    if data.draw(st.integers(0, 3)) == 0 and rank:
        shape = list(a.shape)
        if -rank <= axis < rank:
            shape[axis] = len(indices)
        keywords["out"] = data.draw(draw.operands(tuple(shape), repeated=False))
    if not indices:
        indices = np.zeros(0, int).tolist()
    same(
        lambda side: getattr(side.xp, name).reduceat(side(a), indices, **side(keywords)),
        strides=False,
        **accuracy(name),
    )


@pytest.mark.parametrize("dtype", ["?", "i1", "u4", "u8", "f4"])
def test_dtypes_of_beginnings(dtype):
    a, beginnings = draw.Operand(np.arange(5.0)), draw.Operand(np.array([0, 1, 1], dtype))
    same(lambda side: side.xp.add.reduceat(*side((a, beginnings))))


@pytest.mark.parametrize("name", BINARY)
@draw.examples(8)
@given(data=st.data())
def test_outer(name, data):
    loop = data.draw(st.sampled_from(loops(name)))
    given = [
        data.draw(draw.operands(data.draw(draw.shapes(max_rank=3, max_size=20)), loop[k] if k < 2 else None))
        for k in (0, 1)
    ]
    if data.draw(st.integers(0, 5)) == 0:
        given[data.draw(st.integers(0, 1))] = data.draw(draw.scalars(special=False))
    same(lambda side: getattr(side.xp, name).outer(*side(given)), **tolerance(name))


@pytest.mark.parametrize("name", [n for n in UFUNCS if getattr(np, n).nout == 1])
@draw.examples(8)
@given(data=st.data())
def test_at(name, data):
    """Every occurrence of an index counts, in order."""
    u = getattr(np, name)
    loop = data.draw(st.sampled_from(loops(name)))
    shape = data.draw(draw.shapes(min_rank=1, max_rank=3))
    dtype = loop[-1] if data.draw(st.booleans()) else loop[0]
    a = data.draw(draw.operands(shape, dtype, special=False, repeated=False))
    if name == "reciprocal" and a.dtype.kind in "iu":  # the second time it would be that of 0
        assume((np.abs(a.host) == 1).all())
    n = shape[0]
    count = data.draw(st.integers(0, 5)) if n else 0
    index = st.lists(st.integers(-max(n, 1), max(n - 1, 0)), min_size=count, max_size=count)
    where = data.draw(
        st.one_of(
            index.map(lambda i: np.array(i, int)),
            st.integers(-n, n),
            st.just(slice(None, None, 2)),
            draw.values("?", shape[:1]),
        )
    )
    given = [a, draw.Operand(where) if isinstance(where, np.ndarray) else where]
    if u.nin == 2:
        at = np.empty(shape)
        try:
            picked = at[where].shape
        except IndexError:
            picked = ()
        shape = data.draw(draw.broadcastable(picked))
        given.append(
            data.draw(st.one_of(draw.operands(shape, loop[1], special=False), draw.scalars(special=False)))
        )

    def call(side):
        getattr(side.xp, name).at(*side(given))
        return side(a)

    same(call, which_error=False, **accuracy(name))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", ["sin", "modf", "divmod", "frexp", "ldexp"])
def test_what_has_no_methods(name, method):
    a = draw.Operand(np.array([3.0, 4.0]))
    args = {"reduceat": ([0],), "outer": (a,), "at": ([0],)}.get(method, ())
    same(lambda side: getattr(getattr(side.xp, name), method)(side(a), *side(args)))
