"""Sequences and grids."""

import numpy as np
import pytest

import cupy
from cupy.testing import check

ARANGE = [
    "3",
    "1, 7, 2",
    "5, 0, -2",
    "1.5",
    "0, 1, .1",
    "0., 1",
    "3, 1",
    "-2, 2",
    "True",
    "1e300, 2e300, 1e299",
    "np.float32(3)",
    "np.int8(5)",
    "np.float32(0), 3, .5",
    "np.uint8(200), np.uint8(250), 10",
    "np.float16(0), np.float16(1), np.float16(.1)",
    "1 + 0j, 5, 1",
    "2**53, 2**53 + 4",
    "0, 1, 0",
    "0, float('nan')",
    "0, 10, 1.3, 'i1'",
    "0, 10, 1.3, 'f2'",
    "0, 10, 1.3, 'f4'",
    "0, 10, 1.3, 'u8'",
    "0, 4, dtype='c8'",
    "2, dtype=bool",
    "3, dtype=bool",
    "0, -3, dtype='f4'",
]
INTERVALS = ["-1.3, 4.1", "3, 3", "0, 1e-320", "1j, 2", "np.float32(0), np.float32(1)", "True, 5", "2, 5"]
COUNTS = ["", ", 0", ", 1", ", 7", ", 7, False", ", 1, False", ", 5, dtype='i4'", ", 5, dtype='f2'", ", -1"]
ARRAYS = [
    "xp.linspace(a, 5, 4)",
    "xp.linspace(a, b, 4, axis=-1)",
    "xp.linspace(a, b, 3, axis=1, endpoint=False)",
    "xp.linspace(a, a, 3)",
    "xp.linspace([0, 1], [2, 5], 3)",
    "xp.linspace(a, 5, 4, retstep=True)",
    "xp.logspace(a, 3, 4, axis=1)",
    "xp.logspace(0, 2, 4, base=a + 1)",
    "xp.geomspace(a + 1, 8, 4)",
    "xp.geomspace(a + 1, b + 1, 4, axis=1)",
]
GRIDS = [
    "xp.mgrid[0:3, 1:5:2]",
    "xp.mgrid[0:3:4j, 1:5:2]",
    "xp.mgrid[1:4]",
    "xp.mgrid[1:4:5j]",
    "xp.mgrid[0:1:.1]",
    "xp.mgrid[-1:1:1j]",
    "xp.ogrid[0:3:4j, 1:5:2]",
    "xp.ogrid[:3, :2, :1]",
    "xp.mgrid[0:3, 4:1]",
]


@pytest.mark.parametrize("arguments", ARANGE)
def test_arange(arguments):
    check(f"xp.arange({arguments})")


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("ends", INTERVALS)
def test_linspace(ends, count):
    check(f"xp.linspace({ends}{count})")


@pytest.mark.parametrize("body", ARRAYS)
def test_array_ends(body):
    check(body, np.array([1.0, 2.0]), np.array([[3.0, 4.0], [5.0, 6.0]]), exact="space" not in body)


@pytest.mark.parametrize(
    "arguments", ["0, 3, 7", "0, 3, 7, False", "0, 3, 4, base=2", "0, 3, 4, dtype='f4'", "1j, 2, 3"]
)
def test_logspace(arguments):
    check(f"xp.logspace({arguments})", exact=False)


@pytest.mark.parametrize(
    "arguments",
    [
        "1, 1000, 7",
        "-1, -1000, 4",
        "1j, 1000j, 4",
        "1, 256, 9, dtype=int",
        "1, 2, 1",
        "2, 1, 3, False",
        "0, 3",
        "-1, 1, 3",
        "1, 1000, 0",
    ],
)
def test_geomspace(arguments):
    check(f"xp.geomspace({arguments})", exact=False)


@pytest.mark.parametrize(
    "options", ["", ", sparse=True", ", indexing='ij'", ", copy=False", ", indexing='x'"]
)
@pytest.mark.parametrize("axes", ["a", "a, a[:2]", "a, a[:2], a[1:]"])
def test_meshgrid(axes, options):
    check(f"xp.meshgrid({axes}{options})", np.arange(3.0))


@pytest.mark.parametrize("body", GRIDS)
def test_grids(body):
    check(body)


def test_scalars_on_the_device_are_read():
    assert cupy.arange(cupy.array(3)).tolist() == [0, 1, 2]


def test_huge_arange_is_refused():
    with pytest.raises(ValueError, match="Maximum"):
        cupy.arange(0, 1e30)
