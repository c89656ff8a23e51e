"""Every loop gives the same result whatever the layout of its operands."""

import numpy as np
import pytest
from loops_api import DTYPES, cpu_isas, loops, storage

SIZES = [0, 1, 2, 3, 17, 255, 256, 257, 1100]
# Domain where no loop is undefined or loses a NaN's identity.
LOW, HIGH = 1, 6


@pytest.fixture(params=cpu_isas(), scope="module")
def lib(request):
    return loops(request.param)


def sample(dtype, n, seed):
    rng = np.random.default_rng(seed)
    if dtype == "bool":
        return rng.integers(0, 2, n).astype(bool)
    if dtype == "bfloat16":
        return rng.integers(0x3F80, 0x40C0, n).astype(np.uint16)
    return rng.integers(LOW, HIGH, n).astype(dtype)


def strided(x, step):
    """The values of x at stride `step` elements of a larger array; negative runs backwards."""
    room = np.zeros((max(len(x), 1)) * abs(step), x.dtype)
    view = room[:: abs(step)][: len(x)]
    view = view[::-1] if step < 0 else view
    view[...] = x
    return view


def scalar(x):
    """x[0] as an array of stride 0."""
    return np.lib.stride_tricks.as_strided(x[:1].copy(), x.shape, (0,))


LAYOUTS = {
    "strided": lambda x, k: strided(x, 2 + k),
    "backwards": lambda x, k: strided(x, -1),
    "mixed": lambda x, k: strided(x, 3) if k % 2 else x.copy(),
    "scalar_first": lambda x, k: scalar(x) if k == 0 and len(x) else x.copy(),
    "scalar_second": lambda x, k: scalar(x) if k == 1 and len(x) else x.copy(),
    "scalars": lambda x, k: scalar(x) if len(x) else x,
}


@pytest.mark.parametrize("dtype", DTYPES)
def test_layouts(lib, dtype):
    for op in lib.ops:
        loop = lib.find(op, dtype)
        if loop is None:
            continue
        *sources, target = lib.dtypes(op, dtype)
        for n in SIZES:
            inputs = [sample(d, n, k) for k, d in enumerate(sources)]
            for name, layout in LAYOUTS.items():
                laid = [layout(x, k) for k, x in enumerate(inputs)]
                want = lib.apply(op, dtype, *[np.ascontiguousarray(x) for x in laid])
                for step in (1, 2, -1):
                    out = strided(np.zeros(n, storage(target)), step)
                    lib.call(loop, [*laid, out], n)
                    assert out.tobytes() == want.tobytes(), (op, n, name, step)


@pytest.mark.parametrize("dtype", DTYPES)
def test_in_place(lib, dtype):
    for op in lib.ops:
        loop = lib.find(op, dtype)
        if loop is None:
            continue
        *sources, target = lib.dtypes(op, dtype)
        for step in (1, 2):
            inputs = [sample(d, 1000, k) for k, d in enumerate(sources)]
            want = lib.apply(op, dtype, *inputs)
            for k, source in enumerate(sources):
                if source != target:
                    continue
                laid = [strided(x, step if i == k else 1) for i, x in enumerate(inputs)]
                lib.call(loop, [*laid, laid[k]], 1000)
                assert laid[k].tobytes() == want.tobytes(), (op, k, step)


def test_a_strided_output_leaves_its_gaps_alone(lib):
    x = np.arange(300, dtype="f")
    for op in ("add", "exp", "equal", "power"):
        loop, target = lib.find(op, "float32"), storage(lib.dtypes(op, "float32")[-1])
        room = np.full(900, 7).astype(target)
        lib.call(loop, [x] * lib.nin(op) + [room[1::3]], 300)
        assert (room[0::3] == room[0]).all() and (room[2::3] == room[0]).all() and room[0], op


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128", "float16"])
def test_a_result_does_not_depend_on_its_position(lib, dtype):
    """The vectorised body, its remainder and a single element round alike."""
    rng = np.random.default_rng(9)
    for op in lib.ops:
        loop = lib.find(op, dtype)
        if loop is None:
            continue
        *sources, target = lib.dtypes(op, dtype)
        inputs = []
        for source in sources:
            x = rng.uniform(0.01, 0.99, 77)
            x = x + 1j * rng.uniform(-1, 1, 77) if dtype[0] == "c" else x
            inputs.append((x > 0.5 if source == "bool" else x).astype(storage(source)))
        want = lib.apply(op, dtype, *inputs)
        for i in range(77):
            out = np.zeros(1, storage(target))
            lib.call(loop, [*[x[i : i + 1] for x in inputs], out], 1)
            assert out.tobytes() == want[i : i + 1].tobytes(), (op, i)
