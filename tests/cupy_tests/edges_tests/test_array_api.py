"""The array API standard: every name of version 2025.12, its signature, and the rules that NumPy does not test."""

import inspect
import json
import re
from pathlib import Path

import array_api_compat
import cupy
import numpy as np
import pytest

STANDARD = json.loads(
    (Path(__file__).resolve().parents[3] / "install/cupy_builder/api/array_api.json").read_text()
)
EXTENSIONS = ("fft", "linalg")
SECTIONS = [s for s in STANDARD if s.endswith("_functions")] + list(EXTENSIONS)
FUNCTIONS = [(section, name) for section in SECTIONS for name in STANDARD[section]]
INFO = [name for name in STANDARD["info"] if name != "__array_namespace_info__"]
A = cupy.asarray([[3.0, 1.0, 2.0], [2.0, 0.0, 1.0]])


def owner(section):
    return getattr(cupy, section) if section in EXTENSIONS else cupy


def parameters(text):
    """Return the parameters of a signature in the standard's text as (kind, name) pairs."""
    function = {}
    exec(f"def f{re.sub('=<[^>]*>', '=None', text)}: pass", {"inf": 0.0}, function)
    return [(p.kind, name) for name, p in inspect.signature(function["f"]).parameters.items()]


def accepts(function, text):
    """Return why a function cannot be called as the standard says, or None."""
    kinds = inspect.Parameter
    try:
        signature = inspect.signature(function)
    except ValueError:  # ufuncs: inputs by position
        wanted = parameters(text)
        ok = all(kind == kinds.POSITIONAL_ONLY for kind, _ in wanted) and len(wanted) == function.nin
        return None if ok else "not the ufunc's inputs"
    wanted = parameters(text)
    positional = sum(kind in (kinds.POSITIONAL_ONLY, kinds.POSITIONAL_OR_KEYWORD) for kind, _ in wanted)
    if any(kind == kinds.VAR_POSITIONAL for kind, _ in wanted):
        positional = 3
    keywords = [name for kind, name in wanted if kind == kinds.KEYWORD_ONLY]
    either = [name for kind, name in wanted if kind == kinds.POSITIONAL_OR_KEYWORD]
    try:
        signature.bind(*range(positional), **dict.fromkeys(keywords))
        leading = positional - len(either)
        signature.bind(*range(leading), **dict.fromkeys(either + keywords))
    except TypeError as error:
        return str(error)
    return None


@pytest.mark.parametrize("section, name", FUNCTIONS, ids=lambda x: x)
def test_functions_can_be_called_as_the_standard_says(section, name):
    function = getattr(owner(section), name)
    assert accepts(function, STANDARD[section][name]) is None


def test_the_check_of_signatures_can_fail():
    assert accepts(lambda x, /: 0, "(x, /, *, axis=None)")
    assert accepts(lambda a: 0, "(obj, /, *, device=None)")
    assert accepts(lambda x, axis_: 0, "(x, /, axis)")
    assert accepts(cupy.add, "(x, /)")
    assert accepts(lambda x, axis=None: 0, "(x, /, *, axis=None)") is None


@pytest.mark.parametrize("name", STANDARD["array_methods"])
def test_methods(name):
    method = getattr(A, name)
    wanted = parameters(STANDARD["array_methods"][name])
    try:
        names = list(inspect.signature(method).parameters)
    except ValueError:  # a slot, which takes its operand by position
        assert all(kind == inspect.Parameter.POSITIONAL_ONLY for kind, _ in wanted)
    else:
        keywords = [n for kind, n in wanted if kind == inspect.Parameter.KEYWORD_ONLY]
        assert set(keywords) <= set(names)
        assert len(wanted) <= len(names)


def test_attributes_constants_and_dtypes():
    assert all(hasattr(A, name) for name in STANDARD["array_attributes"])
    for name in STANDARD["constants"]:
        assert getattr(cupy, name) is getattr(np, name)
    for name in STANDARD["data_types"]:
        dtype = getattr(cupy, name)
        assert cupy.zeros(1, dtype=dtype).dtype == dtype
    assert cupy.__array_api_version__ == "2025.12" and A.__array_namespace__(api_version="2025.12") is cupy
    with pytest.raises(ValueError, match="1999"):
        A.__array_namespace__(api_version="1999.12")


def test_what_the_namespace_says_of_itself():
    info, reference = cupy.__array_namespace_info__(), np.__array_namespace_info__()
    assert all(callable(getattr(info, name)) for name in INFO)
    assert info.capabilities() == reference.capabilities() | {"max dimensions": 64}
    assert info.default_device() == cupy.cuda.Device(0) and info.default_device() in info.devices()
    assert len(info.devices()) == cupy.cuda.runtime.getDeviceCount()
    assert (
        info.default_dtypes()
        == info.default_dtypes(device=info.default_device())
        == reference.default_dtypes()
    )
    assert info.dtypes() == reference.dtypes()
    for kind in (
        "bool",
        "signed integer",
        "unsigned integer",
        "integral",
        "real floating",
        "complex floating",
        "numeric",
        ("bool", "integral"),
        (),
    ):
        assert info.dtypes(kind=kind) == reference.dtypes(kind=kind), kind
    for bad in ("floats", ("bool", "floats")):
        with pytest.raises(ValueError, match="'floats'"):
            info.dtypes(kind=bad)
    with pytest.raises(ValueError, match="device"):
        info.dtypes(device="cpu")
    with pytest.raises(ValueError, match="does not exist"):
        info.default_dtypes(device=99)
    assert cupy.zeros(1).dtype == info.default_dtypes()["real floating"]
    assert cupy.arange(1).dtype == cupy.nonzero(A)[0].dtype == info.default_dtypes()["integral"]


CREATE = {
    "arange": lambda **k: cupy.arange(3, **k),
    "asarray": lambda **k: cupy.asarray([1.0, 2.0], **k),
    "empty": lambda **k: cupy.empty((2, 2), **k),
    "empty_like": lambda **k: cupy.empty_like(A, **k),
    "eye": lambda **k: cupy.eye(2, 3, **k),
    "full": lambda **k: cupy.full((2,), 3, **k),
    "full_like": lambda **k: cupy.full_like(A, 3, **k),
    "linspace": lambda **k: cupy.linspace(0, 1, 5, **k),
    "ones": lambda **k: cupy.ones(3, **k),
    "ones_like": lambda **k: cupy.ones_like(A, **k),
    "zeros": lambda **k: cupy.zeros(3, **k),
    "zeros_like": lambda **k: cupy.zeros_like(A, **k),
    "from_dlpack": lambda **k: cupy.from_dlpack(A, **k),
    "astype": lambda **k: cupy.astype(A, cupy.int32, **k),
    "fftfreq": lambda **k: cupy.fft.fftfreq(4, **k),
    "rfftfreq": lambda **k: cupy.fft.rfftfreq(4, **k),
}


@pytest.mark.parametrize("name", CREATE)
def test_device_keywords(name):
    create = CREATE[name]
    assert create().device == create(device=None).device == create(device=cupy.cuda.Device(0)).device
    if cupy.cuda.runtime.getDeviceCount() > 1:
        there = cupy.cuda.Device(1)
        assert create(device=there).device == create(device=1).device == there
        assert cupy.cuda.Device() == cupy.cuda.Device(0)
        if not name.startswith("empty"):
            assert (create(device=there).get() == create().get()).all()
    with pytest.raises(ValueError, match="device"):
        create(device="cpu")
    with pytest.raises((TypeError, ValueError), match="[dD]evice"):
        create(device=1.5)
    with pytest.raises(ValueError, match="does not exist"):
        create(device=99)


@pytest.mark.skipif(cupy.cuda.runtime.getDeviceCount() < 2, reason="one device")
def test_to_device():
    there = cupy.cuda.Device(1)
    moved = A.T.to_device(there)
    assert moved.device == there and (moved.get() == A.T.get()).all() and moved.flags.f_contiguous
    assert A.to_device(A.device) is A and A.to_device(0) is A
    assert cupy.asarray(moved, device=A.device).device == A.device
    with pytest.raises(ValueError, match="copy"):
        cupy.asarray(moved, device=A.device, copy=False)


def test_to_device_refuses():
    with pytest.raises(ValueError, match=r"get\(\)"):
        A.to_device("cpu")
    for bad in (1.0, None):
        with pytest.raises(TypeError, match="device"):
            A.to_device(bad)
    with pytest.raises(ValueError, match="does not exist"):
        A.to_device(99)
    with pytest.raises(TypeError, match="stream"):
        A.to_device(0, stream="s")


@pytest.mark.parametrize("function", [cupy.sort, cupy.argsort])
@pytest.mark.parametrize("axis", [-1, 0, None])
@pytest.mark.parametrize("dtype", ["u1", "i4", "f4", "?", "c8"])
def test_descending(function, axis, dtype):
    a = np.asarray([[3, 1, 2, 1], [0, 1, 0, 3], [2, 1, 2, 0]]).astype(dtype)
    found = function(cupy.asarray(a), axis=axis, descending=True, stable=True)
    if axis is None:
        a, axis = a.ravel(), 0
    # The same in order of -rank: the reference sorts ascending by keys that fall.
    rank = np.unique(a, return_inverse=True)[1].reshape(a.shape)
    order = np.argsort(-rank, axis=axis, stable=True)
    expected = order if function is cupy.argsort else np.take_along_axis(a, order, axis)
    assert found.dtype == expected.dtype and found.flags.c_contiguous
    np.testing.assert_array_equal(found.get(), expected)


def test_descending_of_little():
    assert cupy.sort(cupy.zeros((0, 3)), axis=0, descending=True).shape == (0, 3)
    assert cupy.argsort(cupy.array(3), descending=True).get().tolist() == [0]
    with pytest.raises(cupy.exceptions.AxisError):
        cupy.sort(A, axis=2, descending=True)


def test_isdtype():
    b = cupy.dtype(cupy.bfloat16)
    assert cupy.isdtype(b, "real floating") and cupy.isdtype(b, "numeric") and cupy.isdtype(b, b)
    assert cupy.isdtype(cupy.bfloat16, ("bool", cupy.bfloat16)) and not cupy.isdtype(b, "integral")
    assert not cupy.isdtype(b, cupy.float16) and not cupy.isdtype(cupy.float16, b)
    assert not cupy.isdtype(b, ()) and not cupy.isdtype(cupy.int8, (b, "bool"))
    for code in "?bBhHiIlLqQefdFD":
        for kind in (
            "bool",
            "integral",
            "numeric",
            "real floating",
            ("bool", "complex floating"),
            cupy.int32,
        ):
            assert cupy.isdtype(cupy.dtype(code), kind) == np.isdtype(np.dtype(code), kind)
    for bad in ("floats", 3):
        with pytest.raises((TypeError, ValueError)):
            cupy.isdtype(b, bad)
        with pytest.raises((TypeError, ValueError)):
            cupy.isdtype(cupy.int8, bad)
    with pytest.raises(TypeError):
        cupy.isdtype("int8", "integral")


RULES = """
xp.add(x, 1)
xp.subtract(1, x)
xp.maximum(x, 2.5)
xp.pow(2, x)
xp.atan2(1, x)
xp.where(x > 1, 0, x)
xp.where(x > 1, x, 1.5)
xp.clip(x, 1, 2)
xp.clip(x, min=1)
xp.clip(x, None, 2)
xp.clip(x)
xp.result_type(x, 1)
xp.result_type(xp.float32, 1j)
xp.searchsorted(xp.sort(x[0]), 2)
xp.searchsorted(xp.sort(x[0]), x)
xp.cumulative_sum(x, axis=1, include_initial=True)
xp.cumulative_prod(x, axis=0, include_initial=True)
xp.cumulative_sum(x[0])
xp.sum(xp.astype(x, xp.int8))
xp.prod(xp.astype(x, xp.uint16))
xp.sum(xp.astype(x, xp.float32))
xp.sum(x, dtype=xp.int32)
xp.std(x, axis=0, correction=1)
xp.var(x, correction=0.5, keepdims=True)
xp.take(x, xp.asarray([0, 2]), axis=1)
xp.take(x[0], xp.asarray([1]))
xp.take_along_axis(x, xp.argsort(x, axis=1))
xp.isin(x, xp.asarray([1.0, 3.0]))
xp.isin(x, 1.0, invert=True)
xp.permute_dims(x, (1, 0))
xp.concat([x, xp.astype(x, xp.int8)], axis=None)
xp.stack([x, x], axis=-1)
xp.unstack(x, axis=1)[1]
xp.repeat(x, xp.asarray([1, 2]), axis=0)
xp.roll(x, (1, 2), axis=(0, 1))
xp.diff(x, axis=0, n=1, prepend=x[:1])
xp.count_nonzero(x, axis=1, keepdims=True)
xp.argmax(x, axis=1, keepdims=True)
xp.nonzero(x)[1]
xp.unique_all(x).inverse_indices
xp.unique_all(x).indices
xp.unique_counts(x).counts
xp.unique_inverse(x).inverse_indices
xp.unique_values(x)
xp.unique_values(xp.asarray([xp.nan, 1.0, xp.nan]))
xp.reshape(x, (3, -1), copy=True)
xp.ceil(xp.astype(x, xp.int32))
xp.round(xp.asarray([0.5, 1.5, 2.5, -0.5]))
xp.sign(xp.asarray([3 + 4j, 0j]))
xp.bitwise_left_shift(xp.asarray([1]), 3)
xp.bitwise_invert(xp.asarray([True, False]))
xp.logical_xor(x > 1, x > 2)
xp.broadcast_arrays(x, x[:, :1])[1]
xp.broadcast_shapes((2, 1), (3,))
xp.meshgrid(x[0], x[1], indexing="ij")[1]
xp.tile(x, (2, 1))
xp.expand_dims(x, axis=1)
xp.squeeze(x[:1], axis=0)
xp.tril(x, k=1)
xp.moveaxis(x, 0, 1)
xp.flip(x)
xp.tensordot(x, x, axes=((1,), (1,)))
xp.vecdot(x, x, axis=0)
xp.matrix_transpose(x)
x.mT
xp.can_cast(x, xp.float32)
xp.can_cast(xp.int8, xp.int16)
xp.finfo(xp.float32).eps
float(xp.finfo(xp.complex64).max)
xp.iinfo(xp.int16).max
xp.asarray(3).dtype
xp.asarray([1, 2.5]).dtype
xp.full((2,), True).dtype
xp.full((2,), 1j).dtype
xp.arange(2.0).dtype
xp.linspace(0, 1, 3, endpoint=False)
xp.eye(2, 3, k=-1, dtype=xp.int8)
xp.all(x)
xp.any(x, axis=(0, 1))
xp.max(x, axis=(0, 1), keepdims=True)
x[..., None, 0]
x[x > 1]
x[xp.asarray([1, 0]), 1]
xp.linalg.matrix_norm(x)
xp.linalg.vector_norm(x, axis=1, ord=1)
xp.linalg.outer(x[0], x[1])
xp.linalg.cross(x[0], x[1])
xp.linalg.trace(x, offset=1)
xp.linalg.diagonal(x, offset=-1)
xp.linalg.pinv(x, rtol=1e-6)
xp.linalg.matrix_rank(x, rtol=1e-6)
xp.linalg.svdvals(x)
xp.linalg.qr(x, mode="reduced").R.shape
xp.linalg.slogdet(x @ x.T).logabsdet
xp.linalg.cholesky(x @ x.T, upper=True)
xp.fft.rfftn(x, s=(2, 2), axes=(0, 1), norm="ortho")
xp.fft.fftshift(x, axes=(1,))
""".strip().splitlines()


@pytest.mark.parametrize("rule", RULES)
def test_rules_that_numpy_follows(rule):
    call = eval(f"lambda xp, x: {rule}")
    expected, found = call(np, A.get()), call(cupy, A)
    if isinstance(expected, np.ndarray | np.generic) and hasattr(found, "get"):
        assert (
            isinstance(found, cupy.ndarray)
            and found.dtype == expected.dtype
            and found.shape == expected.shape
        )
        np.testing.assert_allclose(found.get(), expected, rtol=1e-13, atol=1e-13)
    else:
        assert found == expected


def test_finfo_and_iinfo_of_arrays():
    assert cupy.finfo(A) == cupy.finfo(cupy.float64) or cupy.finfo(A).eps == np.finfo("f8").eps
    assert cupy.iinfo(cupy.ones(2, "i2")).max == 32767


@pytest.mark.parametrize(
    "call, error",
    [
        (lambda: cupy.nonzero(cupy.asarray(1)), ValueError),
        (lambda: cupy.result_type(), ValueError),
        (lambda: cupy.squeeze(A, axis=0), ValueError),
        (lambda: cupy.reshape(A.T, (6,), copy=False), ValueError),
        (lambda: cupy.asarray([1, 2], copy=False), ValueError),
        (lambda: cupy.asarray(A, dtype=cupy.float32, copy=False), ValueError),
        (lambda: cupy.cumulative_sum(A), ValueError),
        (lambda: cupy.expand_dims(A, axis=3), IndexError),
        (lambda: cupy.matrix_transpose(A[0]), ValueError),
        (lambda: bool(A), ValueError),
        (lambda: float(A), TypeError),
        (lambda: A[0, 0].__index__(), TypeError),
        (lambda: cupy.fft.fftfreq(4, dtype="i4"), ValueError),
        (lambda: hash(A), TypeError),
    ],
)
def test_errors_of_the_standard(call, error):
    with pytest.raises(error):
        call()


def test_fftfreq_dtype():
    for function in (cupy.fft.fftfreq, cupy.fft.rfftfreq):
        single = function(5, d=0.5, dtype=cupy.float32)
        assert single.dtype == cupy.float32
        np.testing.assert_array_equal(single.get(), function(5, d=0.5).get().astype("f4"))


def test_diff_takes_none_for_nothing():
    assert cupy.diff(A, axis=1, prepend=None, append=None).get().tolist() == np.diff(A.get(), axis=1).tolist()


def test_array_api_compat():
    assert array_api_compat.is_cupy_array(A)
    namespace = array_api_compat.array_namespace(cupy.ones(1))
    assert namespace.__name__ == "array_api_compat.cupy"
    assert not [
        name
        for section in SECTIONS
        if section not in EXTENSIONS
        for name in STANDARD[section]
        if not hasattr(namespace, name)
    ]
    for extension in EXTENSIONS:
        assert not [name for name in STANDARD[extension] if not hasattr(getattr(namespace, extension), name)]
    assert namespace.sort(A, descending=True)[0, 0].item() == 3
    assert array_api_compat.is_array_api_strict_namespace(cupy) is False
