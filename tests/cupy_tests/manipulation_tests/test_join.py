"""Joining, tiling, rolling, adding and removing."""

import pytest

import cupy
from cupy.testing import DTYPES, LAYOUTS, check, sample

A, B = sample((2, 3), "i4"), sample((2, 3), "f4", seed=1)
JOINED = [
    "xp.concatenate([a, b])",
    "xp.concatenate([a, b], 1)",
    "xp.concatenate([a, b], None)",
    "xp.concatenate([a, a, a[:0]], -2)",
    "xp.concatenate(a)",
    "xp.concatenate(xp.stack([a, a]))",
    "xp.concatenate([a.T, a.T])",
    "xp.concatenate([a] * 70)",
    "xp.concatenate([[1, 2], [3]])",
    "xp.concatenate([a, b], dtype='f8')",
    "xp.concatenate([a, b], dtype='i4', casting='unsafe')",
    "xp.concatenate([a, b], dtype='i4')",
    "xp.concatenate([a, b], out=xp.zeros((4, 3)))",
    "xp.concatenate([a, b], out=xp.zeros((4, 3), 'i4'))",
    "xp.concatenate([a, b], out=xp.zeros((4, 2)))",
    "xp.concatenate([a, b], out=xp.zeros((4, 3)), dtype='f8')",
    "xp.concatenate([a, b], 2)",
    "xp.concatenate([a, b[:, :2]])",
    "xp.concatenate([a, b[0]])",
    "xp.concatenate([])",
    "xp.concatenate([1, 2])",
    "xp.concat([a, b])",
    "xp.stack([a, b])",
    "xp.stack([a, b], 1)",
    "xp.stack([a, b], -1)",
    "xp.stack([a, b], 3)",
    "xp.stack([a, b[0]])",
    "xp.stack([])",
    "xp.vstack([a, b[0]])",
    "xp.vstack([a[0], b[0]], dtype='f8')",
    "xp.hstack([a, b])",
    "xp.hstack([1, a[0]])",
    "xp.dstack([a, b])",
    "xp.dstack([a[0], b[0]])",
    "xp.column_stack([a[0], b[0]])",
    "xp.column_stack([a, b[:, 0]])",
    "xp.block([[a, b], [a, b]])",
    "xp.block([1, a[0]])",
    "xp.block(a)",
    "xp.block([[a], [xp.ones((1, 3))]])",
    "xp.block([[1], 2])",
    "xp.block([])",
    "xp.block((a, b))",
]
REPEATED = [
    "xp.repeat(a, 2)",
    "xp.repeat(a, 3, 1)",
    "xp.repeat(a, [1, 0, 2], 1)",
    "xp.repeat(a, xp.array([2, 1]), 0)",
    "xp.repeat(a, [2], 0)",
    "xp.repeat(a, 0)",
    "xp.repeat(a, -1)",
    "xp.repeat(a, [1, 2], 1)",
    "xp.repeat(a, xp.array([1.5]))",
    "xp.repeat(4, 3)",
    "xp.tile(a, 2)",
    "xp.tile(a, (2, 1, 3))",
    "xp.tile(a, ())",
    "xp.tile(a, (0, 2))",
    "xp.tile(7, 3)",
    "xp.tile(a, -1)",
    "xp.roll(a, 1)",
    "xp.roll(a, -4)",
    "xp.roll(a, 1, 0)",
    "xp.roll(a, 5, -1)",
    "xp.roll(a, (1, 2), (0, 1))",
    "xp.roll(a, 1, (0, 1))",
    "xp.roll(a, (1, 1), 1)",
    "xp.roll(a, (1, 2, 3), (0, 1))",
    "xp.roll(a, 1, 2)",
    "xp.roll(a[:0], 1)",
    "xp.resize(a, (3, 5))",
    "xp.resize(a, 2)",
    "xp.resize(a[:0], (2, 2))",
    "xp.resize(a, (0,))",
    "xp.resize(a, (-1,))",
]
CHANGED = [
    "xp.append(a, 1)",
    "xp.append(a, [[1, 2, 3]], 0)",
    "xp.append(a, [1, 2, 3], 0)",
    "xp.insert(a, 1, [7, 8, 9], 0)",
    "xp.insert(a, [1], [[7, 8, 9], [1, 2, 3]], 0)",
    "xp.insert(a, 1, [7, 8], 1)",
    "xp.insert(a, 1, b, 0)",
    "xp.insert(a, [0, 2, 2], 5, 1)",
    "xp.insert(a, slice(0, 3, 2), 5, 1)",
    "xp.insert(a, [], 5)",
    "xp.insert(a, xp.array([1, 4]), [7.9, 8])",
    "xp.trim_zeros(xp.array([0, 0, 1, 0, 2, 0]))",
    "xp.trim_zeros(xp.array([0, 0, 1, 0, 2, 0]), 'f')",
    "xp.trim_zeros(xp.array([0, 0, 1, 0, 2, 0]), 'B')",
    "xp.trim_zeros(xp.zeros(3), 'f')",
    "xp.trim_zeros(xp.pad(a * 0 + 1, 2))",
    "xp.trim_zeros(xp.pad(a * 0 + 1, 2), axis=1)",
    "xp.trim_zeros(a, 'x')",
]
PLACES = [
    "1",
    "-1",
    "[1, 3]",
    "[-1, 0, 2]",
    "[1, 1]",
    "[]",
    "slice(1, 4)",
    "slice(None, None, 2)",
    "9",
    "[0, 9]",
    "[0, 1, 2, 3, 4, 5]",
]


@pytest.mark.parametrize("body", JOINED)
def test_join(body):
    check(body, A, B)


@pytest.mark.parametrize("first", DTYPES)
@pytest.mark.parametrize("second", ["?", "i1", "u8", "f2", "c8"])
def test_join_dtypes(first, second):
    check("xp.concatenate([a, b], 1)", sample((2, 3), first), sample((2, 1), second))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_join_layouts(layout):
    check("xp.concatenate([a, a], 1), xp.stack([a, a], 1)", A, layout=layout)


def test_join_keeps_fortran_order():
    a = cupy.asfortranarray(cupy.ones((2, 3)))
    assert cupy.concatenate([a, a]).flags.f_contiguous


def test_join_into_an_input():
    a = cupy.arange(6)
    assert cupy.concatenate([a[2:4], a[:2]], out=a[:4]).tolist() == [2, 3, 0, 1]


def test_join_many_dimensions():
    check("xp.concatenate([a, a], 4)", sample((1, 2, 1, 2, 1, 2, 1, 2, 1), "f4"))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("body", REPEATED)
def test_repeat(body, layout):
    check(body, A, layout=layout)


@pytest.mark.parametrize("body", CHANGED)
def test_add_and_trim(body):
    check(body, A, B)


@pytest.mark.parametrize("where", PLACES)
def test_delete_and_insert(where):
    a = sample((2, 6), "f8")
    check(f"xp.delete(a[0], {where})", a)
    check(f"xp.delete(a, {where}, 1)", a)
    check(f"xp.insert(a[0], {where}, 7)", a)
    check(f"xp.insert(a, {where}, 7, axis=1)", a)


def test_delete_by_mask():
    mask = [True, False, True]
    check(lambda xp, a: xp.delete(a, mask, 1), A)
    check(lambda xp, a: xp.delete(a, xp.asarray(mask), 1), A)
    check(lambda xp, a: xp.insert(a, xp.asarray(mask), 5, 1), A)


@pytest.mark.parametrize(
    "source, options",
    [
        ("b", ""),
        ("b[0]", ""),
        ("a * 2", ""),
        ("2.5", ""),
        ("2", ""),
        ("2.5", ", casting='unsafe'"),
        ("b", ", where=xp.array([True, False, True])"),
        ("5", ", where=[True, False, False]"),
        ("b.astype('f8')", ""),
        ("xp.ones((1, 2, 3), 'f4')", ""),
        ("300", ", where=a > 0"),
        ("b[:, :2]", ""),
    ],
)
@pytest.mark.parametrize("dtype", ["f4", "i1"])
def test_copyto(source, options, dtype):
    check(f"[xp.copyto(a, {source}{options}), a][1]", A.astype(dtype), B)
