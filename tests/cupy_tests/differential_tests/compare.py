"""The same call with NumPy and with cupy: results, memory and exceptions have to be the same."""

import warnings

import numpy as np

import cupy

from .strategies import Operand

_PUBLIC = ("builtins", "numpy.exceptions", "numpy.linalg")


class Side:
    """One of the two libraries, with its copies of the bases of operands.

    ``side(x)`` makes an array of an `Operand`, also inside tuples, lists and dicts; views of one base share it.
    """

    def __init__(self, xp):
        self.xp = xp
        self.bases = {}
        self.stretched = False  # whether an operand has been broadcast

    def __call__(self, x):
        if isinstance(x, Operand):
            kept = self.bases.get(id(x.base))
            if kept is None:
                kept = self.bases[id(x.base)] = (x.base, self.xp.array(x.base))
            view = x.view(self.xp, kept[1])
            self.stretched |= any(kind == "broadcast" for kind, _ in x.steps)
            return view
        if type(x) in (tuple, list):
            return type(x)(self(v) for v in x)
        if type(x) is dict:
            return {k: self(v) for k, v in x.items()}
        return x

    def run(self, call):
        """Return (result, None) or (None, exception)."""
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                result = call(self)
                if self.xp is cupy:
                    cupy.xpu.Device().synchronize()  # finds indices out of bounds where execution is deferred
                return result, None
            except Exception as error:
                return None, error


def public_class(error):
    """The class by which a user can catch an exception of NumPy."""
    return next(c for c in type(error).__mro__ if c.__module__ in _PUBLIC)


def same(call, *, ulp=0, absolute=0.0, strides=True, zeros=True, which_error=True):
    """Raise AssertionError unless ``call(side)`` does with cupy what it does with NumPy.

    Parameters
    ----------
    call : callable
        Takes a `Side`; returns an array, a scalar, a tuple or a list of them, or anything that compares with ``==``.
    ulp : int
        How many units in the last place a result in floating point may be off.
    absolute : float or callable
        How much it may be off besides; a callable is given NumPy's result.
    strides : bool
        Compare the memory order of the result; of stretched operands NumPy's is an accident.
    zeros : bool
        Compare the signs of zeros.
    which_error : bool
        False for calls that may be wrong in several ways: any of the usual exceptions will do.
    """
    theirs, ours = Side(np), Side(cupy)
    expected, refusal = theirs.run(call)
    actual, error = ours.run(call)
    if isinstance(refusal, SystemError):
        return  # NumPy has lost its own error message
    if refusal is not None:
        if error is None:
            raise AssertionError(f"returned {actual!r}; NumPy raises {refusal!r}")
        wanted = (public_class(refusal),)
        if not which_error:
            wanted += (TypeError, ValueError, OverflowError, IndexError)
        if not isinstance(error, wanted):
            raise AssertionError(f"raised {error!r}; NumPy raises {refusal!r}") from error
        return
    if error is not None:
        raise AssertionError(f"raised {error!r}; NumPy returns {expected!r}") from error
    rule = (ulp, absolute, zeros)
    strides = strides and not theirs.stretched
    _same_result(actual, expected, rule, strides, "result")
    for key, (_, base) in theirs.bases.items():
        _same_values(ours.bases[key][1].get(), base, rule, "memory of an operand")


def _same_result(actual, expected, rule, strides, what):
    if isinstance(expected, (tuple, list)):
        assert isinstance(actual, (tuple, list)), f"{what} is a {type(actual).__name__}, not a sequence"
        assert len(actual) == len(expected), f"{what} has {len(actual)} parts, not {len(expected)}"
        for i, (a, e) in enumerate(zip(actual, expected)):
            _same_result(a, e, rule, strides, f"{what}[{i}]")
        return
    if not isinstance(expected, (np.ndarray, np.generic)):
        actual = actual.item() if isinstance(actual, cupy.ndarray) and actual.ndim == 0 else actual
        assert actual == expected or actual != actual and expected != expected, (
            f"{what} {actual!r}, not {expected!r}"
        )
        return
    assert isinstance(actual, cupy.ndarray), (
        f"{what} is a {type(actual).__name__}, not an array of the device"
    )
    expected = np.asarray(expected)
    assert actual.dtype == expected.dtype, f"{what} has dtype {actual.dtype}, not {expected.dtype}"
    assert actual.shape == expected.shape, f"{what} has shape {actual.shape}, not {expected.shape}"
    if strides and expected.size > 1:
        ours, theirs = ([s for s, n in zip(x.strides, x.shape) if n > 1] for x in (actual, expected))
        assert ours == theirs, f"{what} has strides {actual.strides}, not {expected.strides}"
    flags = ("c_contiguous", "f_contiguous", "writeable") if strides else ("writeable",)
    for flag in flags:
        ours, theirs = getattr(actual.flags, flag), getattr(expected.flags, flag)
        assert ours == theirs, f"{what} has {flag} {ours}, not {theirs}"
    _same_values(actual.get(), expected, rule, what)


def _parts(x):
    return (x.real, x.imag) if x.dtype.kind == "c" else (x,)


def _ordinals(x):
    """Numbers that count floating-point values in order."""
    bits = np.ascontiguousarray(x).view(f"i{x.dtype.itemsize}").astype("i8")
    return np.where(bits < 0, np.iinfo(f"i{x.dtype.itemsize}").min - bits, bits)


def _same_values(actual, expected, rule, what):
    ulp, absolute, zeros = rule
    allowed = absolute(expected) if callable(absolute) else absolute
    for a, e in zip(_parts(actual), _parts(expected)):
        if a.dtype.kind != "f":
            good = a == e
        else:
            good = (a == e) & (np.signbit(a) == np.signbit(e) if zeros else True) | np.isnan(a) & np.isnan(e)
            if (ulp or np.any(allowed)) and not good.all():
                with np.errstate(all="ignore"):
                    near = np.abs(a.astype("f8") - e.astype("f8")) <= allowed
                    if ulp:
                        # distances of float64 beyond 63 bits wrap; they are far all the same
                        distance = _ordinals(a).reshape(a.shape) - _ordinals(e).reshape(e.shape)
                        near |= (np.abs(distance) <= ulp) & (distance != np.iinfo("i8").min)
                good |= near & ~np.isnan(a) & ~np.isnan(e)
        if not np.all(good):
            raise AssertionError(f"{what}:\n{actual!r}, NumPy has\n{expected!r}")
