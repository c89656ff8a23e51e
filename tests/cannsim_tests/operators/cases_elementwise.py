"""Elementwise operators: each with NumPy's expression for its meaning."""

import math

import numpy as np
from operator_calls import OPERATORS, InOut, Out

f4, i4 = np.dtype("f4"), np.dtype("i4")
X = np.linspace(-2.2, 2.3, 12).reshape(3, 4).astype(f4)
UNIT = np.linspace(-0.9, 0.9, 12).reshape(3, 4).astype(f4)
POSITIVE = np.linspace(0.1, 3, 12).reshape(3, 4).astype(f4)
ABOVE_ONE = np.linspace(1, 3, 12).reshape(3, 4).astype(f4)
SPECIAL = np.array([0, -0.0, 1.5, -2.5, np.inf, -np.inf, np.nan], f4)
INTS = np.array([[5, -3, 0], [7, 2, -8]], i4)
OTHER = np.array([[2, 3, -4], [-7, 5, 3]], i4)
WHOLE = np.array([[True, False, True, False]])
Y = np.linspace(1.5, -1.1, 12).reshape(3, 4).astype(f4)

CASES = {}


def add(name, arguments, *expected):
    CASES.setdefault(name, []).append((arguments, expected))


def vectorised(function):
    return lambda x: np.vectorize(function, otypes=[float])(np.asarray(x, float))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def relu(x):
    return np.maximum(x, 0)


def gelu_tanh(x):
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def gelu_erf(x):
    return 0.5 * x * (1 + erf(x / math.sqrt(2)))


def digamma(x):
    """By the derivative of the logarithm of the gamma function."""
    step = 1e-5
    return (lgamma(x + step) - lgamma(x - step)) / (2 * step)


def erfinv(x):
    """The zero of erf(y) - x, by Newton's method."""
    y = np.zeros_like(x)
    for _ in range(60):
        y -= (erf(y) - x) / (2 / math.sqrt(math.pi) * np.exp(-y * y))
    return y


erf, lgamma = vectorised(math.erf), vectorised(math.lgamma)
erfc = vectorised(math.erfc)

# --- f(x), and in place where there is such a form ---------------------------------------------

UNARY = {
    "Abs": (np.abs, X), "Acos": (np.arccos, UNIT), "Acosh": (np.arccosh, ABOVE_ONE),
    "Asin": (np.arcsin, UNIT), "Asinh": (np.arcsinh, X), "Atan": (np.arctan, X), "Atanh": (np.arctanh, UNIT),
    "BitwiseNot": (np.invert, INTS), "Ceil": (np.ceil, X), "Cos": (np.cos, X), "Cosh": (np.cosh, X),
    "Digamma": (digamma, POSITIVE + 1), "Erf": (erf, X), "Erfc": (erfc, X), "Erfinv": (erfinv, UNIT),
    "Exp": (np.exp, X), "Exp2": (np.exp2, X), "Expm1": (np.expm1, X),
    "FastGelu": (lambda x: x * sigmoid(1.702 * x), X), "Floor": (np.floor, X), "Frac": (lambda x: x - np.trunc(x), X),
    "Gelu": (gelu_tanh, X), "Hardsigmoid": (lambda x: np.clip(x / 6 + 0.5, 0, 1), X * 2),
    "Hardswish": (lambda x: x * np.clip(x + 3, 0, 6) / 6, X * 2), "Lgamma": (lgamma, POSITIVE),
    "Log": (np.log, POSITIVE), "Log10": (np.log10, POSITIVE), "Log1p": (np.log1p, POSITIVE),
    "Log2": (np.log2, POSITIVE), "LogSigmoid": (lambda x: -np.log1p(np.exp(-x)), X),
    "Mish": (lambda x: x * np.tanh(np.log1p(np.exp(x))), X), "Neg": (np.negative, X),
    "Reciprocal": (np.reciprocal, POSITIVE), "Relu": (relu, X), "Round": (np.rint, X * 2.5),
    "Rsqrt": (lambda x: 1 / np.sqrt(x), POSITIVE), "Sigmoid": (sigmoid, X), "Sign": (np.sign, X),
    "Silu": (lambda x: x * sigmoid(x), X), "Sin": (np.sin, X), "Sinc": (np.sinc, X), "Sinh": (np.sinh, X),
    "Softsign": (lambda x: x / (1 + np.abs(x)), X), "Sqrt": (np.sqrt, POSITIVE), "Square": (np.square, X),
    "Tan": (np.tan, UNIT), "Tanh": (np.tanh, X), "Trunc": (np.trunc, X * 2),
}  # fmt: skip
for short, (function, x) in UNARY.items():
    exact = function(x.astype("f8") if x.dtype == f4 else x)
    add(f"aclnn{short}", (x, Out(x.shape, x.dtype)), exact)
    if f"aclnnInplace{short}" in OPERATORS:
        add(f"aclnnInplace{short}", (InOut(x),), exact)

PREDICATES = {
    "IsFinite": np.isfinite, "IsInf": np.isinf, "IsNegInf": np.isneginf, "IsPosInf": np.isposinf,
    "LogicalNot": np.logical_not, "Signbit": np.signbit,
}  # fmt: skip
for short, function in PREDICATES.items():
    x = SPECIAL[:-1] if short == "Signbit" else SPECIAL
    add(f"aclnn{short}", (x, Out(x.shape, "?")), function(x))
add("aclnnInplaceLogicalNot", (InOut(WHOLE),), ~WHOLE)
add("aclnnReal", (np.array([1 + 2j, 3 - 4j], "c8"), Out(2, f4)), [1, 3])
add("aclnnLogSigmoidForward", (X, Out(X.shape, f4), Out(0, f4)), -np.log1p(np.exp(-X)), [])
add("aclnnInplaceZero", (InOut(X),), np.zeros(X.shape))
add("aclnnInplaceOne", (InOut(X),), np.ones(X.shape))

# --- f(x, y), with a tensor and with a scalar ----------------------------------------------------

COMPARISONS = {"Eq": np.equal, "Ne": np.not_equal, "Lt": np.less, "Le": np.less_equal, "Gt": np.greater,
               "Ge": np.greater_equal}  # fmt: skip
for short, function in COMPARISONS.items():
    for form, other in (("Tensor", OTHER), ("Scalar", 2)):
        add(f"aclnn{short}{form}", (INTS, other, Out(INTS.shape, "?")), function(INTS, other))
        add(f"aclnnInplace{short}{form}", (InOut(INTS), other), function(INTS, other).astype(i4))
add("aclnnEqTensor", (SPECIAL, SPECIAL, Out(SPECIAL.shape, "?")), SPECIAL == SPECIAL)
add("aclnnEqual", (INTS, INTS.copy(), Out((), "?")), True)
add("aclnnEqual", (INTS, OTHER, Out((), "?")), False)

LOGIC = {"And": np.logical_and, "Or": np.logical_or, "Xor": np.logical_xor}
A, B = np.array([0, 1, 2, 0], i4), np.array([0, 0, 5, 3], i4)
for short, function in LOGIC.items():
    add(f"aclnnLogical{short}", (A, B, Out(4, "?")), function(A, B))
    if short != "Xor":
        add(f"aclnnInplaceLogical{short}", (InOut(A > 0), B > 0), function(A, B))
    bitwise = getattr(np, f"bitwise_{short.lower()}")
    for form, other in (("Tensor", OTHER), ("Scalar", 6)):
        add(f"aclnnBitwise{short}{form}", (INTS, other, Out(INTS.shape, i4)), bitwise(INTS, other))
        add(f"aclnnInplaceBitwise{short}{form}", (InOut(INTS), other), bitwise(INTS, other))

PAIRS = {
    "Atan2": (np.arctan2, X, Y), "Div": (np.true_divide, X, Y), "FloorDivide": (np.floor_divide, INTS, OTHER),
    "FmodTensor": (np.fmod, INTS, OTHER), "Gcd": (np.gcd, INTS, OTHER), "LogAddExp": (np.logaddexp, X, Y),
    "LogAddExp2": (np.logaddexp2, X, Y), "Maximum": (np.maximum, X, Y), "Minimum": (np.minimum, X, Y),
    "Mul": (np.multiply, X, Y), "RemainderTensorTensor": (np.remainder, INTS, OTHER),
    "XLogYTensor": (lambda x, y: x * np.log(y), X, POSITIVE), "Heaviside": (np.heaviside, np.array([-1, 0, 2], f4),
                                                                          np.array([5, 0.5, 5], f4)),
    "PowTensorTensor": (np.power, POSITIVE, Y), "ClampMaxTensor": (np.minimum, X, Y),
    "ClampMinTensor": (np.maximum, X, Y), "LeftShift": (np.left_shift, np.abs(INTS), np.array([1, 2, 3], i4)),
    "RightShift": (np.right_shift, INTS, np.array([1, 2, 0], i4)),
}  # fmt: skip
for short, (function, x, y) in PAIRS.items():
    exact = function(x.astype("f8"), y.astype("f8")) if x.dtype == f4 else function(x, y)
    add(f"aclnn{short}", (x, y, Out(x.shape, x.dtype)), exact)
    if f"aclnnInplace{short}" in OPERATORS:
        add(f"aclnnInplace{short}", (InOut(x), y), exact)
add("aclnnMul", (X, Y[:1], Out(X.shape, f4)), X * Y[:1])  # broadcast
add("aclnnMaximum", (SPECIAL, np.float32([0]), Out(SPECIAL.shape, f4)), np.maximum(SPECIAL, np.float32(0)))

SCALARS = {
    "Divs": (np.true_divide, X, 0.5), "FloorDivides": (np.floor_divide, INTS, 3), "FmodScalar": (np.fmod, INTS, 3),
    "Muls": (np.multiply, X, -1.5), "RemainderTensorScalar": (np.remainder, INTS, -3),
    "XLogYScalarOther": (lambda x, y: x * np.log(y), X, 2.5), "PowTensorScalar": (np.power, X, 3.0),
    "ClampMax": (np.minimum, X, 0.5), "ClampMin": (np.maximum, X, 0.5), "LeftShifts": (np.left_shift, np.abs(INTS), 2),
}  # fmt: skip
for short, (function, x, y) in SCALARS.items():
    exact = function(x, y)
    add(f"aclnn{short}", (x, y, Out(x.shape, x.dtype)), exact)
    if f"aclnnInplace{short}" in OPERATORS:
        add(f"aclnnInplace{short}", (InOut(x), y), exact)
add("aclnnRemainderScalarTensor", (7, OTHER, Out(OTHER.shape, i4)), np.remainder(7, OTHER))
add("aclnnXLogYScalarSelf", (2.0, POSITIVE, Out(POSITIVE.shape, f4)), 2 * np.log(POSITIVE))
add("aclnnPowScalarTensor", (2.0, X, Out(X.shape, f4)), 2.0**X)

# --- with a factor -------------------------------------------------------------------------------

for short, sign in (("Add", 1), ("Sub", -1)):
    exact = X + sign * 2 * Y
    add(f"aclnn{short}", (X, Y, 2.0, Out(X.shape, f4)), exact)
    add(f"aclnnInplace{short}", (InOut(X), Y, 2.0), exact)
    exact = X + sign * 2 * 1.5
    add(f"aclnn{short}s", (X, 1.5, 2.0, Out(X.shape, f4)), exact)
    add(f"aclnnInplace{short}s", (InOut(X), 1.5, 2.0), exact)
add("aclnnRsubs", (X, 1.5, 2.0, Out(X.shape, f4)), 1.5 - 2 * X)
add("aclnnAddRelu", (X, Y, 2.0, Out(X.shape, f4)), relu(X + 2 * Y))
add("aclnnAddRelu", (INTS, OTHER[:1], 2, Out(INTS.shape, i4)), relu(INTS + 2 * OTHER[:1]))
add("aclnnInplaceAddRelu", (InOut(X), Y, 2.0), relu(X + 2 * Y))
for short, product in (("Addcmul", Y * POSITIVE), ("Addcdiv", Y / POSITIVE)):
    add(f"aclnn{short}", (X, Y, POSITIVE, 0.5, Out(X.shape, f4)), X + 0.5 * product)
    add(f"aclnnInplace{short}", (InOut(X), Y, POSITIVE, 0.5), X + 0.5 * product)
add("aclnnLerp", (X, Y, UNIT, Out(X.shape, f4)), X + UNIT * (Y - X))
add("aclnnInplaceLerp", (InOut(X), Y, UNIT), X + UNIT * (Y - X))
add("aclnnLerps", (X, Y, 0.25, Out(X.shape, f4)), X + 0.25 * (Y - X))
for mode, function in enumerate((np.true_divide, lambda x, y: np.trunc(x / y), np.floor_divide)):
    add("aclnnDivMod", (X, Y, mode, Out(X.shape, f4)), function(X.astype("f8"), Y))
    add("aclnnDivMods", (X, 0.7, mode, Out(X.shape, f4)), function(X.astype("f8"), np.float32(0.7)))
    add("aclnnInplaceDivMod", (InOut(X), Y, mode), function(X.astype("f8"), Y))
    add("aclnnInplaceDivMods", (InOut(X), 0.7, mode), function(X.astype("f8"), np.float32(0.7)))

# --- with attributes -----------------------------------------------------------------------------


def elu(x, alpha=1, scale=1, inner=1):
    return np.where(x > 0, scale * x, alpha * scale * np.expm1(np.minimum(x, 0) * inner))


ATTRIBUTES = {
    "Celu": ((1.5,), lambda x: np.maximum(x, 0) + np.minimum(0, 1.5 * np.expm1(x / 1.5))),
    "Elu": ((1.5, 2.0, 0.5), lambda x: elu(x, 1.5, 2, 0.5)),
    "Hardshrink": ((0.7,), lambda x: np.where(np.abs(x) > 0.7, x, 0)),
    "Softshrink": ((0.7,), lambda x: np.sign(x) * relu(np.abs(x) - 0.7)),
    "Hardtanh": ((-0.5, 1.5), lambda x: np.clip(x, -0.5, 1.5)),
    "Clamp": ((-0.5, 1.5), lambda x: np.clip(x, -0.5, 1.5)),
    "LeakyRelu": ((0.2,), lambda x: np.where(x > 0, x, 0.2 * x)),
    "Softplus": ((2.0, 3.0), lambda x: np.where(2 * x > 3, x, np.log1p(np.exp(2 * x)) / 2)),
    "Threshold": ((0.5, -7.0), lambda x: np.where(x > 0.5, x, -7)),
    "RoundDecimals": ((1,), lambda x: np.round(x, 1)),
    "GeluV2": ((0,), gelu_erf),
}  # fmt: skip
for short, (attributes, function) in ATTRIBUTES.items():
    exact = function(X.astype("f8"))
    add(f"aclnn{short}", (X, *attributes, Out(X.shape, f4)), exact)
    if f"aclnnInplace{short}" in OPERATORS:
        add(f"aclnnInplace{short}", (InOut(X), *attributes), exact)
add("aclnnGeluV2", (X, 1, Out(X.shape, f4)), gelu_tanh(X))
add("aclnnLogit", (POSITIVE / 4, -1.0, Out(X.shape, f4)), np.log(POSITIVE / 4 / (1 - POSITIVE / 4)))
add("aclnnLogit", (np.float32([-1, 0.5, 2]), 0.25, Out(3, f4)), np.log([1 / 3, 1, 3]))
add("aclnnClampTensor", (X, np.full_like(X, -0.5), Y, Out(X.shape, f4)), np.minimum(np.maximum(X, -0.5), Y))
add(
    "aclnnNanToNum",
    (SPECIAL, 1.0, 2.0, 3.0, Out(SPECIAL.shape, f4)),
    np.nan_to_num(SPECIAL, nan=1, posinf=2, neginf=3),
)
add("aclnnSWhere", (X > 0, X, Y, Out(X.shape, f4)), np.where(X > 0, X, Y))
NEAR = SPECIAL + np.float32(1e-3)
add("aclnnIsClose", (SPECIAL, NEAR, 1e-3, 1e-2, True, Out(SPECIAL.shape, "?")),
    np.isclose(SPECIAL, NEAR, 1e-3, 1e-2, equal_nan=True))  # fmt: skip
add("aclnnIsInTensorScalar", (INTS, 7, False, True, Out(INTS.shape, "?")), INTS != 7)
add("aclnnIsInScalarTensor", (7, INTS, False, False, Out((), "?")), True)
add("aclnnComplex", (X, Y, Out(X.shape, "c8")), X + 1j * Y)
add("aclnnPolar", (POSITIVE, Y, Out(X.shape, "c8")), POSITIVE * np.exp(1j * Y))
add(
    "aclnnPrelu",
    (X, np.float32([0.1, 0.2, 0.3, 0.4]), Out(X.shape, f4)),
    np.where(X > 0, X, X * [0.1, 0.2, 0.3, 0.4]),
)
add("aclnnPrelu", (X, np.float32([0.1]), Out(X.shape, f4)), np.where(X > 0, X, X * 0.1))
add("aclnnMaskedScale", (X, (X > 0).astype("u1"), 2.5, Out(X.shape, f4)), relu(X) * 2.5)

# --- halves --------------------------------------------------------------------------------------

L, R = X[:, :2].astype("f8"), X[:, 2:].astype("f8")
add("aclnnGlu", (X, -1, Out((3, 2), f4)), L * sigmoid(R))
add("aclnnGlu", (X.T.copy(), 0, Out((2, 3), f4)), (L * sigmoid(R)).T)
add("aclnnSwiGlu", (X, 1, Out((3, 2), f4)), L * sigmoid(L) * R)
for mode, gelu in enumerate((gelu_erf, gelu_tanh)):
    add("aclnnGeGluV3", (X, -1, mode, False, Out((3, 2), f4), Out((3, 2), f4)), L * gelu(R), gelu(R))
    add("aclnnGeGluV3", (X, -1, mode, True, Out((3, 2), f4), Out((3, 2), f4)), R * gelu(L), gelu(L))
    add("aclnnGeluMul", (X, ("none", "tanh")[mode], Out((3, 2), f4)), gelu(L) * R)

# --- lists of tensors ----------------------------------------------------------------------------

LIST, LIST2 = [X, POSITIVE[0].copy()], [Y, POSITIVE[1].copy()]
LIST_UNARY = "Abs Cos Cosh Erf Erfc Exp Expm1 Neg Sigmoid Sign Sin Sinh Tanh".split()


def outs(values):
    return [Out(v.shape, v.dtype) for v in values]


for short in [
    *LIST_UNARY,
    "Acos",
    "Asin",
    "Atan",
    "Log",
    "Log10",
    "Log1p",
    "Log2",
    "Reciprocal",
    "Sqrt",
    "Tan",
]:
    function, x = UNARY[short]
    values = [x, x[1].copy()]
    add(f"aclnnForeach{short}", (values, outs(values)), *(function(v.astype("f8")) for v in values))
add("aclnnForeachCopy", (LIST, outs(LIST)), *LIST)
add("aclnnForeachZeroInplace", ([InOut(v) for v in LIST],), *(np.zeros(v.shape) for v in LIST))

LIST_BINARY = {
    "Mul": np.multiply, "Div": np.true_divide, "Maximum": np.maximum, "Minimum": np.minimum, "Add": np.add,
    "Sub": np.subtract, "Pow": np.power,
}  # fmt: skip
for short, function in LIST_BINARY.items():
    left = [POSITIVE, POSITIVE[0].copy()] if short == "Pow" else LIST
    factor = np.float32([2])
    both = [function(a, b * 2 if short in ("Add", "Sub") else b) for a, b in zip(left, LIST2)]
    if short in ("Add", "Sub"):
        add(f"aclnnForeach{short}List", (left, LIST2, factor, outs(left)), *both)
        add(f"aclnnForeach{short}ListV2", (left, LIST2, 2.0, outs(left)), *both)
    else:
        add(f"aclnnForeach{short}List", (left, LIST2, outs(left)), *both)
    each = [function(a, 1.5) for a in left]
    add(f"aclnnForeach{short}Scalar", (left, np.float32([1.5]), outs(left)), *each)
    add(f"aclnnForeach{short}ScalarV2", (left, 1.5, outs(left)), *each)
    add(f"aclnnForeach{short}ScalarList", (left, [1.5, 2.5], outs(left)),
        *(function(a, s) for a, s in zip(left, (1.5, 2.5))))  # fmt: skip
add("aclnnForeachAddScalarV2", ([INTS], 3, outs([INTS])), INTS + 3)
add("aclnnForeachPowScalarAndTensor", (2.0, LIST, outs(LIST)), *(2.0**v for v in LIST))
add(
    "aclnnForeachLerpScalar",
    (LIST, LIST2, 0.25, outs(LIST)),
    *(a + 0.25 * (b - a) for a, b in zip(LIST, LIST2)),
)
WEIGHTS = [np.full_like(v, 0.75) for v in LIST]
add(
    "aclnnForeachLerpList",
    (LIST, LIST2, WEIGHTS, outs(LIST)),
    *(a + 0.75 * (b - a) for a, b in zip(LIST, LIST2)),
)
THIRD = [POSITIVE, POSITIVE[2].copy()]
for short, function in (("Addcmul", np.multiply), ("Addcdiv", np.true_divide)):
    for form, scalars, numbers in (("Scalar", np.float32([0.5]), (0.5, 0.5)), ("ScalarV2", 0.5, (0.5, 0.5)),
                                   ("ScalarList", np.float32([0.5, 2]), (0.5, 2)),
                                   ("List", np.float32([0.5, 2]), (0.5, 2))):  # fmt: skip
        exact = [a + s * function(b, c) for a, b, c, s in zip(LIST, LIST2, THIRD, numbers)]
        add(f"aclnnForeach{short}{form}", (LIST, LIST2, THIRD, scalars, outs(LIST)), *exact)
for mode, function in ((1, np.rint), (2, np.floor), (3, np.ceil), (5, np.trunc)):
    exact = [function(v) for v in LIST]
    add("aclnnForeachRoundOffNumber", (LIST, np.array([mode], "i1"), outs(LIST)), *exact)
    add("aclnnForeachRoundOffNumberV2", (LIST, mode, outs(LIST)), *exact)
for order in (1.0, 2.0):
    add("aclnnForeachNorm", (LIST, order, [Out((), f4), Out((), f4)]),
        *((np.abs(v) ** order).sum() ** (1 / order) for v in LIST))  # fmt: skip
INFINITE = [X, np.float32([1, np.inf])]
add("aclnnForeachNonFiniteCheckAndUnscale", ([InOut(v) for v in INFINITE], InOut([np.float32(0)]), np.float32([0.5])),
    *(v * np.float32(0.5) for v in INFINITE), [1])  # fmt: skip
add("aclnnForeachNonFiniteCheckAndUnscale", ([InOut(X)], InOut([np.float32(0)]), np.float32([2])), X * 2, [0])
