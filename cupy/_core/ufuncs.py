"""The ufuncs: NumPy's names, each with its row of the contract or its composition."""

import math

import numpy

from cupy._core import _shortcuts
from cupy._core._operators import set_operators
from cupy._core._ufunc import ufunc
from cupy_backends.backend import _backend

# Names that share the row of another function, with the loops of their own.
_ROWS = {"fabs": "absolute", "float_power": "power", "positive": "copy"}


def _scaled(numerator, denominator):
    """Return the composition of a ufunc that multiplies by a quotient, which like NumPy's has the dtype of the loop,
    but at least single precision."""

    single, double = (kind(numerator) / kind(denominator) for kind in (numpy.float32, numpy.float64))

    def composed(inputs, outputs):
        factor = double if outputs[0].dtype == numpy.float64 else single
        _made["multiply"](inputs[0], factor, out=outputs[0])

    return composed


_COMPOSED = {
    "deg2rad": _scaled(math.pi, 180),
    "radians": _scaled(math.pi, 180),
    "rad2deg": _scaled(180, math.pi),
    "degrees": _scaled(180, math.pi),
}
# NumPy's ufuncs over dates, text and objects, and the generalised ones, which are functions here.
_LEFT_OUT = {"isnat", "matmul", "vecdot", "matvec", "vecmat"}


def _make():
    rows = set(_backend.ops())
    made = {}
    for name, function in sorted(vars(numpy).items()):  # getattr would import NumPy's lazy submodules
        if not isinstance(function, numpy.ufunc) or name in _LEFT_OUT:
            continue
        canonical = function.__name__
        if canonical not in made:
            row = _ROWS.get(canonical, canonical)
            if canonical in _COMPOSED:
                made[canonical] = ufunc(canonical, function, None, _COMPOSED[canonical])
            elif row in rows:
                made[canonical] = ufunc(canonical, function, row)
            else:
                raise AssertionError(f"numpy.{name} has neither a row of the contract nor a composition")
        made[name] = made[canonical]
    made["_clip"] = ufunc("clip", numpy._core.umath.clip, "clip")
    return made


_made = _make()
globals().update(_made)
__all__ = sorted(n for n in _made if not n.startswith("_"))


class _Where:
    """What the ``where`` row resolves to: a condition, then two operands of one dtype."""

    nin, nout, identity = 3, 1, None
    types = ()
    __doc__ = None

    @staticmethod
    def resolve_dtypes(dtypes, signature=None, casting="same_kind"):
        both = numpy.add.resolve_dtypes((dtypes[1], dtypes[2], None)) if dtypes[1] != dtypes[2] else None
        kind = both[2] if both else dtypes[1]
        if isinstance(kind, type):
            kind = numpy.dtype(kind)
        return numpy.dtype(bool), kind, kind, kind


_where = ufunc("where", _Where, "where")


def where(condition, x, y):
    """Return elements of `x` where `condition` is true, of `y` elsewhere; broadcasts, promotes as NumPy."""
    result = _shortcuts.where(condition, x, y)
    return _where(condition, x, y) if result is None else result


_SYMBOLS = (
    "add subtract multiply divide floor_divide remainder power bitwise_and bitwise_or bitwise_xor left_shift "
    "right_shift less less_equal equal not_equal greater greater_equal matmul divmod negative positive absolute invert"
)


def _matmul_operator(a, b, out=None):
    if out is None:
        result = _shortcuts.matmul(a, b)
        if result is not None:
            return result
    from cupy._linalg.gufunc import matmul

    return matmul(a, b, out=out)


_POWERS = {name: _made[name] for name in ("square", "sqrt", "reciprocal", "positive")}

set_operators([_made.get(name) for name in _SYMBOLS.split()], _POWERS, _matmul_operator)
