"""Expressions that once gave something else than NumPy, in the shortest form that generated examples came to."""

import warnings

import numpy as np

from cupy.testing._paired import check

SETUP = """
a = xp.arange(12).reshape(3, 4)
f = xp.arange(6.0)
t = xp.arange(24).reshape(2, 3, 4).T
z = xp.array(7)
u = xp.array([3, 1, 2], dtype='u1')
n = xp.array([xp.nan, 1.0, xp.inf, 0.0, xp.nan])
ro = xp.broadcast_to(xp.arange(3), (2, 3))
"""

CASES = [
    line
    for line in """
a[::-1].ravel()[0]
xp.shares_memory(f[::2].ravel(), f)
ro.ravel('K')
ro.flatten('K')
a.reshape(-2, 3)
a.reshape(4, 3, order='f')
a.transpose([])
z.squeeze(0)
a.squeeze((0, 0))
xp.broadcast_shapes((-1,))
xp.zeros(z)
xp.zeros(True)
xp.repeat(z, 3, 0)
xp.insert(z, 0, [[1, 2]])
xp.insert(f, 1, [[7], [8]])
xp.insert(f, [1], [[7]])
xp.broadcast_to(u[:1], (1, 2, 2)) <= 2**31
xp.repeat(f, 2.0)
xp.repeat(u, [1.0, 2, 1])
xp.roll(f, 1.5)
xp.compress([True, False], z, 0)
a.compress([True, False, True], axis=0)
xp.count_nonzero(z, axis=0)
xp.take(f, [1.0, 2.0])
xp.take(f, xp.array([1, 2], dtype='u8'))
xp.put(z, [0], [4]) or z
xp.put(z, [9], []) or z
xp.place(ro, ro > 0, [8, 9])
xp.fill_diagonal(ro, 1)
xp.fill_diagonal(a, []) or a
xp.place(f, f > 2, xp.array([1j, 2]))
xp.take_along_axis(a, xp.zeros((2, 4), int), 1)
xp.unravel_index(xp.array([12]), (3, 4))
xp.unravel_index(xp.array([-1]), (3, 4))
xp.ravel_multi_index((), ())
xp.insert(f, [], [7, 8])
xp.insert(z, 0, [[7]])
xp.concatenate([u, 3], axis=None)
xp.union1d(u, 3)
xp.r_[u, 300]
xp.where(u > 1, u, 300)
xp.select([u > 1], [u], 300)
xp.split(f, 2.0)
xp.pad(f, xp.array(1))
xp.lib.stride_tricks.sliding_window_view(f, 7)
xp.full(2, xp.nan, dtype='i4')
xp.arange(2**60, 2**60 + 5)
xp.arange(2**63 - 3, 2**63 - 1)
xp.arange(1, 3, 0.5, dtype=int)
xp.arange(-2, 2, dtype='u1')
xp.arange(stop=5)
xp.linspace(np.float32(0.1), 1, 7)
xp.sort(f, kind='q')
xp.sort(f, kind=3)
f.sort(axis=None)
xp.partition(f, [])
xp.partition(xp.array([]), 3)
xp.searchsorted(f, 2, side=1)
xp.concatenate([xp.arange(8.0).reshape((2,) * 3 + (1,) * 6).T] * 2)
xp.ravel_multi_index((xp.arange(3),), (3,)).__iadd__(1) is None
xp.ravel_multi_index((0,), (0,), mode='wrap')
xp.ravel_multi_index(([], []), (4, 4))
xp.ravel_multi_index((xp.array([1], dtype='u8'),), (2,))
xp.put(xp.zeros(0), 1, 1, mode='clip')
xp.mgrid[1:0, 0:2]
xp.ogrid[1:0, 0:2]
xp.arange(np.float32(0.1), 2, 1)
xp.copyto(xp.zeros(2, 'f4'), 1, casting='equiv')
xp.copyto(xp.zeros(2, 'f4'), True, casting='no')
xp.repeat(xp.zeros(0), -1)
xp.reshape(xp.broadcast_to(xp.zeros(1), (1, 0)), (0,), copy=True).flags.writeable
xp.digitize(f, [1.0, 2.0, np.nan])
xp.unique(n, axis=0)
xp.piecewise(a, a < 2, [1.7])
[1] in f
'a' in f
None in f
f'{f:.2f}'
f.item(1.0)
f.item(None)
ro.__setattr__('real', 3)
f.setflags(write=False) or f.__setitem__(0, 1)
ro.setflags(write=True)
[f.flags[k] for k in ('C', 'F', 'A', 'B', 'O', 'W', 'X', 'CA', 'FNC', 'FORC', 'BEHAVED', 'ALIGNED')]
f.flags.__setattr__('writeable', False) or f.flags.writeable
repr(f.flags)
repr(xp.arange(3000))
xp.array_repr(xp.arange(3000), 30)
repr(xp.arange(27000).reshape(30, 30, 30))
xp.array_repr(arr=f)
xp.zeros(3).__setitem__(0, [1])
xp.zeros(3).__setitem__(0, [[1]])
xp.zeros((3, 3)).__setitem__(0, [[1, 2, 3]])
xp.zeros((3, 3)).__setitem__([0, 1], [[[1, 2, 3]]])
xp.zeros((3, 4))[xp.zeros((0, 4), bool)]
xp.zeros((3, 4))[xp.zeros((0, 5), bool)]
xp.zeros((3, 4, 2))[:, xp.zeros(0, bool)]
xp.zeros(3).__setitem__(xp.zeros(0, bool), 3)
xp.zeros((3, 4)).__setitem__(xp.zeros((0, 4), bool), xp.zeros(0))
xp.zeros((3, 4)).__setitem__(xp.zeros((0, 4), bool), xp.zeros(2))
""".splitlines()
    if line
]


def check_case(case):
    """Compare the expression `case` of the arrays above."""

    def body(xp):
        names = {"xp": xp, "np": np}
        exec(SETUP, names)
        return eval(case, names)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check(body)
