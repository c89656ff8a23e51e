"""Operators that move, join, index and create elements."""

import numpy as np
from operator_calls import InOut, Out

f4, i4, i8 = np.dtype("f4"), np.dtype("i4"), np.dtype("i8")
X = np.arange(24, dtype=f4).reshape(2, 3, 4) - 11
M = np.arange(12, dtype=f4).reshape(3, 4) + 1
V = np.array([5, 2, 9], f4)

CASES = {}


def add(name, arguments, *expected):
    CASES.setdefault(name, []).append((arguments, expected))


def changed(array, index, value):
    array = array.copy()
    array[index] = value
    return array


# --- copies, casts, fills ------------------------------------------------------------------------

add("aclnnCast", (X / 4, i4, Out(X.shape, i4)), (X / 4).astype(i4))
add("aclnnCast", (M, np.float16, Out(M.shape, "f2")), M)
add("aclnnInplaceCopy", (InOut(X), V[:1]), np.full(X.shape, 5))
add("aclnnInplaceCopy", (InOut(X), M.astype(i8)), np.broadcast_to(M, X.shape))
add("aclnnInplaceFillScalar", (InOut(M), -2.5), np.full(M.shape, -2.5))
add("aclnnInplaceFillTensor", (InOut(M), np.float32([7])), np.full(M.shape, 7))
diagonal = M.copy()
np.fill_diagonal(diagonal, 9)
add("aclnnInplaceFillDiagonal", (InOut(M), 9.0, False), diagonal)

# --- shapes --------------------------------------------------------------------------------------

add("aclnnPermute", (X, [2, 0, 1], Out((4, 2, 3), f4)), X.transpose(2, 0, 1))
add("aclnnExpand", (M, [2, 3, 4], Out((2, 3, 4), f4)), np.broadcast_to(M, (2, 3, 4)))
add("aclnnFlip", (X, [0, -1], Out(X.shape, f4)), X[::-1, :, ::-1])
add("aclnnFlatten", (X, 2, Out((6, 4), f4)), X.reshape(6, 4))
add("aclnnRoll", (X, [1, -2], [0, 2], Out(X.shape, f4)), np.roll(X, (1, -2), (0, 2)))
add("aclnnRoll", (X, [5], [], Out(X.shape, f4)), np.roll(X, 5))
add("aclnnDiagFlat", (M[:2, :2].copy(), -1, Out((5, 5), f4)), np.diagflat(M[:2, :2], -1))
add("aclnnRepeat", (M, [2, 1, 3], Out((2, 3, 12), f4)), np.tile(M, (2, 1, 3)))
add("aclnnSlice", (X, 2, 1, 4, 2, Out((2, 3, 2), f4)), X[:, :, 1:4:2])
add("aclnnSliceV2", (X, [0, 1], [2, 4], [1, 2], [1, 2], Out((2, 2, 2), f4)), X[:, 0:2, 1:4:2])
add("aclnnStridedSlice", (X, [0, -1], [2, -4], [1, -2], 0, 0, 0, 0, 0, Out((2, 2, 4), f4)), X[0:2, -1:-4:-2])
add(
    "aclnnStridedSlice",
    (X, [1, 0, 3], [0, 0, 0], [1, 1, -1], 0, 4, 2, 0, 1, Out((3, 4), f4)),
    X[1, ..., 3::-1],
)
add("aclnnStridedSlice", (M, [0, 1], [0, 9], [1, 2], 0, 0, 0, 1, 0, Out((1, 1, 4), f4)), M[None, 1:9:2])
add("aclnnCat", ([M, M[:1]], 0, Out((4, 4), f4)), np.concatenate([M, M[:1]]))
add("aclnnStack", ([M, M + 1], 1, Out((3, 2, 4), f4)), np.stack([M, M + 1], 1))
add("aclnnSplitTensor", (X, 3, 2, [Out((2, 3, 3), f4), Out((2, 3, 1), f4)]), X[..., :3], X[..., 3:])
add("aclnnSplitWithSize", (X, [1, 2], 1, [Out((2, 1, 4), f4), Out((2, 2, 4), f4)]), X[:, :1], X[:, 1:])
for name, function in (("Tril", np.tril), ("Triu", np.triu)):
    add(f"aclnn{name}", (X, 1, Out(X.shape, f4)), function(X, 1))
    add(f"aclnnInplace{name}", (InOut(M), -1), function(M, -1))
add("aclnnDiag", (M, 1, Out(3, f4)), np.diag(M, 1))
add("aclnnDiag", (V, -1, Out((4, 4), f4)), np.diag(V, -1))
add(
    "aclnnConstantPadNd",
    (M, [1, 2, 0, 1], 7.0, Out((4, 7), f4)),
    np.pad(M, ((0, 1), (1, 2)), constant_values=7),
)
PADS = {1: ([1, 2], ((0, 0), (1, 2))), 2: ([1, 2, 2, 0], ((0, 0), (2, 0), (1, 2))),
        3: ([1, 2, 2, 0, 1, 1], ((0, 0), (1, 1), (2, 0), (1, 2)))}  # fmt: skip
for n, (pad, widths) in PADS.items():
    x = [M, X, np.stack([X, X + 1, X - 1], 1)][n - 1]
    for name, mode in (("Reflection", "reflect"), ("Replication", "edge")):
        exact = np.pad(x, widths, mode)
        add(f"aclnn{name}Pad{n}d", (x, pad, Out(exact.shape, f4)), exact)
add(
    "aclnnConfusionTranspose",
    (X, [1, 0, 2], [6, 4], True, Out((6, 4), f4)),
    X.transpose(1, 0, 2).reshape(6, 4),
)
add("aclnnConfusionTranspose", (X, [1, 0], [6, 4], False, Out((4, 6), f4)), X.reshape(6, 4).T)
add("aclnnConfusionTranspose", (X.transpose(2, 0, 1), [1, 0], [8, 3], False, Out((3, 8), f4)),
    X.transpose(2, 0, 1).reshape(8, 3).T)  # fmt: skip
C = np.arange(2 * 6 * 3, dtype=f4).reshape(2, 6, 3)
add("aclnnChannelShuffle", (C, 2, Out(C.shape, f4)), C.reshape(2, 2, 3, 3).swapaxes(1, 2).reshape(C.shape))
ragged, even = np.arange(15, dtype=f4).reshape(3, 5), np.arange(6, dtype=f4).reshape(3, 2) + 50
chunks = [np.pad(t, ((0, 0), (0, -t.shape[1] % 2))).reshape(3, 2, -1) for t in (ragged, even)]
add("aclnnChunkCat", ([ragged, even], 1, 2, Out((3, 2, 4), f4, 9)), np.concatenate(chunks, 2))


def columns(x, kernel, dilation, padding, stride):
    x = np.pad(x, ((0, 0), (0, 0), *((p, p) for p in padding)))
    extent = [d * (k - 1) + 1 for k, d in zip(kernel, dilation)]
    windows = np.lib.stride_tricks.sliding_window_view(x, extent, (2, 3))[:, :, :: stride[0], :: stride[1]]
    windows = windows[..., :: dilation[0], :: dilation[1]]
    return windows.transpose(0, 1, 4, 5, 2, 3).reshape(x.shape[0], x.shape[1] * kernel[0] * kernel[1], -1)


IMAGE = np.arange(2 * 2 * 5 * 6, dtype=f4).reshape(2, 2, 5, 6)
for options in (((2, 3), (1, 1), (0, 0), (1, 1)), ((2, 2), (2, 1), (1, 2), (2, 3))):
    exact = columns(IMAGE, *options)
    add("aclnnIm2col", (IMAGE, *options, Out(exact.shape, f4)), exact)
    add("aclnnIm2col", (IMAGE[1], *options, Out(exact.shape[1:], f4)), exact[1])
SIGNS = np.array([5, 4, 3, 2, 0, -1, -2, 4, 3, 2, 1, 0, -1, -2], f4)
add("aclnnSignBitsPack", (SIGNS, 2, Out((2, 1), "u1")), [[159], [15]])
add("aclnnSignBitsUnpack", (np.uint8([159, 15]), 2, f4, Out((2, 8), f4)),
    [[1, 1, 1, 1, 1, -1, -1, 1], [1, 1, 1, 1, -1, -1, -1, -1]])  # fmt: skip

# --- reading by indices --------------------------------------------------------------------------

PICK = np.array([2, 0, 2], i8)
ALONG = np.array([[0, 2, 1, 1], [2, 2, 0, 0]], i8)
add("aclnnGather", (M, 0, ALONG, Out((2, 4), f4)), np.take_along_axis(M, ALONG, 0))
add("aclnnGatherV2", (X, 1, ALONG[:, :3], Out((2, 2, 3, 4), f4)), np.take(X, ALONG[:, :3], 1))
add("aclnnGatherV3", (X, 1, PICK, 0, 0, Out((2, 3, 4), f4)), X[:, PICK])
add("aclnnGatherV3", (X, 2, ALONG, 1, 0, Out((2, 3, 4), f4)), np.stack([X[i][:, ALONG[i]] for i in range(2)]))
add("aclnnIndexSelect", (X, 1, PICK, Out((2, 3, 4), f4)), X[:, PICK])
add("aclnnTake", (X, np.array([[3, 20], [0, 3]], i8), Out((2, 2), f4)), X.take([[3, 20], [0, 3]]))
add("aclnnEmbedding", (M, PICK.astype(i4), Out((3, 4), f4)), M[PICK])
add("aclnnIndex", (X, [None, PICK], Out((2, 3, 4), f4)), X[:, PICK])
add("aclnnIndex", (M, [PICK, PICK + 1], Out(3, f4)), M[PICK, PICK + 1])
add("aclnnGatherNd", (M, np.array([[2, 1], [0, 3]], i8), False, Out(2, f4)), M[[2, 0], [1, 3]])
add("aclnnMaskedSelect", (M, M > 4, Out(12, f4)), M[M > 4])
add("aclnnNonzero", (M > 9, Out((12, 2), i8)), np.argwhere(M > 9))
add("aclnnNonzeroV2", (M > 9, Out((2, 12), i8)), np.argwhere(M > 9).T)

# --- writing by indices --------------------------------------------------------------------------

ROWS = np.arange(8, dtype=f4).reshape(2, 4) + 100
R = np.array([2, 0], i8)
summed = M.copy()
np.add.at(summed, R[[0, 0]], 2 * ROWS)
add("aclnnIndexAdd", (M, 0, R[[0, 0]], ROWS, 2.0, Out(M.shape, f4)), summed)
add("aclnnIndexAddV2", (M, 0, R[[0, 0]], ROWS, 2.0, 0, Out(M.shape, f4)), summed)
add("aclnnIndexCopy", (InOut(M), 0, R, ROWS, Out(M.shape, f4)), M, changed(M, R, ROWS))
add("aclnnInplaceIndexCopy", (InOut(M), 0, R, ROWS), changed(M, R, ROWS))
for form, index in (("", R), ("Tensor", [2, 0])):
    add(f"aclnnIndexFill{form}", (M, 0, index, -1.0, Out(M.shape, f4)), changed(M, R, -1))
    add(f"aclnnInplaceIndexFill{form}", (InOut(M), 0, index, -1.0), changed(M, R, -1))
add(
    "aclnnIndexPutImpl",
    (InOut(M), [R, R + 1], np.float32([70, 80]), False, False),
    changed(M, (R, R + 1), [70, 80]),
)
add("aclnnIndexPutImpl", (InOut(M), [R[[0, 0]]], ROWS, True, False), M + [[0], [0], [1]] * ROWS.sum(0))
add("aclnnInplacePut", (InOut(M), np.array([11, 0], i8), np.float32([-5, -6]), False),
    changed(M.ravel(), [11, 0], [-5, -6]).reshape(M.shape))  # fmt: skip
SOURCE = -np.arange(1, 9, dtype=f4).reshape(2, 4)
scattered, accumulated, maximal = M.copy(), M.copy(), M.copy()
ONCE = np.array([[0, 2, 1, 1], [2, 1, 0, 2]], i8)
np.put_along_axis(scattered, ONCE, SOURCE, 0)
np.add.at(accumulated, (ONCE, np.arange(4)), SOURCE)
np.maximum.at(maximal, (ONCE, np.arange(4)), SOURCE + 10)
for name, first in (("", M), ("Inplace", InOut(M))):
    last = () if name else (Out(M.shape, f4),)
    add(f"aclnn{name}Scatter", (first, 0, ONCE, SOURCE, 0, *last), scattered)
    add(f"aclnn{name}Scatter", (first, 0, ONCE, SOURCE, 1, *last), accumulated)
    constant = M.copy()
    np.put_along_axis(constant, ONCE, np.float32(3), 0)
    add(f"aclnn{name}ScatterValue", (first, 0, ONCE, 3.0, 0, *last), constant)
add("aclnnScatterAdd", (M, 0, ONCE, SOURCE, Out(M.shape, f4)), accumulated)
add("aclnnScatterReduce", (M, 0, ONCE, SOURCE + 10, 3, True, Out(M.shape, f4)), maximal)
add("aclnnScatterNd", (M, np.array([[2], [0]], i8), ROWS, Out(M.shape, f4)), changed(M, R, ROWS))
add("aclnnScatterNdUpdate", (InOut(M), np.array([[2, 1], [0, 0]], i8), np.float32([7, 8])),
    changed(M, ([2, 0], [1, 0]), [7, 8]))  # fmt: skip
MASK = M % 2 == 0
add("aclnnInplaceMaskedFillScalar", (InOut(M), MASK, -3.0), np.where(MASK, -3, M))
add("aclnnInplaceMaskedFillTensor", (InOut(M), MASK, np.float32(-3)), np.where(MASK, -3, M))
add("aclnnInplaceMaskedScatter", (InOut(M), MASK, ROWS), changed(M, MASK, ROWS.ravel()[: MASK.sum()]))

# --- creation ------------------------------------------------------------------------------------

add("aclnnArange", (2.0, 8.0, 1.5, Out(4, f4)), np.arange(2, 8, 1.5))
add("aclnnArange", (2, 9, 3, Out(3, i8)), np.arange(2, 9, 3))
add("aclnnRange", (2, 8, 3, Out(3, i8)), [2, 5, 8])
add("aclnnLinspace", (1.0, 3.0, 5, Out(5, f4)), np.linspace(1, 3, 5))
add("aclnnLogSpace", (0.0, 2.0, 5, 10.0, Out(5, f4)), np.logspace(0, 2, 5))
add("aclnnLogSpace", (1, 4, 4, 2.0, Out(4, f4)), [2, 4, 8, 16])
add("aclnnEye", (3, 4, Out((3, 4), f4)), np.eye(3, 4))
add(
    "aclnnOneHot",
    (R, 4, np.array([9], i8), np.array([1], i8), -1, Out((2, 4), i8)),
    np.eye(4, dtype=i8)[R] * 8 + 1,
)
TIMES = np.array([2, 0, 3], i8)
add("aclnnRepeatInterleave", (V, TIMES, 5, Out(5, f4)), V.repeat(TIMES))
add("aclnnRepeatInterleaveInt", (M, 2, 24, Out(24, f4)), M.repeat(2))
add("aclnnRepeatInterleaveIntWithDim", (M, 2, 0, 6, Out((6, 4), f4)), M.repeat(2, 0))
add("aclnnRepeatInterleaveTensor", (TIMES, 5, Out(5, i8)), [0, 0, 2, 2, 2])
add("aclnnRepeatInterleaveWithDim", (M, TIMES, 0, 5, Out((5, 4), f4)), M.repeat(TIMES, 0))
