"""The calls behind the measured table of dtypes: operator x dtype on four chips.

The corpus holds most of them; the others are made from a call of the same operator with a dtype of the same kind.
"""

import gzip
import json
import pathlib

MATRIX = pathlib.Path(__file__).with_name("data") / "dtype_matrix.json.gz"

KINDS = {
    "bool": "bool",
    "float": "float",
    "bfloa": "float",
    "int": "integer",
    "uint": "integer",
    "compl": "complex",
}
PARTS = {"complex64": "float32", "complex128": "float64"}


def kind(dtype):
    return next(value for prefix, value in KINDS.items() if dtype.startswith(prefix))


def load():
    """{chip: {"Add": {"float32": {"status": 0, "kernels": [...], "cell": "A"}}}}"""
    with gzip.open(MATRIX, "rt") as file:
        return json.load(file)


def _leaves(args, path=()):
    """(path, described tensor, scalar or dtype) of everything that has a dtype."""
    items = args.items() if isinstance(args, dict) else enumerate(args)
    if isinstance(args, dict) and ("dtype" in args or args.get("k") == "dtype"):
        yield path, args
        return
    for key, item in items:
        if isinstance(item, dict | list):
            yield from _leaves(item, (*path, key))


def _name(leaf):
    return leaf["v"] if leaf["k"] == "dtype" else leaf["dtype"]


def _substituted(templates, dtype, follows):
    """Arguments for `dtype` from those recorded for others ({dtype: args}); `follows`: the result's dtype does."""
    alike = [name for name in templates if kind(name) == kind(dtype)]
    if not alike:
        return None
    source = alike[0]
    others = [templates[name] for name in (alike[1:] or [n for n in templates if n != source])]
    fixed = {
        path
        for path, leaf in _leaves(templates[source])
        if not (follows and kind(dtype) in ("float", "complex"))
        and any(_name(leaf) == dict((p, _name(x)) for p, x in _leaves(args)).get(path) for args in others)
    }
    args = json.loads(json.dumps(templates[source]))
    parts = {source: dtype, PARTS.get(source): PARTS.get(dtype)}
    for path, leaf in _leaves(args):
        if path not in fixed or _name(leaf) == PARTS.get(source):
            leaf["v" if leaf["k"] == "dtype" else "dtype"] = parts.get(_name(leaf), _name(leaf))
    return args


def calls(corpus):
    """(row of the matrix, dtype, call) for every cell that a call can be made for."""
    recorded = {}
    for call in corpus:
        group, *rest = call["id"].split("/")
        if group == "dtype":
            recorded.setdefault("/".join(rest[:-1]), {})[rest[-1]] = call
    for row, cells in load()["Ascend910B2"].items():
        templates = {name: call["args"] for name, call in recorded[row].items()}
        for dtype in cells:
            if dtype in templates:
                yield row, dtype, recorded[row][dtype]
            elif args := _substituted(templates, dtype, row.endswith("(->float)")):
                op = next(iter(recorded[row].values()))["op"]
                yield row, dtype, {"id": f"dtype/{row}/{dtype}", "op": op, "args": args}
