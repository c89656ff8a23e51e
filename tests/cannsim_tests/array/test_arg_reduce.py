import numpy as np
import pytest
from kernels import ALL, KernelError, bfloat16, call, isas, layouts, make

SHAPES = [(1,), (9,), (3000,), (5, 40), (40, 5), (3, 17, 9), (600, 7), (2, 3, 4, 5)]


def arg(largest, a, axis, keepdims=False):
    shape = (
        []
        if axis is None
        else [1 if i == axis else n for i, n in enumerate(a.shape) if keepdims or i != axis]
    )
    index, value = np.zeros(shape, "i8"), np.zeros(shape, a.dtype)
    call("arg_reduce", largest, value, index, a, -1 if axis is None else axis)
    return index, value


@pytest.mark.parametrize("isa", isas())
@pytest.mark.parametrize("dtype", ALL, ids=str)
@pytest.mark.parametrize("name", ["argmax", "argmin"])
def test_first_occurrence_and_nan_wins(name, dtype, isa):
    call("select_isa", isa.encode(), raw=True)
    rng = np.random.default_rng(0)
    largest = name == "argmax"
    for shape in SHAPES:
        for nan in (False, True):
            a = make(rng, shape, dtype, -4, 4)
            if nan:
                if dtype.kind not in "fc" and dtype != bfloat16:
                    continue
                a[rng.random(shape) < 0.02] = np.nan
            wide = a.astype("f4") if dtype == bfloat16 else a
            for laid in layouts(a):
                for axis in (None, *range(a.ndim)):
                    want = getattr(np, name)(wide, axis)
                    index, value = arg(largest, laid, axis)
                    assert (index == want).all()
                    taken = (
                        a.ravel()[want]
                        if axis is None
                        else np.take_along_axis(a, np.expand_dims(want, axis), axis).squeeze(axis)
                    )
                    assert value.tobytes() == taken.tobytes()
                    if axis is not None:
                        assert (arg(largest, laid, axis, True)[0] == np.expand_dims(want, axis)).all()


@pytest.mark.parametrize("isa", isas())
@pytest.mark.parametrize("dtype", ALL, ids=str)
def test_every_place_of_a_run(dtype, isa):
    call("select_isa", isa.encode(), raw=True)
    for n in (1, 2, 3, 15, 16, 17, 63, 64, 65, 100, 129, 255, 256, 257, 300, 1030):
        a = np.tri(n, dtype=dtype).T.copy()  # each row has ones from its place on
        assert (arg(1, a, 1)[0] == np.arange(n)).all()
        assert (arg(0, (1 - a if dtype.kind != "b" else ~a), 1)[0] == np.arange(n)).all()


def test_int32_indices_and_refusals():
    a = np.arange(12, dtype="f4").reshape(3, 4)
    index = np.zeros(3, "i4")
    call("arg_reduce", 1, None, index, a, 1)
    assert (index == 3).all()
    for bad in (np.zeros(4, "i4"), np.zeros((3, 4), "i4")):
        with pytest.raises(KernelError, match="BadArgument"):
            call("arg_reduce", 1, None, bad, a, 1)
    with pytest.raises(KernelError, match="BadArgument"):
        call("arg_reduce", 1, None, np.zeros((), "i8"), np.zeros(0, "f4"), -1)
    with pytest.raises(KernelError, match="UnsupportedDType"):
        call("arg_reduce", 1, None, np.zeros(3, "f4"), a, 1)
