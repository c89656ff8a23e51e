"""Views: the same memory under another shape, order or dtype. Nothing here launches, except a copy where NumPy
copies too (reshape of a layout that cannot be walked in the new shape)."""

import builtins
import operator

import numpy

from libc.string cimport memcpy, memset

from cupy._core._axes cimport normalize_axes, normalize_axis
from cupy._core._dtype cimport code_of, code_of_bytes, itemsizes
from cupy._core._elementwise cimport Source, axis_order, broadcast_shape, broadcast_view, copy_into
from cupy._core._memory cimport retain
from cupy._core._ndarray cimport (
    C_CONTIGUOUS, F_CONTIGUOUS, MAX_RANK, WRITEABLE, blank, byte_range, ndarray, new_array, new_view, read_shape,
    shape_tuple, update_flags)
from cupy_backends.backend._backend cimport CUPY_UINT8

from cupy._core._creation import asarray, order_letter, stride_order, zeros_like
from cupy._core._ndarray import install


cdef int infer_shape(Py_ssize_t* shape, int ndim, ndarray a, object given) except -1:
    """Replace one negative extent by the one that fits; raise NumPy's error if none does."""
    cdef Py_ssize_t known = 1
    cdef int i, unknown = -1
    for i in range(ndim):
        if shape[i] < 0:
            if unknown >= 0:
                raise ValueError("can only specify one unknown dimension")
            unknown = i
        else:
            known *= shape[i]
    if unknown >= 0 and known and a.size % known == 0:
        shape[unknown] = a.size // known
    elif unknown >= 0 or known != a.size:
        raise ValueError(f"cannot reshape array of size {a.size} into shape {str(given).replace(' ', '')}")
    return 0


cdef bint reshape_strides(ndarray a, int ndim, const Py_ssize_t* shape, bint fortran, Py_ssize_t* strides) noexcept:
    """Find strides that walk `a` in the new shape, group by group of axes with equal products."""
    cdef Py_ssize_t[MAX_RANK] old_shape, old_strides
    cdef Py_ssize_t old_size, new_size, step
    cdef int i, k, m = 0, oi = 0, oj, ni = 0, nj
    for i in range(a.rank):
        if a.dims[i] != 1:
            old_shape[m] = a.dims[i]
            old_strides[m] = a.dims[a.rank + i]
            m += 1
    while oi < m and ni < ndim:
        oj, nj = oi + 1, ni + 1
        old_size, new_size = old_shape[oi], shape[ni]
        while old_size != new_size:
            if new_size < old_size:
                new_size *= shape[nj]
                nj += 1
            else:
                old_size *= old_shape[oj]
                oj += 1
        for k in range(oi, oj - 1):
            if fortran:
                if old_strides[k + 1] != old_shape[k] * old_strides[k]:
                    return False
            elif old_strides[k] != old_shape[k + 1] * old_strides[k + 1]:
                return False
        if fortran:
            step = old_strides[oi]
            for k in range(ni, nj):
                strides[k] = step
                step *= shape[k]
        else:
            step = old_strides[oj - 1]
            for k in range(nj - 1, ni - 1, -1):
                strides[k] = step
                step *= shape[k]
        oi, ni = oj, nj
    step = strides[ni - 1] if ni else itemsizes[a.code]
    for k in range(ni, ndim):  # what is left has extent 1
        strides[k] = step
    return True


cdef ndarray reshaped(ndarray a, int ndim, const Py_ssize_t* shape, bint fortran, object copy):
    cdef Py_ssize_t[MAX_RANK] strides
    cdef Py_ssize_t step = itemsizes[a.code]
    cdef ndarray out
    cdef int i
    if copy is not True:
        if a.bits & C_CONTIGUOUS and not fortran or a.size == 0:
            for i in range(ndim - 1, -1, -1):
                strides[i] = step
                step *= shape[i] if shape[i] > 1 else 1
            return new_view(a, a.code, ndim, shape, strides, a.offset)
        if reshape_strides(a, ndim, shape, fortran, strides):
            return new_view(a, a.code, ndim, shape, strides, a.offset)
        if copy is False:
            raise ValueError("Unable to avoid creating a copy while reshaping.")
    out = new_array(a.code, a.rank, a.dims, fortran)
    copy_into(out, a)
    return reshaped(out, ndim, shape, fortran, None)


def reshape(ndarray self, *shape, order="C", copy=None):
    """Return an array of another shape with the same elements; a view if the memory allows it.

    Parameters
    ----------
    *shape : int or tuple of int
        One extent may be -1 and is inferred.
    order : {'C', 'F', 'A'}, optional
    copy : bool or None, optional
        True always copies, False raises if a copy is needed.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.arange(6).reshape(2, -1)
    array([[0, 1, 2],
           [3, 4, 5]])
    """
    cdef Py_ssize_t[MAX_RANK] extents
    cdef int ndim
    if len(shape) == 1:
        shape = shape[0]
        if shape is None:
            return view(self)
    elif not shape:
        raise TypeError("reshape() takes a shape (0 arguments given)")
    ndim = read_shape(shape, extents)
    infer_shape(extents, ndim, self, shape)
    if order == "C":
        return reshaped(self, ndim, extents, False, copy)
    return reshaped(self, ndim, extents, is_fortran(self, order_letter(order, "CFA")), copy)


cdef bint is_fortran(ndarray a, str order):
    """Return whether 'A', 'C' or 'F' means Fortran order for `a`."""
    return order == "F" or order == "A" and a.bits & F_CONTIGUOUS and not a.bits & C_CONTIGUOUS


cdef tuple iteration_order(ndarray a):
    """Return the axes in the order in which a launch over the array walks them: that of order='K'."""
    cdef int[MAX_RANK] order
    cdef Source s
    cdef int i
    s.array = <void*>a
    s.code = a.code
    axis_order(&s, 1, a.rank, order)
    return tuple([order[i] for i in range(a.rank)])


def ravel(ndarray self, order="C"):
    """Return the elements along one axis, contiguous; a view if they are already.

    Parameters
    ----------
    order : {'C', 'F', 'A', 'K'}, optional

    Examples
    --------
    >>> import cupy as cp
    >>> cp.array([[1, 2], [3, 4]]).ravel(order='F')
    array([1, 3, 2, 4])
    """
    cdef Py_ssize_t size = self.size
    cdef bint fortran
    cdef ndarray a = self
    if order == "C" and self.bits & C_CONTIGUOUS:
        return reshaped(self, 1, &size, False, None)
    order = order_letter(order, "CFAK")
    if order == "K":
        a = transpose(self, stride_order(self))
        if not a.bits & C_CONTIGUOUS:
            a = transpose(self, iteration_order(self))
    fortran = is_fortran(a, order)
    return reshaped(a, 1, &size, fortran, None if a.bits & (F_CONTIGUOUS if fortran else C_CONTIGUOUS) else True)


def flatten(ndarray self, order="C"):
    """Return a copy of the elements along one axis.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.array([[1, 2], [3, 4]]).flatten()
    array([1, 2, 3, 4])
    """
    flat = ravel(self, order)
    return flat.copy() if (<ndarray>flat).block is self.block else flat


def transpose(ndarray self, *axes):
    """Return a view with the axes permuted; without arguments, reversed.

    Parameters
    ----------
    *axes : int or tuple of int

    Examples
    --------
    >>> import cupy as cp
    >>> cp.zeros((2, 3, 4)).transpose(1, 0, 2).shape
    (3, 2, 4)
    """
    cdef Py_ssize_t[2 * MAX_RANK] dims
    cdef bint[MAX_RANK] seen
    cdef Py_ssize_t axis
    cdef int i, n = self.rank
    if len(axes) == 1 and (axes[0] is None or type(axes[0]) is not int and hasattr(axes[0], "__len__")):
        axes = axes[0]
        if isinstance(axes, str):
            raise TypeError("axes are integers: 'str' object cannot be interpreted as an integer")
    elif not axes:
        axes = None
    if axes is None:
        return self.T
    if len(axes) != n:
        raise ValueError("axes don't match array")
    memset(seen, 0, sizeof(seen))
    for i in range(n):
        axis = normalize_axis(axes[i], n)
        if seen[axis]:
            raise ValueError("repeated axis in transpose")
        seen[axis] = True
        dims[i] = self.dims[axis]
        dims[n + i] = self.dims[n + axis]
    return new_view(self, self.code, n, dims, dims + n, self.offset)


def swapaxes(ndarray self, axis1, axis2):
    """Return a view with two axes exchanged.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.zeros((2, 3, 4)).swapaxes(0, 2).shape
    (4, 3, 2)
    """
    cdef Py_ssize_t[2 * MAX_RANK] dims
    cdef int n = self.rank
    cdef Py_ssize_t i = normalize_axis(axis1, n), j = normalize_axis(axis2, n)
    memcpy(dims, self.dims, 2 * n * sizeof(Py_ssize_t))
    dims[i], dims[j] = dims[j], dims[i]
    dims[n + i], dims[n + j] = dims[n + j], dims[n + i]
    return new_view(self, self.code, n, dims, dims + n, self.offset)


def squeeze(ndarray self, axis=None):
    """Return a view without axes of extent 1.

    Parameters
    ----------
    axis : int or tuple of int, optional
        The axes to drop; all of extent 1 by default.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.zeros((1, 3, 1)).squeeze().shape
    (3,)
    """
    cdef Py_ssize_t[2 * MAX_RANK] dims
    cdef int i, m = 0, n = self.rank
    if axis is None:
        drop = {i for i in range(n) if self.dims[i] == 1}
        if not drop:
            return self
    elif axis == ():
        return self
    elif n == 0 and axis in (0, -1):
        return view(self)
    else:
        drop = set(normalize_axes(axis if isinstance(axis, tuple) else (axis,), n))
        if any(self.dims[<int>a] != 1 for a in drop):
            raise ValueError("cannot select an axis to squeeze out which has size not equal to one")
    for i in range(n):
        if i not in drop:
            dims[m] = self.dims[i]
            dims[MAX_RANK + m] = self.dims[n + i]
            m += 1
    return new_view(self, self.code, m, dims, dims + MAX_RANK, self.offset)


def view(ndarray self, dtype=None, type=None):
    """Return a new array of the same memory, optionally seen as another dtype.

    Parameters
    ----------
    dtype : dtype-like, optional
        If its size differs, the last axis must be contiguous and is resized.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.array([1.0], dtype='f4').view('i4')
    array([1065353216], dtype=int32)
    """
    cdef int code = self.code if dtype is None or isinstance(dtype, builtins.type) and issubclass(dtype, ndarray) \
        else code_of_bytes(dtype, self.code)
    cdef Py_ssize_t[2 * MAX_RANK] dims
    cdef Py_ssize_t old = itemsizes[self.code], new = itemsizes[code], nbytes
    cdef int i, n = self.rank
    for i in range(2 * n):
        dims[i] = self.dims[i]
    if old != new:
        if n == 0:
            raise ValueError("Changing the dtype of a 0d array is only supported if the itemsize is unchanged")
        if self.dims[2 * n - 1] != old and self.dims[n - 1] != 1 and self.size:
            raise ValueError("To change to a dtype of a different size, the last axis must be contiguous")
        nbytes = self.dims[n - 1] * old
        if nbytes % new:
            raise ValueError(
                "When changing to a larger dtype, its size must be a divisor of the total size in bytes of the "
                "last axis of the array.")
        dims[n - 1] = nbytes // new
        dims[2 * n - 1] = new
    return new_view(self, code, n, dims, dims + n, self.offset)


cdef ndarray part(ndarray a, int which):
    """Return the real (0) or imaginary (1) parts of a complex array as a view."""
    cdef int code = 11 if a.code == 13 else 12
    return new_view(a, code, a.rank, a.dims, a.dims + a.rank, a.offset + which * itemsizes[code])


def real(ndarray self):
    """Return the real part: a view of a complex array, the array itself otherwise."""
    return part(self, 0) if self.code >= 13 else self


def imag(ndarray self):
    """Return the imaginary part: a view of a complex array, read-only zeros otherwise."""
    cdef ndarray zero
    if self.code >= 13:
        return part(self, 1)
    zero = zeros_like(self, order="A")
    zero.bits &= ~WRITEABLE
    return zero


def set_real(ndarray self, value):
    """Assign the real part."""
    real(self)[...] = value


def set_imag(ndarray self, value):
    """Assign the imaginary part of a complex array."""
    if self.code < 13:
        raise TypeError("array does not have imaginary part to set")
    part(self, 1)[...] = value


def diagonal(ndarray self, offset=0, axis1=0, axis2=1):
    """Return a view of the diagonal of two axes, as the last axis.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.arange(9).reshape(3, 3).diagonal(1)
    array([1, 5])
    """
    cdef Py_ssize_t[2 * MAX_RANK] dims
    cdef Py_ssize_t start = self.offset, rows, columns, length
    cdef int i, j, k, m = 0, n = self.rank
    cdef ndarray out
    if n < 2:
        raise ValueError("diag requires an array of at least two dimensions")
    i, j = normalize_axis(axis1, n), normalize_axis(axis2, n)
    if i == j:
        raise ValueError("axis1 and axis2 cannot be the same")
    rows, columns = self.dims[i], self.dims[j]
    shift = operator.index(offset)
    if shift >= 0:
        columns -= shift
        if columns > 0:
            start += shift * self.dims[n + j]
    else:
        rows += shift
        if rows > 0:
            start -= shift * self.dims[n + i]
    length = max(0, min(rows, columns))
    for k in range(n):
        if k != i and k != j:
            dims[m] = self.dims[k]
            dims[MAX_RANK + m] = self.dims[n + k]
            m += 1
    dims[m] = length
    dims[MAX_RANK + m] = self.dims[n + i] + self.dims[n + j]
    out = new_view(self, self.code, m + 1, dims, dims + MAX_RANK, start)
    out.bits &= ~WRITEABLE
    return out


def as_strided(ndarray x, shape=None, strides=None, offset=0, writeable=True):
    """Return a view of `x` with any shape and byte strides, which must stay inside its memory.

    Parameters
    ----------
    shape, strides : tuple of int, optional
        Those of `x` by default.
    offset : int, optional
        Bytes from the first element of `x`.

    Raises
    ------
    ValueError
        If an element would lie outside the memory of `x` (NumPy does not check).
    """
    cdef Py_ssize_t[MAX_RANK] extents, steps
    cdef Py_ssize_t low, high
    cdef ndarray out
    cdef int n = read_shape(shape_tuple(x) if shape is None else shape, extents)
    cdef int m = read_shape(x.strides if strides is None else strides, steps)
    if n != m:
        raise ValueError(f"shape has {n} axes and strides {m}")
    if any(extents[i] < 0 for i in range(n)):
        raise ValueError("negative dimensions are not allowed")
    out = new_view(x, x.code, n, extents, steps, x.offset + <Py_ssize_t>offset)
    if out.size:
        byte_range(out, &low, &high)
        if low < 0 or high > <Py_ssize_t>x.block.bytes:
            raise ValueError(f"shape {shape_tuple(out)} with strides {out.strides} reaches outside the array's memory")
    if not writeable:
        out.bits &= ~WRITEABLE
    return out


def over_memory(memptr, shape, dtype, strides, order):
    """Return an array over the memory that a MemoryPointer names, or over new memory that the strides just fill."""
    cdef Py_ssize_t[MAX_RANK] extents, steps
    cdef Py_ssize_t low, high, step
    cdef int i, k, code = code_of(dtype), n = read_shape(shape, extents)
    cdef ndarray owner, out
    step = itemsizes[code]
    for k in range(n):
        i = k if order == "F" else n - 1 - k
        steps[i] = step
        step *= extents[i] if extents[i] > 1 else 1
    if strides is not None and read_shape(strides, steps) != n:
        raise ValueError(f"shape has {n} axes and strides {len(strides)}")
    if any(extents[i] < 0 for i in range(n)):
        raise ValueError("negative dimensions are not allowed")
    out = blank(code, n)
    memcpy(out.dims, extents, n * sizeof(Py_ssize_t))
    memcpy(out.dims + n, steps, n * sizeof(Py_ssize_t))
    out.size = 1
    for i in range(n):
        out.size *= extents[i]
    low = high = 0
    if out.size:
        byte_range(out, &low, &high)
    if memptr is None:
        if low < 0:
            raise ValueError("negative strides need memory: pass memptr")
        owner = new_array(CUPY_UINT8, 1, &high)
        out.block = retain(owner.block)
        update_flags(out)
        return out
    if not isinstance(getattr(memptr, "_owner", None), ndarray):
        raise TypeError(f"memptr must be a MemoryPointer, as of `a.data`, not {type(memptr).__name__}")
    owner = memptr._owner
    step = <Py_ssize_t>(<size_t>memptr.ptr - <size_t>owner.block.address)
    if step + low < 0 or step + high > <Py_ssize_t>owner.block.bytes:
        raise ValueError(f"shape {shape_tuple(out)} with strides {out.strides} reaches outside the memory of memptr")
    return new_view(owner, code, n, extents, steps, step)


def broadcast_to(array, shape, subok=False):
    """Return a read-only view of `array` stretched to `shape`.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.broadcast_to(cp.arange(3), (2, 3))
    array([[0, 1, 2],
           [0, 1, 2]])
    """
    cdef Py_ssize_t[MAX_RANK] extents
    cdef ndarray a = asarray(array), out
    cdef int i, lead, n = read_shape(shape, extents)
    lead = n - a.rank
    if any(extents[i] < 0 for i in range(n)):
        raise ValueError("all elements of broadcast shape must be non-negative")
    if lead < 0:
        raise ValueError("input operand has more dimensions than allowed by the axis remapping")
    for i in range(a.rank):
        if a.dims[i] != 1 and a.dims[i] != extents[lead + i]:
            raise ValueError("operands could not be broadcast together with remapped shapes [original->remapped]: "
                             f"{shape_tuple(a)} and requested shape {tuple([extents[k] for k in range(n)])}")
    out = broadcast_view(a, n, extents)
    out.bits &= ~WRITEABLE
    return out


def broadcast_shapes(*shapes):
    """Return the shape that arrays of `shapes` broadcast to.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.broadcast_shapes((3, 1), (4,))
    (3, 4)
    """
    cdef Py_ssize_t[MAX_RANK] extents, shape
    cdef int n, ndim = 0, i, k
    for given in shapes:
        n = read_shape(given, extents)
        if any(extents[i] < 0 for i in range(n)):
            raise ValueError("negative dimensions are not allowed")
        if n > ndim:
            for i in range(ndim):
                shape[n - 1 - i] = shape[ndim - 1 - i]
            for i in range(n - ndim):
                shape[i] = 1
            ndim = n
        for i in range(n):
            k = ndim - n + i
            if shape[k] == 1:
                shape[k] = extents[i]
            elif extents[i] != 1 and extents[i] != shape[k]:
                return numpy.broadcast_shapes(*shapes)  # words the error
    return tuple([shape[i] for i in range(ndim)])


def getfield(ndarray self, dtype, offset=0):
    """Return a view of a part of each element.

    Parameters
    ----------
    dtype : dtype-like
        Not larger than an element.
    offset : int, optional
        Bytes from the start of each element.

    Raises
    ------
    ValueError
        If the part does not lie inside the element.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.array([1+2j, 3+4j]).getfield(float, 8)
    array([2., 4.])
    """
    cdef int code = code_of_bytes(dtype, self.code)
    cdef Py_ssize_t start = operator.index(offset)
    if start < 0:
        raise ValueError("offset is negative")
    if itemsizes[code] > itemsizes[self.code]:
        raise ValueError("new type is larger than original type")
    if start + itemsizes[code] > itemsizes[self.code]:
        raise ValueError("new type plus offset is larger than original type")
    return new_view(self, code, self.rank, self.dims, self.dims + self.rank, self.offset + start)


def setfield(ndarray self, val, dtype, offset=0):
    """Assign to a part of each element: ``a.getfield(dtype, offset)[...] = val``.

    Examples
    --------
    >>> import cupy as cp
    >>> a = cp.array([1+2j, 3+4j])
    >>> a.setfield(0, float, 8)
    >>> a
    array([1.+0.j, 3.+0.j])
    """
    getfield(self, dtype, offset)[...] = val


cdef object shadow(ndarray a):
    """Return a NumPy array that lies where `a` does. Its elements must not be touched: the host cannot read them."""
    class Where:
        __array_interface__ = {
            "version": 3, "typestr": f"|V{itemsizes[a.code]}", "shape": shape_tuple(a), "strides": a.strides,
            "data": (<size_t>a.block.address + a.offset, True),
        }
    return numpy.asarray(Where())


cdef bint apart(ndarray a, ndarray b) noexcept:
    """Return whether no byte of `a` can be one of `b`; memory of other libraries is in blocks of its own."""
    cdef Py_ssize_t low_a, high_a, low_b, high_b
    if a.size == 0 or b.size == 0 or a.block.arena.device != b.block.arena.device:
        return True
    byte_range(a, &low_a, &high_a)
    byte_range(b, &low_b, &high_b)
    return <char*>a.block.address + low_a >= <char*>b.block.address + high_b \
        or <char*>b.block.address + low_b >= <char*>a.block.address + high_a


def shares_memory(a, b, /, max_work=-1):
    """Return whether two arrays have an element in common, exactly.

    Parameters
    ----------
    a, b : ndarray
        Anything else shares no memory with an array.
    max_work : int, optional
        A limit to the effort, as for numpy.shares_memory: -1 sets none, 0 compares memory ranges only.

    Returns
    -------
    out : bool

    Raises
    ------
    TooHardError
        If `max_work` is exceeded.

    Examples
    --------
    >>> import cupy as cp
    >>> a = cp.arange(8)
    >>> cp.shares_memory(a[::2], a[1::2]), cp.shares_memory(a[::2], a[4:])
    (False, True)
    """
    if not isinstance(a, ndarray) or not isinstance(b, ndarray) or apart(<ndarray>a, <ndarray>b):
        numpy.shares_memory(0, 0, max_work)  # refuses a bad limit
        return False
    return numpy.shares_memory(shadow(<ndarray>a), shadow(<ndarray>b), max_work)


def may_share_memory(a, b, /, max_work=0):
    """Return whether two arrays might have an element in common: by default, whether their memory ranges meet.

    Parameters
    ----------
    a, b : ndarray
        Anything else shares no memory with an array.
    max_work : int, optional
        How hard to look for an exact answer, as for numpy.may_share_memory.

    Examples
    --------
    >>> import cupy as cp
    >>> a = cp.arange(4)
    >>> cp.may_share_memory(a, a[::2]), cp.may_share_memory(a, a.copy())
    (True, False)
    """
    if not isinstance(a, ndarray) or not isinstance(b, ndarray):
        return False
    if max_work is None or max_work != 0:
        return not apart(<ndarray>a, <ndarray>b) and numpy.may_share_memory(
            shadow(<ndarray>a), shadow(<ndarray>b), max_work)
    return not apart(<ndarray>a, <ndarray>b)


for _function in (reshape, ravel, flatten, transpose, swapaxes, squeeze, view, diagonal, getfield, setfield):
    install(_function.__name__, _function)
install("real", property(real, set_real))
install("imag", property(imag, set_imag))
