"""The assertions of cupy.testing pass and fail as NumPy's do, whichever side an array is on."""

import cupy
import numpy as np
import pytest

CASES = [
    ("assert_allclose", [1.0, 2.0], [1.0, 2.0 + 1e-9], [1.0, 2.1]),
    ("assert_almost_equal", [1.0, 2.0], [1.0, 2.0 + 1e-9], [1.0, 2.1]),
    ("assert_approx_equal", 1.0, 1.0 + 1e-9, 1.1),
    ("assert_array_almost_equal", [1.0, 2.0], [1.0, 2.0 + 1e-9], [1.0, 2.1]),
    ("assert_array_almost_equal_nulp", [1.0, 2.0], [1.0, 2.0 + 2**-52], [1.0, 2.0 + 2**-40]),
    ("assert_array_equal", [1, 2], [1, 2], [1, 3]),
    ("assert_array_less", [1, 2], [2, 3], [2, 2]),
    ("assert_array_max_ulp", [1.0, 2.0], [1.0, 2.0 + 2**-51], [1.0, 2.0 + 2**-40]),
    ("assert_equal", [1, 2], [1, 2], [1, 3]),
]


@pytest.mark.parametrize("name, actual, alike, other", CASES, ids=[row[0] for row in CASES])
def test_assertions(name, actual, alike, other):
    found, expected = getattr(cupy.testing, name), getattr(np.testing, name)
    for left in (np.asarray, cupy.asarray):
        for right in (np.asarray, cupy.asarray):
            found(left(actual), right(alike))
            with pytest.raises(AssertionError) as theirs:
                expected(np.asarray(actual), np.asarray(other))
            with pytest.raises(AssertionError) as ours:
                found(left(actual), right(other))
            assert str(ours.value) == str(theirs.value)


def test_arrays_are_found_in_lists_and_dicts():
    a = cupy.arange(3)
    cupy.testing.assert_equal({"a": [a, (a, 1)]}, {"a": [np.arange(3), (a, 1)]})
    with pytest.raises(AssertionError):
        cupy.testing.assert_equal({"a": [a]}, {"a": [a + 1]})
