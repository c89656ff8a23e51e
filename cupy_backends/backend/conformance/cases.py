"""Rows of the op table become cases: operands, attributes and NumPy's answer.

A kind's generator yields cases for each dtype that NumPy's function takes; a row without one is an error.
"""

import math
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from ml_dtypes import bfloat16

from cupy_backends.backend._testing import plan_dtypes
from cupy_backends.backend.conformance.values import (
    ALL,
    COMPLEX,
    INTEGERS,
    LAYOUTS,
    NUMERIC,
    dtype_of,
    generator,
    lay,
    room,
    special,
    tame,
)
from cupy_backends.backend.rows import rows

CHARS = dict(
    zip("?bhilBHILefdFD", ("bool", *INTEGERS, "float16", "float32", "float64", *COMPLEX), strict=True)
)
CHARS |= {"q": "int64", "Q": "uint64"}


@dataclass
class Case:
    """One launch and what must come of it."""

    op: str
    dtypes: tuple
    layout: str
    inputs: list
    outputs: list
    expected: list = field(default_factory=list)
    attrs: tuple = ()
    bounds: list | None = None  # (terms, magnitude) of each output, for ulp = "rel"
    verify: Callable | None = None  # outputs -> (label, got, wanted, bound); where an answer is not unique

    def check(self, outputs):
        """Yield ``(label, got, wanted, bound)`` for the outputs of a launch."""
        if self.verify is not None:
            yield from self.verify(outputs)
        else:
            yield from zip(
                [""] * len(outputs), outputs, self.expected, self.bounds or [None] * len(outputs), strict=True
            )

    def __str__(self):
        attrs = f", attrs {self.attrs}" if self.attrs else ""
        shapes = " ".join(str(list(value.shape)) for value in self.inputs)
        return f"{self.op}({', '.join(self.dtypes)}) {self.layout} {shapes}{attrs}"


_GENERATORS = {}


def covers(*names):
    """Register a generator ``f(row) -> iterator of Case`` for the rows ``names``."""

    def register(function):
        for name in names:
            assert name not in _GENERATORS, name
            _GENERATORS[name] = function
        return function

    return register


def cases(op: str) -> Iterator[Case]:
    """Yield the cases of row ``op``."""
    from cupy_backends.backend.conformance import matrices, structure  # noqa: F401 - they register

    row = rows()[op]
    if row.elementwise:
        return elementwise(row)
    return _GENERATORS[op](row)


def plans(op: str) -> list[tuple[str, ...]]:
    """Return the dtypes with which the row's cases ask a backend for a plan."""
    return list(
        dict.fromkeys(
            tuple(plan_dtypes(op, [value.dtype for value in (*case.inputs, *case.outputs)]))
            for case in cases(op)
        )
    )


# Where NumPy's meaning ends (shifts by a negative count, the absolute value of the least integer) or its
# answer depends on the machine (complex functions at infinities, which of two zeros is the larger).
_NONNEGATIVE_SECOND = {"power": 8, "left_shift": 70, "right_shift": 70}
_NO_LEAST = ("gcd", "lcm")
_ANGLES = {"sin", "cos", "tan"}
_NO_NEGATIVE_ZERO = ("maximum", "minimum", "fmax", "fmin", "clip")
_ILL_CONDITIONED = {  # second operands for which a rounding of the inputs alone does not exceed the tolerance
    "logaddexp": np.abs,
    "logaddexp2": np.abs,
    "power": lambda values: values / 8 if values.dtype.kind == "c" else values,
}
_ANY_COMPLEX = (
    "add",
    "subtract",
    "negative",
    "conjugate",
    "isnan",
    "isinf",
    "isfinite",
    "equal",
    "not_equal",
    "logical_not",
    "logical_and",
    "logical_or",
    "logical_xor",
    "where",
)


def loops(row):
    """Return the operand dtypes, inputs then outputs, of each loop of an element-wise row."""
    if row.name == "where":
        return [("bool", name, name, name) for name in ALL]
    if row.name == "clip":
        return [(name,) * 4 for name in NUMERIC]
    if row.name == "addcmul":
        return [(name,) * 4 for name in NUMERIC if name not in COMPLEX]
    if row.name == "wrap_index":
        return [("int64",) * 4]
    found = {}
    for signature in getattr(np, row.numpy).types:
        chars = signature.replace("->", "")
        if all(char in CHARS for char in chars):
            names = tuple(CHARS[char] for char in chars)
            found[names] = None
            if "float32" in names and not {"float64", "complex64"} & set(names):
                found[tuple("bfloat16" if name == "float32" else name for name in names)] = None
    return list(found)


def _in_range(values):
    """Return ``values`` where CANN promises accurate angles, which is everywhere under CUPY_TRIG=exact."""
    if os.environ.get("CUPY_TRIG") == "exact":
        return values
    limit = values.dtype.type(65504)
    return np.where(np.isfinite(values), np.clip(values, -limit, limit), values).astype(values.dtype)


def _operand(row, position, name, shape, rng):
    size = int(np.prod(shape, dtype=np.int64))
    if name in COMPLEX and row.name not in _ANY_COMPLEX:
        values = tame(name, size, rng)
    else:
        values = special(name, size, rng)
    if position == 1 and row.name in _ILL_CONDITIONED:
        values = _ILL_CONDITIONED[row.name](values)
    if position == 1 and row.name == "ldexp":
        values = rng.integers(-40, 41, size).astype(dtype_of(name))
    if name in INTEGERS:
        if position == 1 and row.name in _NONNEGATIVE_SECOND:
            values = rng.integers(0, _NONNEGATIVE_SECOND[row.name], size).astype(values.dtype)
        if row.name == "wrap_index" and position == 2:  # a last index
            values = values & np.iinfo(name).max
        if row.name in _NO_LEAST and name[0] == "i":
            # No overflow: products stay within the type, and the least integer has no absolute value.
            limit = math.isqrt(np.iinfo(name).max)
            values = np.fmod(values, limit) if row.name == "lcm" else np.maximum(values, -np.iinfo(name).max)
    elif row.name == "addcmul":
        values = np.abs(values)  # no cancellation, which leaves nothing but the roundings
    elif row.name in _ANGLES and name in ("bfloat16", "float32"):
        values = _in_range(values)
    elif row.name in _NO_NEGATIVE_ZERO:
        values[values == 0] = 0
    return values.reshape(shape)


def _wide(array):
    """Return ``array`` in double precision, where NumPy's own error is out of the way."""
    kind = array.dtype.kind
    return (
        array.astype(np.complex128 if kind == "c" else np.float64)
        if kind in "fc" or array.dtype == bfloat16
        else array
    )


def _wrap_index(index, extent, last):
    return np.clip(np.where(index < 0, index + extent, index), 0, last)


def _addcmul(addend, first, second):
    return addend + first * second


_OWN = {"wrap_index": _wrap_index, "addcmul": _addcmul}  # of what NumPy has no function for


def reference(row, inputs, names):
    """Return NumPy's results for an element-wise row, rounded once to the dtypes ``names``."""
    function = _OWN.get(row.name) or getattr(np, row.numpy)
    inputs = [np.asarray(value) for value in inputs]
    if row.ulp:
        inputs = [_wide(value) for value in inputs]
    elif row.name not in ("nextafter", "spacing"):
        inputs = [value.astype(np.float32) if value.dtype == bfloat16 else value for value in inputs]
    with np.errstate(all="ignore"):
        results = function(*inputs)
        results = results if isinstance(results, tuple) else (results,)
        if row.name == "reciprocal" and inputs[0].dtype.kind in "iu":
            results = (np.where(inputs[0] == 0, 0, results[0]),)  # the row's note; NumPy's answer varies
        return [
            np.asarray(result).astype(dtype_of(name)) for result, name in zip(results, names, strict=True)
        ]


def _paired(row, names, rng):
    """Return 1-d inputs in which special values meet each other."""
    nin = row.nin
    if nin == 1:
        return [_operand(row, 0, names[0], (120,), rng)]
    operands = [_operand(row, k, name, (18,), rng) for k, name in enumerate(names[:nin])]
    if nin == 3:
        operands = [np.resize(rng.permutation(value), 324) for value in operands]
        return operands
    first, second = operands
    return [np.repeat(first, 18), np.tile(second, 18)]


def elementwise(row):
    """Special values first, then each layout, host scalars on each side, in place."""
    for names in loops(row):
        rng = generator(row.name, names)
        inputs, outs = names[: row.nin], names[row.nin :]

        def case(
            layout,
            operands,
            layouts="contiguous",
            out_layout="contiguous",
            scalar=None,
            names=names,
            outs=outs,
        ):
            shape = operands[0].shape
            if scalar is not None:
                operands = [
                    value if k != scalar else value.reshape(-1)[:1][0] for k, value in enumerate(operands)
                ]
            expected = [np.broadcast_to(value, shape) for value in reference(row, operands, outs)]
            placed = [
                value if value.ndim == 0 or k == scalar else lay(value, layouts)
                for k, value in enumerate(operands)
            ]
            rooms = [room(shape, name, out_layout if len(shape) else "contiguous") for name in outs]
            return Case(row.name, names, layout, placed, rooms, expected)

        def operands(shape, inputs=inputs, rng=rng):
            made = [_operand(row, k, name, shape, rng) for k, name in enumerate(inputs)]
            return [
                rng.permutation(value.reshape(-1)).reshape(shape) if value.size > 1 else value
                for value in made
            ]

        yield case("special values", _paired(row, names, rng))
        for layout in LAYOUTS:
            yield case(layout, operands((3, 4, 5)), layout, layout if layout != "offset" else "strided")
        constant = [np.repeat(value[:1], 3, axis=0) for value in operands((1, 4, 5))]
        yield case("broadcast", constant, "broadcast")
        yield case("rank 9", operands((1, 2, 1, 2, 3, 1, 2, 1, 2)), "strided")
        yield case("0-d", operands(()))
        yield case("empty", operands((0, 3)))
        if row.nin > 1:
            for k in range(row.nin):
                yield case(f"host scalar {k}", operands((2, 7)), scalar=k)
        if row.nout == 1 and outs[0] in inputs:
            k = inputs.index(outs[0])
            placed = case("in place", operands((3, 5)), "negative")
            placed.outputs = [placed.inputs[k]]
            yield placed
