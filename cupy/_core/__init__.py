"""The array and its machinery: ndarray, dtypes, memory pool, ufuncs, reductions, indexing.

Compiled with Cython; cimports nothing but ``cupy_backends.backend``. What users see is re-exported by ``cupy``.
"""

from cupy._core._axes import normalize_axes, normalize_axis, reduction_axes
from cupy._core._ndarray import ndarray
from cupy._core._dtype import can_cast, dtype_of, promote_types, result_type
from cupy._core._creation import (
    array,
    asarray,
    asnumpy,
    copyto,
    empty,
    empty_like,
    empty_ordered,
    full,
    full_like,
    on_device,
    ones,
    ones_like,
    zeros,
    zeros_like,
)
from cupy._core._views import (
    as_strided,
    broadcast_shapes,
    broadcast_to,
    may_share_memory,
    shares_memory,
    transpose,
)
from cupy._core import _ufunc, ufuncs
from cupy._core._bounds import bounded_index, limits
from cupy._core._indexing import nonzero, nonzero_by_axis, run_op, scatter, take_valid
from cupy._core._reduction import accumulate, index_reduction, reduce_row
from cupy._core._resolution import input_casting_error, output_casting_error
from cupy._core._ufunc import as_mask, ufunc
from cupy._core._pool import MemoryPool, get_default_memory_pool
from cupy._core._dlpack import from_capsule, from_dlpack
from cupy._core import _inplace, _methods, _protocols


_METHODS = {
    "sum": "add",
    "prod": "multiply",
    "max": "maximum",
    "min": "minimum",
    "any": "logical_or",
    "all": "logical_and",
}


def reduce(name, a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=True):
    """Reduce by the ufunc or row `name` of the contract.

    ``mean`` and ``count_nonzero`` are rows without a ufunc: they take neither `initial` nor `where`.
    """
    if name in ("mean", "count_nonzero"):
        return reduce_row(name, a, axis, dtype, out, keepdims)
    extra = {} if initial is None else {"initial": initial}
    return getattr(ufuncs, _METHODS.get(name, name)).reduce(
        a, axis=axis, dtype=dtype, out=out, keepdims=keepdims, where=where, **extra
    )


_backend_is_built = True  # ends the list above: what it imports is compiled
