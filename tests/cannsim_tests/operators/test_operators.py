"""The operators that two or more programs call: array operators give NumPy's values, layers refuse clearly."""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from operator_calls import OPERATORS, CannError, call, lib

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


@pytest.mark.parametrize("name", ELSEWHERE)
def test_values_elsewhere(name):
    with pytest.raises(CannError, match=name):
        check_values(name)
    code = f"import test_operators; test_operators.check_values('{name}')"
    environment = {**os.environ, "PYTHONPATH": str(HERE.parents[2]), **ELSEWHERE[name]}
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
