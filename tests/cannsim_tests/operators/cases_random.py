"""Random numbers: what can be said of them without knowing the stream."""

import numpy as np
from operator_calls import InOut, Out, call

f4, i8 = np.dtype("f4"), np.dtype("i8")
N = 20000
SEED, OFFSET = np.array([11], i8), np.array([5], i8)

CASES = {}


def add(name, arguments, *expected):
    CASES.setdefault(name, []).append((arguments, expected))


def spread(low, high, mean, deviation):
    """A check of the range and of both moments."""

    def check(x):
        x = x.astype(float)
        near = abs(x.mean() - mean) < 5 * deviation / N**0.5 and abs(x.std() - deviation) < 0.05 * deviation
        return low <= x.min() and x.max() <= high and near

    return check


def bits(mask, n):
    return np.unpackbits(mask.ravel(), bitorder="little")[:n].astype(bool)


def same_as(name, *arguments):
    """A check that another operator draws the same."""
    return lambda x: np.array_equal(x, call(name, *arguments)[-1])


zeros = np.zeros(N, f4)
add("aclnnInplaceUniform", (InOut(zeros), -1.0, 3.0, 1, 2), spread(-1, 3, 1, 4 / 12**0.5))
add("aclnnInplaceNormal", (InOut(zeros), 2.0, 0.5, 1, 2), spread(-1, 5, 2, 0.5))
add("aclnnInplaceRandom", (InOut(np.zeros(N, i8)), -3, 7, 1, 2), spread(-3, 6, 1.5, (99 / 12) ** 0.5))
add("aclnnNormalFloatFloat", (2.0, 0.5, 1, 2, Out(N, f4)), spread(-1, 5, 2, 0.5))
whole = np.full(N, 2, f4)
add("aclnnNormalTensorFloat", (whole, 0.5, 1, 2, Out(N, f4)), spread(-1, 5, 2, 0.5))
add("aclnnNormalFloatTensor", (2.0, whole / 4, 1, 2, Out(N, f4)), spread(-1, 5, 2, 0.5))
add("aclnnNormalTensorTensor", (whole, whole / 4, 1, 2, Out(N, f4)), spread(-1, 5, 2, 0.5))
kept = spread(0, 1, 0.3, 0.21**0.5)
add("aclnnInplaceBernoulli", (InOut(zeros), 0.3, 1, 2), kept)
add("aclnnBernoulliTensor", (zeros, np.float32([0.3]), 1, 2, Out(N, f4)), kept)
add("aclnnInplaceBernoulliTensor", (InOut(zeros), np.float32([0.3]), 1, 2), kept)
add(
    "aclnnRandperm",
    (100, 1, 2, Out(100, i8)),
    lambda x: sorted(x) == list(range(100)) and list(x) != list(range(100)),
)
weights = np.float32([[0, 3, 0, 1], [1, 1, 1, 1]])
add(
    "aclnnMultinomial",
    (weights, 3, True, 1, 2, Out((2, 3), i8)),
    lambda x: set(x[0]) <= {1, 3} and x.max() < 4,
)
add(
    "aclnnMultinomial", (weights[1:], 4, False, 1, 2, Out((1, 4), i8)), lambda x: sorted(x[0]) == [0, 1, 2, 3]
)

# Seeds in device memory: the same numbers as with seeds in the call; both offsets are added up.
from_tensors = (SEED, OFFSET, 2)
for name, start, middle in (
    ("InplaceUniform", zeros, (-1.0, 3.0)),
    ("InplaceNormal", zeros, (2.0, 0.5)),
    ("InplaceRandom", np.zeros(N, i8), (-3, 7)),
):
    add(f"aclnn{name}Tensor", (InOut(start), *middle, *from_tensors),
        same_as(f"aclnn{name}", InOut(start), *middle, 11, 7))  # fmt: skip
add("aclnnMultinomialTensor", (weights, 3, True, *from_tensors, Out((2, 3), i8)),
    same_as("aclnnMultinomial", weights, 3, True, 11, 7, Out((2, 3), i8)))  # fmt: skip

# Masks of dropout: a bit per element, one for what is kept.
SIZE = (N + 127) // 128 * 16
share = lambda mask: kept(1 - bits(mask, N))  # noqa: E731
add("aclnnDropoutGenMask", ([100, N // 100], 0.3, 11, 7, Out(SIZE, "u1")), share)
add("aclnnDropoutGenMaskV2", ([N], 0.3, 11, 7, f4, Out(SIZE, "u1")), share)
add("aclnnDropoutGenMaskV2Tensor", ([N], 0.3, *from_tensors, f4, Out(SIZE, "u1")),
    same_as("aclnnDropoutGenMask", [N], 0.3, 11, 7, Out(SIZE, "u1")))  # fmt: skip
X = np.arange(1, 9, dtype=f4)
MASK = np.uint8([0b01010011] + [0] * 15)
dropped = np.where(bits(MASK, 8), X / 0.75, 0)
add("aclnnDropoutDoMask", (X, MASK, 0.25, Out(8, f4)), dropped)
add("aclnnDropoutDoMask", (X, MASK, 1.0, Out(8, f4)), np.zeros(8))
BY_MASK = ("aclnnDropoutGenMask", [8], 0.25, 11, 7, Out(16, "u1"))
drawn = same_as(*BY_MASK)


def expected(y):
    return np.allclose(y, np.where(bits(call(*BY_MASK)[0], 8), X / 0.75, 0))


add("aclnnDropout", (X, 0.25, True, 11, 7, Out(8, f4), Out(16, "u1")), expected, drawn)
add("aclnnDropout", (X, 0.25, False, 11, 7, Out(8, f4), Out(16, "u1")), X, lambda mask: bits(mask, 8).all())
add("aclnnDropoutV3", (X, None, 0.25, 11, 7, Out(8, f4), Out(16, "u1")), expected, drawn)

# Slopes drawn for what is negative.
PAIR = np.stack([np.full(N, -1, f4), np.ones(N, f4)])
slope = spread(0.1, 0.3, 0.2, 0.2 / 12**0.5)
signs = lambda x: slope(-x[0]) and (x[1] == 1).all()  # noqa: E731
add("aclnnRReluWithNoise", (PAIR, InOut(np.zeros_like(PAIR)), 0.1, 0.3, True, 1, 2, Out(PAIR.shape, f4)),
    lambda noise: slope(noise[0]) and (noise[1] == 1).all(), signs)  # fmt: skip
add(
    "aclnnRReluWithNoise",
    (PAIR, PAIR, 0.1, 0.3, False, 1, 2, Out(PAIR.shape, f4)),
    np.where(PAIR < 0, -0.2, 1),
)
add("aclnnInplaceRReluWithNoise", (InOut(PAIR), PAIR.copy(), 0.1, 0.3, True, 1, 2), signs)
