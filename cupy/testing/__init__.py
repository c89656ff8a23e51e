"""Tools for tests: comparisons of device arrays, and bodies that run with NumPy and with cupy.

`check` is what this project's own tests use. The decorators (`numpy_cupy_allclose`,
`for_all_dtypes`, ...) carry CuPy's names, for test suites written for it. Tests of programs need
nothing else from here than the `assert_` functions.
"""

from cupy.testing._assertions import (
    assert_allclose,
    assert_almost_equal,
    assert_approx_equal,
    assert_array_almost_equal,
    assert_array_almost_equal_nulp,
    assert_array_equal,
    assert_array_less,
    assert_array_list_equal,
    assert_array_max_ulp,
    assert_equal,
)
from cupy.testing._loops import *  # noqa: F403
from cupy.testing._loops import __all__ as _loops
from cupy.testing._paired import (
    COMPLEX,
    DTYPES,
    FLOATS,
    INEXACT,
    INTEGERS,
    LAYOUTS,
    REAL,
    check,
    compare,
    sample,
)

__all__ = [
    "COMPLEX",
    "DTYPES",
    "FLOATS",
    "INEXACT",
    "INTEGERS",
    "LAYOUTS",
    "REAL",
    "assert_allclose",
    "assert_almost_equal",
    "assert_approx_equal",
    "assert_array_almost_equal",
    "assert_array_almost_equal_nulp",
    "assert_array_equal",
    "assert_array_less",
    "assert_array_list_equal",
    "assert_array_max_ulp",
    "assert_equal",
    "check",
    "compare",
    "sample",
    *_loops,
]
