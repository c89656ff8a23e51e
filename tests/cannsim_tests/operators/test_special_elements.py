"""Elements that an operator treats apart are found wherever they are among others."""

import numpy as np
import pytest
from operator_calls import Out, call


@pytest.mark.parametrize("dtype", ["i1", "u1", "i2", "i4", "i8"])
def test_a_division_by_zero_is_found_wherever_it_is(dtype):
    for n in (1, 2, 15, 16, 17, 63, 64, 65, 130, 4096, 4097, 9000):
        for at in {0, n // 2, max(0, n - 5), n - 1}:
            a, b = (np.arange(n) % 100 + 1).astype(dtype), np.full(n, 3, dtype)
            b[at] = 0
            want = a // 3
            want[at] = ~np.zeros((), dtype)
            (got,) = call("aclnnFloorDivide", a, b, Out(n, dtype))
            np.testing.assert_array_equal(got, want)


def test_an_angle_beyond_the_range_is_found_wherever_it_is():
    for n in (1, 2, 15, 16, 17, 100, 257, 4096, 4097, 9000):
        for at in {0, n // 2, max(0, n - 5), n - 1}:
            x = np.linspace(-1, 1, n).astype("f4")
            x[at] = 3e7
            want = np.sin(x)
            want[at] = np.sin(np.fmod(x[at], np.float32(2 * np.pi)))
            (got,) = call("aclnnSin", x, Out(n, "f4"))
            np.testing.assert_allclose(got, want, rtol=1e-6, atol=1e-7)
