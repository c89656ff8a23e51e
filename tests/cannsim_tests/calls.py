"""A good call of every operator that cannsim implements.

Operators of the corpus have one there. For the others arguments are guessed from the C parameters and then mended by
what the refusals say, which therefore have to name the parameter and what is expected.
"""

import json
import pathlib
import re

import golden

FACTS = pathlib.Path(__file__).resolve().parents[2] / "cupy_backends" / "cannsim" / "facts"

# Parameters whose name says what a value could be.
INTEGERS = {
    "dim": 0,
    "n": 3,
    "m": 3,
    "k": 2,
    "steps": 5,
    "bins": 4,
    "groups": 1,
    "sections": 2,
    "splitSize": 2,
    "repeats": 2,
    "step": 1,
    "end": 2,
    "seed": 1,
    "outputSize": 8,
    "to": 5,
    "numSamples": 2,
    "chunks": 2,
    "cubeMathType": 1,
}
ARRAYS = {
    "size": [4, 6],
    "repeats": [1, 1],
    "padding": [1, 1],
    "dims": [0],
    "dim": [0],
    "shifts": [1],
    "axes": [0],
    "starts": [0],
    "ends": [2],
    "steps": [1],
    "splitSize": [2, 2],
    "shape": [4, 6],
    "weight": [1, 1],
}
# Shapes, entries and numbers that no guess finds, by operator without aclnn and Inplace.
SQUARE, ONE = [4, 4], []
PADS = ("Circular", "Reflection", "Replication")
VALUES = {
    "Addbmm": {"self": SQUARE, "batch1": [2, 4, 6], "batch2": [2, 6, 4]},
    "Baddbmm": {"self": [2, 4, 4], "batch1": [2, 4, 6], "batch2": [2, 6, 4]},
    "Addmm": {"self": SQUARE, "mat2": [6, 4]},
    "Addmv": {"self": [4], "vec": [6]},
    "Addr": {"self": [4, 5], "vec1": [4], "vec2": [5]},
    "Gemm": {"B": [6, 4], "A": [4, 6], "C": [4, 4]},
    "GatherNd": {"indices": [3, 2]},
    "ScatterNd": {"indices": [3, 2], "updates": [3]},
    "ScatterNdUpdate": {"indices": [3, 2], "updates": [3]},
    "ScatterUpdate": {"indices": [2], "updates": [2, 6], "axis": 0},
    "ScatterReduce": {"includeSelf": True},
    "LinalgCross": {"self": [4, 3], "other": [4, 3], "dim": 1},
    "SplitWithSize": {"splitSize": [2, 2], "out": [[2, 6], [2, 6]]},
    "Multinomial": {"numsamples": 2},
    "RepeatInterleave": {"repeats": [24]},
    "RepeatInterleaveInt": {"outputSize": 48},
    "RepeatInterleaveWithDim": {"repeats": [4]},
    "Range": {"start": 0, "end": 3, "step": 1},
    "SearchSorteds": {"sortedSequence": [6]},
    "TriangularSolve": {"A": SQUARE, "self": SQUARE},
    **{name: {"self": SQUARE} for name in ("LinalgCholesky", "Logdet", "Slogdet")},
    **{name: {"value": ONE} for name in ("FillTensor", "MaskedFillTensor")},
    "OneHot": {"onValue": ONE, "offValue": ONE},
    **{
        f"{kind}Pad2d": {"self": [2, 4, 6], "padding": [1] * 4}
        for kind in ("Circular", "Reflection", "Replication")
    },
    **{
        f"{kind}Pad3d": {"self": [2, 4, 5, 6], "padding": [1] * 6}
        for kind in ("Circular", "Reflection", "Replication")
    },
}


def operators():
    """{name: [(C type, parameter), ...]}"""
    ops = json.loads((FACTS / "aclnn.json").read_text())["ops"]
    return {name: entry["params"] for name, entry in ops.items()}


def tensor(dtype="float32", shape=(4, 6)):
    return {"k": "tensor", "dtype": dtype, "shape": list(shape)}


def guess(ctype, name):
    kind = ctype.replace("const ", "").replace(" ", "")
    plain = name.removesuffix("Optional")
    match kind:
        case "aclTensor*":
            index = re.search(r"ind(ex|ices)|^sorter|target", name, re.IGNORECASE)
            mask = re.search(r"mask|condition", name, re.IGNORECASE)
            return tensor("int64" if index else "bool" if mask else "float32")
        case "aclTensorList*":
            return {"k": "tensor_list", "items": [tensor(), tensor()]}
        case "aclScalar*":
            return {"k": "scalar", "dtype": "float32", "value": 1.0}
        case "aclScalarList*":
            return {"k": "scalar_list", "items": [{"k": "scalar", "dtype": "float32", "value": 1.0}] * 2}
        case "aclIntArray*":
            return {"k": "int_array", "v": ARRAYS.get(plain, [1])}
        case "aclBoolArray*":
            return {"k": "bool_array", "v": [True, True]}
        case "aclFloatArray*":
            return {"k": "float_array", "v": [1.0, 1.0]}
        case "bool":
            return name == "sorted"
        case "float" | "double":
            return 0.5
        case "aclDataType":
            return {"k": "dtype", "v": "float32"}
        case "char*":
            return "none"
        case _:
            return INTEGERS.get(plain, 0)


def adapt(value, wanted):
    """A guessed argument with the shape, shapes, entries or number that the table asks for."""
    if not isinstance(value, dict):
        return wanted
    match value["k"]:
        case "tensor":
            return {**value, "shape": wanted}
        case "tensor_list":
            return {**value, "items": [tensor(shape=shape) for shape in wanted]}
        case "scalar":
            return {**value, "value": wanted}
        case _:
            return {**value, "v": wanted}


def _numbers(text):
    return [int(n) for n in text.split(",") if n]


def mend(args, names, message):
    """Changes the arguments as a refusal advises; False where it does not."""

    def at(name):
        return args[names.index(name)] if name in names else None

    if m := re.search(r"shape of (\w+) is \[[\d,]*\]; expected \[([\d,]*)\]", message):
        at(m[1])["shape"] = _numbers(m[2])
    elif m := re.search(r"dtype (\w+) of (\w+) is not supported.*; supported: (.*)", message):
        target = at(m[2])
        allowed = [d for d in m[3].split() if d in golden.DTYPES]
        if target is None or not allowed:
            return False
        for item in target.get("items", [target]):
            item["dtype"] = "float32" if "float32" in allowed else allowed[0]
    elif m := re.search(r"dtype of (\w+) is \w+; expected that of \w+, (\w+)", message):
        at(m[1])["dtype"] = m[2]
    elif m := re.search(r"(\w+) has shape \[[\d,]*\]; expected one element", message):
        at(m[1])["shape"] = []
    elif m := re.search(r"(\w+) has (\d+) dims?; expected (\d+)", message):
        at(m[1])["shape"] = [4, 6, 4, 4, 4, 4][: int(m[3])]
    elif m := re.search(r": (\w+) is -?\d+; expected (-?\d+) to", message):
        args[names.index(m[1])] = int(m[2])
    elif m := re.search(r"(\w+) \w+ cannot be cast to (\w+) \w+", message):
        at(m[2])["dtype"] = at(m[1])["dtype"] if at(m[1]) else "float32"
    else:
        return False
    return True


def base_calls(caller, corpus):
    """{operator: args} of calls that are accepted on this chip, and {operator: last refusal} of the rest."""
    good, hopeless, recorded = {}, {}, {}
    for call in corpus:
        if call["id"].startswith("dtype/"):
            # Float32 first: the other dtypes are the wrong values.
            recorded.setdefault(call["op"], []).insert(0 if call["id"].endswith("/float32") else 99, call)
    for name, params in operators().items():
        if not caller.lib.cannsimImplements(name.encode()):
            continue
        for call in recorded.get(name, []):
            if caller.status(call)[0] == 0:
                good[name] = call["args"]
                break
        if name in good:
            continue
        special = VALUES.get(name.removeprefix("aclnn").removeprefix("Inplace"), {})
        args = [guess(*param) for param in params]
        args = [
            adapt(a, special.get(p.removesuffix("Ref"), a)) if p.removesuffix("Ref") in special else a
            for a, (_, p) in zip(args, params, strict=True)
        ]
        for _ in range(12):
            status, message = caller.status({"op": name, "args": args})
            if status == 0:
                good[name] = args
                break
            if not mend(args, [param for _, param in params], message):
                break
        if name not in good:
            hopeless[name] = message
    return good, hopeless
