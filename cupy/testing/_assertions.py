"""numpy.testing's assertions for arrays on the device, on the host, or one of each."""

import functools

import numpy

from cupy import _core


def host(value):
    """Return `value` with device arrays in it, at any depth of lists and tuples, on the host."""
    if isinstance(value, _core.ndarray):
        return value.get()
    if isinstance(value, (list, tuple)) and any(isinstance(v, (_core.ndarray, list, tuple)) for v in value):
        return (
            type(value)(host(v) for v in value) if type(value) in (list, tuple) else [host(v) for v in value]
        )
    if isinstance(value, dict):
        return {key: host(v) for key, v in value.items()}
    return value


def _on_host(name):
    compare = getattr(numpy.testing, name)

    @functools.wraps(compare, assigned=("__name__", "__qualname__"))
    def assertion(actual, desired, *args, **kwargs):
        return compare(host(actual), host(desired), *args, **kwargs)

    assertion.__doc__ = f"""Compare as `numpy.testing.{name}`, with arrays on the device or the host.

    Raises
    ------
    AssertionError
        If the arrays do not compare so.
    """
    return assertion


assert_allclose = _on_host("assert_allclose")
assert_almost_equal = _on_host("assert_almost_equal")
assert_approx_equal = _on_host("assert_approx_equal")
assert_array_almost_equal = _on_host("assert_array_almost_equal")
assert_array_almost_equal_nulp = _on_host("assert_array_almost_equal_nulp")
assert_array_less = _on_host("assert_array_less")
assert_array_max_ulp = _on_host("assert_array_max_ulp")
assert_equal = _on_host("assert_equal")


def assert_array_equal(actual, desired, err_msg="", verbose=True, *, strict=False, strides_check=False):
    """Raise AssertionError unless two arrays are equal, NaN equal to NaN.

    Parameters
    ----------
    actual, desired : array_like
    err_msg, verbose, strict
        As for `numpy.testing.assert_array_equal`.
    strides_check : bool
        Compare the strides, too.

    Raises
    ------
    AssertionError
        If they differ.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.testing.assert_array_equal(cp.arange(2), [0, 1])
    """
    numpy.testing.assert_array_equal(
        host(actual), host(desired), err_msg=err_msg, verbose=verbose, strict=strict
    )
    if strides_check and actual.strides != desired.strides:
        raise AssertionError(f"strides differ: {actual.strides} and {desired.strides}. {err_msg}")


def assert_array_list_equal(xlist, ylist, err_msg="", verbose=True):
    """Raise AssertionError unless two sequences hold equal arrays.

    Parameters
    ----------
    xlist, ylist : sequence of array_like
    err_msg, verbose
        As for `assert_array_equal`.

    Raises
    ------
    AssertionError
        If they differ.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.testing.assert_array_list_equal([cp.arange(2)], [[0, 1]])
    """
    if len(xlist) != len(ylist):
        raise AssertionError(f"{len(xlist)} and {len(ylist)} arrays. {err_msg}")
    for x, y in zip(xlist, ylist):
        assert_array_equal(x, y, err_msg, verbose)
