"""Compiles the composite routes of the Ascend backend: a few statements over ops of the contract.

``out0 = where(isnan(in0), in1, maximum(in0, in1))`` becomes a list of steps over inputs, outputs, temporaries and
literals. Numbers take the dtype of the operand beside them; the attributes ``signed``, ``unsigned``, ``bits``, ``real``
and ``imag`` look at the same bits under another dtype; ``astype(x, like)`` copies; ``take(turns, i)`` reads a table
of the backend. A temporary takes the place of one that is not read any more.
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
TABLES = ("turns", "turns_low")  # of src/turns.h
MAX_TEMPS, MAX_STEPS = 16, 32  # kMaxTemps, kMaxSubplans
LITERALS = ("width", "lastbit", "signmask", "absmask", "outmask", "inf", "largest")
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
        self.code: list[tuple] = []  # per step: text with {sources} and {target}, sources, target
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
        if not any(target[0] == "OUT" for _, _, target in self.code):
            raise self.bad("no output is assigned")
        self.place()

    def place(self):
        """Give every temporary a slot that no other one holds while it is still to be read."""
        last = {
            ref[1]: i for i, (_, sources, _) in enumerate(self.code) for ref in sources if ref[0] == "TEMP"
        }
        slots: dict[int, int] = {}
        free: list[int] = []
        count = 0

        def text(ref):
            return f"{{REF_{ref[0]}, {slots[ref[1]] if ref[0] == 'TEMP' else ref[1]}, LOOK_{ref[2]}}}"

        self.steps = []
        for i, (row, sources, target) in enumerate(self.code):
            if target[0] == "TEMP":
                if not free:
                    free.append(count)
                    count += 1
                slots[target[1]] = free.pop()
            self.steps.append(row.format(sources=", ".join(map(text, sources)), target=text(target)))
            free += {slots[ref[1]] for ref in sources if ref[0] == "TEMP" and last[ref[1]] == i}
        self.temps = count
        if count > MAX_TEMPS or len(self.steps) > MAX_STEPS:
            raise self.bad(
                f"{count} temporaries and {len(self.steps)} steps; at most {MAX_TEMPS} and {MAX_STEPS}"
            )

    def value(self, node, into=None):
        """Compile an expression; return its reference (kind, index, view)."""
        if ast.unparse(node) == "-largest":
            return ("LITERAL", self.programs.literal("lowest", 0.0), "NONE")
        if isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant):
            return ("LITERAL", self.programs.literal("number", -float(node.operand.value)), "NONE")
        if isinstance(node, ast.Constant):
            return ("LITERAL", self.programs.literal("number", float(node.value)), "NONE")
        if isinstance(node, ast.Name):
            if found := re.fullmatch(r"(in|out)(\d)", node.id):
                return (found[1].upper(), int(found[2]), "NONE")
            if node.id in TABLES:
                return ("TABLE", TABLES.index(node.id), "NONE")
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
        of_table = name == "take" and sources[0][0] == "TABLE"  # along its only axis
        attrs = [-1] if of_table else self.attributes(inner, node.keywords)
        return self.step(name, -1, sources, into, self.rule(name, sources), attrs)

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
        self.code.append(
            (
                f"    {{{{{op}, {call}, {len(sources)}, {{{{{{sources}}}}}}, {{target}}, {rule}, {len(attrs)}, "
                f"{{{{{', '.join(map(str, attrs)) or '0'}}}}}}}}},",
                sources,
                into,
            )
        )
        return into


class _Anonymous:
    """Stands for the op of a call inside a program: its operands are its only attributes."""

    def __init__(self, name, nin):
        self.name, self.nin, self.nout, self.attrs = name, nin, 1, ()
