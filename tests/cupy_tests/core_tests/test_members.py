"""Members of the array, ufuncs and iterators that few programs use, against NumPy's."""

import io
import math
import pickle
import types

import cupy
import numpy as np
import pytest

CODES = "?bBhHiIlLqQefdFD"
LAYOUTS = {
    "C": lambda a: a,
    "F": lambda a: a.T,
    "strided": lambda a: a[:, ::2],
    "reversed": lambda a: a[::-1],
    "rank 0": lambda a: a[1, 2, ...],
    "empty": lambda a: a[:0],
}


def same(found, expected):
    assert isinstance(found, cupy.ndarray)
    assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
    np.testing.assert_array_equal(found.get(), expected)


def values(code="i4"):
    return (np.arange(12).reshape(3, 4) * 77 + 1).astype(code)


def agree_on_error(call, *arrays):
    """Check that a call fails alike for NumPy and for cupy."""
    with pytest.raises(Exception) as expected:
        call(np, *arrays)
    with pytest.raises(expected.type):
        call(cupy, *(cupy.asarray(a) for a in arrays))


# Parts of elements.


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("code", CODES)
def test_byteswap(code, layout):
    a = layout(values(code))
    x = cupy.asarray(values(code))
    y = layout(x)
    assert y.byteswap().get().tobytes() == a.byteswap().tobytes()
    assert y.byteswap(inplace=True) is y
    expected = values(code)
    layout(expected).byteswap(inplace=True)
    assert x.get().tobytes() == expected.tobytes()


def test_byteswap_of_bfloat16_and_of_closed_memory():
    x = cupy.array([1, -2.5, 3], dtype=cupy.bfloat16)
    assert x.byteswap().get().tobytes() == x.get().view("u2").byteswap().tobytes()
    with pytest.raises(ValueError, match="read-only"):
        cupy.broadcast_to(x, (2, 3)).byteswap(inplace=True)


@pytest.mark.parametrize(
    "dtype, offset", [("f4", 0), ("f4", 4), ("u1", 7), ("i2", 3), ("?", 1), ("f8", 0), ("c8", 0)]
)
def test_fields(dtype, offset):
    a = np.linspace(-3, 9, 12).reshape(3, 4)[:, ::-2]
    x = cupy.asarray(np.linspace(-3, 9, 12).reshape(3, 4))[:, ::-2]
    found = x.getfield(dtype, offset)
    same(found, a.getfield(dtype, offset))
    assert cupy.shares_memory(found, x) and found.strides == x.strides
    x.setfield(1, dtype, offset=offset)
    a = a.copy()
    a.setfield(1, dtype, offset=offset)
    same(x, a)


@pytest.mark.parametrize(
    "call",
    [
        lambda xp, a: a.getfield("f4", 6),
        lambda xp, a: a.getfield("f4", -1),
        lambda xp, a: a.getfield("c16"),
        lambda xp, a: a.getfield("f4", "x"),
        lambda xp, a: a.getfield(),
        lambda xp, a: a.setfield(1, "f4", 6),
        lambda xp, a: a.byteswap(1, 2),
    ],
)
def test_fields_refused(call):
    agree_on_error(call, np.arange(4.0))


# The object itself.


@pytest.mark.parametrize("start", [(4,), (2, 3), (0,), (), (2, 2, 2)])
@pytest.mark.parametrize("shape", [(2, 3), 5, (1,), (3, 0), (), (2, 1, 1, 1, 1, 1, 2), (4, 4)])
@pytest.mark.parametrize("order", "CF")
def test_resize(start, shape, order):
    a = np.asarray(np.arange(1, 1 + np.prod(start, dtype=int)).reshape(start), order=order).copy(order)
    x = cupy.asarray(a)
    a.resize(shape, refcheck=False)
    assert x.resize(shape) is None
    same(x, a)
    assert x.strides == a.strides or a.size <= 1 or 0 in a.shape
    assert x.flags.owndata and (not shape or x.flags.f_contiguous == a.flags.f_contiguous)
    same(x + 1, np.asarray(a + 1))


def test_resize_takes_the_shape_in_pieces():
    x = cupy.arange(4)
    x.resize(2, 3)
    assert x.get().tolist() == [[0, 1, 2], [3, 0, 0]]
    x.resize()
    x.resize(None)
    assert x.shape == (2, 3)


def test_resize_and_views():
    pool = cupy.get_default_memory_pool()
    before = pool.n_used_blocks()
    x = cupy.arange(4)
    view = x[:2]
    with pytest.raises(ValueError, match="other arrays view"):
        x.resize(8)
    with pytest.raises(ValueError, match="own"):
        view.resize(3)
    x.resize(2, 2)  # nothing moves
    assert cupy.shares_memory(x, view)
    x.resize(8, refcheck=False)
    x += 1
    assert view.get().tolist() == [0, 1] and x.get().tolist() == [1, 2, 3, 4, 1, 1, 1, 1]
    del view
    x.resize(3)
    assert x.get().tolist() == [1, 2, 3]
    del x
    assert pool.n_used_blocks() == before


@pytest.mark.parametrize(
    "call",
    [
        lambda xp, a: a.resize(-1),
        lambda xp, a: a.resize("x"),
        lambda xp, a: a[::2].resize(3),
        lambda xp, a: a[:2].resize(3),
        lambda xp, a: a.resize(3, foo=1),
        lambda xp, a: a.resize(2.5),
        lambda xp, a: a.resize((2, -3)),
    ],
)
def test_resize_refused(call):
    agree_on_error(call, np.arange(4))
    x = cupy.arange(4)
    with pytest.raises((ValueError, TypeError)):
        call(cupy, x)
    assert x.get().tolist() == [0, 1, 2, 3]


def test_a_failed_resize_changes_nothing():
    x = cupy.arange(4)
    with pytest.raises((MemoryError, ValueError)):
        x.resize(1 << 60)
    assert x.get().tolist() == [0, 1, 2, 3]


def test_flags_are_numpys():
    for layout in LAYOUTS.values():
        a, x = layout(values()), layout(cupy.asarray(values()))
        if a.base is None or x.base is None:
            continue
        assert x.flags.num == a.flags.num
        for key in "C F O W A X B CA FNC FORC BEHAVED CARRAY CONTIGUOUS FORTRAN OWNDATA ALIGNED".split():
            assert x.flags[key] is a.flags[key], key
        for name in "c_contiguous fortran forc fnc behaved carray writebackifcopy owndata aligned".split():
            assert getattr(x.flags, name) is getattr(a.flags, name), name
    # As NumPy's manual has it; its code says True for whatever is not in C order.
    assert [f(cupy.zeros((2, 4))).flags["FA"] for f in LAYOUTS.values()] == [
        False,
        True,
        False,
        False,
        False,
        False,
    ]
    assert repr(cupy.zeros((2, 3)).flags) == repr(np.zeros((2, 3)).flags)
    assert (
        cupy.zeros(2).flags == cupy.ones(2).flags and cupy.zeros((2, 2)).flags != cupy.zeros((2, 2)).T.flags
    )


WRITES = """
x[0] = 1
x[[0]] = 1
x[x > 1] = 1
x.T[0] = 1
x.real = 1
x.flat[0] = 1
x += 1
x.fill(1)
x.sort()
x.partition(1)
x.put(0, 1)
x.set(np.arange(4))
x.setfield(1, "i4")
x.byteswap(inplace=True)
x.scatter_add(0, 1)
x.round(out=x)
x.compress(x >= 0, out=x)
x.choose([x, x, x, x], out=x)
x.astype("f8").view("i8").T[:] = 1; x.view("i4").fill(3)
xp.copyto(x, 1)
xp.copyto(x, 1, where=xp.array(True))
xp.put(x, 0, 1)
xp.place(x, x > 1, 1)
xp.putmask(x, x > 1, 1)
xp.put_along_axis(x, x, x, 0)
xp.fill_diagonal(x.reshape(2, 2), 1)
xp.add(x, 1, out=x)
xp.divmod(x, 2, out=(x, x))
xp.add.at(x, 0, 1)
xp.add.reduceat(x, [0, 1, 2, 3], out=x)
xp.maximum.reduce(x, out=x[0])
xp.sum(x, out=x[0])
xp.mean(x, out=x.view("f8")[0])
xp.var(x, out=x.view("f8")[0])
xp.median(x, out=x.view("f8")[0])
xp.quantile(x, 0.5, out=x.view("f8")[0])
xp.argmax(x, out=x[0])
xp.any(x, out=x.view("?")[0])
xp.ptp(x, out=x[0])
xp.trace(x.reshape(2, 2), out=x[0])
xp.cumsum(x, out=x)
xp.cumulative_sum(x, out=x)
xp.clip(x, 0, 1, out=x)
xp.around(x, out=x)
xp.take(x, x, out=x)
xp.concatenate([x[:2], x[2:]], out=x)
xp.stack([x[:2], x[2:]], out=x.reshape(2, 2))
xp.dot(x, x, out=x[0])
xp.matmul(x, x, out=x[0])
xp.matmul(x.reshape(2, 2), x.reshape(2, 2), out=x.reshape(2, 2))
xp.einsum("i,i->i", x, x, out=x)
xp.linalg.multi_dot([x.reshape(2, 2)] * 3, out=x.reshape(2, 2))
xp.random.shuffle(x)
xp.random.default_rng(0).shuffle(x)
xp.random.default_rng(0).random(out=x.view("f8"))
xp.random.default_rng(0).permuted(x, out=x)
""".strip().splitlines()


def test_closed_memory_is_not_written():
    x = cupy.arange(4)
    flags, y = x.flags, x[1:]
    x.flags.writeable = False
    assert not flags.writeable and not x.flags["W"] and y.flags.writeable and not x[1:].flags.writeable
    for write in WRITES:
        with pytest.raises(ValueError, match="read-only"):
            exec(write, {"x": x, "xp": cupy, "np": np})
            pytest.fail(f"writes: {write}")
    assert x.get().tolist() == [0, 1, 2, 3]
    with pytest.raises(ValueError, match="WRITEABLE"):
        x[:2].flags.writeable = True
    x.setflags(write=True)
    x[0] = 9
    assert int(x[0]) == 9


@pytest.mark.parametrize(
    "call",
    [
        lambda xp, a: a.setflags(uic=True),
        lambda xp, a: a.setflags(foo=1),
        lambda xp, a: a.flags.__setitem__("C", False),
        lambda xp, a: a.flags.__setitem__("Q", False),
        lambda xp, a: a.flags[0],
        lambda xp, a: setattr(a.flags, "num", 1),
        lambda xp, a: setattr(a.flags, "foo", 1),
        lambda xp, a: hash(a.flags),
        lambda xp, a: (a.setflags(write=False), a[:2].setflags(write=True)),
    ],
)
def test_flags_refused(call):
    agree_on_error(call, np.arange(4))


# Files and copies.


@pytest.mark.parametrize("code", CODES)
def test_pickles(code, tmp_path):
    for layout in LAYOUTS.values():
        x = layout(cupy.asarray(values(code)))
        file = io.BytesIO()
        x.dump(file)
        x.dump(tmp_path / "array")
        for y in (
            pickle.loads(x.dumps()),
            pickle.loads(file.getvalue()),
            pickle.loads((tmp_path / "array").read_bytes()),
            *(pickle.loads(pickle.dumps(x, protocol)) for protocol in range(6)),
        ):
            same(y, x.get())
            assert y.flags.f_contiguous == x.flags.f_contiguous or not x.flags.forc


def test_tofile(tmp_path):
    x = cupy.asarray(values("f4"))[:, ::2]
    x.tofile(tmp_path / "binary")
    assert (tmp_path / "binary").read_bytes() == x.get().tobytes() == bytes(x)
    x.tofile(tmp_path / "text", sep=";", format="%.1f")
    assert (tmp_path / "text").read_text() == ";".join(f"{v:.1f}" for v in x.get().ravel())
    agree_on_error(lambda xp, a: a.tofile(tmp_path / "no" / "folder"), x.get())


def test_the_class_takes_parameters():
    alias = cupy.ndarray[tuple[int, int], np.dtype[np.float32]]
    assert isinstance(alias, types.GenericAlias) and alias.__origin__ is cupy.ndarray
    for bad in ((), (int, int, int)):
        with pytest.raises(TypeError, match="arguments"):
            cupy.ndarray[bad]


def test_methods_that_cupy_adds():
    x = cupy.zeros(4)
    x.scatter_add([1, 1, 2], cupy.array([1.0, 2.0, 3.0]))
    x.scatter_max([0, 0], cupy.array([5.0, 4.0]))
    x.scatter_min([3], -1.0)
    assert x.get().tolist() == [5, 3, 3, -1]
    assert x.ptp().item() == 6 and cupy.arange(6).reshape(2, 3).ptp(axis=1).get().tolist() == [2, 2]


@pytest.mark.parametrize(
    "name",
    [
        "__array_interface__",
        "__array_struct__",
        "__cuda_array_interface__",
        "ctypes",
        "cstruct",
        "mdspan",
        "reduced_view",
        "__array_wrap__",
        "__array_finalize__",
    ],
)
def test_absent_members_say_why(name):
    x = cupy.arange(3)
    assert not hasattr(x, name) and not hasattr(cupy.ndarray, name)
    with pytest.raises(AttributeError, match=f"{name}.*: .{{20}}"):
        getattr(x, name)
    with pytest.raises(AttributeError):
        setattr(x, name, 1)


def test_an_unknown_member_is_an_ordinary_error():
    with pytest.raises(AttributeError, match="nonsense"):
        cupy.arange(3).nonsense


METHODS = """
a.all(0), a.all(axis=1, keepdims=True), a.any(0), a.argmax(1), a.argmin(axis=0, keepdims=True), a.argmax()
a.argpartition(1, axis=0)[1], a.argsort(), a.argsort(0), a.argsort(None, stable=True)
a.astype("f4", "F", "unsafe"), a.astype(complex, copy=False), a.copy(), a.copy("F")
(a > 4).astype(int).choose([a, -a]), (a % 3).choose([a, -a, 2 * a], mode="wrap")
a.clip(2, 7), a.clip(min=3), a.clip(None, 5), a.clip(3), a.clip()
a.compress([True, False, True], 0), a.compress([False, True, True]), a.compress([True, True], axis=1)
a.conj(), (a + 1j).conjugate(), a.cumprod(1), a.cumsum(), a.cumsum(0, "f4")
a.diagonal(), a.diagonal(1, 1, 0), a.dot(a.T), a.dot(2), a.flatten("F"), a.max(0), a.min(axis=(0, 1), keepdims=True)
a.max(initial=99), a.min(where=a > 3, initial=50), a.mean(), a.mean(1, "f4")
a.nonzero()[1], a.prod(1), a.prod(dtype="f4")
a.ravel("F"), a.repeat(2), a.repeat([1, 2, 0], 0), a.reshape(4, 3), a.reshape((2, -1), order="F"), (a / 3).round(1)
a[0].searchsorted([3, 9], "right"), a.std(), a.std(0, ddof=1), a.var(1, "f4", None, 1)
a.squeeze(), a[:1].squeeze(0), a.sum(0), a.sum(1, "i2"), a.sum(keepdims=True, initial=3), a.swapaxes(0, 1)
a.take([3, 0]), a.take([[1, 0]], 1), a.take([5, -7], 0, None, "wrap"), a.trace(), a.trace(1, 1, 0, "f4")
a.transpose(), a.transpose(1, 0), a.transpose((1, 0))
a.view("u4"), a.T, a.mT, a.real, (a + 2j).imag, a.flat[3]
(lambda b: b.sort(0) or b)(a[::-1].copy()), (lambda b: b.partition(2, 1) or b)(a.copy())
(lambda b: b.fill(3) or b)(a.copy()),
(lambda b: b.put([0, 5], [7, 8]) or b)(a.copy()), (lambda b: b.put(99, 1, "clip") or b)(a.copy())
a.__abs__(), a.__neg__(), a.__invert__(), a.__pos__(), a.__divmod__(3)[1]
a.__rpow__(2), a.__matmul__(a.T), a.__rfloordiv__(9)
""".strip().splitlines()


@pytest.mark.parametrize("row", METHODS)
def test_methods_take_numpys_arguments(row):
    a = np.array([[3, 1, 4, 1], [5, 9, 2, 6], [5, 3, 5, 8]], "i4")
    expected, found = eval(row, {"a": a}), eval(row, {"a": cupy.asarray(a)})
    assert len(found) == len(expected)
    for x, y in zip(found, expected):
        y = np.asarray(y)
        assert (x.dtype, x.shape) == (y.dtype, y.shape)
        np.testing.assert_allclose(x.get(), y, rtol=1e-6)
    if "argpartition" not in row:
        assert all(
            x.flags.f_contiguous == y.flags.f_contiguous for x, y in zip(found, expected) if np.ndim(y) == 2
        )


@pytest.mark.parametrize("value", [2.5, -1.75, 1234567.891, np.int16(-35), np.float32(0.125)])
@pytest.mark.parametrize("digits", [(), (1,), (-1,), (0,)])
def test_elements_are_rounded_as_numpys_scalars_are(value, digits):
    value = np.asarray(value)[()]
    expected, found = round(value, *digits), round(cupy.asarray(value), *digits)
    if digits:
        assert isinstance(found, cupy.ndarray) and found.item() == pytest.approx(expected, rel=1e-6)
    else:
        assert type(found) is int and found == expected


def test_only_elements_are_rounded_and_truncated():
    assert math.trunc(cupy.asarray(-2.5)) == -2 and math.trunc(cupy.asarray(7)) == 7
    for x in (np.arange(3.0), cupy.arange(3.0)):
        with pytest.raises(TypeError):
            round(x, 1)
        with pytest.raises(TypeError):
            math.trunc(x)
    with pytest.raises(ValueError):
        round(cupy.asarray(np.nan))


# Ufuncs.


@pytest.mark.parametrize(
    "dtypes, keywords",
    [
        (("f4", int, None), {}),
        (("i1", "i1", None), {"signature": "dd->d", "casting": "unsafe"}),
        (("i2", "f4", None), {"reduction": False}),
        (("f4", None, None), {"reduction": True}),
        ((complex, "f4", None), {}),
        (("?", "?", None), {}),
        (("i4", "f4", "f4"), {"casting": "same_kind"}),
        (("f4",), {}),
        (["f4", "f4", None], {}),
        (("i4", "f4", "i4"), {}),
        (("U3", "U3", None), {}),
    ],
)
def test_resolve_dtypes(dtypes, keywords):
    dtypes = type(dtypes)(np.dtype(d) if isinstance(d, str) else d for d in dtypes)
    try:
        expected = np.multiply.resolve_dtypes(dtypes, **keywords)
    except Exception as error:
        with pytest.raises(type(error)):
            cupy.multiply.resolve_dtypes(dtypes, **keywords)
    else:
        assert cupy.multiply.resolve_dtypes(dtypes, **keywords) == expected


def test_resolve_dtypes_of_bfloat16():
    b = cupy.dtype(cupy.bfloat16)
    assert cupy.add.resolve_dtypes((b, int, None)) == (b, b, b)
    assert cupy.add.resolve_dtypes((b, np.dtype("f2"), None)) == (np.dtype("f4"),) * 3
    assert cupy.less.resolve_dtypes((b, b, None)) == (b, b, np.dtype("?"))
    assert (
        cupy.add.resolve_dtypes((b, b, None), signature=(None, None, np.dtype("f4")), casting="same_kind")[2]
        == np.float32
    )
    assert (cupy.ones(2, b) + cupy.ones(2, "f2")).dtype == np.float32


def test_ufunc_attributes():
    for name in ("add", "sin", "divmod", "modf", "logical_not"):
        u, v = getattr(cupy, name), getattr(np, name)
        for attribute in ("__name__", "nin", "nout", "nargs", "identity", "signature"):
            assert getattr(u, attribute) == getattr(v, attribute), attribute
        assert u.name == name and repr(u) == repr(v) and str(u) == str(v) and u.ntypes == len(u.types)
        assert set(u.types) <= set(v.types) and hash(u) == hash(u) and u == u and u != cupy.multiply
        assert pickle.loads(pickle.dumps(u)) is u


# Iterators.


def test_flatiter():
    a = np.arange(6).reshape(2, 3).T
    x = cupy.asarray(np.arange(6).reshape(2, 3)).T
    i, j = a.flat, x.flat
    assert isinstance(j, cupy.flatiter) and j.base is x and len(j) == len(i) == 6 and iter(j) is j
    for _ in range(6):
        assert (j.coords, j.index) == (i.coords, i.index)
        assert next(j).item() == next(i)
    assert (j.coords, j.index) == (i.coords, i.index)
    with pytest.raises(StopIteration):
        next(j)
    assert (i[0], i.index) == (j[0].item(), j.index)
    with pytest.raises(TypeError, match="delete"):
        del j[0]
    for compare in ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"):
        same(getattr(j, compare)(3), getattr(i, compare)(3))
    with pytest.raises(TypeError):
        hash(j)
    with pytest.raises(TypeError, match="Implicit"):
        np.asarray(j)
    same(j.copy(), i.copy())
    assert cupy.array(5).flat.coords == np.array(5).flat.coords == ()
    assert [v.item() for v in cupy.array(5).flat] == [5]


@pytest.mark.parametrize("key", [0, -1, slice(None, None, 2), slice(4, None), [0, 2]])
@pytest.mark.parametrize("value", [7, [1, 2], [1, 2, 3, 4, 5, 6, 7, 8]])
def test_flat_items(key, value):
    a, x = np.arange(6).reshape(2, 3).T.copy("K"), cupy.arange(6).reshape(2, 3).T
    expected, found = a.flat[key], x.flat[key]
    assert found.get().tolist() == expected.tolist()
    if isinstance(key, int) and not isinstance(value, int):
        return  # setting one element from several is an error of its own
    a.flat[key] = value
    x.flat[key] = value
    assert x.get().tolist() == a.tolist()


def test_broadcast():
    operands = np.arange(3), np.arange(2)[:, None]
    i, j = np.broadcast(*operands), cupy.broadcast(*map(cupy.asarray, operands))
    for name in ("index", "nd", "ndim", "numiter", "shape", "size"):
        assert getattr(j, name) == getattr(i, name), name
    assert [v.get().tolist() for v in j.values] == [v.tolist() for v in np.broadcast_arrays(*operands)]
    assert tuple(v.item() for v in next(j)) == next(i) and j.index == i.index == 1
    j.reset(), i.reset()
    assert [tuple(v.item() for v in pair) for pair in j] == list(i) and j.index == i.index
    with pytest.raises(StopIteration):
        next(j)
    assert [[v.item() for v in flat] for flat in j.iters] == [
        list(flat) for flat in np.broadcast(*operands).iters
    ]
    assert cupy.broadcast(j, 3).numiter == 3 and cupy.broadcast(1).shape == ()
    for bad in (lambda xp: xp.broadcast(xp.arange(3), xp.arange(2)), lambda xp: xp.broadcast(*range(70))):
        agree_on_error(bad)


# Memory.


def test_shares_memory_is_exact():
    a, x = np.arange(60), cupy.arange(60)
    views = {
        "even": lambda v: v[::2],
        "odd": lambda v: v[1::2],
        "thirds": lambda v: v[::3],
        "head": lambda v: v[:30],
        "tail": lambda v: v[30:],
        "back": lambda v: v[::-1],
        "grid": lambda v: v.reshape(6, 10)[1::2, ::3],
        "other grid": lambda v: v.reshape(6, 10)[::2, 1::3],
        "bytes": lambda v: v.view("u1")[::8],
        "late bytes": lambda v: v.view("u1")[7::8],
        "one": lambda v: v[7, ...],
        "none": lambda v: v[:0],
    }
    for f in views.values():
        for g in views.values():
            assert cupy.shares_memory(f(x), g(x)) is bool(np.shares_memory(f(a), g(a)))
            assert cupy.may_share_memory(f(x), g(x)) is bool(np.may_share_memory(f(a), g(a)))
            assert cupy.may_share_memory(f(x), g(x), max_work=None) == np.may_share_memory(
                f(a), g(a), max_work=None
            )
    assert (
        not cupy.shares_memory(x, x.copy())
        and not cupy.shares_memory(x, a)
        and not cupy.may_share_memory(x, 3)
    )
    z = cupy.zeros(4, cupy.bfloat16)
    assert cupy.shares_memory(z, z[1:]) and not cupy.shares_memory(z[::2], z[1::2])
    for bad in ("x", -5):
        for other in (x, x.copy()):
            with pytest.raises(ValueError, match="max_work"):
                cupy.shares_memory(x, other, max_work=bad)


def test_byte_bounds():
    x = cupy.zeros((4, 5), "f4")
    low, high = cupy.byte_bounds(x)
    assert low == x.data.ptr and high - low == 80
    assert cupy.byte_bounds(x[::-1, ::2]) == (low, high)
    assert cupy.byte_bounds(x[1:2, 1:3]) == (low + 24, low + 32)
    assert cupy.byte_bounds is cupy.lib.array_utils.byte_bounds


@pytest.mark.parametrize(
    "statement",
    [
        "a.flat[None]",
        "a.flat[None] = 9",
        "a.flat[()] = 9",
        "a.flat[0, 1]",
        "a.flat[0] = [7, 8]",
        "a.flat[1:3] = []",
        "a.flat = []",
        "a.flat[[1, 2]] = 5",
        "a.flat[1:5] = [1, 2, 3]",
        "a.T.flat[2:] = range(5)",
    ],
)
def test_flat_keys_and_values(statement):
    def run(xp):
        a = xp.arange(12).reshape(3, 4)
        try:
            exec(statement, {"a": a})
        except Exception as error:
            return type(error)
        return a.tolist()

    assert run(cupy) == run(np)
