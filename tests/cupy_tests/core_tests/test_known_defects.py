"""One test for each defect that earlier attempts at this software had."""

import os
import subprocess
import sys

import cupy
import numpy as np
import pytest


def same(got, expected):
    assert got.dtype == expected.dtype and got.shape == expected.shape
    np.testing.assert_allclose(got.get(), expected, rtol=1e-6)


def test_matmul_is_not_swapped():
    a, b = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)
    same(cupy.asarray(a) @ cupy.asarray(b), a @ b)
    c = np.array([[1.0, 2], [3, 4]])
    d = np.array([[0.0, 1], [5, 7]])
    same(cupy.asarray(c) @ cupy.asarray(d), c @ d)
    same(cupy.asarray(c).T @ cupy.asarray(d), c.T @ d)


def test_scalar_on_the_left():
    a = np.array([1, 2, 4])
    x = cupy.asarray(a)
    for f in (
        lambda v: 2 / v,
        lambda v: 2 - v,
        lambda v: 2**v,
        lambda v: 2 << v,
        lambda v: 64 >> v,
        lambda v: 7 // v,
        lambda v: 7 % v,
        lambda v: 3 < v,
        lambda v: divmod(9, v)[1],
    ):
        same(f(x), f(a))


def test_where_mask_is_honoured():
    out = cupy.full(3, -1.0)
    cupy.add(cupy.ones(3), 1, out=out, where=cupy.array([True, False, True]))
    assert out.get().tolist() == [2, -1, 2]


def test_sort_is_not_argsort():
    x = cupy.array([3.0, 1.0, 2.0])
    assert cupy.sort(x).get().tolist() == [1, 2, 3] and cupy.argsort(x).get().tolist() == [1, 2, 0]


def test_isnan_and_bitwise_functions_are_reachable():
    assert cupy.isnan(cupy.array([1, np.nan])).get().tolist() == [False, True]
    x, y = cupy.array([6, 3]), cupy.array([3, 1])
    assert cupy.bitwise_and(x, y).get().tolist() == [2, 1]
    assert cupy.bitwise_or(x, y).get().tolist() == [7, 3]
    assert cupy.bitwise_xor(x, y).get().tolist() == [5, 2]
    assert cupy.invert(x).get().tolist() == [-7, -4]
    assert cupy.left_shift(x, 1).get().tolist() == [12, 6]


def test_mean_of_integers():
    assert float(cupy.array([1, 2]).mean()) == 1.5


@pytest.mark.parametrize("name", ["argmax", "argmin", "mean"])
@pytest.mark.parametrize("axis", [None, 0, 1, -1, -2])
def test_every_axis_form(name, axis):
    a = np.array([[3.0, 9, 1], [7, 2, 8]])
    same(getattr(cupy.asarray(a), name)(axis=axis), np.asarray(getattr(a, name)(axis=axis)))


def test_fill_on_a_strided_view():
    x = cupy.zeros((3, 4))
    x[:, 1].fill(7)
    assert x.get().tolist() == [[0, 7, 0, 0]] * 3


def test_fortran_order():
    a = np.asfortranarray(np.arange(6).reshape(2, 3))
    x = cupy.asarray(a)
    assert x.flags.f_contiguous
    same(x, a)
    same(x + 1, a + 1)
    same(x.ravel(), a.ravel())
    same(x.sum(axis=0), a.sum(axis=0))


def test_a_failing_native_call_raises():
    """An error deep in the device's library is an exception, and the process goes on."""
    with pytest.raises((ValueError, RuntimeError, np.linalg.LinAlgError)):
        cupy.linalg.inv(cupy.zeros((3, 3)))
    with pytest.raises(MemoryError):
        cupy.empty(1 << 46, "u1")
    assert float(cupy.ones(2).sum()) == 2


@pytest.mark.skipif(
    os.environ.get("CUPY_BACKEND", "ascend") != "ascend", reason="another backend has other errors"
)
def test_an_error_of_cann_says_everything():
    from cupy_backends.ascend.errors import AscendError

    with pytest.raises(AscendError) as caught:
        cupy._core.run_op(
            "matmul", [cupy.ones((2, 3), "f2"), cupy.ones((4, 5), "f2")], [cupy.empty((2, 5), "f2")]
        )
    error = caught.value
    assert isinstance(error, cupy.exceptions.BackendError)
    assert (error.op, error.code, error.name) == ("matmul", 161002, "ACLNN_ERR_PARAM_INVALID")
    assert error.dtypes == ("float16",) * 3 and error.shapes == ((2, 3), (4, 5), (2, 5))
    for part in (
        "matmul(float16[2, 3], float16[4, 5]",
        error.call,
        "161002",
        "cannot be multiplied",
        "cupy.show_routes()",
    ):
        assert part in str(error)


def test_a_host_route_warns_once_at_the_line_of_the_user(tmp_path):
    program = tmp_path / "program.py"
    program.write_text("import cupy as cp\nx = cp.ones(4)\ncp.fft.fft(x)\ncp.fft.fft(x)\n")
    run = [sys.executable, "-W", "always", "-c", f"import runpy; runpy.run_path({str(program)!r})"]
    done = subprocess.run(run, capture_output=True, text=True, env={**os.environ, "CUPY_FALLBACK": "warn"})
    assert done.returncode == 0 and done.stderr.count("PerformanceWarning: fft_c2c") == 1
    assert f"{program}:3: PerformanceWarning: fft_c2c" in done.stderr
    done = subprocess.run(run, capture_output=True, text=True, env={**os.environ, "CUPY_FALLBACK": "error"})
    assert done.returncode != 0 and "CUPY_FALLBACK=silent" in done.stderr


def test_host_route_reads_only_its_elements():
    a = np.full((6, 6), np.nan)
    a[::2, ::3] = [[4.0, 1.0], [2.0, 3.0], [0.5, 1.5]]
    x = cupy.asarray(a)[::2, ::3]
    same(cupy.linalg.svd(x, compute_uv=False), np.linalg.svd(a[::2, ::3], compute_uv=False))
    same(cupy.fft.fft(x), np.fft.fft(a[::2, ::3]))


def test_no_stray_prints():
    code = "import cupy as cp; a = cp.arange(9.).reshape(3, 3); (a @ a + 1).sum().get(); cp.linalg.det(a); cp.sort(a)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_workspace_outlives_the_asynchronous_kernel():
    code = """
import cupy as cp, numpy as np
a = np.random.default_rng(0).random((40, 500)).astype('f4')
x = cp.asarray(a)
results = [
    (cp.sort(x[i:]), cp.argsort(x[i:]), x[i:].sum(axis=0), x[:, i:].T @ x[:, i:], cp.cumsum(x[i:], axis=1))
    for i in range(20)
]
for i, (s, p, t, m, c) in enumerate(results):
    np.testing.assert_array_equal(s.get(), np.sort(a[i:]))
    np.testing.assert_array_equal(p.get(), np.argsort(a[i:], kind='stable'))
    np.testing.assert_allclose(t.get(), a[i:].sum(axis=0), rtol=1e-5)
    np.testing.assert_allclose(m.get(), a[:, i:].T @ a[:, i:], rtol=1e-4)
    np.testing.assert_allclose(c.get(), a[i:].cumsum(axis=1), rtol=1e-4)
"""
    for mode in ("1", "worker"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            env={**os.environ, "CANNSIM_ASYNC": mode},
        )
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["L", "Q", "u8", "uint64", "ulonglong"])
def test_uint64_under_every_character_code(name):
    x = cupy.array([1, 2**64 - 1], dtype=name)
    same(x + x, np.array([1, 2**64 - 1], dtype=name) * np.uint64(2))
