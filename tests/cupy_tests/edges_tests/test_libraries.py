"""What libraries ask of an array to find out whose it is, and that they then compute with it."""

import array_api_compat
import numpy
import pytest
import sklearn
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge
from sklearn.metrics import accuracy_score, mean_squared_error, r2_score
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, Normalizer, StandardScaler
from sklearn.utils import _array_api as sklearn_array_api

import cupy
from cupy.testing import assert_allclose

A = cupy.arange(6.0).reshape(2, 3)
X = numpy.random.default_rng(0).normal(size=(30, 4)).astype("f4")


def test_array_api_compat_knows_the_array():
    assert array_api_compat.is_array_api_obj(A) and array_api_compat.is_cupy_array(A)
    for other in ("numpy", "torch", "jax", "dask", "pydata_sparse"):
        assert not getattr(array_api_compat, f"is_{other}_array")(A)
    assert not array_api_compat.is_cupy_array(numpy.ones(2)) and array_api_compat.is_writeable_array(A)
    assert array_api_compat.is_cupy_namespace(cupy) and array_api_compat.size(A) == 6
    assert array_api_compat.array_namespace(A, A).__name__ == "array_api_compat.cupy"
    assert array_api_compat.array_namespace(A, use_compat=False) is cupy
    with pytest.raises(TypeError, match="Multiple namespaces"):
        array_api_compat.array_namespace(A, numpy.ones(2))


def test_array_api_compat_moves_between_devices():
    device = array_api_compat.device(A)
    assert device == A.device == cupy.cuda.Device(0)
    assert array_api_compat.to_device(A, device).device == device
    host = array_api_compat.to_device(A, "cpu")
    assert type(host) is numpy.ndarray and (host == A.get()).all()
    assert (array_api_compat.to_device(A, device, stream=cupy.cuda.Stream()) == A).all()


def test_the_namespace_is_complete():
    xp = array_api_compat.array_namespace(A)
    assert not [name for name in STANDARD if not hasattr(xp, name)]
    assert not [name for name in STANDARD if not hasattr(cupy, name)]
    info = xp.__array_namespace_info__()
    assert cupy.cuda.Device(0) in info.devices() and info.default_device() == cupy.cuda.Device(0)
    assert info.dtypes(kind="real floating") == {"float32": cupy.float32, "float64": cupy.float64}


STANDARD = set(
    """
    abs acos acosh add all any arange argmax argmin argsort asarray asin asinh astype atan atan2 atanh bitwise_and
    bitwise_invert bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor bool broadcast_arrays broadcast_to
    can_cast ceil clip complex64 complex128 concat conj copysign cos cosh count_nonzero cumulative_prod cumulative_sum
    diff divide e empty empty_like equal exp expand_dims expm1 eye finfo flip float32 float64 floor floor_divide full
    full_like greater greater_equal hypot iinfo imag inf int16 int32 int64 int8 isdtype isfinite isinf isnan less
    less_equal linspace log log10 log1p log2 logaddexp logical_and logical_not logical_or logical_xor matmul
    matrix_transpose max maximum mean meshgrid min minimum moveaxis multiply nan negative newaxis nextafter nonzero
    not_equal ones ones_like permute_dims pi positive pow prod real reciprocal remainder repeat reshape result_type
    roll round searchsorted sign signbit sin sinh sort sqrt square squeeze stack std subtract sum take take_along_axis
    tan tanh tensordot tile tril triu trunc uint16 uint32 uint64 uint8 unique_all unique_counts unique_inverse
    unique_values unstack var vecdot where zeros zeros_like
""".split()
)


@pytest.mark.parametrize("call", [
    lambda xp, a: xp.unique_all(a)[3],
    lambda xp, a: xp.sort(a, descending=True),
    lambda xp, a: xp.std(a, axis=1, correction=1),
    lambda xp, a: xp.cumulative_sum(a, axis=1, include_initial=True),
    lambda xp, a: xp.linalg.svd(a, full_matrices=False)[1],
    lambda xp, a: xp.linalg.vector_norm(a, axis=0),
    lambda xp, a: xp.astype(a, xp.int32),
    lambda xp, a: xp.clip(a, None, 2.5),
    lambda xp, a: xp.fft.rfft(a),
    lambda xp, a: xp.take(a, xp.asarray([1, 0]), axis=1),
    lambda xp, a: xp.matrix_transpose(a) @ a,
    lambda xp, a: xp.zeros_like(a, device=array_api_compat.device(a)),
])  # fmt: skip
def test_a_program_of_the_standard(call):
    host = A.get()
    found = call(array_api_compat.array_namespace(A), A)
    expected = call(array_api_compat.array_namespace(host), host)
    assert isinstance(found, cupy.ndarray) and found.dtype == expected.dtype
    assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_scikit_learn_finds_the_namespace():
    with sklearn.config_context(array_api_dispatch=True):
        namespace, is_array_api, device = sklearn_array_api.get_namespace_and_device(A)
        assert is_array_api and namespace.__name__.endswith("array_api_compat.cupy") and device == A.device
        assert sklearn_array_api.get_namespace(A)[0] is namespace


@pytest.mark.parametrize("estimator", [
    StandardScaler(), MinMaxScaler(), MaxAbsScaler(), Normalizer(), PCA(2, svd_solver="covariance_eigh"),
    PCA(2, svd_solver="full"),
], ids=str)  # fmt: skip
def test_scikit_learn_transforms(estimator):
    expected = estimator.fit_transform(X)
    with sklearn.config_context(array_api_dispatch=True):
        found = estimator.fit_transform(cupy.asarray(X))
    assert isinstance(found, cupy.ndarray) and found.dtype == expected.dtype
    assert_allclose(abs(found), abs(expected), rtol=1e-3, atol=1e-4)


def test_scikit_learn_predicts_and_scores():
    y = X @ numpy.array([1, 2, 3, 4], "f4")
    expected = Ridge(solver="svd").fit(X, y).predict(X)
    with sklearn.config_context(array_api_dispatch=True):
        on_device = cupy.asarray(y)
        found = Ridge(solver="svd").fit(cupy.asarray(X), on_device).predict(cupy.asarray(X))
        assert_allclose(found, expected, rtol=1e-3, atol=1e-4)
        assert r2_score(on_device, found) > 0.99 and mean_squared_error(on_device, found) < 0.1
        assert accuracy_score(on_device > 0, on_device > 0) == 1


def test_numpy_functions_dispatch():
    for found in (numpy.sum(A, axis=0), numpy.add(A, 1), numpy.concatenate([A, A]), numpy.linalg.norm(A),
                  numpy.fft.fft(A), numpy.zeros_like(A), numpy.float32(2) * A):  # fmt: skip
        assert isinstance(found, cupy.ndarray)
    with pytest.raises(TypeError, match="asnumpy|get"):
        numpy.asarray(A)


def test_names_that_libraries_probe():
    assert cupy.get_array_module(A) is cupy and cupy.get_array_module(numpy.ones(2), 3) is numpy
    assert A.__array_namespace__() is cupy and A.__array_priority__ > 0
    assert cupy.cuda.is_available() and cupy.cuda.runtime.getDeviceCount() >= 1
    assert isinstance(cupy.cuda.get_current_stream(), cupy.cuda.Stream)
    assert cupy.cuda.Stream.null.ptr == 0 and A.data.ptr > 0 and A.data.device == A.device
    assert cupy.ndarray.__module__.partition(".")[0] == "cupy" and cupy.__version__
    assert A.device.id == 0 and repr(A.device) == "<Device 0>" and hash(A.device) == hash(cupy.cuda.Device(0))
    with cupy.cuda.Device(0) as device:
        assert cupy.asarray([1.0]).device == device
