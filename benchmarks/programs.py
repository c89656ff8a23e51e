"""Programs as people write them with NumPy. Each takes a library, `data(shape)` that makes random numbers in 0 ... 1
for it and a size, and returns the function to time, whose result is the same for every library."""

import math


def n_body(xp, data, n):
    """Gravitation among n bodies, ten steps."""
    mass, place, speed = data(n), data((n, 3)), data((n, 3))

    def run():
        x, v = place, speed
        for _ in range(10):
            gap = x[None, :, :] - x[:, None, :]
            distance = (gap * gap).sum(axis=2) + 1e-2
            v = v + 1e-3 * (gap * (mass * distance**-1.5)[:, :, None]).sum(axis=1)
            x = x + 1e-3 * v
        return x

    return run


def game_of_life(xp, data, n):
    """Conway's Game of Life on an n x n torus, ten generations."""
    start = (data((n, n)) > 0.6).astype(xp.int32)

    def run():
        board = start
        for _ in range(10):
            rows = board + xp.roll(board, 1, 0) + xp.roll(board, -1, 0)
            around = rows + xp.roll(rows, 1, 1) + xp.roll(rows, -1, 1) - board
            board = ((around == 3) | (board == 1) & (around == 2)).astype(xp.int32)
        return board

    return run


def mandelbrot(xp, data, n):
    """How long n x n points take to leave the circle, thirty steps, without complex numbers."""
    real = xp.linspace(-2, 0.5, n, dtype=xp.float32)[None, :]
    imaginary = xp.linspace(-1.2, 1.2, n, dtype=xp.float32)[:, None]

    def run():
        x = xp.zeros((n, n), xp.float32)
        y = xp.zeros((n, n), xp.float32)
        steps = xp.zeros((n, n), xp.int32)
        for _ in range(30):
            xx, yy = x * x, y * y
            inside = xx + yy < 4
            steps += inside
            y = xp.where(inside, 2 * x * y + imaginary, y)
            x = xp.where(inside, xx - yy + real, x)
        return steps

    return run


def lu(xp, data, n):
    """LU decomposition without pivoting of an n x n matrix, by slices."""
    matrix = data((n, n)) + n * xp.eye(n, dtype=xp.float32)

    def run():
        a = matrix.copy()
        for k in range(n - 1):
            a[k + 1 :, k] /= a[k, k]
            a[k + 1 :, k + 1 :] -= a[k + 1 :, k : k + 1] * a[k : k + 1, k + 1 :]
        return a

    return run


def stencil(xp, data, n):
    """Jacobi's iteration with five points on an n x n grid, fifty steps."""
    start = data((n, n))

    def run():
        u = start.copy()
        for _ in range(50):
            u[1:-1, 1:-1] = 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:])
        return u

    return run


def attention(xp, data, n):
    """Softmax attention forward: 8 heads, n positions, 64 features."""
    q, k, v = data((8, n, 64)), data((8, n, 64)), data((8, n, 64))

    def run():
        scores = q @ k.swapaxes(1, 2) / math.sqrt(64)
        weights = xp.exp(scores - scores.max(axis=2, keepdims=True))
        return weights / weights.sum(axis=2, keepdims=True) @ v

    return run


def nearest_neighbours(xp, data, n):
    """The eight nearest of n points to each of 256 others in 32 dimensions."""
    points, asked = data((n, 32)), data((256, 32))

    def run():
        distance = (points * points).sum(axis=1) - 2 * (asked @ points.T)
        return xp.argsort(distance, axis=1)[:, :8]

    return run


def low_pass(xp, data, n):
    """A low-pass filter of n samples by the fast Fourier transform."""
    signal = data(n)

    def run():
        spectrum = xp.fft.rfft(signal)
        spectrum[n // 20 :] = 0
        return xp.fft.irfft(spectrum, n)

    return run


def random_walk(xp, data, n):
    """A thousand walks of n / 1000 steps: how far from home the farthest, the mean and the last points are."""
    steps = data((1000, n // 1000)) - 0.5

    def run():
        paths = xp.cumsum(steps, axis=1)
        far = xp.abs(paths)
        return far.max(axis=1), paths.mean(axis=0), paths[:, -1]

    return run


def pagerank(xp, data, n):
    """The rank of n pages of eight links each, twenty rounds, from lists of edges."""
    target = (data(8 * n) * n).astype(xp.int64)
    source = xp.repeat(xp.arange(n), 8)

    def run():
        rank = xp.full(n, 1 / n)
        for _ in range(20):
            rank = 0.15 / n + 0.85 * xp.bincount(target, weights=rank[source] / 8, minlength=n)
        return rank

    return run
