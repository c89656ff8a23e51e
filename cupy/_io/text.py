"""Text files. Reading them is in `cupy._creation.from_data`."""

import numpy

from cupy._core import ndarray

__all__ = ["savetxt"]


def savetxt(
    fname, X, fmt="%.18e", delimiter=" ", newline="\n", header="", footer="", comments="# ", encoding=None
):
    """Save a 1-d or 2-d array to a text file.

    Parameters
    ----------
    fname : path or file object
    X : array_like
    fmt, delimiter, newline, header, footer, comments, encoding
        As for `numpy.savetxt`.

    Raises
    ------
    ValueError
        If `X` is neither 1-d nor 2-d.

    Examples
    --------
    >>> import cupy as cp, io
    >>> file = io.StringIO()
    >>> cp.savetxt(file, cp.arange(3), fmt='%d', newline=' ')
    >>> file.getvalue()
    '0 1 2 '
    """
    host = X.get() if isinstance(X, ndarray) else X
    numpy.savetxt(fname, host, fmt, delimiter, newline, header, footer, comments, encoding)
