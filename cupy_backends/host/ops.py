"""Each row of the contract as a function ``f(inputs, outputs, *attributes)`` over NumPy arrays.

Element-wise rows come from the table's ``numpy`` column; only what NumPy says differently is written.
A function writes into the outputs and returns None, or the number of valid leading entries of the output
where that depends on the data. float16 and bfloat16 accumulate in float32: NumPy rounds after each step.
"""

import functools
import math

import numpy as np

from cupy_backends.backend import bfloat16
from cupy_backends.backend.rows import rows

ATTR_TYPES = {name: [kind for _, kind in entry.attrs] for name, entry in rows().items()}
FUNCTIONS = {}

_HALF = "eE"  # float16; bfloat16 announces itself as "E"


def _is_bfloat16(array):
    return array.dtype.char == "E"


def _wide(array):
    """Return ``array``, or its exact float32 copy if its type is narrower."""
    return array.astype(np.float32) if array.dtype.char in _HALF else array


def _accumulator(out):
    return np.dtype(np.float32) if out.dtype.char in _HALF else out.dtype


def _assign(out, value):
    """Store ``value`` as ``astype(casting="unsafe")`` does; the imaginary part falls without a warning."""
    if value.dtype is out.dtype:
        out[...] = value
        return
    if value.dtype.kind == "c" and out.dtype.kind not in "cb":
        value = value.real
    if _is_bfloat16(out) and not _is_bfloat16(value):
        value = bfloat16.rounded(value, out.dtype)
    np.copyto(out, value, casting="unsafe")


def _silent(function):
    """Keep floating-point warnings, which the operations of a device do not raise, from the user."""

    @functools.wraps(function)
    def quiet(inputs, outputs, *attributes):
        with np.errstate(all="ignore"):
            return function(inputs, outputs, *attributes)

    return quiet


def row(*names, warns=True):
    """Register a function for the rows ``names``; a second one for the same row is an error.

    warns=False: what moves or orders elements gives no warning, and what factorizes keeps its own back.
    """

    def register(function):
        for name in names:
            if name in FUNCTIONS:
                raise ValueError(f"row {name!r} has two host functions")
            FUNCTIONS[name] = _silent(function) if warns else function
        return function

    return register


def _numpy(name):
    """Return NumPy's function of a row, such as ``add`` or ``linalg.inv``; None if the note alone defines it."""
    path = rows()[name].numpy
    return None if path == "-" else functools.reduce(getattr, path.split("."), np)


# ---- element-wise


def _elementwise(ufunc):
    def compute(inputs, outputs):
        # NumPy's own float32 functions decide for bfloat16 too, except about its neighbouring numbers.
        if ufunc in (np.nextafter, np.spacing) or not any(map(_is_bfloat16, inputs)):
            ufunc(*inputs, out=tuple(outputs), casting="unsafe")
            return
        results = ufunc(*map(_wide, inputs))
        for out, result in zip(outputs, results if ufunc.nout > 1 else (results,), strict=True):
            np.copyto(out, result, casting="unsafe")

    return compute


# Dtype kinds for which a ufunc's inner loop is not the row: integer powers raise, integer 1/0 varies.
NO_LOOP = {"power": "iu", "reciprocal": "iu"}


def ufunc_of(name):
    """Return the ufunc of an element-wise row, or None where NumPy has a plain function."""
    found = _numpy(name) if rows()[name].elementwise else None
    return found if isinstance(found, np.ufunc) else None


@row("reciprocal")
def _reciprocal(inputs, outputs):
    # What NumPy makes of an integer 1/0 depends on the machine; the contract says 0.
    zero = inputs[0] == 0 if inputs[0].dtype.kind in "iu" else None
    _elementwise(np.reciprocal)(inputs, outputs)
    if zero is not None:
        outputs[0][zero] = 0


@row("where")
def _where(inputs, outputs):
    np.copyto(outputs[0], np.where(*inputs), casting="unsafe")


@row("clip")
def _clip(inputs, outputs):
    np.clip(*inputs, out=outputs[0], casting="unsafe")


@row("addcmul")
def _addcmul(inputs, outputs):
    addend, first, second = map(_wide, inputs)
    _assign(outputs[0], addend + first * second)


# ---- movement


@row("copy", "fill")
def _copy(inputs, outputs):
    _assign(outputs[0], inputs[0])


@row("concatenate", warns=False)
def _concatenate(inputs, outputs, axis):
    np.concatenate(inputs, axis, out=outputs[0], casting="unsafe")


@row("tril", warns=False)
def _tril(inputs, outputs, k):
    np.copyto(outputs[0], np.tril(inputs[0], k))


@row("triu", warns=False)
def _triu(inputs, outputs, k):
    np.copyto(outputs[0], np.triu(inputs[0], k))


# ---- reductions and scans


def _reduce(ufunc, array, axes, out):
    """Reduce into ``out``, in a wider type and once rounded if ``out`` is narrow."""
    dtype = _accumulator(out)
    if dtype == out.dtype:
        ufunc.reduce(array, axis=axes, dtype=dtype, out=out)
    else:
        np.copyto(out, ufunc.reduce(_wide(array), axis=axes, dtype=dtype), casting="unsafe")


@row("sum")
def _sum(inputs, outputs, axes):
    _reduce(np.add, inputs[0], axes, outputs[0])


@row("prod")
def _prod(inputs, outputs, axes):
    _reduce(np.multiply, inputs[0], axes, outputs[0])


@row("max")
def _max(inputs, outputs, axes):
    np.maximum.reduce(inputs[0], axis=axes, out=outputs[0])


@row("min")
def _min(inputs, outputs, axes):
    np.minimum.reduce(inputs[0], axis=axes, out=outputs[0])


@row("any", warns=False)
def _any(inputs, outputs, axes):
    np.any(inputs[0].astype(bool, copy=False), axis=axes, out=outputs[0])


@row("all", warns=False)
def _all(inputs, outputs, axes):
    np.all(inputs[0].astype(bool, copy=False), axis=axes, out=outputs[0])


@row("mean")
def _mean(inputs, outputs, axes):
    (array,), (out,) = inputs, outputs
    count = math.prod(array.shape[axis] for axis in axes)
    total = np.add.reduce(_wide(array), axis=axes, dtype=_accumulator(out))
    np.copyto(out, np.true_divide(total, total.dtype.type(count)), casting="unsafe")


@row("argmax", warns=False)
def _argmax(inputs, outputs, axis):
    np.argmax(_wide(inputs[0]), axis, out=outputs[0])


@row("argmin", warns=False)
def _argmin(inputs, outputs, axis):
    np.argmin(_wide(inputs[0]), axis, out=outputs[0])


@row("count_nonzero", warns=False)
def _count_nonzero(inputs, outputs, axes):
    np.copyto(outputs[0], np.count_nonzero(inputs[0], axis=axes))


def _scan(ufunc, array, axis, out):
    dtype = _accumulator(out)
    if dtype == out.dtype:
        ufunc.accumulate(array, axis, dtype, out)
    else:
        np.copyto(out, ufunc.accumulate(_wide(array), axis, dtype), casting="unsafe")


@row("cumsum")
def _cumsum(inputs, outputs, axis):
    _scan(np.add, inputs[0], axis, outputs[0])


@row("softmax")
def _softmax(inputs, outputs, axis):
    array = _wide(inputs[0])
    powers = np.exp(array - array.max(axis, keepdims=True))
    _assign(outputs[0], powers / powers.sum(axis, keepdims=True))


@row("cumprod")
def _cumprod(inputs, outputs, axis):
    _scan(np.multiply, inputs[0], axis, outputs[0])


@row("cummax")
def _cummax(inputs, outputs, axis):
    np.maximum.accumulate(inputs[0], axis, out=outputs[0])


@row("cummin")
def _cummin(inputs, outputs, axis):
    np.minimum.accumulate(inputs[0], axis, out=outputs[0])


def _slides(a, b):
    """Tell whether the rows of `a` begin one element after another, `b` is a column and correlate is faster."""
    if a.ndim != 2 or b.ndim != 2 or b.shape[1] != 1 or a.strides != (a.itemsize, a.itemsize):
        return False
    return a.size > 0 and (a.dtype.kind != "c" or a.shape[1] >= 64)


@row("matmul")
def _matmul(inputs, outputs):
    (out,) = outputs
    if _accumulator(out) == out.dtype and _slides(*inputs):  # NumPy would copy each window
        a, b = inputs
        line = np.lib.stride_tricks.as_strided(a, (sum(a.shape) - 1,), (a.itemsize,))
        out[:, 0] = np.correlate(line, b[:, 0].conj())
    elif _accumulator(out) == out.dtype:
        np.matmul(*inputs, out=out)
    else:
        np.copyto(out, np.matmul(*map(_wide, inputs)), casting="unsafe")


# ---- indexing

_UPDATES = (None, np.add, np.multiply, np.maximum, np.minimum)


def _update(out, index, values, mode):
    """Set or combine ``out[index]``; every repetition of an index counts."""
    if not 0 <= mode < len(_UPDATES):
        raise ValueError(f"mode {mode} is not one of 0 to {len(_UPDATES) - 1}")
    if mode == 0:
        out[index] = values
    else:
        _UPDATES[mode].at(out, index, values)


def _along(array, indices, axis):
    """Return the index that picks ``indices`` along ``axis`` and every place of the other axes."""
    index = [np.arange(n).reshape(-1, *(1,) * (array.ndim - k - 1)) for k, n in enumerate(array.shape)]
    index[axis] = indices
    return tuple(index)


@row("wrap_index", warns=False)
def _wrap_index(inputs, outputs):
    index, extent, last = inputs
    np.clip(np.where(index < 0, index + extent, index), 0, last, out=outputs[0])


@row("index_limits", warns=False)
def _index_limits(inputs, outputs):
    outputs[0][...], outputs[1][...] = inputs[0].min(), inputs[0].max()


@row("take", warns=False)
def _take(inputs, outputs, axis):
    np.take(*inputs, axis, out=outputs[0])


@row("take_along_axis", warns=False)
def _take_along_axis(inputs, outputs, axis):
    array, indices = inputs
    np.copyto(outputs[0], array[_along(array, indices, axis)])


@row("put_along_axis")
def _put_along_axis(inputs, outputs, axis, mode):
    (indices, values), (out,) = inputs, outputs
    _update(out, _along(out, indices, axis), values, mode)


@row("getitem_advanced", warns=False)
def _getitem_advanced(inputs, outputs):
    array, *indices = inputs
    np.copyto(outputs[0], array[tuple(indices)])


@row("setitem_advanced")
def _setitem_advanced(inputs, outputs, mode):
    values, *indices = inputs
    _update(outputs[0], tuple(indices), values, mode)


@row("nonzero", warns=False)
def _nonzero(inputs, outputs):
    found = np.argwhere(inputs[0])
    outputs[0][: len(found)] = found
    return len(found)


@row("masked_select", warns=False)
def _masked_select(inputs, outputs):
    array, mask = inputs
    found = array[mask]
    outputs[0][: found.size] = found
    return found.size


@row("masked_scatter", warns=False)
def _masked_scatter(inputs, outputs):
    mask, values = inputs
    outputs[0][mask] = values[: np.count_nonzero(mask)]


@row("searchsorted", warns=False)
def _searchsorted(inputs, outputs, right):
    array, values = map(_wide, inputs)
    outputs[0][...] = array.searchsorted(values, "right" if right else "left")


@row("bincount")
def _bincount(inputs, outputs):
    x, *weights = inputs
    np.copyto(outputs[0], np.bincount(x, *weights, minlength=outputs[0].size), casting="unsafe")


# ---- sorting; NumPy's order of bfloat16 does not place NaN, that of its exact float32 copy does


@row("sort", warns=False)
def _sort(inputs, outputs, stable):
    (values,), (out,) = inputs, outputs
    if out.dtype.char == "E":
        np.copyto(out, np.sort(_wide(values), axis=-1, kind="stable"), casting="unsafe")
        return
    np.copyto(out, values)
    if stable and values.dtype.kind == "f" and values.size > 1000:
        # Only zeros of both signs tell a stable sort from NumPy's faster one.
        out.sort(axis=-1)
        negative = np.signbit(out[out == 0])
        if not negative.any() or negative.all():
            return
        np.copyto(out, values)
    out.sort(axis=-1, kind="stable" if stable else None)


@row("argsort", warns=False)
def _argsort(inputs, outputs, stable):
    outputs[0][...] = _wide(inputs[0]).argsort(axis=-1, kind="stable" if stable else None)


# ---- creation and random


@row("arange")
def _arange(inputs, outputs, start, step, istart, istep):
    (out,) = outputs
    if out.dtype.kind in "biu":
        wrap = 2**64 - 1
        values = np.arange(out.size, dtype=np.uint64) * np.uint64(istep & wrap) + np.uint64(istart & wrap)
    else:
        real = np.empty(0, _accumulator(out)).real.dtype.type
        values = np.arange(out.size).astype(real) * real(step) + real(start)
    np.copyto(out, values.reshape(out.shape), casting="unsafe")


@row("random_uniform", "random_normal", "random_integers", "random_permutation")
def _random(inputs, outputs, *attrs):
    # random.h draws for every dtype that there are numbers of.
    raise TypeError(f"no random numbers of this kind have the dtype {outputs[0].dtype}")


# ---- linear algebra and FFT


def _store(outputs, results):
    """Copy one result, or a sequence of them, into the outputs."""
    for out, result in zip(outputs, results if isinstance(results, tuple) else (results,), strict=True):
        _assign(out, np.asarray(result))


def _linalg(function):
    def compute(inputs, outputs):
        _store(outputs, function(*inputs))

    return compute


for _name in ("solve", "inverse", "det", "slogdet"):
    row(_name, warns="det" in _name)(_linalg(_numpy(_name)))


@row("eig", warns=False)
def _eig(inputs, outputs):
    _store(outputs, (np.linalg.eig if len(outputs) > 1 else np.linalg.eigvals)(inputs[0]))


@row("cholesky", warns=False)
def _cholesky(inputs, outputs, upper):
    _store(outputs, np.linalg.cholesky(inputs[0], upper=upper))


@row("qr", warns=False)
def _qr(inputs, outputs, mode):
    _store(outputs, np.linalg.qr(inputs[0], ("reduced", "complete", "r")[mode]))


@row("svd", warns=False)
def _svd(inputs, outputs, full_matrices):
    _store(outputs, np.linalg.svd(inputs[0], full_matrices, compute_uv=len(outputs) > 1))


@row("eigh", warns=False)
def _eigh(inputs, outputs, upper):
    function = np.linalg.eigh if len(outputs) > 1 else np.linalg.eigvalsh
    _store(outputs, function(inputs[0], "U" if upper else "L"))


@row("lstsq")
def _lstsq(inputs, outputs, rcond):
    (a, b), residuals = inputs, outputs[1]
    for index in np.ndindex(a.shape[:-2]):
        found = np.linalg.lstsq(a[index], b[index], rcond=rcond)
        # NumPy leaves the residuals out where the rank is not full; the core sees that by the rank.
        known = found[1] if found[1].size else np.zeros(residuals[index].shape, residuals.dtype)
        places = tuple(out[(*index, ...)] for out in outputs)
        _store(places, (found[0], known, *found[2:]))


_NORMS = ("backward", "ortho", "forward")
_LONG_TRANSFORM = 4096  # elements; for fewer, SciPy gains less than its import takes


@functools.cache
def _scipy_fft():
    """Return SciPy's transforms, two to three times as fast as NumPy's for complex64; None without SciPy."""
    try:
        import scipy.fft
    except ImportError:
        return None
    return scipy.fft


_FOLDED = range(2**13, 2**18 + 1)  # elements of one line of complex64: what the caches hold


@functools.lru_cache(maxsize=4)
def _turns(rows, columns, sign):
    """exp(sign 2 pi i r c / n) for each element of a line of n = rows x columns elements."""
    angle = np.outer(np.arange(rows), np.arange(columns)) * (sign * 2 * np.pi / (rows * columns))
    return np.exp(1j * angle).astype(np.complex64)


def _fold(transform, x, out, norm, sign):
    """Transform one line as a matrix: columns, of which SciPy takes several at once, then rows (Cooley and Tukey)."""
    rows = 1 << (x.size.bit_length() - 1) // 2
    columns = x.size // rows
    matrix = transform(x.reshape(rows, columns), axis=0, norm=norm)
    matrix *= _turns(rows, columns, sign)
    matrix = transform(matrix, axis=1, norm=norm, overwrite_x=True)
    np.copyto(out.reshape(columns, rows), matrix.T)


def _transform(name, inputs, outputs, n, norm):
    (x,), (out,), norm = inputs, outputs, _NORMS[norm]
    library = _scipy_fft() if out.size >= _LONG_TRANSFORM else None
    if library is None:
        getattr(np.fft, name)(x, n, norm=norm, out=out)
        return
    same = x.shape == out.shape and x.dtype == out.dtype
    # SciPy itself, whatever library the program has put behind its functions: it could be this one.
    with library.set_backend("scipy", only=True):
        transform = getattr(library, name)
        power_of_two = n & (n - 1) == 0
        if same and n == out.size and n in _FOLDED and power_of_two and out.dtype == np.complex64:
            return _fold(transform, x.reshape(n), out.reshape(n), norm, -1 if name == "fft" else 1)
        if same:
            np.copyto(out, x)
            x = out
        result = transform(x, n, norm=norm, overwrite_x=same)
    if result is not out:
        _store(outputs, result)


@row("fft_c2c")
def _fft_c2c(inputs, outputs, n, forward, norm):
    _transform("fft" if forward else "ifft", inputs, outputs, n, norm)


@row("fft_r2c")
def _fft_r2c(inputs, outputs, n, norm):
    _transform("rfft", inputs, outputs, n, norm)


@row("fft_c2r")
def _fft_c2r(inputs, outputs, n, norm):
    np.fft.irfft(inputs[0], n, norm=_NORMS[norm], out=outputs[0])  # as fast as SciPy's


for _name in rows():
    if _name not in FUNCTIONS and ufunc_of(_name) is not None:
        row(_name)(_elementwise(ufunc_of(_name)))
