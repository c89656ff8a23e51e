"""Reductions, scans, sorting and searching."""

import math

import numpy as np
from operator_calls import InOut, Out

f4, i4, i8 = np.dtype("f4"), np.dtype("i4"), np.dtype("i8")
rng = np.random.default_rng(3)
X = rng.permutation(24).reshape(2, 3, 4).astype(f4) / 4 - 2
NANS = np.array([[3, np.nan, 1, 2], [np.nan, np.nan, np.nan, np.nan], [5, 4, np.nan, 0]], f4)
INTS = np.array([4, 1, 1, 3, 4, 4, 0], i8)
GRID = np.array([[3, 1, 2], [3, 1, 2], [0, 5, 2], [3, 1, 2]], i8)

CASES = {}


def add(name, arguments, *expected):
    CASES.setdefault(name, []).append((arguments, expected))


def reduced(axes, keep):
    return np.sum(X, axis=tuple(axes) if axes else None, keepdims=keep).shape


def norm(x, order, axis, keep):
    x = np.abs(x.astype("f8"))
    if order == math.inf:
        return x.max(axis, keepdims=keep)
    return (x**order).sum(axis, keepdims=keep) ** (1 / order)


for axes, keep in (([1], False), ([0, -1], True), ([], False)):
    axis, shape = tuple(axes) or None, reduced(axes, keep)
    options = {"axis": axis, "keepdims": keep}
    add("aclnnReduceSum", (X, axes, keep, f4, Out(shape, f4)), X.sum(**options))
    add("aclnnReduceSum", (X > 0, axes, keep, i8, Out(shape, i8)), (X > 0).sum(**options))
    add("aclnnMean", (X, axes, keep, f4, Out(shape, f4)), X.mean(**options))
    add("aclnnAmax", (X, axes, keep, Out(shape, f4)), X.max(**options))
    add("aclnnAmin", (X, axes, keep, Out(shape, f4)), X.min(**options))
    add("aclnnLogSumExp", (X, axes, keep, Out(shape, f4)), np.log(np.exp(X.astype("f8")).sum(**options)))
    add("aclnnAll", (X > -1.5, axes, keep, Out(shape, "?")), (X > -1.5).all(**options))
    add("aclnnAny", (X > 3, axes, keep, Out(shape, "?")), (X > 3).any(**options))
    add("aclnnAminmax", (X, axes, keep, Out(shape, f4), Out(shape, f4)), X.min(**options), X.max(**options))
    add("aclnnVar", (X, axes, True, keep, Out(shape, f4)), X.var(**options, ddof=1))
    add("aclnnStd", (X, axes, 0, keep, Out(shape, f4)), X.std(**options))
    mean = X.mean(**options)
    add("aclnnVarMean", (X, axes, 1, keep, Out(shape, f4), Out(shape, f4)), X.var(**options, ddof=1), mean)
    add(
        "aclnnStdMeanCorrection",
        (X, axes, 1, keep, Out(shape, f4), Out(shape, f4)),
        X.std(**options, ddof=1),
        mean,
    )
    for order in (1.0, 2.0, 3.0, math.inf):
        exact = norm(X, order, axis, keep)
        add("aclnnNorm", (X, order, axes, keep, Out(shape, f4)), exact)
        add("aclnnLinalgVectorNorm", (X, order, axes, keep, f4, Out(shape, f4)), exact)
add("aclnnReduceNansum", (NANS, [1], False, f4, Out(3, f4)), np.nansum(NANS, 1))
add("aclnnReduceSum", (np.zeros((0, 2), f4), [0], False, f4, Out(2, f4, 7)), [0, 0])
add("aclnnMax", (X, Out((), f4)), X.max())
add("aclnnMax", (NANS, Out((), f4)), np.nan)
add("aclnnMin", (X, Out((), f4)), X.min())
add("aclnnProd", (X, f4, Out((), f4)), X.prod())
add("aclnnProdDim", (X, 1, True, f4, Out((2, 1, 4), f4)), X.prod(1, keepdims=True))
add("aclnnAminmaxAll", (X, Out((), f4), Out((), f4)), X.min(), X.max())
add("aclnnAminmaxDim", (X, -1, False, Out((2, 3), f4), Out((2, 3), f4)), X.min(-1), X.max(-1))
add("aclnnTrace", (X[0], Out((), f4)), np.trace(X[0]))
for name, arg, value in (("Max", np.argmax, np.max), ("Min", np.argmin, np.min)):
    add(f"aclnnArg{name}", (X, 1, False, Out((2, 4), i8)), arg(X, 1))
    add(f"aclnnArg{name}", (X, -1, True, Out((2, 3, 1), i4)), arg(X, -1, keepdims=True))
    add(f"aclnn{name}Dim", (X, 1, False, Out((2, 4), f4), Out((2, 4), i8)), value(X, 1), arg(X, 1))

# --- scans ---------------------------------------------------------------------------------------

add("aclnnCumsum", (X, 1, f4, Out(X.shape, f4)), X.cumsum(1))
add("aclnnCumsum", (INTS, 0, i8, Out(INTS.shape, i8)), INTS.cumsum())
add("aclnnCumsumV2", (X, -1, False, False, Out(X.shape, f4)), X.cumsum(-1))
add("aclnnCumsumV2", (X, -1, True, False, Out(X.shape, f4)), X.cumsum(-1) - X)
add("aclnnCumsumV2", (X, -1, False, True, Out(X.shape, f4)), X[..., ::-1].cumsum(-1)[..., ::-1])
add("aclnnCumsumV2", (X, -1, True, True, Out(X.shape, f4)), X[..., ::-1].cumsum(-1)[..., ::-1] - X)
add("aclnnCumprod", (X, 1, f4, Out(X.shape, f4)), X.cumprod(1))


def last_of(x, axis, function):
    """Where each running extremum stands: the last of equals, as in torch."""
    running = function.accumulate(x, axis)
    place = np.where(
        x == running, np.arange(x.shape[axis]).reshape([-1 if i == axis else 1 for i in range(x.ndim)]), 0
    )
    return running, np.maximum.accumulate(place, axis)


TIES = np.array([[1, 3, 3, 2], [5, 5, 1, 7]], f4)
for name, function in (("Cummax", np.maximum), ("Cummin", np.minimum)):
    add(f"aclnn{name}", (TIES, 1, Out(TIES.shape, f4), Out(TIES.shape, i8)), *last_of(TIES, 1, function))

# --- sorting -------------------------------------------------------------------------------------

for axis in (0, -1):
    order = np.argsort(X, axis, kind="stable")
    add("aclnnSort", (X, True, axis, False, Out(X.shape, f4), Out(X.shape, i8)), np.sort(X, axis), order)
    down = np.argsort(-X, axis, kind="stable")
    add("aclnnSort", (X, True, axis, True, Out(X.shape, f4), Out(X.shape, i8)), -np.sort(-X, axis), down)
    add("aclnnArgsort", (X, axis, False, Out(X.shape, i8)), order)
order = np.argsort(-X, 1)[:, :2]
add(
    "aclnnTopk",
    (X, 2, 1, True, True, Out((2, 2, 4), f4), Out((2, 2, 4), i8)),
    np.take_along_axis(X, order, 1),
    order,
)
order = np.argsort(X, 1)
add("aclnnKthvalue", (X, 2, 1, False, Out((2, 4), f4), Out((2, 4), i8)), np.sort(X, 1)[:, 1], order[:, 1])
add("aclnnMedianDim", (X, -1, True, Out((2, 3, 1), f4), Out((2, 3, 1), i8)),
    np.sort(X, -1)[..., 1:2], np.argsort(X, -1)[..., 1:2])  # fmt: skip
add("aclnnMedian", (X, Out((), f4)), np.sort(X, None)[11])
add("aclnnMedian", (X.transpose(2, 0, 1), Out((), f4)), np.sort(X, None)[11])
add("aclnnMedian", (NANS, Out((), f4)), np.nan)
add("aclnnMedianDim", (NANS, 1, False, Out(3, f4), Out(3, i8)), [np.nan] * 3, [1, 0, 2])
add("aclnnNanMedian", (NANS, Out((), f4)), 2)
add("aclnnNanMedian", (np.int32([4, 1, 3, 2]), Out((), i4)), 2)
add("aclnnNanMedianDim", (NANS, 1, False, Out(3, f4), Out(3, i8)), [2, np.nan, 4], [3, 0, 1])
add(
    "aclnnNanMedianDim",
    (NANS[[0, 2]].T.copy(), 0, True, Out((1, 2), f4), Out((1, 2), i8)),
    [[2, 4]],
    [[3, 1]],
)

SORTED = np.array([1, 3, 3, 5, 8], f4)
VALUES = np.array([[0, 3, 4], [8, 9, 1]], f4)
for right, side in ((False, "left"), (True, "right")):
    place = np.searchsorted(SORTED, VALUES, side)
    add("aclnnSearchSorted", (SORTED, VALUES, False, right, None, Out((2, 3), i8)), place)
    add(
        "aclnnSearchSorted",
        (SORTED[::-1].copy(), VALUES, True, right, np.arange(5)[::-1].copy(), Out((2, 3), i4)),
        place,
    )
    add(
        "aclnnSearchSorteds", (SORTED, 3.0, False, right, None, Out((), i8)), np.searchsorted(SORTED, 3, side)
    )
    add("aclnnBucketize", (VALUES, SORTED, False, right, Out((2, 3), i8)), place)
add("aclnnBincount", (INTS, None, 6, Out(6, i8)), np.bincount(INTS, minlength=6))
add("aclnnBincount", (INTS, SORTED.repeat(2)[:7].astype("f8"), 0, Out(5, "f8")),
    np.bincount(INTS, SORTED.repeat(2)[:7]))  # fmt: skip
add("aclnnHistc", (X, 4, 0.0, 0.0, Out(4, f4)), np.histogram(X, 4)[0])
add("aclnnHistc", (X, 4, -1.0, 1.0, Out(4, f4)), np.histogram(X, 4, (-1, 1))[0])

# --- distinct elements ---------------------------------------------------------------------------

values, inverse, counts = np.unique(INTS, return_inverse=True, return_counts=True)
add("aclnnUnique", (INTS, True, True, Out(7, i8), Out(7, i8)), values, inverse)
add("aclnnUnique2", (INTS, True, True, True, Out(7, i8), Out(7, i8), Out(7, i8)), values, inverse, counts)
rows, inverse, counts = np.unique(GRID, axis=0, return_inverse=True, return_counts=True)
add(
    "aclnnUniqueDim",
    (GRID, True, True, 0, Out(GRID.shape, i8), Out(4, i8), Out(4, i8)),
    rows,
    inverse.ravel(),
    counts,
)
add("aclnnUniqueConsecutive", (INTS, True, True, 1000, Out(7, i8), Out(7, i8), Out(7, i8)),
    [4, 1, 3, 4, 0], [0, 1, 1, 2, 3, 3, 4], [1, 2, 1, 2, 1])  # fmt: skip

# --- softmax, distances, limits ------------------------------------------------------------------

power = np.exp(X.astype("f8") - X.max(1, keepdims=True))
softmax = power / power.sum(1, keepdims=True)
add("aclnnSoftmax", (X, 1, Out(X.shape, f4)), softmax)
add("aclnnLogSoftmax", (X, 1, Out(X.shape, f4)), np.log(softmax))
P, Q = rng.normal(size=(2, 3, 5)).astype(f4), rng.normal(size=(2, 4, 5)).astype(f4)
for order in (0.0, 1.0, 2.0, math.inf):
    difference = np.abs(P[:, :, None, :] - Q[:, None])
    exact = {0: (difference != 0).sum(-1), math.inf: difference.max(-1)}.get(order)
    exact = (difference**order).sum(-1) ** (1 / order) if exact is None else exact
    add("aclnnCdist", (P, Q, order, 0, Out((2, 3, 4), f4)), exact)
    pairs = np.abs(Q[0][:, None] - Q[0])[np.triu_indices(4, 1)]
    exact = {0: (pairs != 0).sum(-1), math.inf: pairs.max(-1)}.get(order)
    exact = (pairs**order).sum(-1) ** (1 / order) if exact is None else exact
    add("aclnnPdist", (Q[0], order, Out(6, f4)), exact)
length = np.sqrt((P**2).sum((0, 2), keepdims=True))
limited = P * np.where(length > 2, 2 / (length + 1e-7), 1)
assert (length > 2).any()
add("aclnnRenorm", (P, 2.0, 1, 2.0, Out(P.shape, f4)), limited)
add("aclnnInplaceRenorm", (InOut(P), 2.0, 1, 2.0), limited)
length = np.abs(Q[0]).sum(1, keepdims=True)
limited = Q[0] * np.where((length > 3) & np.array([[1], [0], [1], [1]], bool), 3 / (length + 1e-7), 1)
add("aclnnEmbeddingRenorm", (InOut(Q[0]), np.array([[2, 0], [3, 2]], i8), 3.0, 1.0), limited)
