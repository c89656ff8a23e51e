"""The one rule by which a result is accepted: the row's ``ulp`` column, never a tolerance of a test's own."""

import re

import numpy as np
from ml_dtypes import finfo

from cupy_backends.backend._testing import launch
from cupy_backends.backend.rows import rows


def _parts(array):
    """Return the real and imaginary parts of a complex array, any other as it is."""
    return [array.real, array.imag] if array.dtype.kind == "c" else [array]


def _is_float(dtype):
    return dtype.kind in "fc" or dtype.name == "bfloat16"


def _ordered(array):
    """Return the bits as integers whose order is that of the values, so that a difference counts steps."""
    bits = array.view(f"i{array.itemsize}").astype(np.int64)
    lowest = np.int64(-(2 ** (8 * array.itemsize - 1)))
    return np.where(bits < 0, lowest - bits, bits)


def _steps(got, want):
    """Return the distance in units in the last place; 0 where both are NaN, huge where one is."""
    with np.errstate(all="ignore"):
        a, b = _ordered(got), _ordered(want)
        rough = np.abs(a.astype(np.float64) - b.astype(np.float64))
        steps = np.where(
            rough < 2.0**60, np.abs(a - b), rough
        )  # the exact difference of far values would wrap
        steps[(a == b) | (np.isnan(got) & np.isnan(want))] = 0
        steps[np.isnan(got) != np.isnan(want)] = np.inf
        steps[(got == 0) & (want == 0) & (np.signbit(got) != np.signbit(want))] = np.inf
    return steps


def allowed_ulp(row, dtype, of_complex=False):
    """Return the largest error of ``row`` in ``dtype``, in units in the last place."""
    ulp = (
        0 if row.ulp == "rel" else row.ulp
    )  # what such a row leaves unbounded, zeros of a triangle, is exact
    if of_complex or dtype.kind == "c":
        stated = re.search(r"complex: (\d+) ulp", row.note)
        return max(ulp, int(stated[1]) if stated else 0)
    return min(ulp, 1) if dtype.itemsize == 2 else ulp


def _first(bad, got, want):
    place = tuple(int(k) for k in np.argwhere(bad)[0])
    found = f"got {got[place]!r}, NumPy has {want[place]!r}"
    return f"{int(bad.sum())} of {bad.size} wrong, first at {place}: {found}"


def difference(row, got, want, bound=None, of_complex=False):
    """Return what is wrong with ``got``, or None; ``bound`` is ``(terms, magnitude)`` where ulp = "rel"."""
    want = np.asarray(want)
    if got.dtype != want.dtype or got.shape != want.shape:
        return f"got {got.dtype}{list(got.shape)}, NumPy has {want.dtype}{list(want.shape)}"
    if want.size == 0:
        return None
    got, want = np.ascontiguousarray(got), np.ascontiguousarray(want)
    if not _is_float(want.dtype):
        bad = got != want
    elif bound is not None:
        terms, magnitude = bound
        wide = np.complex128 if want.dtype.kind == "c" else np.float64
        with np.errstate(all="ignore"):
            error = np.abs(got.astype(wide) - want.astype(wide))
            limit = float(finfo(want.dtype).eps) * (4 + terms**0.5) * np.asarray(magnitude, np.float64)
            same = (got == want) | (np.isnan(got) & np.isnan(want))
            bad = ~((error <= limit) | same)
    elif want.dtype.kind == "c" and allowed_ulp(row, want.dtype):
        with np.errstate(all="ignore"):
            limit = allowed_ulp(row, want.dtype) * finfo(want.dtype).eps * np.abs(want)
            bad = ~((np.abs(got - want) <= limit) | (got == want) | (np.isnan(got) & np.isnan(want)))
    else:
        limit = allowed_ulp(row, want.dtype, of_complex)
        bad = np.zeros(want.shape, bool)
        for a, b in zip(_parts(got), _parts(want), strict=True):
            bad |= _steps(np.ascontiguousarray(a), np.ascontiguousarray(b)) > limit
    return _first(bad, got, want) if bad.any() else None


def run(backend, case):
    """Launch ``case`` on ``backend``; return ``(result, problem)``, where problem is a sentence or None."""
    row = rows()[case.op]
    of_complex = any(value.dtype.kind == "c" for value in case.inputs)
    try:
        result = launch(backend, case.op, case.inputs, case.outputs, case.attrs)
    except Exception as error:  # noqa: BLE001 - whatever a backend raises is a finding
        return None, f"{case}: {type(error).__name__}: {error}"
    for k, (label, got, want, bound) in enumerate(case.check(result.outputs)):
        problem = difference(row, got, want, bound, of_complex)
        if problem:
            return result, f"{case}, {label or f'output {k}'}: {problem}"
    return result, None
