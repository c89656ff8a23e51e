"""Calls for which there is a short way, and their neighbours for which there must be none."""

import numpy as np
import pytest

import cupy

from .compare import same

OPERANDS = {
    "single": np.array([0.5, -1.5, 2.5, 4.0], "f4"),
    "double": np.array([1.5, 2.5, -3.0, 0.25]),
    "small": np.array([3, -2, 7, 100], "i1"),
    "count": np.array([2, 0, 3, 1]),
    "places": np.array([1, -1, 0], "i4"),
    "unsigned": np.array([1, 3, 0], "u8"),
    "mask": np.array([True, False, True, True]),
    "complexes": np.array([1 + 2j, -3j, 0.5], "c8"),
    "matrix": np.arange(12, dtype="f4").reshape(3, 4),
    "square": np.arange(16.0).reshape(4, 4),
    "cube": np.arange(24).reshape(2, 3, 4),
    "number": np.array(3.0, "f4"),
    "nothing": np.empty((0, 3)),
}
CASES = """
# ufuncs that stretch, convert, and take numbers
matrix + single
single + matrix.T[:, None]
matrix - number
small + matrix
small * 2.5
count / 2
mask + True
complexes + 1
complexes * 2.5
complexes - 1j
xp.full(2, -0.0, 'c8')
xp.add(complexes * 0, -0.0)
single * 1j
small + 1j
np.float64(2.5) * single
np.float32(2.5) * small
np.int64(3) + single
np.bool_(True) & mask
small + 1000
small + np.int16(1000)
small < 1000
small == 2**70
np.float16(1.1) * single
xp.where(mask, single, 0)
xp.where(mask, 0, double)
xp.where(mask, small, 300)
xp.where(mask[:, None], single, matrix[0])
xp.where(number > 2, single, matrix)
xp.clip(single, 0, 1)
xp.clip(matrix, single, 3)
xp.clip(small, -1, 5)
xp.clip(small, 0.5, 5)
xp.power(count, 2)
xp.power(count, small.astype("i8"))
xp.power(single, np.float64(2))
matrix + nothing
matrix + xp.zeros(3)
nothing + xp.ones(3, "f4")
# outputs that are stretched to, converted, or written while they are read
xp.add(single, 1, out=xp.zeros((3, 4), "f4"))
xp.add(matrix, single, out=matrix)
xp.add(single[:-1], single[1:], out=single[1:])
xp.add(square, square.T, out=square)
xp.add(square[0], square, out=square)
xp.add(small, 1, out=single)
xp.add(single, double, out=single)
xp.add(matrix, 1, out=xp.zeros(4, "f4"))
xp.add(single, double, out=xp.zeros(4, "i4"))
xp.multiply(small, 2, out=small)
xp.radians(single)
xp.rad2deg(double)
xp.degrees(small)
# promotion and casts, asked twice
[xp.result_type(single, double), xp.result_type(single, double)]
xp.result_type(single, 1)
xp.result_type(small, 1.5)
xp.result_type(small, 1j, "f4")
xp.result_type(np.int8(1), 2)
xp.result_type(1, 2.5)
xp.result_type("i4", "u4", "f4")
xp.result_type(">f4", "i1")
xp.promote_types("i8", "u8")
xp.promote_types(">f4", "f8")
xp.can_cast("i8", "i4", "same_kind")
xp.can_cast("i8", "i4")
xp.can_cast("f4", ">f4", "equiv")
xp.can_cast("f4", ">f4", "no")
xp.can_cast("f4", "f8", "sometimes")
# axes
matrix.sum(axis=2**70)
matrix.sum(axis=1.0)
matrix.sum(axis=np.int8(-1))
matrix.swapaxes(0, -1)
cube.swapaxes(2, 0)
matrix.swapaxes(0, 2)
number.swapaxes(0, 0)
cube.transpose(2, 0, 1)
cube.transpose((2, 0, 1))
cube.transpose(0, 0, 1)
cube.transpose(0, 1)
matrix.transpose("01")
# keys with new axes and ellipses
single[None]
single[...]
number[None]
number[..., None]
matrix[..., 0]
matrix[None, 1]
matrix[1, None]
matrix[:, None, 1:3]
cube[0, ..., None, -1]
cube[..., None, 1, :]
cube[None, ..., None]
cube[..., ...]
cube[0, 0, 0, 0, ...]
cube[0, 0, 0, ...]
cube[..., 4]
cube[(None,) * 61 + (...,)]
cube[(None,) * 62]
cube[(None,) * 62 + (places,)]
cube[(None,) * 40 + (..., places)].ndim
matrix[places[:2], places[:2]]
matrix[places[:2, None], count]
matrix[places, 1:]
cube[:, places, places]
matrix[mask[:3]]
matrix[:, mask].copy()
cube[0, mask[:3], 1]
# arrays of one number
xp.array(1.5)
xp.array(True)
xp.array(7, "f4")
xp.array(2 + 1j)
xp.array(1.7, "i4")
xp.array(3, ndmin=2)
xp.array(2**63)
xp.array(-(2**63))
xp.array(300, "i1")
xp.array(np.nan, "i4")
xp.array(1j, "f4")
xp.array(2.5, "?")
bool(xp.array([2.0]))
bool(single)
int(number)
float(matrix)
# ranges
xp.arange(0, 1, 0.1)
xp.arange(0.5)
xp.arange(5.0, 1, -1.5)
xp.arange(1, 2, 0.3)
xp.arange(3, 0.5)
xp.arange(0, 1, 0.0)
xp.arange(np.nan)
xp.arange(2, 9, 3, dtype=int)
xp.arange(3, dtype=np.int64)
xp.arange(3, dtype="i2")
xp.indices((2, 3))
xp.linspace(0, 1, 7)
xp.linspace(2, -1.5, 5, endpoint=False)
xp.linspace(3, 3, 4)
xp.linspace(0, 5e-324, 4)
xp.linspace(1, 2, 1)
xp.linspace(1, 2, 0)
xp.linspace(0, np.inf, 3)
float(xp.linspace(0, 1, 5, retstep=True)[1])
xp.linspace(0, 1, 1, retstep=True)
xp.linspace(0, 10, 5, dtype=int)
xp.linspace(np.float32(0), 1, 5)
xp.linspace(0, 1j, 3)
xp.linspace(0, 5e-324j, 3, endpoint=False)
xp.linspace(0, 1, -1)
# sliding and masks
xp.correlate(single, double)
xp.correlate(small, count, "full")
xp.correlate(complexes, complexes, "same")
xp.convolve(single[::-1], single[::2])
xp.convolve(mask, small)
xp.putmask(matrix, matrix > 3, single)
xp.putmask(matrix.T, mask[:, None] & xp.ones((4, 3), bool), 7)
xp.putmask(small, mask, single)
xp.putmask(single, mask, small)
xp.linalg.solve(square + xp.eye(4), single)
xp.linalg.solve(xp.stack([square + xp.eye(4), xp.eye(4)]), square)
xp.linalg.solve(square, matrix)
# selections
xp.take(single, places)
xp.take(matrix, places)
xp.take(matrix, places, axis=0)
xp.take(matrix, places, axis=1)
xp.take(matrix, unsigned)
xp.take(matrix, places, axis=0, mode="clip")
xp.take(single, count + 3)
xp.take(single, mask)
xp.take(single, double)
xp.take(nothing, places)
xp.take(number, xp.asarray([0, 0]))
single.take(places)
xp.nonzero(mask)
cube.nonzero()
(cube > 11).nonzero()
xp.where(matrix > 5)
xp.zeros((2, 0)).nonzero()
number.nonzero()
xp.count_nonzero(number)
xp.count_nonzero(cube, axis=(0, 2), keepdims=True)
xp.count_nonzero(cube, axis=3)
[x.copy() for x in xp.unravel_index(xp.asarray([5, 23, 0]), (2, 3, 4))]
[x.copy() for x in xp.unravel_index(xp.asarray([5, 23, 0]), (2, 3, 4), order="F")]
xp.unravel_index(count, (4,))
xp.unravel_index(xp.asarray([24]), (2, 3, 4))
# longer and shorter arrays
xp.append(single, 1)
xp.append(single, double)
xp.append(matrix, [[1, 2, 3, 4]], axis=0)
xp.concatenate([small, mask])
xp.concatenate([matrix.T, square[:, :2].T.copy().T], axis=1)
xp.concatenate([matrix, small], axis=0)
xp.concatenate([single, [1]])
xp.delete(single, 1)
xp.delete(single, -1)
xp.delete(single, 4)
xp.delete(matrix, 2, axis=1)
xp.delete(matrix.T, 0, axis=0)
xp.delete(matrix, 11)
xp.insert(single, 0, 7)
xp.insert(single, -1, [7, 8])
xp.insert(single, 4, 7)
xp.insert(single, 5, 7)
xp.insert(matrix, 1, 5, axis=1)
xp.insert(matrix.T, -1, [1, 2, 3], axis=0)
xp.insert(single, [0, 2], 7)
xp.repeat(matrix, 2)
xp.repeat(matrix, 3, axis=1)
xp.repeat(matrix.T, 0, axis=0)
xp.tile(matrix, 2)
xp.tile(matrix.T, (2, 1, 3))
xp.atleast_1d(2.5)
xp.atleast_2d(single, 1)
# searches and interpolation
xp.digitize(single, [0, 1, 3])
xp.digitize(single, [3.0, 1.0, 0.0])
xp.digitize(single, [1.0, 1.0])
xp.digitize(single, [0.0, 2.0, 1.0])
xp.digitize(single, [0.0, 1.0, np.nan])
xp.interp(double, [0.0, 1.0, 2.0], [1.0, 3.0, -1.0])
xp.interp([0, 1, 2, 3], [0, 1, 1, 2], [5.0, 6.0, 7.0, 8.0])
xp.interp([1.0, 2.0, 3.0], [1, 1, 3, 3], [5.0, 6.0, 7.0, 8.0])
xp.interp([0, 1, 2], [1], [5.0])
xp.interp([np.nan, 0, 1, np.inf, -np.inf], [0, 1], [2.0, 4.0])
xp.interp([np.nan, 0, 0.5, 1, np.inf], [0, 1], [2.0, 2.0], left=-1, right=9)
xp.interp([0.5, 1.5, 2.5], [0, 1, 2, 3], [np.inf, np.inf, -np.inf, 1])
xp.interp([-1, 0, 5, np.inf], [-np.inf, 0, np.inf], [1.0, 1.0, 2.0])
xp.interp([-1, 0.5, 3], [0, 1], [1j, 2.0], left=5)
xp.interp(3.5, [0, 1, 2], [1.0, 5.0, 2.0], period=3)
# in place
xp.fill_diagonal(square, 7)
xp.fill_diagonal(square, 2.5, wrap=True)
xp.fill_diagonal(cube[0], [5, 6])
xp.fill_diagonal(matrix.T, True)
xp.fill_diagonal(xp.zeros((7, 2), int), 3, wrap=True)
xp.put(single, places, [7, 8, 9])
xp.put(matrix, places, 7)
xp.put(matrix.T, places, double)
xp.put(single, xp.asarray([4]), 1)
xp.put(single, unsigned, 1)
xp.put(single, mask, 1)
xp.put(single, count + 2, 1, mode="wrap")
xp.add.at(single, count, 1)
xp.add.at(single, count, double)
xp.add.at(small, places, small[:3])
xp.multiply.at(matrix, (places, slice(1)), 3)
xp.add.at(small, places, 1.5)
xp.maximum.at(double, places, single[:3])
single.sort()
matrix.sort(axis=0)
xp.put(single, 1, 7)
xp.put(matrix, -1, 2.5)
xp.put(matrix.T, 5, 2.5)
xp.put(single, 4, 1)
xp.put(small, 0, 300)
xp.add.at(single, count, 0.1)
xp.add.at(single, count, np.nan)
xp.add.at(small, places, 300)
xp.add.at(mask, places, 1)
xp.add.at(complexes, [0, 0], 2)
xp.add.at(count, mask, 2.5)
xp.maximum.at(small, places, 5)
xp.maximum.at(small, places, 300)
xp.minimum.at(double, places, 1)
xp.multiply.at(single, count, 2)
xp.subtract.at(single, count, 1)
xp.subtract.at(single, count, 0.1)
xp.subtract.at(single, [0, 0, 1], single[:3])
xp.subtract.at(small, places, -128)
xp.subtract.at(unsigned, [0, 0], 5)
xp.add.at(unsigned, [0, 0], 2**53)
xp.add.at(small, places, 100.0)
xp.multiply.at(complexes, [0, 0], 3)
xp.subtract.at(unsigned, places, unsigned)
xp.subtract.at(mask, places, mask[:3])
xp.subtract.at(complexes, [0, 0], 2)
count.choose([single, single, -single, single + 1])
xp.choose(count % 2, [double, double[::-1]])
xp.choose(count[:3], [matrix.T, matrix.T, matrix.T, matrix.T])
xp.choose(count, [double, double])
double.sort()
count.sort(kind="stable")
matrix.sort(-1)
single[::2].sort()
matrix[:, 1].sort()
xp.asarray(3.0).sort()
nothing[:, 0].sort()
complexes.sort()
unsigned.sort()
mask.sort()
xp.broadcast_to(number, 3).sort()
double.sort(axis=None)
double.sort(axis=0.0)
double.sort(order="x")
# index arrays and lists of integers
single[[0, -1, 2]]
single[[0, 4]]
single[[-5]]
single[[2**70]]
single[[]]
single[[True, False, True, True]]
single[[1, True]]
single[[1, 2.0]]
number[[0]]
matrix[[1, 0]]
matrix[[1, 0], [2, -1]]
matrix[count % 3, places[:1]]
matrix[count % 3, [0, 1]]
matrix[count[:2, None] % 3, places]
matrix[count % 4, count]
matrix[count % 3, 1]
cube[:, count % 3, places[0]]
cube[count % 2, :, count % 2]
cube[:, [[0], [2]], [0, 1]]
cube[1, ..., [1, 0]]
cube[None, count % 2, ..., count % 2]
single.__setitem__(places, 1)
single.__setitem__(places, 1j)
single.__setitem__(places, np.float64(1.5))
single.__setitem__(places, double[:3])
single.__setitem__(places, single[:1])
single.__setitem__(places, number)
single.__setitem__(places, [1, 2, 3])
single.__setitem__(places, [1, 2])
single.__setitem__(count, single[::-1])
single.__setitem__(count + 1, 0)
small.__setitem__(places, 300)
small.__setitem__(places, 2.7)
mask.__setitem__([0, 1], 2)
count.__setitem__(count, 9)
count.__setitem__(count, count)
complexes.__setitem__([0, 1], 1j)
single.__setitem__([0, 9], 1)
single.__setitem__([0, -1], double[:2])
single.__setitem__([], 1)
matrix.__setitem__(count % 3, 0)
matrix.__setitem__(count[:2], matrix[:2] + 1)
matrix.__setitem__([0, 2], single)
matrix.__setitem__([0, 2], single[:3])
matrix.__setitem__([0, 2], matrix[None, :2])
matrix.__setitem__((count % 3, count), 5)
matrix.__setitem__((count % 3, count), single)
matrix.__setitem__((slice(None), places), matrix[:, :3])
cube.__setitem__((slice(None), [0, 2]), cube[0, :2])
cube.__setitem__((slice(None), count % 3, slice(1, 3)), cube[0, 0, :2])
cube.__setitem__((places % 2, slice(None), places % 2), [[1], [2], [3]])
cube.__setitem__((places % 2, slice(None), places % 2), cube[0, :, :2])
nothing.__setitem__(([], 0), 1)
# lists of numbers
xp.array([1, 2.5])
xp.array([1, 2], "f4")
xp.array([0.1, 70000.0], "f2")
xp.array([1.7, -1.7], int)
xp.array([1, 2], bool)
xp.array([1.5, 2], "c8")
xp.array([1, 2], ndmin=3)
xp.array([300], "i1")
xp.array([np.inf], int)
xp.array([2**63])
xp.array([-(2**63), 2**63 - 1])
xp.array([2**64 - 1], "u8")
xp.array([True, 1])
xp.array([1, np.float32(2)])
xp.array(list(range(1000)))
xp.asarray([1.5, 2])
xp.array([1, 2], copy=False)
xp.arange(3, dtype="f4")
xp.arange(0.1, 2, 0.3, "f4")
xp.arange(2, 9, 2.5, dtype="f4")
xp.arange(16777215, 16777221, dtype="f4")
xp.arange(9, 1, -2, dtype="f8")
xp.arange(5, 1, dtype="f4")
xp.arange(3, 1, 0, dtype="f4")
xp.arange(-3)
xp.arange(4, step=2)
xp.arange(4, step=1.0)
xp.arange(4, step=True)
xp.arange(0, 1, 0.1, dtype="f4")
xp.arange(0, 1, 0.1, dtype="f8")
xp.arange(True)
xp.packbits(mask)
xp.packbits(mask, bitorder="little")
xp.ascontiguousarray(number)
xp.ascontiguousarray(matrix.T)
# elements in order, and on the host
single.flat[2]
single.flat[-5]
matrix.T.flat[5]
[float(x) for x in matrix.T.flat]
[float(x) for x in matrix.flat]
matrix.flat.__setitem__(5, 2.5)
matrix.T.flat.__setitem__(5, 2.5)
matrix.flat.__setitem__(12, 1)
small.flat.__setitem__(0, 300)
small.flat.__setitem__(0, 1.5)
number.tolist()
mask[0].tolist()
complexes.tolist()
nothing.tolist()
str(single[0])
xp.digitize(single, [0.0, np.nan, 2.0])
xp.digitize(single, [3.0, 2.0, np.nan, 0.0], True)
xp.digitize(single, [np.nan, 1.0, 0.0])
xp.sort(nothing[:, 0])
xp.argsort(single[::-1])
xp.argsort(unsigned)
xp.sort(matrix[:, 1], axis=0)
xp.sort(single, axis=True)
xp.sort(single, axis=1)
xp.argsort(matrix, axis=None)
# functions that are methods
single.argsort(axis=0)
matrix.mean(1, keepdims=True)
single.clip(max=1)
matrix.std(axis=0, ddof=1)
single.round(decimals=1)
count.choose([single, double, 0, small])
single.argpartition(1)[1]
matrix.trace(offset=1)
single.repeat()
# products and norms
xp.inner(single, double)
xp.inner(matrix, square)
xp.vdot(complexes, complexes)
xp.vdot(matrix, matrix)
xp.inner(nothing, nothing)
xp.linalg.norm(single)
xp.linalg.norm(complexes)
xp.linalg.norm(matrix.T, "fro")
xp.linalg.norm(small, keepdims=True)
xp.linalg.norm(nothing)
"""
PADS = [
    f"xp.pad(single, {width}, {mode!r})"
    for mode in ("edge", "wrap", "reflect", "symmetric")
    for width in (1, 3, 11)
]
PADS += [
    f"xp.pad(matrix, ((2, 9), (5, 0)), {mode!r})"
    for mode in ("edge", "wrap", "reflect", "symmetric", "constant")
]
PADS += [
    "xp.pad(single[:1], 4, 'reflect')",
    "xp.pad(matrix.T, 2)",
    "xp.pad(small, -1)",
    "xp.pad(small, True)",
]


def lines(text):
    return [line for line in text.strip().splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("case", lines(CASES) + PADS)
def test_short_way_does_as_numpy(case):
    in_place = (".at(", ".sort(", "__setitem__(", "fill_diagonal(", "xp.put(", "putmask(")
    statement = any(s in case for s in in_place)
    code = compile(case, case, "eval")

    def call(side):
        names = {name: side.xp.array(value) for name, value in OPERANDS.items()}
        if "linalg" in case:
            side.xp.linalg  # noqa: B018 - imported when asked for
        result = eval(code, {"xp": side.xp, "np": np, **names})
        return [names[name] for name in sorted(names)] if statement else result

    same(call, ulp=4)


def test_methods_have_names_and_documents_of_their_own():
    assert cupy.ndarray.argsort.__qualname__ == "ndarray.argsort"
    assert cupy.ndarray.mean.__doc__ == "See :func:`cupy.mean`."
    assert cupy.mean.__qualname__ == "mean"


@pytest.mark.parametrize(
    "expression, launches",
    [
        ("matrix + single", 1),
        ("matrix * 2.5 + number", 2),
        ("matrix + small", 2),
        ("xp.add(square[0], single, out=square)", 3),
        ("xp.where(matrix > single, single, 0)", 2),
        ("xp.clip(matrix, single, 3)", 1),
        ("xp.take(matrix, [1, 0], axis=0)", 1),
        ("xp.append(single, 1)", 3),
        ("xp.concatenate([matrix.T, square[:, :3].T.astype(int).T], axis=1)", 4),
        ("xp.delete(single, 1)", 1),
        ("xp.repeat(matrix, 2)", 1),
        ("xp.pad(matrix, 1)", 1),
        ("xp.fill_diagonal(square, 3)", 1),
        ("xp.array(2.5)", 0),
    ],
)
def test_launches(expression, launches):
    names = {name: cupy.array(value) for name, value in OPERANDS.items()} | {"xp": cupy}
    eval(expression, names)
    before = cupy.xpu.counters()["launches"]
    eval(expression, names)
    assert cupy.xpu.counters()["launches"] - before == launches
