"""Cases of matrix products, linear algebra and Fourier transforms.

A factorisation is not unique: its factors are multiplied and held against the matrix.
"""

import numpy as np

from cupy_backends.backend.conformance.cases import Case, covers
from cupy_backends.backend.conformance.values import (
    ALL,
    COMPLEX,
    INTEGERS,
    LAYOUTS,
    dtype_of,
    generator,
    lay,
    room,
    special,
    tame,
)

_FIELDS = ("float32", "float64", *COMPLEX)
_REAL_OF = {"float32": "float32", "float64": "float64", "complex64": "float32", "complex128": "float64"}
_COMPLEX_OF = {
    "float32": "complex64",
    "float64": "complex128",
    "complex64": "complex64",
    "complex128": "complex128",
}


def _double(array):
    """Return ``array`` in double precision; integers and booleans stay."""
    if array.dtype.kind in "biu":
        return array
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)


@covers("matmul")
def matmul(row):
    shapes = [
        ((3, 4), (4, 5)),
        ((2, 3, 4), (2, 4, 2)),
        ((1, 7), (7, 1)),
        ((5, 0), (0, 3)),
        ((2, 2, 3, 3), (2, 2, 3, 3)),
    ]
    for name in ALL:
        rng = generator("matmul", name)
        for layout, (left, right) in zip(LAYOUTS, shapes, strict=True):
            make = special if name in INTEGERS else tame
            a, b = (
                lay(make(name, int(np.prod(shape)), rng).reshape(shape), layout) for shape in (left, right)
            )
            yield _product(name, layout, a, b)
        a, b = tame(name, 20, rng).reshape(4, 5), tame(name, 15, rng).reshape(5, 3)
        yield _product(name, "stride 0", np.broadcast_to(a, (3, 4, 5)), np.broadcast_to(b, (3, 5, 3)))
        yield _product(name, "transposed views", a.T, b.T.copy().T[:4])


def _product(name, layout, a, b):
    expected = np.matmul(_double(a), _double(b))
    magnitude = np.matmul(np.abs(_double(a)).astype(np.float64), np.abs(_double(b)).astype(np.float64))
    out = room(expected.shape, name)
    return Case(
        "matmul",
        (name,) * 3,
        layout,
        [a, b],
        [out],
        [expected.astype(dtype_of(name))],
        bounds=[(a.shape[-1], magnitude)],
    )


def _regular(name, shape, rng):
    """Return well-conditioned matrices: random ones with a strong diagonal."""
    a = tame(name, int(np.prod(shape)), rng).reshape(shape)
    return (a + 6 * np.eye(shape[-2], shape[-1])).astype(a.dtype)


def _hermitian(name, shape, rng):
    a = _regular(name, shape, rng)
    return ((a + a.mT.conj()) / 2 + 8 * np.eye(shape[-1])).astype(a.dtype)


def _squares(row, make=_regular):
    for name in _FIELDS:
        rng = generator(row.name, name)
        for layout, shape in zip(LAYOUTS, ((3, 3), (2, 4, 4), (1, 1), (2, 3, 2, 2), (6, 6)), strict=True):
            yield name, rng, layout, lay(make(name, shape, rng), layout)


def _norm(a):
    """Return the largest entry of each matrix, broadcastable against it."""
    return np.abs(_double(a)).max(axis=(-2, -1), keepdims=True, initial=0)


def _bound(a, factor=1.0):
    """Return a normwise bound: errors grow with the order and the condition of the matrix, here below 10."""
    return 100 * a.shape[-1] ** 2, factor


@covers("solve")
def solve(row):
    for name, rng, layout, a in _squares(row):
        b = lay(tame(name, a.size // a.shape[-1] * 2, rng).reshape(*a.shape[:-1], 2), layout)
        expected = np.linalg.solve(_double(a), _double(b))
        yield Case(
            "solve",
            (name,) * 3,
            layout,
            [a, b],
            [room(b.shape, name)],
            [expected.astype(a.dtype)],
            bounds=[_bound(a, _norm(expected))],
        )


@covers("inverse")
def inverse(row):
    for name, _, layout, a in _squares(row):
        expected = np.linalg.inv(_double(a))
        yield Case(
            "inverse",
            (name,) * 2,
            layout,
            [a],
            [room(a.shape, name, layout)],
            [expected.astype(a.dtype)],
            bounds=[_bound(a, _norm(expected))],
        )


@covers("det")
def det(row):
    for name, _, layout, a in _squares(row):
        expected = np.asarray(np.linalg.det(_double(a)))
        yield Case(
            "det",
            (name,) * 2,
            layout,
            [a],
            [room(a.shape[:-2], name)],
            [expected.astype(a.dtype)],
            bounds=[_bound(a, np.abs(expected))],
        )


@covers("slogdet")
def slogdet(row):
    for name, _, layout, a in _squares(row):
        sign, log = map(np.asarray, np.linalg.slogdet(_double(a)))
        real = _REAL_OF[name]
        rooms = [room(a.shape[:-2], name), room(a.shape[:-2], real)]
        yield Case(
            "slogdet",
            (name, name, real),
            layout,
            [a],
            rooms,
            [sign.astype(a.dtype), log.astype(real)],
            bounds=[_bound(a), _bound(a, np.maximum(np.abs(log), 1))],
        )


@covers("cholesky")
def cholesky(row):
    for upper in (0, 1):
        for name, _, layout, a in _squares(row, _hermitian):
            expected = np.linalg.cholesky(_double(a), upper=bool(upper))
            yield Case(
                "cholesky",
                (name,) * 2,
                layout,
                [a],
                [room(a.shape, name)],
                [expected.astype(a.dtype)],
                (upper,),
                bounds=[_bound(a, _norm(expected))],
            )


def _identity(q):
    """Yield the check that the columns of ``q`` are orthonormal."""
    n = q.shape[-1]
    wide = _double(q)
    product = (wide.mT.conj() @ wide).astype(q.dtype)
    yield "orthonormal", product, np.broadcast_to(np.eye(n, dtype=q.dtype), product.shape), _bound(q)


@covers("qr")
def qr(row):
    for name in _FIELDS:
        rng = generator("qr", name)
        for layout, shape in zip(LAYOUTS, ((4, 3), (2, 3, 5), (3, 3), (2, 4, 1), (1, 4)), strict=True):
            a = lay(_regular(name, shape, rng), layout)
            m, n = shape[-2:]
            small = min(m, n)
            for mode, (rows, columns) in enumerate(((small, small), (m, m))):
                rooms = [room((*shape[:-2], m, columns), name), room((*shape[:-2], rows, n), name)]
                yield Case("qr", (name,), layout, [a], rooms, attrs=(mode,), verify=_qr_holds(a))
            yield Case(
                "qr",
                (name,),
                layout,
                [a],
                [room((*shape[:-2], small, n), name)],
                attrs=(2,),
                verify=_r_holds(a),
            )


def _qr_holds(a):
    def verify(outputs):
        q, r = outputs
        yield "q r", (_double(q) @ _double(r)).astype(a.dtype), a, _bound(a, _norm(a))
        yield "upper triangle", np.tril(r, -1), np.zeros_like(r), None
        yield from _identity(q)

    return verify


def _r_holds(a):
    def verify(outputs):
        (r,) = outputs
        gram = _double(a).mT.conj() @ _double(a)
        yield (
            "r* r = a* a",
            (_double(r).mT.conj() @ _double(r)).astype(a.dtype),
            gram.astype(a.dtype),
            _bound(a, _norm(gram)),
        )

    return verify


@covers("svd")
def svd(row):
    for name in _FIELDS:
        rng = generator("svd", name)
        real = _REAL_OF[name]
        for layout, shape in zip(LAYOUTS, ((4, 3), (2, 3, 5), (3, 3), (2, 4, 1), (1, 4)), strict=True):
            a = lay(_regular(name, shape, rng), layout)
            m, n = shape[-2:]
            k, stack = min(m, n), shape[:-2]
            s = np.linalg.svd(_double(a), compute_uv=False).astype(real)
            values = room((*stack, k), real)
            for full in (0, 1):
                rooms = [
                    room((*stack, m, m if full else k), name),
                    values,
                    room((*stack, n if full else k, n), name),
                ]
                yield Case("svd", (name, real), layout, [a], rooms, attrs=(full,), verify=_svd_holds(a, s))
            yield Case(
                "svd",
                (name, real),
                layout,
                [a],
                [values],
                [s],
                (0,),
                bounds=[_bound(a, s.max(-1, keepdims=True))],
            )


def _svd_holds(a, expected):
    def verify(outputs):
        u, s, vh = outputs
        k = s.shape[-1]
        yield "s", s, expected, _bound(a, expected.max(-1, keepdims=True))
        product = _double(u[..., :k]) * _double(s)[..., None, :] @ _double(vh[..., :k, :])
        yield "u s vh", product.astype(a.dtype), a, _bound(a, _norm(a))
        yield from _identity(u)
        yield from _identity(vh.mT.conj())

    return verify


@covers("eigh")
def eigh(row):
    for upper in (0, 1):
        for name, _, layout, a in _squares(row, _hermitian):
            real = _REAL_OF[name]
            # Only the named triangle may be read.
            given = lay(np.triu(a) if upper else np.tril(a), layout)
            w = np.linalg.eigvalsh(_double(a)).astype(real)
            bound = _bound(a, np.abs(w).max(-1, keepdims=True))
            yield Case(
                "eigh", (name, real), layout, [given], [room(w.shape, real)], [w], (upper,), bounds=[bound]
            )
            rooms = [room(w.shape, real), room(a.shape, name)]
            yield Case(
                "eigh", (name, real), layout, [given], rooms, attrs=(upper,), verify=_eigh_holds(a, w, bound)
            )


def _eigh_holds(a, expected, bound):
    def verify(outputs):
        w, v = outputs
        yield "w", w, expected, bound
        yield (
            "a v = v w",
            (_double(a) @ _double(v)).astype(a.dtype),
            (_double(v) * w[..., None, :]).astype(a.dtype),
            _bound(a, _norm(a)),
        )
        yield from _identity(v)

    return verify


@covers("eig")
def eig(row):
    for name, _, layout, a in _squares(row):
        target = _COMPLEX_OF[name]
        w, v = room(a.shape[:-1], target), room(a.shape, target)
        yield Case("eig", (name, target), layout, [a], [w, v], verify=_eig_holds(a, target))
        yield Case("eig", (name, target), layout, [a], [w], verify=_trace_holds(a, target))


def _eig_holds(a, target):
    def verify(outputs):
        w, v = outputs
        yield (
            "a v = v w",
            (_double(a) @ _double(v)).astype(target),
            (_double(v) * w[..., None, :]).astype(target),
            _bound(a, _norm(a)),
        )
        length = np.linalg.norm(_double(v), axis=-2).astype(_REAL_OF[target])
        yield "unit vectors", length, np.ones_like(length), _bound(a)
        yield from _trace_holds(a, target)([w])

    return verify


def _trace_holds(a, target):
    def verify(outputs):
        (w,) = outputs
        for power in (1, 2):
            trace = np.trace(np.linalg.matrix_power(_double(a), power), axis1=-2, axis2=-1).astype(target)
            got = (_double(w) ** power).sum(-1).astype(target)
            yield f"trace of power {power}", got, trace, _bound(a, np.abs(_double(w) ** power).sum(-1))

    return verify


@covers("lstsq")
def lstsq(row):
    for name in _FIELDS:
        rng = generator("lstsq", name)
        real = _REAL_OF[name]
        for layout, (m, n) in zip(LAYOUTS, ((5, 3), (4, 4), (6, 2), (3, 1), (7, 5)), strict=True):
            a = lay(_regular(name, (m, n), rng), layout)
            b = lay(tame(name, m * 2, rng).reshape(m, 2), layout)
            x, residuals, rank, s = np.linalg.lstsq(_double(a), _double(b), rcond=1e-6)
            residuals = residuals if residuals.size else np.zeros(2)
            expected = [x.astype(name), residuals.astype(real), np.asarray(rank, np.int64), s.astype(real)]
            rooms = [room((n, 2), name), room((2,), real), room((), "int64"), room((n,), real)]
            bounds = [_bound(a, _norm(x)), _bound(a, np.abs(b).max() ** 2 * m), None, _bound(a, s.max())]
            yield Case(
                "lstsq",
                (name, name, name, real, "int64", real),
                layout,
                [a, b],
                rooms,
                expected,
                (1e-6,),
                bounds,
            )


_NORMS = ("backward", "ortho", "forward")
_LENGTHS = (8, 7, 1, 12, 30)  # powers of two, primes, mixed; cropped and padded from 9


def _spectrum(row, source, target, function, attrs, n, out_length, layout, rng):
    array = lay(tame(source, 27, rng).reshape(3, 9), layout)
    expected = function(_double(array))
    assert expected.shape[-1] == out_length
    magnitude = np.abs(expected).max(-1, keepdims=True)
    return Case(
        row.name,
        (source, target),
        layout,
        [array],
        [room((3, out_length), target)],
        [expected.astype(target)],
        attrs,
        [(n * n, magnitude)],
    )


@covers("fft_c2c")
def fft_c2c(row):
    for name in COMPLEX:
        rng = generator(row.name, name)
        for layout, n in zip(LAYOUTS, _LENGTHS, strict=True):
            for norm, label in enumerate(_NORMS):
                for forward in (0, 1):
                    transform = np.fft.fft if forward else np.fft.ifft
                    yield _spectrum(
                        row,
                        name,
                        name,
                        lambda x, f=transform, n=n, o=label: f(x, n, norm=o),
                        (n, forward, norm),
                        n,
                        n,
                        layout,
                        rng,
                    )


@covers("fft_r2c", "fft_c2r")
def fft_real(row):
    to_complex = row.name == "fft_r2c"
    for real, compound in (("float32", "complex64"), ("float64", "complex128")):
        rng = generator(row.name, real)
        source, target = (real, compound) if to_complex else (compound, real)
        transform = np.fft.rfft if to_complex else np.fft.irfft
        for layout, n in zip(LAYOUTS, _LENGTHS, strict=True):
            for norm, label in enumerate(_NORMS):
                yield _spectrum(
                    row,
                    source,
                    target,
                    lambda x, f=transform, n=n, o=label: f(x, n, norm=o),
                    (n, norm),
                    n,
                    n // 2 + 1 if to_complex else n,
                    layout,
                    rng,
                )
