"""Files: what cupy writes NumPy reads, and the other way round."""

import numpy as np
import pytest

import cupy
from cupy.testing import DTYPES, compare, sample


@pytest.mark.parametrize("dtype", DTYPES)
def test_npy(tmp_path, dtype):
    a = sample((2, 3), dtype)
    cupy.save(tmp_path / "a.npy", cupy.asarray(a))
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), a, strict=True)
    np.save(tmp_path / "b.npy", a)
    compare(cupy.load(tmp_path / "b.npy"), a)


@pytest.mark.parametrize("save", [cupy.savez, cupy.savez_compressed], ids=["plain", "compressed"])
def test_npz(tmp_path, save):
    a = sample((2, 3), "f4")
    save(tmp_path / "a.npz", cupy.asarray(a), named=cupy.arange(3))
    with cupy.load(tmp_path / "a.npz") as archive:
        assert sorted(archive) == ["arr_0", "named"] and "named" in archive and len(archive) == 2
        compare(archive["arr_0"], a)
        compare(dict(archive.items())["named"], np.arange(3))
    with np.load(tmp_path / "a.npz") as archive:
        np.testing.assert_array_equal(archive["arr_0"], a)


def test_text(tmp_path):
    a = sample((2, 3), "f8")
    cupy.savetxt(tmp_path / "a.txt", cupy.asarray(a), delimiter=",")
    compare(cupy.loadtxt(tmp_path / "a.txt", delimiter=","), a)


def test_objects_are_refused(tmp_path):
    np.save(tmp_path / "a.npy", np.array(["text"]))
    with pytest.raises(TypeError):
        cupy.load(tmp_path / "a.npy")
