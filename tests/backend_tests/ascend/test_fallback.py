"""What a program is told of operations that leave the fast units, and what ``show_routes`` prints."""

import pytest

PROGRAM = """
import cupy as cp
x = cp.ones(4, 'f4')
cp.cbrt(x)
cp.cbrt(x)
cp.cbrt(x.astype('f2'))
cp.spacing(x)
print(cp.host_routes())
"""


def run(python, tmp_path, text, status=0, **environment):
    path = tmp_path / "cupy_like_name.py"  # of the user, whatever its name begins with
    path.write_text(text.lstrip())
    program = (
        f"import sys, runpy; sys.argv = [{str(path)!r}]; runpy.run_path({str(path)!r}, run_name='cupyish')"
    )
    return python(program, status, **environment).replace(str(path), "PROGRAM")


def test_warn_names_each_operation_once_with_the_line_of_the_user(python, tmp_path):
    text = run(python, tmp_path, PROGRAM, CUPY_FALLBACK="warn")
    assert text.count("PerformanceWarning") == 2
    assert "PROGRAM:3: PerformanceWarning: cbrt(float32, float32) runs on the host: CANN has no cube" in text
    assert "PROGRAM:6: PerformanceWarning: spacing(float32, float32)" in text
    assert "{'cbrt': 3, 'spacing': 1}" in text


@pytest.mark.parametrize("value", ["silent", None, ""])  # the simulator's default
def test_silent_counts_and_says_nothing(python, tmp_path, value):
    text = run(python, tmp_path, PROGRAM, CUPY_FALLBACK=value)
    assert text.strip() == "{'cbrt': 3, 'spacing': 1}"


def test_error_refuses_and_names_operation_dtypes_and_the_next_step(python, tmp_path):
    program = """
import cupy as cp
x = cp.arange(3, dtype='f4') + 1
try:
    cp.cbrt(x)
except cp.exceptions.BackendError as error:
    print(error)
    print(error.op, error.dtypes)
print(x.sum(), cp.host_routes())
"""
    text = run(python, tmp_path, program, CUPY_FALLBACK="error")
    assert "cbrt(float32, float32) runs on the host: CANN has no cube root" in text
    assert "CUPY_FALLBACK=warn" in text and "cupy.show_routes('cbrt')" in text
    assert "cbrt ('float32', 'float32')" in text
    assert text.strip().endswith("6.0 {}")


def test_a_warning_can_be_made_an_error(python, tmp_path):
    program = """
import warnings
import cupy as cp
warnings.simplefilter("error", cp.exceptions.PerformanceWarning)
try:
    cp.cbrt(cp.ones(2, 'f4'))
except cp.exceptions.PerformanceWarning as warning:
    print("raised", warning)
"""
    assert "raised cbrt(float32, float32)" in run(python, tmp_path, program, CUPY_FALLBACK="warn")


def test_modes_and_layouts_that_only_the_host_knows_are_noted_too(python, tmp_path):
    """One mode of an operation that otherwise runs on the device."""
    program = """
import cupy as cp
x = cp.zeros(4, 'f4')
cp.maximum.at(x, cp.asarray([1, 1]), cp.ones(2, 'f4'))
print(cp.host_routes())
"""
    text = run(python, tmp_path, program, CUPY_FALLBACK="warn")
    assert "PROGRAM:3: PerformanceWarning: setitem_advanced(float32" in text
    assert "{'setitem_advanced': 1}" in text
    assert "runs on the host" in run(python, tmp_path, program, 1, CUPY_FALLBACK="error")


def test_an_unknown_value_is_an_error_that_lists_the_known_ones(python, tmp_path):
    text = run(python, tmp_path, PROGRAM, 1, CUPY_FALLBACK="loud")
    assert "ValueError: CUPY_FALLBACK='loud': expected warn, silent or error" in text


DOUBLE = """
import cupy as cp
x = cp.zeros(4)
y = x[:2] + x[2:]
y = x * x
y = y + 1
"""


def test_float64_off_the_fast_units_warns_once_and_names_both_remedies(python, tmp_path):
    text = run(python, tmp_path, DOUBLE, CUPY_FALLBACK="warn")
    assert text.count("PerformanceWarning") == 1
    assert "PROGRAM:3: PerformanceWarning: add(float64, float64, float64) runs on AI CPU" in text
    assert "dtype=cupy.float32" in text and "CUPY_FLOAT64=float32" in text


def test_float64_on_the_fast_units_says_nothing(python, tmp_path):
    program = "import cupy as cp\nx = cp.ones(4)\nx[:] = x[::-1]\nx = cp.concatenate([x, x])\n"
    assert run(python, tmp_path, program, CUPY_FALLBACK="warn") == ""
    program = "import cupy as cp\nx = cp.zeros(4)\nx * x\n"
    assert run(python, tmp_path, program, CUPY_FALLBACK="warn", CANNSIM_SOC="Ascend950PR_9589") == ""


def test_float64_on_the_host_names_the_remedies_with_the_first_warning(python, tmp_path):
    program = "import cupy as cp\nx = cp.zeros((2, 2))\nx @ x\ncp.cbrt(x)\n"
    text = run(python, tmp_path, program, CUPY_FALLBACK="warn")
    assert text.count("PerformanceWarning") == 2
    assert text.count("CUPY_FLOAT64=float32") == 1


def test_show_routes_lists_every_dtype_of_an_operation(python):
    program = """
import cupy as cp
x = cp.ones(3, 'f4')
x + x
x + x
cp.show_routes(cp.add)
cp.show_routes('sort', host_only=True)
cp.show_routes()
try:
    cp.show_routes('ad')
except ValueError as error:
    print(error)
"""
    text = python(program)
    first, *lines = text.splitlines()
    assert first == "add on Ascend910B3"
    table = {line.split()[0]: line.split() for line in lines[:16]}
    assert len(table) == 16
    assert table["float32"] == ["float32", "native", "AI", "Core", "2", "aclnnAdd"]
    assert table["int16"][1:5] == ["native", "AI", "CPU", "0"]
    assert " ".join(table["uint32"]).endswith("aclnnAdd on int32 (aclnnAdd does not take uint32)")
    assert "sort on Ascend910B3" in text and "host  " in text
    assert "launched on Ascend910B3" in text
    assert "'ad' is no operation of the contract" in text and "Similar: add" in text


def test_show_routes_says_so_of_this_chip_and_what_real_devices_do(python):
    program = "import cupy as cp\ncp.show_routes('sort')\n"
    text = python(program, CANNSIM_SOC="Ascend950PR_9589")
    assert text.startswith("sort on Ascend950PR_9589")
    line = next(line for line in text.splitlines() if line.startswith("uint64 "))
    assert line.split()[1:4] == ["native", "AI", "Core"]
    assert "of real devices it is said: NaN is expected last" in text
