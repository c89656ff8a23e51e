"""matmul and its three relatives: one rule for shapes, axes, dtypes and outputs, one contract row below.

The four differ only in which operand is a vector, so that each is a matrix product between
operands with an axis of extent 1 put in, which is taken out of the result again.
"""

import operator

import numpy
from numpy.exceptions import AxisError

from cupy import _core
from cupy._core import _shortcuts
from cupy._linalg.contraction import contract
from cupy._operands import as_array, cast

__all__ = ["matmul", "matvec", "vecdot", "vecmat"]

_DEFAULTS = (False, "same_kind", "K")  # of keepdims, casting and order
_TYPES = [c + c + "->" + c for c in "?bBhHiIlLqQefdFD"]


class GUFunc:
    """A generalized ufunc over matrices or vectors in the trailing axes.

    Args:
        name (str): NumPy's name.
        signature (str): NumPy's core signature.
        vectors (tuple): which operand is a vector; None where its rank decides.
        conjugate (bool): whether the first operand is conjugated.
        doc (str): the docstring of the function.
    """

    nin, nout, nargs, identity = 2, 1, 3, None

    def __init__(self, name, signature, vectors, conjugate, doc):
        self.__name__ = self.__qualname__ = name
        self.__module__ = "cupy"
        self.__doc__ = doc
        self.signature = signature
        self.types = list(_TYPES)
        self.ntypes = len(_TYPES)
        self._vectors = vectors
        self._conjugate = conjugate
        self._plain = vectors == (None, None)
        self._core_names = [
            tuple(dim.strip("?") for dim in term.strip("()").split(",") if dim)
            for term in signature.replace("->", ",").replace("),(", ");(").split(";")
        ]

    def __repr__(self):
        return f"<ufunc '{self.__name__}'>"

    def __reduce__(self):
        return self.__name__  # found by name in module `cupy`

    def __call__(
        self,
        x1,
        x2,
        /,
        out=None,
        *,
        axes=None,
        axis=None,
        keepdims=False,
        casting="same_kind",
        order="K",
        dtype=None,
        signature=None,
        subok=True,
    ):
        if signature is not None:
            if dtype is not None:
                raise TypeError("cannot specify both 'signature' and 'dtype'")
            dtype = self._signature_dtype(signature)
        if self._plain and out is axes is axis is dtype is None and (keepdims, casting, order) == _DEFAULTS:
            result = _shortcuts.matmul(x1, x2)
            if result is not None:
                return result
        a, b, out = as_array(x1), as_array(x2), _single_output(out)
        loop = self._loop_dtype(a, b, out, dtype, casting)
        if axis is not None or keepdims:
            self._check_axis(axis, axes, keepdims)
            if axis is not None:
                axes = [axis, axis, axis if keepdims else ()]
        self._check_rank(a, b)
        out_axes = None
        if axes is not None:
            a, b, out_axes = self._move_axes(a, b, axes, keepdims)

        row = self._vectors[0] if self._vectors[0] is not None else a.ndim == 1
        column = self._vectors[1] if self._vectors[1] is not None else b.ndim == 1
        a, b = cast(a, loop), cast(b, loop)
        if self._conjugate and loop.kind == "c":
            a = a.conj()
        a = a[..., None, :] if row else a
        b = b[..., None] if column else b
        if a.shape[-1] != b.shape[-2]:
            dim = 0 if column or self.__name__ in ("matmul", "vecmat") else 1
            raise ValueError(
                f"{self.__name__}: Input operand 1 has a mismatch in its core dimension {dim}, with "
                f"gufunc signature {self.signature} "
                f"(size {b.shape[-2]} is different from {a.shape[-1]})"
            )
        core = (() if row else a.shape[-2:-1]) + (() if column else b.shape[-1:])
        if out is None:
            batch = self._batch(a, b, core)
            result = _core.empty(batch + core, loop, "F" if self._fortran(order, a, b) else "C")
        else:
            target = self._output_view(out, out_axes, len(core), keepdims)
            batch = self._batch(a, b, core, target)
            indirect = out.dtype != loop or _core.may_share_memory(out, a) or _core.may_share_memory(out, b)
            result = _core.empty(batch + core, loop) if indirect else target

        matrix = result[..., None] if column else result
        matrix = matrix[..., None, :] if row else matrix
        _batched(a, b, matrix, batch)
        if out is not None:
            if indirect:
                _core.copyto(target, result)
            return out
        if keepdims:
            result = result[..., None]
        if out_axes:
            result = _place_axes(result, out_axes)
        return result

    def _signature_dtype(self, signature):
        """Return the dtype that a signature asks for, or None; operands and result of a loop have one dtype."""
        if not isinstance(signature, (str, tuple)):
            raise TypeError("the signature object to ufunc must be a string or a tuple.")
        if len(signature) == 1:
            raise TypeError("Use `dtype` or fill the tuple with more than one 'None'.")
        letters = isinstance(signature, str)
        items = "".join(signature.split("->")) if letters else signature
        if len(items) != self.nargs or letters and not signature[self.nin :].startswith("->"):
            raise ValueError(
                f"a signature for ufunc '{self.__name__}' is a tuple of length {self.nargs} "
                f"or text such as 'dd->d', not {signature!r}"
            )
        try:
            dtypes = {_core.dtype_of(item) for item in items if item is not None}
        except TypeError as error:
            raise (ValueError if letters else TypeError)(str(error)) from None
        if len(dtypes) > 1:
            raise TypeError(
                f"No loop matching the specified signature and casting was found for ufunc {self.__name__}"
            )
        return dtypes.pop() if dtypes else None

    def _check_rank(self, a, b):
        for i, x in enumerate((a, b)):
            need = len(self._core_names[i])
            if self._vectors[i] is None:
                need = 1
            if x.ndim < need:
                raise ValueError(
                    f"{self.__name__}: Input operand {i} does not have enough dimensions (has {x.ndim}, "
                    f"gufunc core with signature {self.signature} requires {need})"
                )

    def _loop_dtype(self, a, b, out, dtype, casting):
        if casting not in ("no", "equiv", "safe", "same_kind", "unsafe"):
            raise ValueError(
                f"casting must be one of 'no', 'equiv', 'safe', 'same_kind', 'unsafe' (got '{casting}')"
            )
        if dtype is None:
            loop = a.dtype if a.dtype == b.dtype else _core.result_type(a.dtype, b.dtype)
        else:
            loop = _core.dtype_of(dtype)
        for i, x in enumerate((a, b)):
            if x.dtype != loop and not _core.can_cast(x.dtype, loop, casting):
                raise _core.input_casting_error(getattr(numpy, self.__name__), casting, x.dtype, loop, i)
        if out is not None and out.dtype != loop and not _core.can_cast(loop, out.dtype, casting):
            raise _core.output_casting_error(getattr(numpy, self.__name__), casting, loop, out.dtype, 0)
        return loop

    def _fortran(self, order, a, b):
        if order == "A":
            return all(x.flags.f_contiguous and not x.flags.c_contiguous for x in (a, b))
        if order not in ("C", "F", "K"):
            raise ValueError(f"order must be one of 'C', 'F', 'A', or 'K' (got '{order}')")
        return order == "F"

    def _batch(self, a, b, core, target=None):
        shapes = [a.shape[:-2], b.shape[:-2]]
        if target is None:
            if shapes[0] == shapes[1] or not shapes[1]:
                return shapes[0]
            if not shapes[0]:
                return shapes[1]
        else:
            if target.ndim < len(core):
                raise ValueError(
                    f"{self.__name__}: Output operand 0 does not have enough dimensions (has "
                    f"{target.ndim}, gufunc core with signature {self.signature} requires {len(core)})"
                )
            rank = target.ndim - len(core)
            for dim, (size, want) in enumerate(zip(target.shape[rank:], core)):
                if size != want:
                    raise ValueError(
                        f"{self.__name__}: Output operand 0 has a mismatch in its core dimension {dim}, "
                        f"with gufunc signature {self.signature} (size {size} is different from {want})"
                    )
            shapes.append(target.shape[:rank])
        try:
            batch = _core.broadcast_shapes(*shapes)
        except ValueError:
            shown = " ".join("(" + ",".join(map(str, s)) + ")" for s in shapes)
            raise ValueError(
                "operands could not be broadcast together with stacks of shapes "
                f"{shown} and requested shape ({','.join(map(str, core))})"
            ) from None
        if target is not None and batch != shapes[2]:
            raise ValueError(
                f"non-broadcastable output operand with shape {target.shape} doesn't match "
                f"the broadcast shape {batch + core}"
            )
        return batch

    def _check_axis(self, axis, axes, keepdims):
        if axis is not None and axes is not None:
            raise TypeError("cannot specify both 'axis' and 'axes'")
        shared = self.__name__ == "vecdot"
        if axis is not None and not shared:
            raise TypeError(
                f"{self.__name__}: axis can only be used with a single shared core dimension, "
                f"not with the {len(set(sum(self._core_names, ())))} distinct ones implied by "
                f"signature {self.signature}."
            )
        if keepdims and not shared:
            raise TypeError(
                f"{self.__name__} does not support keepdims: its signature {self.signature} "
                "requires all inputs to have the same number of core dimensions and all "
                "outputs to have no core dimensions"
            )

    def _move_axes(self, a, b, axes, keepdims):
        """Bring the core axes of the operands to the end; return also those of the output."""
        if not isinstance(axes, list):
            raise TypeError("axes should be a list.")
        out_rank = 1 if keepdims else len(self._core_names[2])
        if len(axes) == 2 and out_rank == 0:
            axes = axes + [()]
        if len(axes) == 2 and keepdims:
            axes = axes + [axes[0]]
        if len(axes) != 3:
            raise ValueError(
                "axes should be a list with an entry for all 3 inputs and outputs; entries "
                "for outputs can only be omitted if none of them has core axes."
            )
        moved = []
        for i, x in enumerate((a, b)):
            core = self._axes_item(axes[i], i, self._core_count(x, i))
            core = [_core.normalize_axis(k, x.ndim) for k in core]
            if len(set(core)) != len(core):
                raise ValueError(f"axes item {i} has value {core[0]} repeated")
            rest = [k for k in range(x.ndim) if k not in core]
            moved.append(_core.transpose(x, tuple(rest + core)))
        if self.__name__ == "matmul":
            out_rank -= (a.ndim == 1) + (b.ndim == 1)
        return moved[0], moved[1], self._axes_item(axes[2], 2, out_rank)

    def _core_count(self, x, i):
        return 1 if self._vectors[i] is None and x.ndim == 1 else len(self._core_names[i])

    def _axes_item(self, item, i, count):
        if not isinstance(item, tuple):
            if count != 1:
                raise AxisError(
                    f"{self.__name__}: operand {i} has {count} core dimensions, but the axes "
                    "item is a single integer."
                )
            item = (item,)
        if len(item) != count:
            raise AxisError(
                f"{self.__name__}: operand {i} has {count} core dimensions, but "
                f"{len(item)} dimensions are specified by axes tuple."
            )
        return tuple(operator.index(k) for k in item)

    def _output_view(self, out, out_axes, core_rank, keepdims):
        """Return out with its core axes at the end, without the axis that keepdims keeps."""
        if out_axes:
            core = [_core.normalize_axis(k, out.ndim) for k in out_axes]
            rest = [k for k in range(out.ndim) if k not in core]
            out = _core.transpose(out, tuple(rest + core))
        if keepdims:
            if out.ndim == 0 or out.shape[-1] != 1:
                raise ValueError(
                    f"{self.__name__}: Output operand 0 has a mismatch in its core dimension 0, "
                    f"with gufunc signature {self.signature}: the kept axis must have size 1"
                )
            out = out[..., 0]
        return out


def _single_output(out):
    if isinstance(out, tuple):
        if len(out) != 1:
            raise ValueError("The 'out' tuple must have exactly one entry per ufunc output")
        out = out[0]
    if out is not None and not isinstance(out, _core.ndarray):
        raise TypeError("return arrays must be of ArrayType")
    return out


def _place_axes(result, out_axes):
    core = [_core.normalize_axis(k, result.ndim) for k in out_axes]
    first = result.ndim - len(core)
    order = [None] * result.ndim
    for i, k in enumerate(core):
        order[k] = first + i
    rest = iter(range(first))
    return _core.transpose(result, tuple(next(rest) if k is None else k for k in order))


def _batched(a, b, out, batch):
    """out = a @ b where a and b still have to be broadcast to the batch shape."""
    if not batch:
        contract(a, b, out)
        return
    rows = a.shape[-2:]
    if b.ndim == 2 and a.shape[:-2] == batch and a.flags.c_contiguous and out.flags.c_contiguous:
        # One tall product instead of many small ones.
        count = a.size // rows[1] if rows[1] else 0
        if count:
            contract(a.reshape(count, rows[1]), b, out.reshape(count, b.shape[1]))
            return
    if a.shape[:-2] != batch:
        a = _core.broadcast_to(a, batch + rows)
    if b.shape[:-2] != batch:
        b = _core.broadcast_to(b, batch + b.shape[-2:])
    contract(a, b, out)


_PARAMETERS = """
Parameters:
    x1, x2 (cupy.ndarray): operands; leading axes broadcast.
    out (cupy.ndarray): where to put the result.
    axes (list of tuples): the axes that hold the core dimensions of operands and output.
    axis (int): the shared core axis (vecdot only); keepdims keeps it with extent 1.
    casting, order, dtype: as for ufuncs.

Returns:
    cupy.ndarray: the product; of rank 0 between two vectors.

Raises:
    ValueError: core dimensions differ or batch shapes do not broadcast.
    TypeError: a cast is not allowed by `casting`, or an operand is a host array.

The keyword `signature` and subclasses are not supported.
"""


def _make(name, signature, vectors, conjugate, summary, example):
    return GUFunc(name, signature, vectors, conjugate, f"{summary}\n{_PARAMETERS}\nExample:\n{example}")


matmul = _make(
    "matmul",
    "(n?,k),(k,m?)->(n?,m?)",
    (None, None),
    False,
    "Matrix product; vectors are rows on the left and columns on the right.",
    """    >>> import cupy as cp
    >>> cp.matmul(cp.arange(6).reshape(2, 3), cp.array([1, 0, 2]))
    array([ 4, 13])
""",
)
matvec = _make(
    "matvec",
    "(m,n),(n)->(m)",
    (False, True),
    False,
    "Matrix times vector, over stacks of both.",
    """    >>> import cupy as cp
    >>> cp.matvec(cp.eye(2), cp.array([[1., 2.], [3., 4.]]))
    array([[1., 2.],
           [3., 4.]])
""",
)
vecmat = _make(
    "vecmat",
    "(n),(n,m)->(m)",
    (True, False),
    True,
    "Vector times matrix, over stacks of both; the vector is conjugated.",
    """    >>> import cupy as cp
    >>> cp.vecmat(cp.array([1, 2]), cp.array([[1, 2, 3], [4, 5, 6]]))
    array([ 9, 12, 15])
""",
)
vecdot = _make(
    "vecdot",
    "(n),(n)->()",
    (True, True),
    True,
    "Dot product of vectors, over stacks of both; the first is conjugated.",
    """    >>> import cupy as cp
    >>> cp.vecdot(cp.array([[1, 2], [3, 4]]), cp.array([1, 10]))
    array([21, 43])
""",
)
