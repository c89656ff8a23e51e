"""Indexing: basic keys make views, arrays in keys launch the indexing rows of the contract.

A key is read once into slices, integers and index arrays. What is basic in it is applied as a view; the index arrays
are brought to one shape, checked against the axes they index, and moved to the front, where the rows expect them.
"""

import operator
from collections.abc import Sequence

import numpy

from libc.stdint cimport int8_t, int64_t
from libc.string cimport memcmp, memcpy, memset

from cupy._core cimport _ndarray
from cupy._core._bounds cimport bounded, listed
from cupy._core._dtype cimport dtype_object, itemsizes, pack, python_numbers, scalar_code
from cupy._core._elementwise cimport (
    Source, as_contiguous, broadcast_shape, broadcast_view, converted, copy_into, fill_with, launch_elementwise,
    launch_op, plan_of)
from cupy._core._ndarray cimport (
    C_CONTIGUOUS, DEVICE_RANK, MAX_RANK, WRITEABLE, fill_operand, ndarray, new_array, new_view, overlaps, shape_tuple,
    update_flags)
from cupy._core._memory cimport current, ensure_current, waited
from cupy_backends.backend cimport _backend
from cupy_backends.backend._backend cimport (
    CUPY_BOOL, CUPY_FLOAT16, CUPY_INT64, cupyAttr, cupyOperand, cupyPlan)

from cupy._core._creation import asarray, empty, to_assign

cdef extern from "Python.h":
    int PySlice_Unpack(object, Py_ssize_t*, Py_ssize_t*, Py_ssize_t*) except -1
    Py_ssize_t PySlice_AdjustIndices(Py_ssize_t, Py_ssize_t*, Py_ssize_t*, Py_ssize_t)
    long long PyLong_AsLongLongAndOverflow(object, int*) except? -1


cdef cupyPlan* _take_plans[15]
cdef cupyPlan* _set_plans[15]


cdef object getitem(ndarray a, object key):
    cdef ndarray view = basic(a, key)
    if view is not None:
        return view
    if key is None or key is Ellipsis:
        return placed(a, (key,))
    if type(key) is ndarray and a.rank:
        if (<ndarray>key).code == CUPY_BOOL and (<ndarray>key).rank == a.rank:
            view = masked(a, <ndarray>key)
            if view is not None:
                return view
        elif CUPY_BOOL < (<ndarray>key).code < CUPY_FLOAT16:
            return taken(a, bounded(key, a.dims[0], 0, True), 0)
    elif type(key) is list and a.rank:
        view = listed(<list>key, a.dims[0])
        if view is not None:
            return taken(a, view, 0)
    arrays = arrays_alone(a, key)
    if arrays is not None:
        return gather(a, arrays, 0)
    parsed = parse(a, key)
    view = parsed[0]
    if parsed[1] is None:
        return view
    return gather(view, parsed[1], parsed[2])


cdef inline ndarray basic(ndarray a, object key):
    """Return a[key] for an integer, a slice, or a tuple of these; None for any other key."""
    if type(key) is tuple:
        return placed(a, <tuple>key)
    if a.rank and type(key) is int:
        return new_view(a, a.code, a.rank - 1, a.dims + 1, a.dims + a.rank + 1, a.offset + reach(a, 0, key))
    if a.rank and type(key) is slice:
        return sliced(a, key)
    return None


cdef ndarray masked(ndarray a, ndarray mask):
    """Return a[mask] for a mask of the array's own shape, by one row; None if the shapes differ."""
    cdef ndarray found
    cdef Py_ssize_t size = a.size
    cdef int i
    for i in range(a.rank):
        if a.dims[i] != mask.dims[i]:
            return None
    if a.rank > DEVICE_RANK:
        a, mask = as_contiguous(a), as_contiguous(mask)
        a, mask = a.reshape(-1), mask.reshape(-1)
    found = first_rows("masked_select", a, mask, new_array(a.code, 1, &size))
    # Few elements would hold on to much memory.
    return found.copy() if found.block.bytes > 4096 and 2 * found.size < size else found


cdef ndarray sliced(ndarray a, slice key):
    """Return a[key] for one slice over the first axis."""
    cdef Py_ssize_t[2 * MAX_RANK] dims
    cdef Py_ssize_t offset
    memcpy(dims, a.dims, 2 * a.rank * sizeof(Py_ssize_t))
    offset = a.offset + cut(a, 0, key, dims, dims + a.rank)
    return new_view(a, a.code, a.rank, dims, dims + a.rank, offset)


cdef ndarray placed(ndarray a, tuple key):
    """Return a[key] for a key of integers, slices, new axes and an ellipsis; None for any other."""
    cdef Py_ssize_t[2 * MAX_RANK] shape, strides
    cdef Py_ssize_t offset = a.offset
    cdef int axis = 0, n = 0, left = a.rank - len(key)  # axes that the key does not name
    cdef bint seen_ellipsis = False
    for item in key:
        left += item is None or item is Ellipsis
    if left < 0 or len(key) > MAX_RANK:
        return None
    for item in key:
        if type(item) is int:
            offset += reach(a, axis, item)
            axis += 1
        elif type(item) is slice:
            offset += cut(a, axis, item, &shape[n], &strides[n])
            n += 1
            axis += 1
        elif item is None:
            shape[n], strides[n] = 1, 0
            n += 1
        elif item is Ellipsis and not seen_ellipsis:
            seen_ellipsis = True
            n = whole(a, axis, axis + left, n, shape, strides)
            axis += left
        else:
            return None
    n = whole(a, axis, a.rank, n, shape, strides)
    check_rank(n)
    return new_view(a, a.code, n, shape, strides, offset)


cdef inline int whole(ndarray a, int axis, int end, int n, Py_ssize_t* shape, Py_ssize_t* strides) noexcept:
    """Put the axes from `axis` to `end` as they are behind the n axes of a view; return how many it has then."""
    for axis in range(axis, end):
        shape[n] = a.dims[axis]
        strides[n] = a.dims[a.rank + axis]
        n += 1
    return n


cdef inline Py_ssize_t reach(ndarray a, int axis, object number) except? -1:
    """Return the bytes from the start of an axis to what an integer names there."""
    cdef Py_ssize_t i = as_place(number)
    if i < 0:
        i += a.dims[axis]
    if i < 0 or i >= a.dims[axis]:
        raise IndexError(f"index {number} is out of bounds for axis {axis} with size {a.dims[axis]}")
    return i * a.dims[a.rank + axis]


cdef inline Py_ssize_t cut(ndarray a, int axis, object part, Py_ssize_t* extent, Py_ssize_t* stride) except? -1:
    """Write extent and stride of a slice of an axis; return the bytes from the axis's start to the slice's."""
    cdef Py_ssize_t start, stop, step
    PySlice_Unpack(part, &start, &stop, &step)
    extent[0] = PySlice_AdjustIndices(a.dims[axis], &start, &stop, step)
    stride[0] = a.dims[a.rank + axis] * step
    return start * a.dims[a.rank + axis] if extent[0] else 0


cdef Py_ssize_t as_place(object number) except? -1:
    """Return a Python integer as an index."""
    try:
        return number
    except OverflowError:
        raise IndexError("cannot fit 'int' into an index-sized integer") from None


cdef object as_index(object item):
    """Return what one entry of a key means: itself, or an index array (on the host or the device)."""
    cdef object t = type(item)
    if t is int or t is slice or t is ndarray and (<ndarray>item).code < CUPY_FLOAT16:
        return item
    if isinstance(item, (int, slice)) and not isinstance(item, bool) or item is None or item is Ellipsis:
        return item
    if isinstance(item, ndarray):
        if (<ndarray>item).code >= CUPY_FLOAT16:
            raise IndexError("arrays used as indices must be of integer (or boolean) type")
        return item
    if isinstance(item, (bool, numpy.bool_)):
        return numpy.asarray(item)
    if isinstance(item, numpy.integer):
        return int(item)
    if t is list or t is tuple or isinstance(item, (Sequence, numpy.ndarray)) and not isinstance(item, (str, bytes)):
        host = item
        if not isinstance(item, numpy.ndarray):
            if _holds_arrays(item):
                return asarray(item)
            host = numpy.asarray(item)
            if host.size == 0:
                host = host.astype(numpy.int64)
        if host.dtype.kind not in "biu":
            raise IndexError("arrays used as indices must be of integer (or boolean) type")
        return int(host) if host.ndim == 0 and host.dtype.kind != "b" else host
    try:
        return operator.index(item)
    except TypeError:
        raise IndexError("only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or "
                         f"boolean arrays are valid indices, not {type(item).__name__}") from None


cdef bint _holds_arrays(object items) except -1:
    for x in items:
        if isinstance(x, ndarray) or isinstance(x, (list, tuple)) and _holds_arrays(x):
            return True
    return False


cdef list arrays_alone(ndarray a, object key):
    """Return (axis, indices) for each entry of a key of integer arrays; None for any other key."""
    cdef int axis
    if type(key) is not tuple or not 0 < len(key) <= a.rank:
        return None
    for item in key:
        if type(item) is not ndarray or not CUPY_BOOL < (<ndarray>item).code < CUPY_FLOAT16:
            return None
    return [(axis, bounded(key[axis], a.dims[axis], axis, True)) for axis in range(len(key))]


cdef tuple parse(ndarray a, object key):
    """Return (view with everything basic applied, index arrays by axis of the view or None, their place).

    The index arrays come as a list of (axis, array); the place is the axis of the result at which their broadcast
    shape stands: where they stood if they were neighbours, else the front.
    """
    cdef Py_ssize_t[2 * MAX_RANK] dims
    cdef Py_ssize_t offset = a.offset
    cdef int axis = 0, n = a.rank, rank = n, m = 0, used = 0
    cdef list items = [], arrays = [], positions = []
    cdef bint seen_ellipsis = False
    for item in (key if isinstance(key, tuple) else (key,)):
        item = as_index(item)
        if item is Ellipsis:
            if seen_ellipsis:
                raise IndexError("an index can only have a single ellipsis ('...')")
            seen_ellipsis = True
        elif item is None:
            rank += 1
        else:
            used += _axes_of(item)
            if isinstance(item, int):
                rank -= 1
            elif not isinstance(item, slice):
                rank += item.ndim == 0 and is_mask(item)  # which indexes a new axis
        items.append(item)
    if used > n:
        raise IndexError(f"too many indices for array: array is {n}-dimensional, but {used} were indexed")
    check_rank(rank)
    if not seen_ellipsis:
        items.append(Ellipsis)
    has_arrays = any([not isinstance(x, (int, slice)) and x is not None and x is not Ellipsis for x in items])
    for number, item in enumerate(items):
        if item is Ellipsis:
            for _ in range(n - used):
                dims[m], dims[MAX_RANK + m] = a.dims[axis], a.dims[n + axis]
                m += 1
                axis += 1
        elif item is None:
            dims[m], dims[MAX_RANK + m] = 1, 0
            m += 1
        elif isinstance(item, slice):
            offset += cut(a, axis, item, &dims[m], &dims[MAX_RANK + m])
            m += 1
            axis += 1
        elif isinstance(item, int):
            offset += reach(a, axis, item)
            axis += 1
            if has_arrays:
                positions.append((number, m - len(arrays)))
        else:
            positions.append((number, m - len(arrays)))
            for part in integer_indices(a, item, axis):
                if part is None:  # a boolean of rank 0 indexes a new axis
                    continue
                arrays.append((m, part))
                dims[m], dims[MAX_RANK + m] = a.dims[axis], a.dims[n + axis]
                m += 1
                axis += 1
            if item.ndim == 0 and is_mask(item):
                dims[m], dims[MAX_RANK + m] = 1, 0
                arrays.append((m, asarray(numpy.zeros(int(bool(item)), numpy.int64))))
                m += 1
    view = new_view(a, a.code, m, dims, dims + MAX_RANK, offset)
    if not has_arrays:
        return view, None, 0
    numbers = [p[0] for p in positions]
    together = numbers[len(numbers) - 1] - numbers[0] == len(numbers) - 1
    return view, arrays, positions[0][1] if together else 0


cdef inline int check_rank(int n) except -1:
    if n > MAX_RANK:
        raise IndexError(f"number of dimensions must be within [0, {MAX_RANK}], indexing result would have {n}")
    return 0


cdef int _axes_of(object item) except -1:
    """Return how many axes an entry of a key takes up."""
    if isinstance(item, (int, slice)):
        return 1
    return item.ndim if is_mask(item) else 1


cdef inline bint is_mask(object index) except -1:
    """Return whether an index array, on the device or the host, is boolean."""
    return (<ndarray>index).code == CUPY_BOOL if isinstance(index, ndarray) else index.dtype.kind == "b"


cdef inline int check_mask_extent(ndarray a, int axis, Py_ssize_t extent) except -1:
    """Raise IndexError unless a mask of this extent indexes the axis; NumPy lets one of extent 0 pass."""
    if extent and extent != a.dims[axis]:
        raise IndexError(f"boolean index did not match indexed array along axis {axis}; size of axis is {a.dims[axis]} "
                         f"but size of corresponding boolean axis is {extent}")
    return 0


cdef list integer_indices(ndarray a, object item, int axis):
    """Return the int64 device arrays in [0, n) that an index array stands for."""
    if not is_mask(item):
        return [bounded(item, a.dims[axis], axis, True)]
    if item.ndim == 0:
        return [None]
    for k in range(item.ndim):
        check_mask_extent(a, axis + k, item.shape[k])
    if isinstance(item, ndarray):
        found = nonzero(item)
        return [found[:, k] for k in range(item.ndim)]
    return [asarray(index) for index in item.nonzero()]


def nonzero(ndarray a):
    """Return the indices of the true elements as an int64 array of shape (count, ndim); waits for the device."""
    cdef ndarray source = a if a.rank else a.reshape(1), out
    out = empty((source.size, source.rank), numpy.int64)
    return first_rows("nonzero", source, None, out)


def nonzero_by_axis(ndarray a):
    """Return the columns of :func:`nonzero` as a tuple of views."""
    cdef ndarray rows = nonzero(a)
    cdef int axis
    return tuple([new_view(rows, rows.code, 1, rows.dims, rows.dims + 2, rows.offset + axis * itemsizes[rows.code])
                  for axis in range(a.rank)])


cdef ndarray first_rows(str row, ndarray a, ndarray mask, ndarray out):
    """Launch a row whose output shape depends on the data; shorten `out`, a new array, to what was written."""
    cdef cupyOperand[3] operands
    cdef int8_t[3] codes
    cdef int i, k = 1
    if out.size == 0:
        return out[:0]
    fill_operand(&operands[0], a)
    codes[0] = a.code
    if mask is not None:
        fill_operand(&operands[1], mask)
        codes[1] = mask.code
        k = 2
    fill_operand(&operands[k], out)  # whose extents the launch sets
    codes[k] = out.code
    ensure_current()
    _backend.launch(plan_of(row, codes, k + 1), operands, k + 1, NULL, current().stream, out.size)
    waited(current().stream)
    out.size = 1
    for i in range(out.rank):
        out.size *= out.dims[i]
    out._shape = None
    update_flags(out)
    return out


cdef list broadcast_indices(list arrays):
    """Return the index arrays in one shape."""
    cdef ndarray first = arrays[0][1], index
    cdef bint same = True
    cdef list found = []
    for _, part in arrays:
        index = part
        same = same and index.rank == first.rank and not memcmp(index.dims, first.dims, first.rank * sizeof(Py_ssize_t))
        found.append(index)
    if same:
        return found
    try:
        shape = numpy.broadcast_shapes(*[i.shape for i in found])
    except ValueError:
        shapes = " ".join([str(i.shape).replace(" ", "") for i in found])
        raise IndexError("shape mismatch: indexing arrays could not be broadcast together with shapes " + shapes) from None
    from cupy._core._views import broadcast_to
    return [broadcast_to(index, shape) for index in found]


cdef ndarray indexed_first(ndarray view, list arrays):
    """Return the view with the axes that are indexed before all others."""
    cdef int[MAX_RANK] order
    cdef bint[MAX_RANK] indexed
    cdef int i, n = 0
    memset(indexed, 0, sizeof(indexed))
    for axis, _ in arrays:
        order[n] = axis
        indexed[order[n]] = True
        n += 1
    for i in range(view.rank):
        if not indexed[i]:
            order[n] = i
            n += 1
    return reordered(view, order)


cdef ndarray reordered(ndarray a, const int* order):
    """Return the array itself or a view with its axes in this order."""
    cdef Py_ssize_t[2 * MAX_RANK] dims
    cdef bint same = True
    cdef int i
    for i in range(a.rank):
        same = same and order[i] == i
        dims[i] = a.dims[order[i]]
        dims[a.rank + i] = a.dims[a.rank + order[i]]
    return a if same else new_view(a, a.code, a.rank, dims, dims + a.rank, a.offset)


cdef object gather(ndarray view, list arrays, int place):
    """Return view[arrays] with the shape of the index arrays at axis `place` of the result."""
    cdef Py_ssize_t[2 * MAX_RANK] shape
    cdef int[MAX_RANK] order
    cdef list index = broadcast_indices(arrays)
    cdef int i, n = (<ndarray>index[0]).rank, k = len(index)
    cdef ndarray out, front
    if k == 1 and place == arrays[0][0]:
        return taken(view, index[0], place)
    check_rank(n + view.rank - k)
    front = indexed_first(view, arrays)
    memcpy(shape, (<ndarray>index[0]).dims, n * sizeof(Py_ssize_t))
    memcpy(shape + n, front.dims + k, (front.rank - k) * sizeof(Py_ssize_t))
    out = new_array(view.code, n + front.rank - k, shape)
    if out.size and fits(front, out, index):
        run_op("getitem_advanced", [front] + index, (out,))
    elif out.size:
        take(leading(front, k), flat_index(front, index), 0, leading(out, n))
    if place == 0:
        return out
    for i in range(out.rank):
        order[i] = i + n if i < place else i - place if i < place + n else i
    return reordered(out, order)


cdef ndarray taken(ndarray a, ndarray index, int axis):
    """Return a new array with the elements along `axis` at indices in [0, n), in the place of that axis."""
    cdef Py_ssize_t[2 * MAX_RANK] shape
    cdef ndarray out
    cdef int i
    check_rank(index.rank + a.rank - 1)
    for i in range(axis):
        shape[i] = a.dims[i]
    for i in range(index.rank):
        shape[axis + i] = index.dims[i]
    for i in range(axis + 1, a.rank):
        shape[index.rank + i - 1] = a.dims[i]
    out = new_array(a.code, index.rank + a.rank - 1, shape)
    if out.size:
        take(a, index, axis, out)
    return out


def take_integers(a, indices, axis):
    """Return the elements along `axis` at integers of the device; None for other arguments."""
    cdef ndarray x, index
    cdef int k = 0
    if type(a) is not ndarray or type(indices) is not ndarray:
        return None
    x, index = <ndarray>a, <ndarray>indices
    if axis is None and x.rank != 1 or x.size == 0 or not CUPY_BOOL < index.code < CUPY_FLOAT16:
        return None
    if axis is not None:
        if type(axis) is not int or not 0 <= axis < x.rank:
            return None
        k = axis
    return taken(x, bounded(index, x.dims[k], k, True), k)


def take_valid(ndarray a, ndarray index, int axis):
    """Return the elements along `axis` (counted from 0) at int64 indices that are known to lie in [0, n)."""
    return taken(a, index, axis)


cdef int take(ndarray a, ndarray index, int axis, ndarray out) except -1:
    cdef Py_ssize_t before = 1, after = 1
    cdef int8_t[3] codes
    cdef cupyAttr attr
    cdef int i
    if a.rank > DEVICE_RANK or index.rank > DEVICE_RANK or out.rank > DEVICE_RANK:
        for i in range(axis):
            before *= a.dims[i]
        for i in range(axis + 1, a.rank):
            after *= a.dims[i]
        a, out = a.reshape(before, a.dims[axis], after), out.reshape(before, index.size, after)
        index, axis = index.reshape(-1), 1
    attr.i = axis
    codes[0] = codes[2] = a.code
    codes[1] = CUPY_INT64
    if _take_plans[a.code] is NULL:
        _take_plans[a.code] = plan_of("take", codes, 3)
    return launch_op(_take_plans[a.code], (a, index, out), &attr, out.size)


cdef bint fits(ndarray a, ndarray b, list index):
    """Return whether arrays and index arrays have few enough axes for one launch."""
    return max(a.rank, b.rank, len(index) + 1, (<ndarray>index[0]).rank) <= DEVICE_RANK


cdef ndarray flat_index(ndarray a, list index):
    """Return the places that index arrays over the leading axes name, counted in C order."""
    flat = index[0]
    for k in range(1, len(index)):
        flat = flat * a.dims[<int>k] + index[k]
    return flat.reshape(-1)


cdef ndarray leading(ndarray a, int n):
    """Return the array with its first n axes made one, and the others one."""
    cdef Py_ssize_t before = 1, after = 1
    cdef int i
    for i in range(a.rank):
        if i < n:
            before *= a.dims[i]
        else:
            after *= a.dims[i]
    return a.reshape(before, after)


cdef int setitem(ndarray a, object key, object value) except -1:
    """a[key] = value."""
    cdef unsigned char[16] scalar
    cdef ndarray view, source
    cdef int code
    if not a.bits & WRITEABLE:
        raise ValueError("assignment destination is read-only")
    if isinstance(key, ndarray) and (<ndarray>key).code == CUPY_BOOL and (<ndarray>key).rank:
        return set_mask(a, <ndarray>key, value)
    if a.rank and (type(key) is list or type(key) is ndarray and CUPY_BOOL < (<ndarray>key).code < CUPY_FLOAT16):
        if set_rows(a, key, value):
            return 0
    view = a if key is Ellipsis else basic(a, key)
    if view is None:
        arrays = arrays_alone(a, key)
        if arrays is not None:
            return scatter_parsed(a, arrays, 0, value, 0)
        view, arrays, place = parse(a, key)
        if arrays is not None:
            return scatter_parsed(view, arrays, place, value, 0)
    if not isinstance(value, ndarray):
        code = scalar_code(value)
        if code >= 0:
            pack(value, view.code, scalar)
            return fill_with(view, scalar)
        source = to_assign(value, view.code)
        if source.rank > view.rank and isinstance(value, (list, tuple)):
            raise ValueError(f"setting an array element with a sequence: {source.rank} levels of lists are assigned "
                             f"to {view.rank} axes")
        value = source
    source = <ndarray>value
    return copy_into(view, source)


cdef bint set_rows(ndarray a, object key, object value) except -1:
    """a[key] = value for one index array or list of integers; False, with nothing done, where that is not all."""
    cdef Py_ssize_t[2 * MAX_RANK] shape
    cdef int8_t[3] codes
    cdef cupyAttr mode
    cdef ndarray index, source
    cdef int i, lead, rank
    cdef Py_ssize_t size = 1
    index = key if type(key) is ndarray else listed(<list>key, a.dims[0])
    if index is None:
        return False
    rank = index.rank + a.rank - 1
    if max(rank, a.rank, index.rank) > DEVICE_RANK:
        return False
    for i in range(rank):
        shape[i] = index.dims[i] if i < index.rank else a.dims[i - index.rank + 1]
        size *= shape[i]
    if not size or overlaps(a, index):
        return False
    if type(value) is ndarray:
        source = converted(<ndarray>value, a.code)
        lead = rank - source.rank
        if lead < 0 or overlaps(a, source):
            return False
        for i in range(source.rank):
            if source.dims[i] != shape[lead + i] and source.dims[i] != 1:
                return False
    elif type(value) in python_numbers:
        source = to_assign(value, a.code)
    else:
        return False
    if source.size != size or source.rank != rank:
        source = broadcast_view(source, rank, shape)
    if type(key) is ndarray:
        index = bounded(key, a.dims[0], 0, True)
    mode.i = 0
    codes[0] = codes[2] = a.code
    codes[1] = CUPY_INT64
    if _set_plans[a.code] is NULL:
        _set_plans[a.code] = plan_of("setitem_advanced", codes, 3)
    launch_op(_set_plans[a.code], (source, index, a), &mode, size)
    return True


cdef int set_mask(ndarray a, ndarray mask, object value) except -1:
    """a[mask] = value for a boolean array on the device."""
    cdef ndarray source
    cdef unsigned char[16] scalar
    cdef int i
    if mask.rank > a.rank:
        raise IndexError(f"too many indices for array: array is {a.rank}-dimensional, but {mask.rank} were indexed")
    for i in range(mask.rank):
        check_mask_extent(a, i, mask.dims[i])
    if mask.size and isinstance(value, (int, float, complex)) and not isinstance(value, numpy.generic):
        pack(value, a.code, scalar)
        return set_where(a, mask, None, scalar)
    source = to_assign(value, a.code)
    if mask.rank == a.rank and source.rank > 1:
        raise TypeError("NumPy boolean array indexing assignment requires a 0 or 1-dimensional input, "
                        f"input has {source.rank} dimensions")
    if source.size == 1 and source.rank <= 1 and mask.size:
        source = source.reshape(())
        return set_where(a, mask, source.copy() if overlaps(a, source) else source, NULL)
    found = nonzero(mask)
    arrays = [(k, found[:, k]) for k in range(mask.rank)]
    wanted = (found.shape[0],) + shape_tuple(a)[mask.rank:]
    if mask.rank == a.rank and source.rank == 1 and source.size != found.shape[0] and source.size != 1:
        raise ValueError(f"NumPy boolean array indexing assignment cannot assign {source.size} input values to the "
                         f"{found.shape[0]} output values where the mask is true")
    return scatter_parsed(a, arrays, 0, source, 0)


cdef int set_where(ndarray a, ndarray mask, ndarray source, const unsigned char* scalar) except -1:
    """Write one value, a 0-d array's or else a scalar's, where the mask is true: no positions, so nothing waits."""
    cdef Source[4] s
    cdef int8_t[4] codes
    cdef int i
    if mask.rank < a.rank:
        mask = mask.reshape(shape_tuple(mask) + (1,) * (a.rank - mask.rank))
    codes[0] = CUPY_BOOL
    codes[1] = codes[2] = codes[3] = a.code
    for i in range(4):
        s[i].code = codes[i]
    s[0].array = <void*>mask
    s[1].array = <void*>source if source is not None else NULL
    if source is None:
        memcpy(s[1].scalar, scalar, 16)
    s[2].array = s[3].array = <void*>a
    return launch_elementwise(plan_of("where", codes, 4), s, 4, a.rank, a.dims)


cdef int scatter_parsed(ndarray view, list arrays, int place, object value, int mode) except -1:
    """view[arrays] (op)= value, the index shape standing at axis `place` of the indexed result."""
    cdef Py_ssize_t[2 * MAX_RANK] shape
    cdef int[MAX_RANK] order
    cdef ndarray source = to_assign(value, view.code) if mode == 0 else converted(asarray(value), view.code)
    cdef list index = broadcast_indices(arrays)
    cdef ndarray front = indexed_first(view, arrays), target
    cdef int i, n = (<ndarray>index[0]).rank, k = len(index), rank = n + front.rank - k, lead
    check_rank(rank)
    for i in range(rank):
        shape[i] = ((<ndarray>index[0]).dims[i - place] if place <= i < place + n
                    else front.dims[k + (i if i < place else i - n)])
        order[i] = i + place if i < n else i - n if i < place + n else i
    lead = source.rank - rank
    for i in range(source.rank):
        if source.dims[i] != 1 and (i < lead or source.dims[i] != shape[i - lead]):
            raise ValueError(f"shape mismatch: value array of shape {shape_tuple(source)} could not be broadcast to "
                             f"indexing result of shape {tuple([shape[j] for j in range(rank)])}")
    if lead > 0:
        source = source.reshape(shape_tuple(source)[lead:])
    source = reordered(broadcast_view(source, rank, shape), order)
    if source.size == 0:
        return 0
    if overlaps(front, source):
        source = source.copy()
    for i in range(k):
        if overlaps(front, <ndarray>index[i]):
            index[i] = index[i].copy()
    if fits(front, source, index):
        run_op("setitem_advanced", [source] + index, (front,), mode)
        return 0
    target = leading(front, k)
    run_op("setitem_advanced", [leading(source, n), flat_index(front, index)], [target], mode)
    if not overlaps(target, front):  # reshaping has made a copy
        copy_into(front, target.reshape(front.shape))
    return 0


def scatter(ndarray a, key, value, int mode):
    """a[key] (op)= value once per occurrence of an index; modes as in the row ``put_along_axis``."""
    if not a.bits & WRITEABLE:
        raise ValueError("assignment destination is read-only")
    view, arrays, place = parse(a, key)
    if arrays is None:
        from cupy._core import ufuncs
        names = ("", "add", "multiply", "maximum", "minimum")
        if mode == 0:
            copy_into(view, to_assign(value, (<ndarray>view).code))
        else:
            getattr(ufuncs, names[mode])(view, value, out=view, casting="unsafe")
        return
    scatter_parsed(view, arrays, place, value, mode)



def run_op(str name, inputs, outputs, *attrs):
    """Launch one row of the contract on arrays.

    Parameters
    ----------
    name : str
        The row of ``ops.toml``.
    inputs, outputs : list of ndarray
        With the dtypes and shapes that the row asks for; outputs must not overlap inputs.
    *attrs : int, float, bool or tuple of int
        The row's attributes in order.

    Returns
    -------
    list of ndarray
        The outputs; of a row whose output shape depends on data, cut to what was written.
    """
    cdef cupyOperand[64] operands
    cdef cupyAttr[8] slots
    cdef int64_t[4][MAX_RANK] lists
    cdef int8_t[8] codes
    cdef ndarray a
    cdef int i, k, beyond, n_lists = 0, n = 0, nin = len(inputs)
    cdef Py_ssize_t work = 0
    if nin + len(outputs) > 62:
        raise ValueError(f"{name} takes at most {62 - len(outputs)} arrays in one launch")
    for group in (inputs, outputs):
        for x in group:
            a = x
            if n >= nin and not a.bits & WRITEABLE:
                raise ValueError(f"{name}: output array is read-only")
            if a.rank > DEVICE_RANK:
                raise ValueError(f"{name}: arrays of more than {DEVICE_RANK} axes are not supported here, found {a.rank}")
            fill_operand(&operands[n], a)
            # Rows with many operands have at most three dtypes: the first, the indices', the last.
            codes[n if n < 7 else 7] = a.code
            n += 1
            work += a.size
    for i, x in enumerate(attrs):
        if type(x) is int:
            slots[i].i = PyLong_AsLongLongAndOverflow(x, &beyond)
            if beyond:
                slots[i].u = x
        elif isinstance(x, float):
            slots[i].f = x
        elif isinstance(x, (tuple, list)):
            slots[i].list = <const int64_t*>lists[n_lists]
            slots[i].count = len(x)
            for k in range(len(x)):
                lists[n_lists][k] = x[k]
            n_lists += 1
        else:
            slots[i].i = x
    if name in ("nonzero", "masked_select"):
        return [first_rows(name, inputs[0], inputs[1] if nin == 2 else None, outputs[0])]
    ensure_current()
    _backend.launch(plan_of(name, codes, n if n < 8 else 8), operands, n, slots, current().stream, work)
    return list(outputs)


_ndarray.getitem = getitem
_ndarray.setitem = setitem
