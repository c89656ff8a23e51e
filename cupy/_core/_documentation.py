"""Docstrings of ufuncs, written from what NumPy says the function takes and gives."""

import numpy

# Operands of the example, the first that the function accepts.
_UNARY = ("[0.25, 0.5, 0.75]", "[1.5, 2.0, 3.0]", "[1, 2, 3]", "[True, False]")
_BINARY = (("[1.5, -2.0, 3.0]", "2.0"), ("[6, 3, -4]", "2"), ("[1.5, 2.0]", "[1, 2]"))
_SUMMARIES = {1: "of each element", 2: "of the elements of two arrays"}


def _example(u):
    """Return (arguments as text, NumPy's result as text) for operands that the function accepts."""
    candidates = (
        [(x,) for x in _UNARY] if u.nin == 1 else _BINARY if u.nin == 2 else [("[1, 5, 9]", "2", "6")]
    )
    for texts in candidates:
        values = [numpy.array(eval(t)) if t.startswith("[") else eval(t) for t in texts]  # noqa: S307 (our own text)
        with numpy.errstate(all="ignore"):
            try:
                result = u.reference(*values)
            except TypeError:
                continue
        if not all(numpy.isfinite(numpy.asarray(r)).all() for r in (result if u.nout > 1 else (result,))):
            continue
        arguments = ", ".join(f"cp.array({t})" if t.startswith("[") else t for t in texts)
        return arguments, repr(result)
    raise AssertionError(f"no example fits {u.__name__}")


def ufunc_docstring(u):
    """Return the docstring of a ufunc."""
    if isinstance(u, type) or not isinstance(u.reference, numpy.ufunc):
        return None
    name = u.__name__
    operands = ["x"] if u.nin == 1 else [f"x{i + 1}" for i in range(u.nin)]
    arguments, result = _example(u)
    loops = ", ".join(u.types[:12]) + (", ..." if u.ntypes > 12 else "")
    return f"""{name}({", ".join(operands)}, /, out=None, *, where=True, casting='same_kind', order='K', dtype=None)

The function numpy.{name} {_SUMMARIES.get(u.nin, "of the elements of several arrays")}, on the device.

Parameters
----------
{", ".join(operands)} : array_like
    Broadcast against each other; Python scalars adapt to the arrays' dtype.
out : ndarray or tuple of ndarray, optional
    Takes the result instead of a new array.
where : array_like of bool, optional
    Elements where it is false keep what `out` held.
casting, order, dtype : optional
    As for every ufunc of NumPy.

Returns
-------
ndarray{" (a tuple of " + str(u.nout) + ")" if u.nout > 1 else ""}
    The dtype is that of NumPy's loop; loops: {loops}.

Raises
------
TypeError
    If no loop takes the operands' dtypes, or an operand is a host array.
ValueError
    If the shapes do not broadcast.

Notes
-----
No floating-point warnings are raised: they would have to wait for the device.

Examples
--------
>>> import cupy as cp
>>> cp.{name}({arguments})
{result}
"""
