"""``ndarray.flat``: the elements in C order."""

import operator

from cupy._core._creation import asarray


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

    def __init__(self, array):
        self._array = array
        self._next = 0

    @property
    def base(self):
        """The array that is iterated over."""
        return self._array

    def __len__(self):
        return self._array.size

    def __iter__(self):
        return self

    def __next__(self):
        if self._next >= self._array.size:
            raise StopIteration
        self._next += 1
        return self._array.ravel()[self._next - 1]

    def copy(self):
        """Return the elements as a new array of rank 1."""
        return self._array.flatten()

    def __getitem__(self, key):
        found = self._array.ravel()[key]
        return found.copy()

    def __setitem__(self, key, value):
        flat = self._array.ravel()
        value = asarray(value).ravel()
        target = flat[key]
        if value.size not in (1, target.size):  # NumPy repeats or cuts the values
            from cupy import resize

            value = resize(value, target.size)
        flat[key] = value.reshape(target.shape) if value.size == target.size else value
        if flat.base is not (self._array.base if self._array.base is not None else self._array):
            self._array[...] = flat.reshape(self._array.shape)

    def __array__(self, dtype=None, copy=None):
        return self._array.__array__(dtype, copy)

    def __eq__(self, other):
        return self._array.ravel() == other

    def __index__(self):
        return operator.index(self._next)
