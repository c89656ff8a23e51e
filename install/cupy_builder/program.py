"""Compiles the composite routes of the Ascend backend: a few statements over ops of the contract.

``out0 = where(isnan(in0), in1, maximum(in0, in1))`` becomes a list of steps over inputs, outputs, temporaries and
literals. Numbers take the dtype of the operand beside them; the attributes ``signed``, ``unsigned``, ``bits``, ``real``
and ``imag`` look at the same bits under another dtype; ``astype(x, like)`` copies.
"""

from __future__ import annotations

import ast
import re

from .contract import TableError

DTYPES = (
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float16",
    "bfloat16",
    "float32",
    "float64",
    "complex64",
    "complex128",
)

CLASSES = {
    "bool": ("bool",),
    "signed": ("int8", "int16", "int32", "int64"),
    "unsigned": ("uint8", "uint16", "uint32", "uint64"),
    "float": ("float16", "bfloat16", "float32", "float64"),
    "complex": ("complex64", "complex128"),
}
CLASSES["integer"] = CLASSES["signed"] + CLASSES["unsigned"]

VIEWS = ("signed", "unsigned", "bits", "real", "imag")
LITERALS = ("width", "lastbit", "signmask", "absmask", "outmask", "inf")
_BOOLEAN = {
    "isnan",
    "isinf",
    "isfinite",
    "signbit",
    "logical_not",
    "equal",
    "not_equal",
    "less",
    "less_equal",
    "greater",
    "greater_equal",
    "logical_and",
    "logical_or",
    "logical_xor",
}


def class_mask(text: str, error) -> int:
    """Return the bit mask of the dtypes and dtype classes named in ``text``."""
    mask = 0
    for word in text.split():
        names = CLASSES.get(word, (word,))
        for name in names:
            if name not in DTYPES:
                raise error(f"{word!r} is neither a dtype nor one of {', '.join(CLASSES)}")
            mask |= 1 << DTYPES.index(name)
    return mask


class Programs:
    """All compiled programs; :meth:`add` returns the number of one."""

    def __init__(self, ops, calls, path):
        self.ops, self.calls, self.path = ops, calls, path
        self.steps: list[str] = []
        self.literals: list[str] = []
        self.rows: list[str] = []

    def add(self, op, text: str) -> int:
        compiler = _Compiler(self, op, text)
        first = len(self.steps)
        compiler.run()
        self.steps += compiler.steps
        self.rows.append(f"    {{{first}, {len(compiler.steps)}, {compiler.temps}}}, // {op.name}")
        return len(self.rows) - 1

    def literal(self, kind: str, number: float) -> int:
        row = f"    {{LITERAL_{kind.upper()}, {number!r}}},"
        if row not in self.literals:
            self.literals.append(row)
        return self.literals.index(row)

    def emit(self) -> str:
        return (
            "\nconst Literal literals[] = {\n" + "\n".join(self.literals) + "\n};\n"
            "\nconst Step steps[] = {\n" + "\n".join(self.steps) + "\n};\n"
            "\nconst Program programs[] = {\n" + "\n".join(self.rows) + "\n};\n"
        )


class _Compiler:
    def __init__(self, programs, op, text):
        self.programs, self.op, self.text = programs, op, text
        self.names: dict[str, tuple] = {}
        self.steps: list[str] = []
        self.temps = 0

    def bad(self, problem):
        return TableError(self.programs.path, self.op.name, "do", f"{problem} in {self.text!r}")

    def run(self):
        try:
            body = ast.parse(self.text).body
        except SyntaxError as error:
            raise self.bad(str(error)) from None
        for statement in body:
            if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
                raise self.bad("a statement is 'name = op(...)'")
            target = statement.targets[0]
            if isinstance(target, ast.Name) and not re.fullmatch(r"(in|out)\d", target.id):
                self.names[target.id] = self.value(statement.value)
            else:
                ref = self.value(target)
                if ref[0] != "OUT":
                    raise self.bad("only outputs and new names can be assigned")
                self.value(statement.value, ref)
        if not any("REF_OUT" in step.split("/*dst*/")[1] for step in self.steps):
            raise self.bad("no output is assigned")

    def value(self, node, into=None):
        """Compile an expression; return its reference (kind, index, view)."""
        if isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant):
            return ("LITERAL", self.programs.literal("number", -float(node.operand.value)), "NONE")
        if isinstance(node, ast.Constant):
            return ("LITERAL", self.programs.literal("number", float(node.value)), "NONE")
        if isinstance(node, ast.Name):
            if found := re.fullmatch(r"(in|out)(\d)", node.id):
                return (found[1].upper(), int(found[2]), "NONE")
            if node.id in LITERALS:
                return ("LITERAL", self.programs.literal(node.id, 0.0), "NONE")
            if node.id in self.names:
                return self.names[node.id]
            raise self.bad(f"{node.id!r} is not known")
        if isinstance(node, ast.Attribute):
            kind, index, view = self.value(node.value)
            if node.attr not in VIEWS or view != "NONE" or kind == "LITERAL":
                raise self.bad(f"{ast.unparse(node)!r} is no view")
            return (kind, index, node.attr.upper())
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            raise self.bad(f"{ast.unparse(node)!r} is not understood")
        name = node.func.id
        if name == "astype":
            source, like = self.value(node.args[0]), node.args[1].id
            rule = f"RULE_FIXED, {DTYPES.index(like)}" if like in DTYPES else "RULE_OUT, 0"
            return self.step("copy", -1, [source], into, rule, ())
        if name.startswith("aclnn"):
            sources = [self.value(arg) for arg in node.args]
            types = [
                ctype for ctype, _ in self.programs.calls.facts.functions.get(name, {"params": []})["params"]
            ]
            words = [
                f"{'scalar' if 'aclScalar' in t else 'in'}{i}" for i, t in zip(range(len(sources)), types)
            ]
            if name == "aclnnCast":
                words.append("dtype(out0)")
            pattern = f"{name}({', '.join([*words, 'out0'])})"
            call = self.programs.calls.add(_Anonymous(self.op.name, len(sources)), "do", pattern)
            return self.step(None, call, sources, into, self.rule(name, sources), ())
        if name not in self.programs.ops:
            raise self.bad(f"{name!r} is no op of the contract")
        inner = self.programs.ops[name]
        if len(node.args) != inner.nin or inner.nout != 1:
            raise self.bad(f"{name} takes {inner.nin} operands and gives {inner.nout}")
        sources = [self.value(arg) for arg in node.args]
        return self.step(
            name, -1, sources, into, self.rule(name, sources), self.attributes(inner, node.keywords)
        )

    def attributes(self, inner, keywords):
        given = {keyword.arg: keyword.value for keyword in keywords}
        mine = [name for name, _ in self.op.attrs]
        out = []
        for name, _ in inner.attrs:
            value = given.pop(name, None)
            if not isinstance(value, ast.Name) or value.id not in mine:
                raise self.bad(f"attribute {name} of {inner.name} needs an attribute of {self.op.name}")
            out.append(mine.index(value.id))
        if given:
            raise self.bad(f"{inner.name} has no attribute {', '.join(given)}")
        return out

    def rule(self, name, sources):
        """How a temporary that holds the result gets its dtype."""
        if name in _BOOLEAN:
            return f"RULE_FIXED, {DTYPES.index('bool')}"
        data = [
            i
            for i, source in enumerate(sources)
            if source[0] != "LITERAL" and not (name == "where" and i == 0)
        ]
        if not data:
            return "RULE_OUT, 0"
        return f"{'RULE_REAL' if name == 'absolute' else 'RULE_LIKE'}, {data[0]}"

    def step(self, name, call, sources, into, rule, attrs):
        if into is None:
            into = ("TEMP", self.temps, "NONE")
            self.temps += 1
        op = f"CUPY_OP_{name.upper()}" if name else "-1"
        refs = ", ".join(f"{{REF_{kind}, {index}, LOOK_{view}}}" for kind, index, view in sources)
        self.steps.append(
            f"    {{{op}, {call}, {len(sources)}, {{{refs}}}, /*dst*/{{REF_{into[0]}, {into[1]}, LOOK_{into[2]}}}, "
            f"{rule}, {len(attrs)}, {{{', '.join(map(str, attrs)) or '0'}}}}},"
        )
        return into


class _Anonymous:
    """Stands for the op of a call inside a program: its operands are its only attributes."""

    def __init__(self, name, nin):
        self.name, self.nin, self.nout, self.attrs = name, nin, 1, ()
