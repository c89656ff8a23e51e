"""The op table is read with care, and every reader agrees on it."""

import functools
from pathlib import Path

import numpy as np
import pytest
from cupy_builder import contract

from cupy_backends.backend import _backend
from cupy_backends.backend.conformance import cases
from cupy_backends.backend.rows import rows
from cupy_backends.host import ops as host_ops

TABLE = Path(__file__).resolve().parents[2] / "cupy_backends/backend/ops.toml"


@pytest.mark.parametrize(
    "row, column",
    [
        ("bad = { numpy = 'add', colour = 'red' }", "colour"),
        ("bad = { numpy = 3 }", "numpy"),
        ("bad = { note = 'no function' }", "numpy"),
        ("bad = { numpy = 'add', in = '2' }", "in"),
        ("bad = { numpy = 'add', in = true }", "in"),
        ("bad = { numpy = 'add', in = -2 }", "in"),
        ("bad = { numpy = 'add', ulp = 'loose' }", "ulp"),
        ("bad = { numpy = 'add', ulp = 1.5 }", "ulp"),
        ("bad = { numpy = 'add', attrs = 'axis' }", "attrs"),
        ("bad = { numpy = 'add', attrs = 'axis:text' }", "attrs"),
    ],
)
def test_a_bad_row_names_file_row_and_column(tmp_path, row, column):
    path = tmp_path / "ops.toml"
    path.write_text(f"[binary]\n{row}\n")
    with pytest.raises(contract.TableError) as caught:
        contract.load(path)
    for part in (str(path), "'bad'", f"'{column}'"):
        assert part in str(caught.value)


def test_an_arity_is_needed_where_the_kind_has_none(tmp_path):
    path = tmp_path / "ops.toml"
    path.write_text("[scan]\nbad = { numpy = 'cumsum', in = 1 }\n")
    with pytest.raises(contract.TableError, match="'out'"):
        contract.load(path)


def test_a_name_in_two_kinds_is_refused(tmp_path):
    path = tmp_path / "ops.toml"
    path.write_text("[unary]\nexp = { numpy = 'exp' }\n[binary]\nexp = { numpy = 'exp' }\n")
    with pytest.raises(contract.TableError, match="row 'exp'.*twice"):
        contract.load(path)


def test_build_and_run_time_read_the_same_table():
    fields = ("name", "kind", "nin", "nout", "attrs", "numpy", "ulp", "note", "elementwise")
    built = [tuple(getattr(op, field) for field in fields) for op in contract.load(TABLE)]
    read = [tuple(getattr(row, field) for field in fields) for row in rows().values()]
    assert built == read


def test_compiled_op_numbers_follow_the_table():
    assert _backend.ops() == list(rows())


def test_every_row_has_a_host_function_and_cases():
    assert set(host_ops.FUNCTIONS) == set(rows())
    for op in rows():
        assert next(iter(cases(op))).op == op


@pytest.mark.parametrize("row", rows().values(), ids=rows())
def test_the_numpy_column_names_a_function_of_numpy(row):
    if row.numpy == "-":
        assert row.note, "a row without a NumPy function is defined by its note"
    else:
        assert callable(functools.reduce(getattr, row.numpy.split("."), np))


def test_registering_a_host_function_twice_is_an_error():
    with pytest.raises(ValueError, match="'take' has two host functions"):
        host_ops.row("take")(lambda inputs, outputs: None)
