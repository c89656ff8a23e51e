"""CuPy for Huawei Ascend: NumPy on the NPU.

>>> import cupy as cp
>>> a = cp.arange(6, dtype=cp.float32).reshape(2, 3)
>>> (a * 2).sum(axis=0)
array([ 6., 10., 14.], dtype=float32)

Names, signatures and results are NumPy's. Where no NPU is present the arrays live on a simulated one; ask
``python -m cupy.doctor`` what this machine has.
"""

import numpy as _numpy

try:
    from cupy._core import _backend_is_built  # noqa: F401
except ImportError as _error:
    if "cupy._core" in str(_error) or "_backend_is_built" in str(_error):
        raise ImportError(
            "cupy was imported from a source tree that is not built. Run `pip install .` in its root and start "
            "Python elsewhere, or build in place with `pip install -e .`"
        ) from _error
    raise

from numpy import (  # noqa: E402
    False_,
    True_,
    base_repr,
    binary_repr,
    bool_ as bool_,
    byte,
    cdouble,
    complex64,
    complex128,
    complexfloating,
    csingle,
    double,
    dtype,
    e,
    errstate,
    euler_gamma,
    float16,
    float32,
    float64,
    floating,
    format_float_positional,
    format_float_scientific,
    generic,
    geterr,
    geterrcall,
    half,
    iinfo,
    inexact,
    inf,
    int8,
    int16,
    int32,
    int64,
    int_,
    intc,
    integer,
    intp,
    iterable,
    long,
    longlong,
    mintypecode,
    nan,
    newaxis,
    number,
    pi,
    set_printoptions,
    seterr,
    seterrcall,
    get_printoptions,
    printoptions,
    short,
    signedinteger,
    single,
    typename,
    ubyte,
    uint,
    uint8,
    uint16,
    uint32,
    uint64,
    uintc,
    uintp,
    ulong,
    ulonglong,
    unsignedinteger,
    ushort,
)

bool = _numpy.bool_

from cupy import exceptions, xpu  # noqa: E402
from cupy import cuda  # noqa: E402
from cupy._core import (  # noqa: E402
    asnumpy,
    broadcast_shapes,
    can_cast,
    from_dlpack,
    get_default_memory_pool,
    may_share_memory,
    ndarray,
    promote_types,
    result_type,
    shares_memory,
    ufunc,
)
from cupy._core import from_capsule as fromDlpack  # noqa: E402
from cupy._core._flat import broadcast, flatiter  # noqa: E402
from cupy._core._methods import install_functions as _install_functions  # noqa: E402
from cupy._core.ufuncs import *  # noqa: E402, F403
from cupy._core._formatting import array2string, array_repr, array_str  # noqa: E402
from cupy._config import show_config  # noqa: E402
from cupy._routes import host_route_count, host_routes, show_routes  # noqa: E402
from cupy._array_api import __array_api_version__, __array_namespace_info__  # noqa: E402
from cupy._binary.packing import *  # noqa: E402, F403
from cupy._creation.basic import *  # noqa: E402, F403
from cupy._creation.from_data import *  # noqa: E402, F403
from cupy._creation.matrix import *  # noqa: E402, F403
from cupy._creation.ranges import *  # noqa: E402, F403
from cupy._functional.apply import *  # noqa: E402, F403
from cupy._functional.fusion import *  # noqa: E402, F403
from cupy._indexing.generate import *  # noqa: E402, F403
from cupy._indexing.indexing import *  # noqa: E402, F403
from cupy._indexing.insert import *  # noqa: E402, F403
from cupy._indexing.iterate import *  # noqa: E402, F403
from cupy._io.npz import *  # noqa: E402, F403
from cupy._io.text import *  # noqa: E402, F403
from cupy._linalg.einsum import *  # noqa: E402, F403
from cupy._linalg.gufunc import *  # noqa: E402, F403
from cupy._linalg.products import *  # noqa: E402, F403
from cupy._logic.comparison import *  # noqa: E402, F403
from cupy._logic.content import *  # noqa: E402, F403
from cupy._logic.truth import *  # noqa: E402, F403
from cupy._logic.type_testing import *  # noqa: E402, F403
from cupy._manipulation.add_remove import *  # noqa: E402, F403
from cupy._manipulation.basic import *  # noqa: E402, F403
from cupy._manipulation.dims import *  # noqa: E402, F403
from cupy._manipulation.join import *  # noqa: E402, F403
from cupy._manipulation.rearrange import *  # noqa: E402, F403
from cupy._manipulation.shape import *  # noqa: E402, F403
from cupy._manipulation.split import *  # noqa: E402, F403
from cupy._manipulation.tiling import *  # noqa: E402, F403
from cupy._manipulation.transpose import *  # noqa: E402, F403
from cupy._math.complex import *  # noqa: E402, F403
from cupy._math.difference import *  # noqa: E402, F403
from cupy._math.misc import *  # noqa: E402, F403
from cupy._math.rounding import *  # noqa: E402, F403
from cupy._math.special import *  # noqa: E402, F403
from cupy._math.sumprod import *  # noqa: E402, F403
from cupy._padding.pad import *  # noqa: E402, F403
from cupy._polynomial.basic import *  # noqa: E402, F403
from cupy._set.setops import *  # noqa: E402, F403
from cupy._set.unique import *  # noqa: E402, F403
from cupy._sorting.count import *  # noqa: E402, F403
from cupy._sorting.search import *  # noqa: E402, F403
from cupy._sorting.sort import *  # noqa: E402, F403
from cupy._statistics.averages import *  # noqa: E402, F403
from cupy._statistics.correlation import *  # noqa: E402, F403
from cupy._statistics.extrema import *  # noqa: E402, F403
from cupy._statistics.histograms import *  # noqa: E402, F403
from cupy._statistics.quantiles import *  # noqa: E402, F403

_install_functions(globals())

__version__ = "0.1.0"

# Chapters of the API that many programs do not touch are imported when first asked for.
_LAZY = ("fft", "linalg", "random", "testing", "lib", "typing", "doctor")


def __getattr__(name):
    if name in _LAZY:
        import importlib

        return importlib.import_module(f"cupy.{name}")
    if name == "byte_bounds":
        from cupy.lib.array_utils import byte_bounds

        return byte_bounds
    if name == "emath":
        from cupy.lib import scimath

        return scimath
    if name == "bfloat16":
        from cupy._core import dtype_of

        return dtype_of("bfloat16").type
    from cupy._absent import FUNCTIONS, OTHERS, missing

    raise missing("cupy", name, FUNCTIONS | OTHERS)


def get_array_module(*args):
    """Return ``cupy`` if an argument is a device array, ``numpy`` otherwise.

    Examples
    --------
    >>> import cupy as cp, numpy as np
    >>> cp.get_array_module(np.ones(2)) is np, cp.get_array_module(cp.ones(2)) is cp
    (True, True)
    """
    import sys

    for a in args:
        if isinstance(a, ndarray):
            return sys.modules[__name__]
    return _numpy


def get_default_pinned_memory_pool():
    """Return a pool object for pinned host memory; see :class:`cupy.xpu.PinnedMemoryPool`.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.get_default_pinned_memory_pool().free_all_blocks()
    """
    return xpu.PinnedMemoryPool()


def is_available():
    """Return whether a device can be used (the simulated one counts).

    Examples
    --------
    >>> import cupy as cp
    >>> cp.is_available()
    True
    """
    return xpu.is_available()
