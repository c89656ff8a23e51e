"""``ndarray.flat`` and ``cupy.broadcast``: the elements of one array, or of several together, in C order."""

from cupy._core._creation import asarray
from cupy._core._views import broadcast_shapes, broadcast_to


def _coordinates(index, shape):
    """Return the position of the `index`-th element; one past the last element is a row of its own, as in NumPy."""
    found = []
    for extent in reversed(shape[1:]):
        index, position = divmod(index, extent) if extent else (index, 0)
        found.append(position)
    return (index, *reversed(found)) if shape else ()


_NUMBERS = frozenset((bool, int, float))


class flatiter:
    """An iterator over the elements of an array in C order, which can be indexed and assigned to.

    Examples
    --------
    >>> import cupy as cp
    >>> a = cp.arange(6).reshape(2, 3)
    >>> a.flat[4]
    array(4)
    >>> a.flat[1:3] = 9
    >>> a
    array([[0, 9, 9],
           [3, 4, 5]])
    """

    __slots__ = ("_array", "_line", "_next")

    def __init__(self, array):
        self._array = array
        # The elements as a view, if there is one.
        self._line = array.reshape(-1) if array.flags.c_contiguous else None
        self._next = 0

    @property
    def base(self):
        """The array that is iterated over."""
        return self._array

    @property
    def index(self):
        """The position of the next element in C order."""
        return self._next

    @property
    def coords(self):
        """The position of the next element as a tuple, one entry for each axis."""
        return _coordinates(self._next, self._array.shape)

    def __len__(self):
        return self._array.size

    def __iter__(self):
        return self

    def __next__(self):
        if self._next >= self._array.size:
            raise StopIteration
        found = self._array[self.coords] if self._line is None else self._line[self._next]
        self._next += 1
        return found

    def copy(self):
        """Return the elements as a new array of rank 1."""
        return self._array.flatten()

    def _read(self, key):
        """Start anew; return the flattened array for a key that NumPy's iterators take."""
        self._next = 0
        if type(key) is int:
            return self._array.ravel() if self._line is None else self._line
        if any(part is None for part in (key if isinstance(key, tuple) else (key,))):
            raise IndexError(
                "only integers, slices (`:`), ellipsis (`...`) and integer or boolean arrays are valid indices"
            )
        return self._array.ravel()

    def __getitem__(self, key):
        return self._read(key)[key].copy()

    def __setitem__(self, key, value):
        flat = self._read(key)
        if type(key) is int and type(value) in _NUMBERS and self._line is not None:
            try:
                flat[key] = value
            except OverflowError:
                raise ValueError("Error setting single item of array.") from None
            return
        value = asarray(value).ravel()
        if isinstance(key, tuple) and key == ():
            raise IndexError("Assigning to a flat iterator with a 0-D index is not supported")
        if isinstance(key, int) and value.size != 1:
            raise ValueError("Error setting single item of array.")
        if value.size == 0:
            return
        target = flat[key]
        if value.size not in (1, target.size):  # NumPy repeats or cuts the values
            from cupy import resize

            value = resize(value, target.size)
        flat[key] = value.reshape(target.shape) if value.size == target.size else value
        if flat.base is not (self._array.base if self._array.base is not None else self._array):
            self._array[...] = flat.reshape(self._array.shape)

    def __delitem__(self, key):
        raise TypeError("Cannot delete iterator elements")

    def __array__(self, dtype=None, copy=None):
        return self._array.__array__(dtype, copy)

    def __eq__(self, other):
        return self._array.ravel() == other

    def __ne__(self, other):
        return self._array.ravel() != other

    def __lt__(self, other):
        return self._array.ravel() < other

    def __le__(self, other):
        return self._array.ravel() <= other

    def __gt__(self, other):
        return self._array.ravel() > other

    def __ge__(self, other):
        return self._array.ravel() >= other

    __hash__ = None


class broadcast:
    """Arrays broadcast against each other: what their shape is, and an iterator over their elements together.

    Parameters
    ----------
    *arrays : array_like
        Up to 64.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Examples
    --------
    >>> import cupy as cp
    >>> b = cp.broadcast(cp.arange(3), cp.array([[10], [20]]))
    >>> b.shape, b.values[1]
    ((2, 3), array([[10, 10, 10],
           [20, 20, 20]]))
    >>> [int(x + y) for x, y in b]
    [10, 11, 12, 20, 21, 22]
    """

    __slots__ = ("_next", "shape", "values")

    def __init__(self, *arrays):
        arrays = [v for a in arrays for v in (a.values if isinstance(a, broadcast) else (asarray(a),))]
        if len(arrays) > 64:
            raise ValueError(f"Need at least 0 and at most 64 array objects, found {len(arrays)}.")
        self.shape = broadcast_shapes(*(a.shape for a in arrays))
        self.values = tuple(broadcast_to(a, self.shape) for a in arrays)
        self._next = 0

    @property
    def ndim(self):
        """The number of axes."""
        return len(self.shape)

    nd = ndim

    @property
    def size(self):
        """The number of elements."""
        size = 1
        for extent in self.shape:
            size *= extent
        return size

    @property
    def numiter(self):
        """The number of arrays."""
        return len(self.values)

    @property
    def iters(self):
        """An iterator for each array."""
        return tuple(v.flat for v in self.values)

    @property
    def index(self):
        """The position of the next elements in C order."""
        return self._next

    def reset(self):
        """Start again at the first elements.

        Examples
        --------
        >>> import cupy as cp
        >>> b = cp.broadcast(cp.arange(2), 5)
        >>> _ = next(b); b.reset(); b.index
        0
        """
        self._next = 0

    def __iter__(self):
        return self

    def __next__(self):
        if self._next >= self.size:
            raise StopIteration
        position = _coordinates(self._next, self.shape)
        self._next += 1
        return tuple(v[position] for v in self.values)
