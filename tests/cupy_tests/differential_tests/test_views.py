"""What is a view in NumPy is a view here, of the same elements, strides and flags; what is a copy lies as in NumPy."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import cupy

from .compare import same
from .index_strategies import shaped, view_steps
from .strategies import broadcastable, examples, operands, shapes

ORDERS = "KACF"


def _place(a, root):
    """(whether `a` is a view of `root`, where its first element lies)."""
    if a.size == 0:
        return None
    if isinstance(a, np.ndarray):
        return np.may_share_memory(a, root), *_offset(a.__array_interface__["data"][0], a, root)
    return cupy.may_share_memory(a, root), *_offset(a.data.ptr, a, root)


def _offset(address, a, root):
    start = root.__array_interface__["data"][0] if isinstance(a, np.ndarray) else root.data.ptr
    shared = np.may_share_memory if isinstance(a, np.ndarray) else cupy.may_share_memory
    return (address - start,) if shared(a, root) else ()


@examples(375)
@given(st.data())
def test_chain_of_views(data):
    """Steps one after the other; then the result is written, which has to show in the same places."""
    a = data.draw(shaped(shapes(max_rank=4), special=False, dtypes=("i4", "f8", "u1", "c8", "c16", "i8")))
    steps, shape = [], a.shape
    for _ in range(data.draw(st.integers(1, 4))):
        text = data.draw(view_steps(shape))
        steps.append(text)
        try:
            found = a.host
            for step in steps:
                found = eval(step, {"xp": np, "a": found, "Ellipsis": Ellipsis})
            shape = np.shape(found)
        except Exception:
            break  # both have to refuse
        if found.ndim > 6:
            break

    def call(s):
        root = x = s(a)
        for step in steps:
            x = eval(step, {"xp": s.xp, "a": x, "Ellipsis": Ellipsis})
        place = _place(x, root)
        kept = x.copy()
        if x.flags.writeable:
            x[...] = 7
        return kept, place, x.flags.writeable, x.flags.owndata or x.base is not None, x

    same(call)


@examples(150)
@given(st.data())
def test_copies(data):
    """Every function with order=: the memory order of what it makes."""
    a = data.draw(shaped(shapes(max_rank=4), special=False))
    order = data.draw(st.sampled_from(ORDERS))
    dtype = data.draw(st.sampled_from((a.dtype, "c16")))
    shape = data.draw(st.one_of(st.none(), st.permutations(a.shape).map(tuple), shapes(0, 2)))
    call = data.draw(
        st.sampled_from(
            (
                lambda s: s(a).copy(order),
                lambda s: s(a).astype(dtype, order=order),
                lambda s: s(a).astype(a.dtype, order=order, copy=False) is s(a),
                lambda s: s.xp.zeros_like(s(a), order=order, dtype=dtype, shape=shape),
                lambda s: s.xp.ones_like(s(a), order=order),
                lambda s: s.xp.full_like(s(a), 3, order=order),
                lambda s: s.xp.array(s(a), order=order),
                lambda s: s.xp.array(s(a), order=order, ndmin=5),
                lambda s: s.xp.asarray(s(a), order=order),
                lambda s: s.xp.asarray(s(a), order=order, dtype=dtype),
                lambda s: s.xp.asarray(s(a), order=order, copy=False),
                lambda s: s.xp.copy(s(a), order=order),
                lambda s: s.xp.add(s(a), 1, order=order),
                lambda s: s(a).flatten(order),
                lambda s: s(a).ravel(order),
                lambda s: s.xp.ascontiguousarray(s(a)),
                lambda s: s.xp.asfortranarray(s(a)),
                lambda s: s.xp.require(s(a), requirements=[order if order in "CF" else "W"]),
                lambda s: s.xp.sort(s(a)) if a.shape else s(a),
                lambda s: s(a).real,
                lambda s: s(a).imag,
            )
        )
    )
    same(call)


@examples(75)
@given(st.data())
def test_reshape(data):
    a = data.draw(shaped(shapes(max_rank=4), special=False))
    size = math.prod(a.shape)
    shape = data.draw(
        st.one_of(
            st.permutations(a.shape).map(tuple),
            shapes(0, 4, 6).filter(lambda s: math.prod(s) == size),
            st.sampled_from(((-1,), (1, -1), (2, -1), (size,), (size, 1), (0, -1), (-1, -1), (size + 1,))),
        )
    )
    order, copy = data.draw(st.sampled_from("CFA")), data.draw(st.sampled_from((None, True, False)))

    def call(s):
        root = s(a)
        out = s.xp.reshape(root, shape, order, copy=copy)
        return out, _place(out, root)

    same(call)


@examples(50)
@given(st.data())
def test_broadcast(data):
    shape = data.draw(shapes(0, 4))
    a = data.draw(operands(data.draw(broadcastable(shape)), special=False))
    wanted = data.draw(st.sampled_from((shape, shape[1:], (2, *shape))))
    same(lambda s: s.xp.broadcast_to(s(a), wanted))
    others = [data.draw(shapes(0, 3, 2)) for _ in range(data.draw(st.integers(0, 3)))]
    same(lambda s: s.xp.broadcast_shapes(shape, *others))


@examples(50)
@given(st.data())
def test_windows(data):
    a = data.draw(shaped(shapes(1, 3), special=False))
    axis = data.draw(st.one_of(st.none(), st.integers(-len(a.shape), len(a.shape) - 1)))
    count = len(a.shape) if axis is None else 1
    window = tuple(data.draw(st.lists(st.integers(0, 4), min_size=count, max_size=count)))
    same(lambda s: s.xp.lib.stride_tricks.sliding_window_view(s(a), window, axis))


@examples(40)
@given(st.data())
def test_parts(data):
    """real and imag of complex arrays are views: writing them writes the array."""
    a = data.draw(shaped(shapes(0, 3), special=False, repeated=False, dtypes=("c8", "c16")))
    name = data.draw(st.sampled_from(("real", "imag")))
    value = data.draw(operands(data.draw(broadcastable(a.shape)), "f4", special=False))
    same(lambda s: setattr(s(a), name, s(value)))


@examples(40)
@given(st.data())
def test_flags(data):
    a = data.draw(shaped(shapes(0, 4), special=False))
    # FARRAY is left out: NumPy 2.4 tells it of arrays that are not in Fortran order
    names = "C F A B O W X CA FNC FORC C_CONTIGUOUS F_CONTIGUOUS ALIGNED BEHAVED CARRAY WRITEABLE".split()
    same(lambda s: [s(a)[...].flags[name] for name in names])


def test_many_axes():
    """Up to 64 axes."""
    for rank in (1, 8, 9, 17, 33, 63, 64):
        a = (
            np.arange(8.0).reshape((2,) * 3 + (1,) * (rank - 3))
            if rank > 3
            else np.arange(8.0).reshape(-1)[:8]
        )
        x, y = a.T[..., ::-1], cupy.asarray(a).T[..., ::-1]
        assert y.shape == x.shape and y.ndim == x.ndim
        for text in (
            "x.ravel()",
            "x.copy('K')",
            "x + 1",
            "x[..., 0]",
            "x.reshape(-1)",
            "x.swapaxes(0, -1)",
            "x.sum(0)",
            "x.squeeze()",
            "xp.moveaxis(x, 0, -1)",
            "xp.concatenate([x, x])",
            "xp.sort(x)",
            "x[x > 2]",
            "xp.flip(x)",
            "xp.roll(x, 1)",
            "xp.repeat(x, 2)",
            "xp.take(x, [1, 0], -1)",
            "xp.argwhere(x)",
            "xp.take_along_axis(x, xp.argsort(x, -1), -1)",
            "xp.where(x > 2, x, 0)",
            "xp.tril(x)",
        ):
            if text == "xp.tril(x)" and rank == 1:
                continue
            try:
                expected = eval(text, {"xp": np, "x": x})
            except RuntimeError:  # some of NumPy's functions end at 32 axes
                assert rank > 32
                continue
            actual = eval(text, {"xp": cupy, "x": y})
            assert actual.shape == expected.shape, (rank, text)
            np.testing.assert_array_equal(actual.get(), expected, err_msg=f"{rank} {text}")
