"""Operators that run by the name of their type give what NumPy gives, and refuse what does not fit."""

import ctypes
import json
import math

import numpy as np
import pytest
from operator_calls import DTYPES, FACTS, TO_DEVICE, TO_HOST, CannError, check, int64s, lib

TYPES = json.loads((FACTS / "single_ops.json").read_text())["types"]
for name in ("aclCreateTensorDesc", "aclCreateDataBuffer", "aclopCreateAttr"):
    getattr(lib, name).restype = ctypes.c_void_p
lib.aclGetTensorDescDim.restype = ctypes.c_int64
lib.aclGetTensorDescNumDims.restype = ctypes.c_size_t
POINTER, SIZE = ctypes.c_void_p, ctypes.c_size_t
INVALID, NOT_FOUND, INPUTS, OUTPUTS, ATTRIBUTES = 100000, 100024, 100021, 100022, 100023
DYNAMIC, COMPILER = 148050, 500002


class Const:
    """An input whose value the compiler knows."""

    def __init__(self, values, dtype=np.int64):
        self.array = np.array(values, dtype)


class Host(Const):
    """An input that lies in host memory."""


class Call:
    """Descriptors, buffers and attributes of one call; `outputs` are pairs of shape and dtype."""

    def __init__(self, kind, inputs, outputs, attributes=None, room=None):
        self.kind, self.outputs, self.room = kind.encode(), outputs, room
        self.memory, self.descs, self.buffers, self.kept = [], [], [], []
        for x in inputs:
            self.add(x)
        for shape, dtype in outputs:
            self.add(np.full(room or shape, 7).astype(dtype), shape)
        self.attr = POINTER(lib.aclopCreateAttr())
        for name, value in (attributes or {}).items():
            self.set(name.encode(), value)
        self.n = len(inputs)

    def add(self, x, shape=None):
        plain = isinstance(x, np.ndarray)
        array = np.ascontiguousarray(x if plain else x.array).reshape((x if plain else x.array).shape)
        shape = array.shape if shape is None else shape
        desc = POINTER(lib.aclCreateTensorDesc(DTYPES[array.dtype.name], len(shape), int64s(shape), 2))
        data = POINTER(array.ctypes.data)
        self.kept.append(array)
        if isinstance(x, Host):
            check(lib.aclSetTensorPlaceMent(desc, 1))
        elif not plain:
            check(lib.aclSetTensorConst(desc, data, SIZE(array.nbytes)))
        else:
            data = POINTER()
            check(lib.aclrtMalloc(ctypes.byref(data), SIZE(array.nbytes + 64), 0))
            self.memory.append(data)
            n = SIZE(array.nbytes)
            check(lib.aclrtMemcpy(data, n, POINTER(array.ctypes.data), n, TO_DEVICE))
        self.descs.append(desc)
        self.buffers.append(POINTER(lib.aclCreateDataBuffer(data, SIZE(array.nbytes))))

    def set(self, name, value):
        if isinstance(value, bool):
            check(lib.aclopSetAttrBool(self.attr, name, ctypes.c_uint8(value)))
        elif isinstance(value, int):
            check(lib.aclopSetAttrInt(self.attr, name, ctypes.c_int64(value)))
        elif isinstance(value, float):
            check(lib.aclopSetAttrFloat(self.attr, name, ctypes.c_float(value)))
        elif isinstance(value, str):
            check(lib.aclopSetAttrString(self.attr, name, value.encode()))
        else:
            check(lib.aclopSetAttrListInt(self.attr, name, len(value), int64s(value)))

    def arguments(self, buffers=True):
        def array(items):
            return (POINTER * max(len(items), 1))(*items)

        n = self.n
        given = [self.kind, n, array(self.descs[:n]), array(self.buffers[:n]), len(self.outputs)]
        given += [array(self.descs[n:]), array(self.buffers[n:]), self.attr]
        return given if buffers else [g for i, g in enumerate(given) if i not in (3, 6)]

    def read(self):
        out = []
        for (_, dtype), desc, buffer, memory in zip(
            self.outputs, self.descs[self.n :], self.buffers[self.n :], self.memory[-len(self.outputs) :]
        ):
            rank = lib.aclGetTensorDescNumDims(desc)
            array = np.empty([lib.aclGetTensorDescDim(desc, SIZE(i)) for i in range(rank)], dtype)
            n = SIZE(array.nbytes)
            if array.size:
                check(lib.aclrtMemcpy(POINTER(array.ctypes.data), n, memory, n, TO_HOST))
            out.append(array)
        return out

    def close(self):
        for desc in self.descs:
            lib.aclDestroyTensorDesc(desc)
        for buffer in self.buffers:
            check(lib.aclDestroyDataBuffer(buffer))
        for memory in self.memory:
            check(lib.aclrtFree(memory))
        lib.aclopDestroyAttr(self.attr)


def execute(kind, inputs, outputs, attributes=None, version="", room=None):
    call = Call(kind, inputs, outputs, attributes, room)
    try:
        check(getattr(lib, f"aclopCompileAndExecute{version}")(*call.arguments(), 0, 0, None, None))
        check(lib.aclrtSynchronizeStream(None))
        return call.read()
    finally:
        call.close()


X = np.array([[0.5, -1.5, 2.5], [-0.25, 3.0, 0.75]], np.float32)
P = np.array([[0.5, 0.25, 0.75], [0.125, 0.9, 0.3]], np.float32)
Y = np.array([[2.0, 0.5, -3.0]], np.float32)
I = np.array([[5, -3, 12], [7, 0, -9]], np.int32)  # noqa: E741
J = np.array([[2, 3, 5], [1, 4, 2]], np.int32)
B = np.array([[True, False, True], [False, False, True]])
special = np.vectorize


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def like(x, want):
    return [(np.shape(want), np.asarray(want).dtype if np.asarray(want).dtype == bool else x.dtype)]


UNARY = {
    "Abs": (X, np.abs), "Acos": (P, np.arccos), "Acosh": (P + 1, np.arccosh), "Asin": (P, np.arcsin),
    "Asinh": (X, np.arcsinh), "Atan": (X, np.arctan), "Atanh": (P, np.arctanh), "Ceil": (X, np.ceil),
    "Cos": (X, np.cos), "Cosh": (X, np.cosh), "Erf": (X, special(math.erf)), "Erfc": (X, special(math.erfc)),
    "Exp": (X, np.exp), "Expm1": (X, np.expm1), "Floor": (X, np.floor),
    "IsFinite": (X * np.float32([1, np.inf, np.nan]), np.isfinite),
    "Lgamma": (P, special(math.lgamma)), "Log": (P, np.log), "Log1p": (P, np.log1p),
    "LogicalNot": (B, np.logical_not), "Neg": (X, np.negative), "Reciprocal": (X, np.reciprocal),
    "Round": (X, np.round), "Rsqrt": (P, lambda x: 1 / np.sqrt(x)), "Sign": (X, np.sign), "Sin": (X, np.sin),
    "Sinh": (X, np.sinh), "Sqrt": (P, np.sqrt), "Square": (X, np.square), "Tan": (X, np.tan), "Tanh": (X, np.tanh),
    "Trunc": (X, np.trunc), "Invert": (I, np.invert), "Relu": (X, lambda x: x.clip(0)), "Sigmoid": (X, sigmoid),
    "Mish": (X, lambda x: x * np.tanh(np.log1p(np.exp(x)))), "Softsign": (X, lambda x: x / (1 + abs(x))),
    "LogSigmoid": (X, lambda x: np.log(sigmoid(x))), "HardSwish": (X, lambda x: x * (x + 3).clip(0, 6) / 6),
    "Selu": (X, lambda x: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(x))),
    "Gelu": (X, lambda x: x / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))),
    "Swish": (X, lambda x: x * sigmoid(x)), "SoftplusV2": (X, lambda x: np.log1p(np.exp(x))),
    "LeakyRelu": (X, lambda x: x.clip(0)), "Elu": (X, lambda x: np.where(x > 0, x, np.expm1(x))),
    "HardShrink": (X, lambda x: np.where(abs(x) > 0.5, x, 0)),
    "SoftShrink": (X, lambda x: np.sign(x) * (abs(x) - 0.5).clip(0)),
    "TensorMove": (X, np.copy), "Identity": (I, np.copy), "ZerosLike": (X, np.zeros_like),
    "OnesLike": (I, np.ones_like),
    "Trace": (X[:, :2], np.trace), "Tril": (X, np.tril), "Triu": (X, np.triu),
    "Digamma": (np.float32([1, 2]), lambda x: np.float32([-0.5772157, 0.42278434])),
    "Erfinv": (np.float32([0, 0.5]), lambda x: np.float32([0, 0.47693628])),
}  # fmt: skip
BINARY = {
    "Add": (X, Y, np.add), "Sub": (X, Y, np.subtract), "Mul": (X, Y, np.multiply), "RealDiv": (X, Y, np.divide),
    "FloorDiv": (I, J, np.floor_divide), "FloorMod": (I, J, np.remainder), "Mod": (I, J, np.fmod),
    "Pow": (P, Y, np.power), "Atan2": (X, Y, np.arctan2),
    "Maximum": (X, Y, np.maximum), "Minimum": (X, Y, np.minimum),
    "Xlogy": (X, P, lambda x, y: x * np.log(y)),
    "BitwiseAnd": (I, J, np.bitwise_and), "BitwiseOr": (I, J, np.bitwise_or),
    "BitwiseXor": (I, J, np.bitwise_xor), "LogicalAnd": (B, ~B[:1], np.logical_and),
    "LogicalOr": (B, ~B, np.logical_or),
    "LeftShift": (I, J, np.left_shift), "RightShift": (I, J, np.right_shift), "Equal": (I, J, np.equal),
    "NotEqual": (I, J, np.not_equal), "Greater": (X, Y, np.greater), "GreaterEqual": (I, J, np.greater_equal),
    "Less": (X, Y, np.less), "LessEqual": (I, J, np.less_equal), "Dot": (X[0], Y[0], np.dot),
    "Ger": (X[0], P[1], np.outer),
    "MatMul": (X, P.T.copy(), np.matmul), "BatchMatMul": (np.stack([X, P]), X.T.copy(), np.matmul),
}  # fmt: skip
T = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
AT = np.array([[0, 1, 0], [1, 0, 1]])
# type, inputs, what comes out, attributes
OTHERS = [
    ("Round", [X], np.round(X), {"decimals": 0}),
    ("LeakyRelu", [X], np.where(X > 0, X, X / 4), {"negative_slope": 0.25}),
    ("Elu", [X], np.where(X > 0, X, 2 * np.expm1(X)), {"alpha": 2.0, "scale": 1.0, "input_scale": 1.0}),
    ("Swish", [X], X * sigmoid(2 * X), {"scale": 2.0}),
    ("Tril", [X], np.tril(X, -1), {"diagonal": -1}),
    ("Adds", [X], X + np.float32(1.5), {"value": 1.5}),
    ("Muls", [X], X * np.float32(1.5), {"value": 1.5}),
    ("Axpy", [X, Y], X + 2 * Y, {"alpha": 2.0}),
    ("AxpyV2", [X, Y, Const(2, np.float32)], X + 2 * Y, {}),
    ("SelectV2", [B, X, Y], np.where(B, X, Y), {}),
    ("ClipByValue", [X, np.float32([-1]), np.float32([1])], X.clip(-1, 1), {}),
    ("ClipByValueV2", [X, np.float32([0]), np.float32([2])], X.clip(0, 2), {}),
    ("Lerp", [X, P, np.full_like(X, 0.25)], X + np.float32(0.25) * (P - X), {}),
    ("Addcmul", [X, P, P, Const([0.5], np.float32)], X + np.float32(0.5) * P * P, {}),
    ("Addcdiv", [X, P, P, Host([0.5], np.float32)], X + np.float32(0.5), {}),
    ("Cast", [X], X.astype(np.int32), {"dst_type": DTYPES["int32"]}),
    ("Reshape", [T, Const([6, 4])], T.reshape(6, 4), {}),
    ("Squeeze", [Y], Y[0], {"axis": [0]}),
    ("Unsqueeze", [X], X[:, None], {"axes": [1]}),
    ("ExpandDims", [X, Const([2], np.int32)], X[..., None], {}),
    ("Flatten", [T], T.reshape(2, 12), {"axis": 1}),
    ("Fill", [Const([2, 3]), Const(4, np.float32)], np.full((2, 3), 4, np.float32), {}),
    (
        "Range",
        [Const(1, np.int32), Const(9, np.int32), Const(3, np.int32)],
        np.arange(1, 9, 3, dtype=np.int32),
        {},
    ),
    (
        "LinSpace",
        [Const(0, np.float32), Const(1, np.float32), Const(5)],
        np.linspace(0, 1, 5, dtype=np.float32),
        {},
    ),
    ("Cumsum", [T, Const(1)], T.cumsum(1), {}),
    ("CumsumD", [T], T[..., ::-1].cumsum(2)[..., ::-1], {"axis": 2, "reverse": True}),
    ("Cumprod", [X, Const(1)], X.cumprod(1), {"exclusive": False}),
    ("Transpose", [T, Const([2, 0, 1], np.int32)], T.transpose(2, 0, 1), {}),
    ("TransposeD", [T], T.transpose(1, 2, 0), {"perm": [1, 2, 0]}),
    ("BroadcastTo", [Y, Const([2, 3])], np.broadcast_to(Y, (2, 3)), {}),
    ("BroadcastToD", [Y], np.broadcast_to(Y, (2, 3)), {"shape": [2, 3]}),
    ("Tile", [X, np.array([2, 1])], np.tile(X, (2, 1)), {}),
    ("TileD", [X], np.tile(X, (2, 1)), {"multiples": [2, 1]}),
    ("ReverseV2", [T, Const([0, 2])], T[::-1, :, ::-1], {}),
    ("ReverseV2D", [T], T[:, ::-1], {"axis": [1]}),
    ("Roll", [X], np.roll(X, 1, 1), {"shifts": [1], "dims": [1]}),
    ("ConcatD", [X, Y], np.concatenate([X, Y]), {"concat_dim": 0, "N": 2}),
    ("ConcatV2D", [X, P, X], np.concatenate([X, P, X], 1), {"concat_dim": 1}),
    ("Pack", [X, P], np.stack([X, P], 1), {"axis": 1, "N": 2}),
    ("GatherV2", [T, np.array([2, 0]), Const(1)], T[:, [2, 0]], {}),
    ("GatherV2D", [T, np.array([1, 1], np.int32)], T[..., [1, 1]], {"axis": 2}),
    ("Gather", [X, np.array([1, 0, 1])], X[[1, 0, 1]], {"validate_indices": True}),
    ("GatherElements", [X, AT], np.take_along_axis(X, AT, 1), {"dim": 1}),
    ("GatherNd", [X, np.array([[1, 2], [0, 0]])], X[[1, 0], [2, 0]], {}),
    ("ScatterElements", [X, AT[:, :1], P[:, :1]], None, {"axis": 1}),
    ("MatMul", [X, P], X @ P.T, {"transpose_x1": False, "transpose_x2": True}),
    ("MatMulV2", [X, P], X.T @ P, {"transpose_x1": True, "offset_x": 0}),
    ("BatchMatMulV2", [np.stack([X, P]), np.stack([P, X])], np.stack([X @ P.T, P @ X.T]), {"adj_x2": True}),
]
scattered = X.copy()
np.put_along_axis(scattered, AT[:, :1], P[:, :1], 1)
OTHERS = [(k, i, scattered if w is None else w, a) for k, i, w, a in OTHERS]
REDUCTIONS = {
    "ReduceSum": (T, np.sum), "ReduceMean": (T, np.mean), "ReduceMax": (T, np.max), "ReduceMin": (T, np.min),
    "ReduceProd": (X, np.prod), "ReduceAll": (B, np.all), "ReduceAny": (B, np.any),
}  # fmt: skip
for kind, (x, f) in REDUCTIONS.items():
    axes = [1] if kind == "ReduceProd" else [0, 1]
    OTHERS += [
        (kind, [x, Const(axes)], f(x, axis=tuple(axes), keepdims=True), {"keep_dims": True}),
        (kind, [x, np.array([-1], np.int32)], f(x, axis=-1), {}),
        (kind + "D", [x], f(x, axis=1), {"axes": [1], "keep_dims": False}),
    ]
for kind, f in (("ArgMaxV2", np.argmax), ("ArgMin", np.argmin)):
    OTHERS.append((kind, [X, Const(1)], f(X, 1), {"dtype": DTYPES["int64"]}))
    OTHERS.append((kind.removesuffix("V2") + "D", [X], f(X, 0), {"dimension": 0}))
# The types that nothing above runs have tests of their own.
OWN_TESTS = {"SplitD", "NonZero", "MaskedSelect"}


def agree(got, want):
    assert got.dtype == want.dtype and got.shape == want.shape
    if want.dtype.kind == "f":
        np.testing.assert_allclose(got, want, rtol=3e-6, atol=1e-6)
    else:
        np.testing.assert_array_equal(got, want)


def wanted(x, want):
    want = np.asarray(want)
    return want if want.dtype.kind in "bi" else want.astype(x.dtype)


@pytest.mark.parametrize("kind", UNARY)
def test_unary(kind):
    x, f = UNARY[kind]
    want = wanted(x, f(x))
    agree(execute(kind, [x], [(want.shape, want.dtype)])[0], want)


@pytest.mark.parametrize("kind", BINARY)
def test_binary(kind):
    x, y, f = BINARY[kind]
    want = wanted(x, f(x, y))
    agree(execute(kind, [x, y], [(want.shape, want.dtype)])[0], want)


@pytest.mark.parametrize("case", OTHERS, ids=lambda case: case[0])
def test_other(case):
    kind, inputs, want, attributes = case
    agree(execute(kind, inputs, [(want.shape, want.dtype)], attributes)[0], want)


def test_split():
    parts = execute("SplitD", [T], [((2, 1, 4), T.dtype)] * 3, {"split_dim": 1, "num_split": 3})
    for got, want in zip(parts, np.split(T, 3, 1)):
        agree(got, want)


def test_every_type_is_tested():
    tested = {*UNARY, *BINARY, *(case[0] for case in OTHERS), *OWN_TESTS}
    assert tested == set(TYPES)


# --- shapes that the program does not know ---------------------------------------------------------


@pytest.mark.parametrize(
    "kind, inputs, want, attributes",
    [
        ("Add", [X, Y], X + Y, {}),
        ("Neg", [T], -T, {}),
        ("ReduceSum", [T, Const([0, 2])], T.sum((0, 2)), {}),
        ("ReduceSum", [T, Const([-1])], T.sum(-1, keepdims=True), {"keep_dims": True}),
        ("ReduceMaxD", [T], T.max((1, 2)), {"axes": [1, 2]}),
        ("ArgMaxV2", [X, Const(1)], X.argmax(1), {}),
        ("Cumsum", [X, Const(1)], X.cumsum(1), {}),
        ("GatherElements", [X, AT], np.take_along_axis(X, AT, 1), {"dim": 1}),
        ("MatMul", [X, P], X @ P.T, {"transpose_x2": True}),
        ("BatchMatMul", [np.stack([X, P]), X.T.copy()], np.stack([X, P]) @ X.T, {}),
        ("NonZero", [B], np.argwhere(B), {}),
        ("MaskedSelect", [X, B], X[B], {}),
    ],
)
@pytest.mark.parametrize("unknown", ["extents", "rank"])
def test_second_version_tells_the_shapes(kind, inputs, want, attributes, unknown):
    rank = max(want.ndim, 1)
    shape = (-2,) if unknown == "rank" else (-1,) * rank
    room = (B.size, 2) if kind == "NonZero" else (T.size,)
    got = execute(kind, inputs, [(shape, want.dtype)], attributes, "V2", room)[0]
    agree(got, want)


def test_known_shapes_stay():
    agree(execute("Add", [X, Y], [(X.shape, X.dtype)], version="V2")[0], X + Y)


# --- refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind, inputs, outputs, attributes, status, words",
    [
        ("Conv2D", [X, X], [(X.shape, X.dtype)], {}, NOT_FOUND, "Conv2D"),
        ("Add", [X], [(X.shape, X.dtype)], {}, INPUTS, "Add has 2 inputs, got 1"),
        ("ConcatD", [], [(X.shape, X.dtype)], {"concat_dim": 0}, INPUTS, "at least 1"),
        ("Add", [X, X], [(X.shape, X.dtype)] * 2, {}, OUTPUTS, "1 outputs, got 2"),
        ("TransposeD", [X], [((3, 2), X.dtype)], {}, ATTRIBUTES, "needs the attribute perm"),
        ("Add", [X, X], [(X.shape, X.dtype)], {"alpha": 2.0}, ATTRIBUTES, "no attribute alpha"),
        (
            "Exp",
            [X],
            [(X.shape, X.dtype)],
            {"base": 2.0},
            ATTRIBUTES,
            "base is 2; cannsim computes -1.0 only",
        ),
        ("TransposeD", [X], [((3, 2), X.dtype)], {"perm": "1,0"}, ATTRIBUTES, "perm is no number"),
        ("MatMul", [X, X], [((2, 2), X.dtype)], {"transpose_x2": [1, 0]}, ATTRIBUTES, "no number by itself"),
        ("Tril", [X], [(X.shape, X.dtype)], {"diagonal": []}, INVALID, "0 values where there is one"),
        ("SplitD", [T], [((1, 3, 4), T.dtype)] * 2, {}, ATTRIBUTES, "split_dim"),
        ("SplitD", [T], [((1, 3, 4), T.dtype)] * 2, {"split_dim": 3}, ATTRIBUTES, "3 axes"),
        ("ScatterElements", [X, AT, X], [(X.shape, X.dtype)], {"reduction": "add"}, ATTRIBUTES, "reduction"),
        ("Add", [X, I[0, :2]], [(X.shape, X.dtype)], {}, COMPILER, "aclnnAdd"),
        ("Tan", [np.zeros(2, np.uint16)], [((2,), np.uint16)], {}, COMPILER, "aclnnTan"),
        ("Add", [X, X], [((2, 4), X.dtype)], {}, COMPILER, "aclnnAdd"),
        ("Add", [X, X], [((-1, 3), X.dtype)], {}, DYNAMIC, "V2"),
        ("Reshape", [T, Const([5])], [((5,), T.dtype)], {}, OUTPUTS, "elements"),
        ("ReduceSum", [T, Host([])], [((), T.dtype)], {}, INVALID, "no axes"),
    ],
)
def test_refusals(kind, inputs, outputs, attributes, status, words):
    room = X.shape if -1 in outputs[0][0] else None
    with pytest.raises(CannError, match=f"(?s){words}") as error:
        execute(kind, inputs, outputs, attributes, room=room)
    assert error.value.status == status


def test_second_version_needs_a_rule():
    with pytest.raises(CannError, match="does not infer") as error:
        execute("Transpose", [X, Const([1, 0])], [((-1, -1), X.dtype)], {}, "V2", X.shape)
    assert error.value.status == DYNAMIC


def test_values_of_unknown_shape():
    call = Call("ReduceSum", [T, Const([0])], [((3, 4), T.dtype)])
    unknown = POINTER(lib.aclCreateTensorDesc(DTYPES["int64"], 1, int64s((-1,)), 2))
    lib.aclDestroyTensorDesc(call.descs[1])
    call.descs[1] = unknown
    assert lib.aclopCompileAndExecute(*call.arguments(), 0, 0, None, None) == DYNAMIC
    assert "value of input 1" in lib.aclGetRecentErrMsg().decode()
    call.close()


def test_bad_arguments():
    call = Call("Add", [X, Y], [(X.shape, X.dtype)])
    good = call.arguments()
    wrong = {
        0: (None, "opType is null"),
        2: (None, "descriptor of input 0 is null"),
        3: (None, "inputs is null"),
        6: (None, "outputs is null"),
    }
    for place, (value, words) in wrong.items():
        bad = [value if i == place else g for i, g in enumerate(good)]
        assert lib.aclopCompileAndExecute(*bad, 0, 0, None, None) == INVALID
        assert words in lib.aclGetRecentErrMsg().decode()
    assert lib.aclopCompileAndExecute(*good, 3, 0, None, None) == INVALID
    assert lib.aclopCompileAndExecute(*good, 0, 2, None, None) == INVALID
    small = POINTER(lib.aclCreateDataBuffer(call.memory[2], SIZE(X.nbytes - 1)))
    bad = [(POINTER * 1)(small) if i == 6 else g for i, g in enumerate(good)]
    assert lib.aclopCompileAndExecute(*bad, 0, 0, None, None) == INVALID
    assert "output 0 has 23 bytes, its shape needs 24" in lib.aclGetRecentErrMsg().decode()
    check(lib.aclDestroyDataBuffer(small))
    call.close()


# --- compiled operators ----------------------------------------------------------------------------


def test_execute_needs_a_compiled_operator():
    call = Call("Maximum", [X, Y], [(X.shape, X.dtype)])
    run = [*call.arguments(), None]
    assert lib.aclopExecuteV2(*run) == NOT_FOUND
    assert "aclopCompile" in lib.aclGetRecentErrMsg().decode()
    check(lib.aclopCompile(*call.arguments(False), 0, 0, None))
    check(lib.aclopExecuteV2(*run))
    check(lib.aclrtSynchronizeStream(None))
    agree(call.read()[0], np.maximum(X, Y))
    other = Call("Maximum", [I, J], [(I.shape, I.dtype)])  # of other dtypes
    assert lib.aclopExecuteV2(*other.arguments(), None) == NOT_FOUND
    call.close()
    other.close()


def test_compiled_for_any_extent():
    made = Call("Minimum", [X, Y], [(X.shape, X.dtype)])
    dims = int64s((-1, 3))
    descs = [POINTER(lib.aclCreateTensorDesc(0, 2, dims, 2)) for _ in range(3)]
    check(
        lib.aclopCompile(
            b"Minimum", 2, (POINTER * 2)(*descs[:2]), 1, (POINTER * 1)(descs[2]), made.attr, 0, 0, None
        )
    )
    check(lib.aclopExecuteV2(*made.arguments(), None))
    check(lib.aclrtSynchronizeStream(None))
    agree(made.read()[0], np.minimum(X, Y))
    made.close()
    for desc in descs:
        lib.aclDestroyTensorDesc(desc)


def test_compiler_refuses():
    call = Call("Minimum", [X, Y], [((4, 4), X.dtype)])
    assert lib.aclopCompile(*call.arguments(False), 0, 0, None) == COMPILER
    call.close()


# --- the graph of one operator ---------------------------------------------------------------------


def test_graph_of_an_operator(tmp_path):
    attributes = {"keep_dims": True, "scale": 0.5, "limit": math.inf, "mode": 'a "b"', "axes": [1, 2]}
    call = Call("ReduceSum", [X, Const([0, -1], np.int32)], [((-1, 1), X.dtype)], attributes, X.shape)
    lists = (ctypes.POINTER(ctypes.c_int64) * 2)(int64s((1, 2)), int64s((3,)))
    check(lib.aclopSetAttrListListInt(call.attr, b"pads", 2, (ctypes.c_int * 2)(2, 1), lists))
    for path in (tmp_path / "graph.txt", tmp_path):
        check(lib.aclGenGraphAndDumpForOp(*call.arguments(), 0, str(path).encode(), None))
    graph = json.loads((tmp_path / "graph.txt").read_text())
    assert json.loads((tmp_path / "ReduceSum.json").read_text()) == graph
    assert graph == {
        "type": "ReduceSum",
        "inputs": [
            {"dtype": "float32", "format": "ND", "shape": [2, 3]},
            {"dtype": "int32", "format": "ND", "shape": [2], "const": [0, -1]},
        ],
        "outputs": [{"dtype": "float32", "format": "ND", "shape": [-1, 1]}],
        "attributes": {**attributes, "limit": "inf", "pads": [[1, 2], [3]]},
    }
    assert lib.aclGenGraphAndDumpForOp(*call.arguments(), 0, b"/nowhere/graph", None) == 100004
    assert "/nowhere/graph" in lib.aclGetRecentErrMsg().decode()
    assert lib.aclGenGraphAndDumpForOp(*call.arguments(), 0, None, None) == INVALID
    call.close()
