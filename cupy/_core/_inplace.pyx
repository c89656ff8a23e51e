"""What changes an array object itself, not its elements: its extents and its flags."""

import operator

from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

from cupy._core._dtype cimport itemsizes
from cupy._core._elementwise cimport copy_into
from cupy._core._memory cimport FOREIGN, release, retain
from cupy._core._ndarray cimport (
    C_CONTIGUOUS, F_CONTIGUOUS, INLINE_RANK, MAX_RANK, WRITEABLE, ndarray, new_array, new_view, read_shape, update_flags)

from cupy._core import _creation
from cupy._core._ndarray import install


cdef int take_dims(ndarray a, int ndim, const Py_ssize_t* shape, bint fortran) except -1:
    """Give `a` contiguous extents and strides; its size follows."""
    cdef Py_ssize_t* dims = a.inline_dims
    cdef Py_ssize_t step = itemsizes[a.code]
    cdef int i, k
    if ndim > INLINE_RANK:
        dims = <Py_ssize_t*>malloc(2 * ndim * sizeof(Py_ssize_t))
        if dims is NULL:
            raise MemoryError()
    if a.dims is not a.inline_dims:
        free(a.dims)
    a.dims = dims
    a.rank = ndim
    a._shape = None
    a.size = 1
    memcpy(dims, shape, ndim * sizeof(Py_ssize_t))
    for k in range(ndim):
        i = k if fortran else ndim - 1 - k
        dims[ndim + i] = step
        step *= dims[i] if dims[i] > 1 else 1
        a.size *= dims[i]
    return update_flags(a)


def resize(ndarray self, *new_shape, refcheck=True):
    """Change shape and size of the array in place; new elements are zeros. NumPy's resize function differs:
    :func:`cupy.resize` repeats the elements.

    Parameters
    ----------
    *new_shape : int or tuple of int
    refcheck : bool, optional
        False lets views of the array keep the memory that they had, apart from the array from then on.

    Raises
    ------
    ValueError
        If the size changes and the array is a view or has views, or if its elements are not contiguous.

    Examples
    --------
    >>> import cupy as cp
    >>> a = cp.array([[0, 1], [2, 3]])
    >>> a.resize(2, 3)
    >>> a
    array([[0, 1, 2],
           [3, 0, 0]])
    """
    cdef Py_ssize_t[MAX_RANK] extents
    cdef Py_ssize_t size = 1, step = itemsizes[self.code], kept
    cdef bint fortran = self.bits & F_CONTIGUOUS and not self.bits & C_CONTIGUOUS
    cdef ndarray made
    cdef int i, ndim
    if len(new_shape) == 1 and (new_shape[0] is None or hasattr(new_shape[0], "__iter__")):
        new_shape = new_shape[0]
    elif not new_shape:
        return
    if new_shape is None:
        return
    ndim = read_shape(new_shape, extents)
    if not self.bits & (C_CONTIGUOUS | F_CONTIGUOUS):
        raise ValueError("resize only works on single-segment arrays")
    for i in range(ndim):
        if extents[i] < 0:
            raise ValueError("negative dimensions not allowed")
        size *= extents[i]
    if size == self.size:
        take_dims(self, ndim, extents, fortran)
        return
    if self._base is not None or self.block.bin == FOREIGN:
        raise ValueError("cannot resize this array: it does not own its data")
    if refcheck and self.block.refs > 1:
        raise ValueError("cannot resize an array that other arrays view.\nUse the cupy.resize function to get a new "
                         "copy, or set refcheck=False to leave the old memory to the views")
    with self.device:
        made = _creation.zeros(tuple([extents[i] for i in range(ndim)]), self.dtype)  # refuses too large a shape
        kept = min(size, self.size)
        if kept:
            copy_into(new_view(made, self.code, 1, &kept, &step, 0), new_view(self, self.code, 1, &kept, &step, self.offset))
    release(self.block)
    self.block = retain(made.block)
    self.offset = 0
    take_dims(self, ndim, extents, fortran)


def setflags(ndarray self, write=None, align=None, uic=None):
    """Set whether the array may be written to.

    Parameters
    ----------
    write : bool, optional
    align : bool, optional
        Without effect: memory is always aligned.
    uic : bool, optional
        False is allowed, for compatibility.

    Raises
    ------
    ValueError
        If a view of read-only memory is to be writeable, or for ``uic=True``.

    Examples
    --------
    >>> import cupy as cp
    >>> a = cp.arange(3)
    >>> a.setflags(write=False)
    >>> a.flags.writeable
    False
    """
    if uic:
        raise ValueError("cannot set WRITEBACKIFCOPY flag to True")
    if write is None:
        return
    if not write:
        self.bits &= ~WRITEABLE
    elif not self.bits & WRITEABLE:
        # Only its owner may open memory: not a view of closed memory, and not what another library lent read-only.
        if self.block.bin == FOREIGN or self._base is not None and not (<ndarray>self._base).bits & WRITEABLE:
            raise ValueError("cannot set WRITEABLE flag to True of this array")
        self.bits |= WRITEABLE


cdef tuple _NAMES = (
    ("C_CONTIGUOUS", "c_contiguous", "C", "CONTIGUOUS"), ("F_CONTIGUOUS", "f_contiguous", "F", "FORTRAN"),
    ("OWNDATA", "owndata", "O"), ("WRITEABLE", "writeable", "W"), ("ALIGNED", "aligned", "A"),
    ("WRITEBACKIFCOPY", "writebackifcopy", "X"), ("BEHAVED", "behaved", "B"), ("CARRAY", "carray", "CA"),
    ("FARRAY", "farray", "FA"), ("FNC", "fnc"), ("FORC", "forc"))
cdef dict _attributes = {}
for _keys in _NAMES:
    for _key in _keys:
        if _key != _keys[1]:
            _attributes[_key] = _keys[1]


cdef class Flags:
    """Memory layout of an array, as it is now: by attribute, or by NumPy's keys (``flags['C_CONTIGUOUS']``).

    ``writeable`` can be set, as by :meth:`ndarray.setflags`.
    """

    cdef ndarray array

    def __init__(self, ndarray array):
        self.array = array

    @property
    def c_contiguous(self):
        return bool(self.array.bits & C_CONTIGUOUS)

    @property
    def f_contiguous(self):
        return bool(self.array.bits & F_CONTIGUOUS)

    @property
    def contiguous(self):
        return self.c_contiguous

    @property
    def fortran(self):
        return self.f_contiguous

    @property
    def owndata(self):
        return self.array._base is None and self.array.block.bin != FOREIGN

    @property
    def writeable(self):
        return bool(self.array.bits & WRITEABLE)

    @writeable.setter
    def writeable(self, value):
        setflags(self.array, write=bool(value))

    @property
    def aligned(self):
        return True

    @property
    def writebackifcopy(self):
        return False

    @property
    def behaved(self):
        return self.writeable

    @property
    def carray(self):
        return self.writeable and self.c_contiguous

    @property
    def farray(self):
        return self.writeable and self.f_contiguous and not self.c_contiguous

    @property
    def forc(self):
        return self.c_contiguous or self.f_contiguous

    @property
    def fnc(self):
        return self.f_contiguous and not self.c_contiguous

    @property
    def num(self):
        """The flags as NumPy's number."""
        return self.c_contiguous | self.f_contiguous << 1 | self.owndata << 2 | 0x100 | self.writeable << 10

    def __getitem__(self, key):
        if key not in _attributes:
            raise KeyError("Unknown flag")
        return getattr(self, _attributes[key])

    def __setitem__(self, key, value):
        if key not in ("WRITEABLE", "W"):
            raise KeyError("Unknown flag" if key not in _attributes else f"flag {key!r} cannot be set")
        self.writeable = value

    def __eq__(self, other):
        return isinstance(other, Flags) and self.num == other.num

    __hash__ = None

    def __repr__(self):
        return "".join([f"  {keys[0]} : {self[keys[0]]}\n" for keys in _NAMES[:6]])


install("resize", resize)
install("setflags", setflags)
