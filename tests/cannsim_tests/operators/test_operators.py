"""The operators that two or more programs call: array operators give NumPy's values, layers refuse clearly."""

import copy
import importlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from operator_calls import OPERATORS, CannError, Out, call, lib

from cupy_backends import cannsim

HERE = Path(__file__).parent
CALLED = json.loads((HERE.parent / "data" / "client_operators.json").read_text())
CASES = {}
for module in ("elementwise", "reduction", "movement", "products", "random"):
    for name, rows in importlib.import_module(f"cases_{module}").CASES.items():
        CASES.setdefault(name, []).extend(rows)

# What the default chip has no kernel for, or the default release of CANN no more.
ELSEWHERE = {"aclnnSquare": {"CANNSIM_SOC": "Ascend950PR_9589"}, "aclnnForeachSign": {"CANNSIM_CANN": "8.1"}}
TOLERANCE = {np.dtype("f2"): 1e-3, np.dtype("f4"): 2e-5, np.dtype("c8"): 2e-5, np.dtype("f8"): 1e-12}
NOT_IMPLEMENTED = 561003


def compare(got, expected):
    if callable(expected):
        assert expected(got)
        return
    expected = np.asarray(expected)
    assert got.shape == expected.shape
    if got.dtype.kind in "fc":
        np.testing.assert_allclose(got, expected, rtol=TOLERANCE[got.dtype], atol=TOLERANCE[got.dtype])
    else:
        np.testing.assert_array_equal(got, expected)


def check_values(name):
    for arguments, expected in CASES[name]:
        results = call(name, *arguments)
        assert len(results) == len(expected)
        for got, wanted in zip(results, expected):
            compare(got, wanted)


@pytest.mark.parametrize("name", sorted(set(CASES) - set(ELSEWHERE)))
def test_values(name):
    check_values(name)


def test_svd_gives_the_matrix_again():
    checked = 0
    for arguments, _ in CASES["aclnnSvd"]:
        if not arguments[2]:
            continue
        s, u, v = call("aclnnSvd", *arguments)
        n = s.shape[-1]
        again = (u[..., :n] * s[..., None, :]) @ v[..., :n].conj().swapaxes(-1, -2)
        np.testing.assert_allclose(again, arguments[0], atol=1e-5)
        checked += 1
    assert checked == 8


# Whose results must be contiguous, as in CANN, or whose masks of bits must.
CONTIGUOUS = re.compile(r"aclnn(Dropout.*|MaskedSelect|Nonzero.*|Unique.*)")


def strided(array):
    """The same elements, apart from each other along the last axis and the first."""
    if array.ndim == 0 or array.size == 0:
        return array
    outer = [2 * array.shape[0], *array.shape[1:-1]] if array.ndim > 1 else []
    room = np.zeros((*outer, 2 * array.shape[-1] + 1), array.dtype)
    view = (room[::2] if outer else room)[..., : 2 * array.shape[-1] : 2]
    view[...] = array
    return view


def with_strides(value, outputs):
    """An argument whose inputs, or whose outputs, are strided."""
    if isinstance(value, list):
        return [with_strides(item, outputs) for item in value]
    if isinstance(value, Out):
        if outputs:
            value = copy.copy(value)
            value.array = strided(value.array)
        return value
    return strided(value) if isinstance(value, np.ndarray) and not outputs else value


@pytest.mark.parametrize("outputs", [False, True], ids=["inputs", "outputs"])
@pytest.mark.parametrize(
    "name", sorted(name for name in set(CASES) - set(ELSEWHERE) if not CONTIGUOUS.match(name))
)
def test_strides(name, outputs):
    for arguments, expected in CASES[name]:
        results = call(name, *(with_strides(value, outputs) for value in arguments))
        for got, wanted in zip(results, expected):
            compare(got, wanted)


@pytest.mark.parametrize("name", ELSEWHERE)
def test_values_elsewhere(name):
    with pytest.raises(CannError, match=name):
        check_values(name)
    code = f"import test_operators; test_operators.check_values('{name}')"
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(Path(cannsim.__file__).resolve().parents[2]), str(HERE)]),
        **ELSEWHERE[name],
    }
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=HERE, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", CALLED["operators"])
def test_array_operators_are_there(name):
    assert lib.cannsimImplements(name.encode()) or name in ELSEWHERE
    assert name in CASES, "has no test of its values"


VALUES = {"bool": False, "char": "", "aclDataType": np.float32}


def any_value(ctype):
    kind = ctype.replace("const", "").replace("*", "").strip()
    if "*" not in ctype or kind == "char":
        return VALUES.get(kind, 1)
    lists = {"aclTensorList": [np.ones(2, "f4")], "aclScalarList": [1.0], "aclTensor": np.ones((2, 2), "f4")}
    return lists.get(kind, 1.0 if kind == "aclScalar" else [1] if kind.startswith("acl") else None)


@pytest.mark.parametrize("name", CALLED["layers"])
def test_layers_refuse(name):
    values = [any_value(ctype) for ctype, _ in OPERATORS[name]["params"]]
    with pytest.raises(CannError, match=f"{name}: not implemented by cannsim") as failure:
        call(name, *values)
    assert failure.value.status == NOT_IMPLEMENTED
