"""Arrays from and to the host: values, dtypes, layouts, refusals; printing; pickling."""

import copy
import pickle

import cupy
import numpy as np
import pytest

CODES = "?bBhHiIlLqQefdFD"


@pytest.mark.parametrize("code", CODES)
def test_round_trip_of_every_character_code(code):
    a = np.array([[0, 1, 2], [3, 4, 5]]).astype(code)
    for layout in (a, a.T, a[:, ::2], a[::-1], a[:0], a[0, 0]):
        x = cupy.asarray(layout)
        assert x.dtype == layout.dtype and x.shape == layout.shape
        back = x.get()
        assert back.dtype == layout.dtype
        np.testing.assert_array_equal(back, layout)
    assert cupy.zeros(2, code).dtype == np.dtype(code)


def test_uint64_under_every_name():
    for name in ("L", "Q", "uint64", np.uint64, np.ulonglong, "u8", np.dtype("Q")):
        x = cupy.array([2**63 + 1, 5], dtype=name)
        assert x.dtype == np.uint64 and x.get().tolist() == [2**63 + 1, 5]


def test_bfloat16():
    import ml_dtypes

    x = cupy.array([1.0, 2.5, -3.0], dtype="bfloat16")
    assert x.dtype == ml_dtypes.bfloat16 and cupy.bfloat16 is ml_dtypes.bfloat16
    assert (x + 1.0).dtype == x.dtype and (x + x).get().astype(float).tolist() == [2, 5, -6]
    assert (x + cupy.ones(3, "f2")).dtype == np.float32
    assert (x + cupy.ones(3, "f4")).dtype == np.float32
    assert (x + cupy.ones(3, "i1")).dtype == x.dtype
    assert x.astype("f4").get().tolist() == [1, 2.5, -3]


@pytest.mark.parametrize(
    "bad",
    [
        object(),
        "text",
        ["a", "b"],
        np.array(["2020-01-01"], "M8[D]"),
        np.zeros(2, [("x", int)]),
        np.zeros(2, np.longdouble),
        {"a": 1},
    ],
    ids=["object", "text", "texts", "dates", "structure", "longdouble", "dict"],
)
def test_what_cannot_be_an_array(bad):
    with pytest.raises(TypeError, match="not supported"):
        cupy.array(bad)


def test_foreign_byte_order_is_converted():
    a = np.arange(3, dtype=">i4")
    assert cupy.asarray(a).get().tolist() == [0, 1, 2]
    with pytest.raises(TypeError, match="byte order"):
        cupy.zeros(2, ">f4")


def test_array_of_arrays():
    x = cupy.array([cupy.arange(3), cupy.ones(3)])
    assert x.get().tolist() == [[0, 1, 2], [1, 1, 1]]
    with pytest.raises(ValueError):
        cupy.array([cupy.arange(3), cupy.arange(2)])


def test_copy_and_order_arguments():
    x = cupy.arange(6).reshape(2, 3)
    assert cupy.asarray(x) is x and cupy.array(x) is not x and cupy.array(x, copy=None) is x
    assert cupy.array(x, order="F").flags.f_contiguous and cupy.array(x.T).flags.f_contiguous
    assert cupy.array(x, ndmin=4).shape == (1, 1, 2, 3)
    with pytest.raises(ValueError, match="Unable to avoid copy"):
        cupy.array(x, dtype=float, copy=False)
    with pytest.raises(ValueError, match="order"):
        cupy.array(x, order="Z")


@pytest.mark.parametrize("function", ["empty", "zeros", "ones", "full"])
@pytest.mark.parametrize(
    "shape, error",
    [
        (-1, ValueError),
        ((2, -3), ValueError),
        ((2**40, 2**40), ValueError),
        ("ab", TypeError),
        (1.5, TypeError),
        ((None,), TypeError),
    ],
)
def test_bad_shapes(function, shape, error):
    args = (shape, 1) if function == "full" else (shape,)
    with pytest.raises(error):
        getattr(np, function)(*args)
    with pytest.raises(error):
        getattr(cupy, function)(*args)


def test_fill_values():
    assert cupy.full((2, 2), 3).dtype == np.int64 and cupy.full(2, 1.5).dtype == np.float64
    assert cupy.full(2, cupy.arange(2)).get().tolist() == [0, 1]
    assert cupy.full(3, True).dtype == bool and cupy.full(2, 1j).dtype == np.complex128
    with pytest.raises(OverflowError):
        cupy.full(2, 300, dtype="u1")


def test_fill_of_a_strided_view_leaves_its_neighbours_alone():
    x = cupy.zeros((4, 6))
    x[1:3, ::2].fill(5)
    expected = np.zeros((4, 6))
    expected[1:3, ::2] = 5
    np.testing.assert_array_equal(x.get(), expected)


@pytest.mark.parametrize("a", CODES)
def test_astype_over_all_pairs(a):
    values = np.array([0, 1, 2, 3, 100]).astype(a)
    for b in CODES:
        with np.errstate(all="ignore"), pytest.MonkeyPatch.context() as patch:
            patch.setattr("warnings.warn", lambda *args, **kw: None)
            expected = values.astype(b)
        got = cupy.asarray(values).astype(b)
        assert got.dtype == expected.dtype
        np.testing.assert_array_equal(got.get(), expected)


def test_astype_arguments():
    x = cupy.arange(6).reshape(2, 3).T
    assert x.astype(int, copy=False) is x
    assert x.astype("f4").flags.f_contiguous and x.astype("f4", order="C").flags.c_contiguous
    with pytest.raises(TypeError, match="according to the rule 'safe'"):
        cupy.ones(2).astype(int, casting="safe")


def test_item_and_conversions():
    x = cupy.arange(6.0).reshape(2, 3)
    assert x.item(1, 2) == 5.0 and x.item(4) == 4.0 and x.item((0, 1)) == 1.0
    assert type(cupy.array(3).item()) is int and type(cupy.array(True).item()) is bool
    assert cupy.array(2 + 3j, "F").item() == 2 + 3j and cupy.array(1.5, "e").item() == 1.5
    assert int(cupy.array(3.7)) == 3 and float(cupy.array(2)) == 2.0 and complex(cupy.array(1j)) == 1j
    assert [10, 20, 30][cupy.array(1)] == 20
    with pytest.raises(TypeError):
        [10, 20][cupy.array(1.0)]
    with pytest.raises(ValueError, match="size 1"):
        x.item()
    with pytest.raises(ValueError, match="ambiguous"):
        bool(x)
    with pytest.raises(TypeError):
        hash(x)


def test_get_and_set():
    x = cupy.arange(6).reshape(2, 3)
    out = np.empty((2, 3), int)
    assert x.get(out=out) is out and out.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert x.T.get(order="F").flags.f_contiguous
    x.set(np.full((2, 3), 7))
    assert x.get().tolist() == [[7] * 3] * 2
    with pytest.raises(ValueError):
        x.set(np.zeros(3, int))
    with pytest.raises(TypeError):
        x.set([1, 2])
    assert cupy.asnumpy([1, 2]).tolist() == [1, 2]


def test_host_conversion_is_never_implicit():
    with pytest.raises(TypeError, match="get\\(\\)"):
        np.asarray(cupy.ones(2))


@pytest.mark.parametrize(
    "a",
    [
        np.arange(3.0),
        np.arange(6).reshape(2, 3),
        np.float32([1.5]),
        np.array(True),
        np.zeros((0, 3)),
        np.arange(2000),
        np.arange(1200).reshape(300, 4),
        np.random.default_rng(0).random((60, 60)),
        np.array([1 + 2j]),
        np.float16([1, np.nan, np.inf]),
    ],
    ids=lambda a: str(a.shape),
)
def test_printing_is_numpys(a):
    x = cupy.asarray(a)
    assert repr(x) == repr(a) and str(x) == str(a)


def test_formatting():
    assert f"{cupy.array(3.14159):.2f}" == "3.14" and f"{cupy.arange(2)}" == "[0 1]"


def test_copies():
    x = cupy.arange(6).reshape(2, 3).T
    for y in (
        copy.copy(x),
        copy.deepcopy(x),
        pickle.loads(pickle.dumps(x)),
        x.copy(),
        x.flatten().reshape(3, 2),
    ):
        assert not cupy.may_share_memory(x, y)
        np.testing.assert_array_equal(y.get(), x.get())
    assert pickle.loads(pickle.dumps(cupy.add)) is cupy.add


def test_like_functions_keep_the_layout():
    x = cupy.zeros((2, 3, 4), "f4").transpose(2, 0, 1)
    a = np.zeros((2, 3, 4), "f4").transpose(2, 0, 1)
    for order in "CFAK":
        assert cupy.empty_like(x, order=order).strides == np.empty_like(a, order=order).strides
    assert cupy.ones_like(x, dtype=int, shape=(2,)).get().tolist() == [1, 1]
    assert cupy.full_like(x, 2.5)[0, 0, 0] == 2.5
