"""Each allocation and each launch of a dozen programs fails in turn: an exception, no leak, and the next one works."""

import textwrap

import pytest

PROGRAMS = (
    "chain broadcasting reduction products sorting reading writing random transform solving choosing joining streams"
).split()


def survive(python, programs, kinds, **environment):
    run = f"import faults; faults.main({programs!r}, {kinds!r})"
    out = python(run, OPENBLAS_NUM_THREADS="1", **environment)
    assert len(out.splitlines()) == len(programs.split(",")) * len(kinds.split(","))


@pytest.mark.parametrize("program", PROGRAMS)
def test_launches_that_fail(python, program):
    survive(python, program, "phase1,launch")


@pytest.mark.parametrize("program", PROGRAMS)
def test_allocations_that_fail(python, program):
    survive(python, program, "malloc,malloc+")


@pytest.mark.parametrize("program", PROGRAMS)
def test_devices_that_fail(python, program):
    survive(python, program, "async,device_lost")


@pytest.mark.parametrize("mode", ["1", "worker"])
@pytest.mark.parametrize(
    "programs", ["chain,sorting,random", "reading,streams", "writing", "reduction,solving,joining"]
)
def test_tasks_that_fail_later(python, programs, mode):
    survive(python, programs, "async,launch", CANNSIM_ASYNC=mode)


def test_a_late_failure_shows_the_last_launches(python):
    out = python(
        textwrap.dedent("""
        import cupy as cp
        a = cp.ones((2, 3), cp.float32)
        b = cp.exp(a) + 1
        c = cp.cos(cp.ones(7))
        try:
            c.get()
        except RuntimeError as error:
            print(error)
            print(*error.launches, sep="|")
        try:
            a + 1
        except RuntimeError as error:
            print(error)
        """),
        CANNSIM_FAULT="async:2",
    )
    assert "507015 (ACL_ERROR_RT_AICORE_EXCEPTION)" in out
    assert "aclnnExp: a fault injected on purpose" in out
    assert "CUPY_LAUNCH_BLOCKING=1" in out and ".reset()" in out
    listed = next(line for line in out.splitlines() if "|" in line).split("|")
    assert listed[0] == "cos(float64[7], float64[7])" and "exp(float32[6], float32[6])" in listed
    assert "was not reset" in out


def test_launches_that_are_done_are_not_listed(python):
    out = python(
        textwrap.dedent("""
        import cupy as cp
        a = cp.ones(5)
        a.get()
        stream = cp.cuda.Stream()
        with stream:
            for n in range(1, 13):
                b = cp.sin(cp.empty(n))
        for wait in (stream.synchronize, cp.cuda.Device().synchronize):
            try:
                wait()
            except RuntimeError as error:
                print(len(error.launches), *error.launches, sep="|")
        """),
        CANNSIM_FAULT="async:12",
    )
    first, second = out.splitlines()
    assert first == "8|" + "|".join(f"sin(float64[{n}], float64[{n}])" for n in range(12, 4, -1))
    assert second.startswith("8|sin(float64[12], float64[12]) on stream 0x")


@pytest.mark.parametrize("mode", ["0", "1", "worker"])
def test_launch_blocking_shows_the_line(python, mode):
    out = python(
        textwrap.dedent("""
        import cupy as cp
        a = cp.ones((2, 3))
        cp.cuda.Device().synchronize()
        try:
            b = cp.exp(a)
        except RuntimeError as error:
            print(error.op, error.shapes, error)
        """),
        CANNSIM_FAULT="async:2", CANNSIM_ASYNC=mode, CUPY_LAUNCH_BLOCKING="1",
    )  # fmt: skip
    assert out.startswith(
        "exp ((6,), (6,)) exp(float64[6], float64[6]): aclrtSynchronizeStream returned 507015"
    )


def test_a_malformed_value_is_a_clear_error(python):
    out = python(
        "import cupy\ntry: cupy.ones(1)\nexcept RuntimeError as error: print(error)", CANNSIM_FAULT="launch:0"
    )
    assert "CANNSIM_FAULT=launch:0: expected which occurrence fails, counted from 1" in out
    out = python(
        "import cupy\ntry: cupy.ones(1)\nexcept RuntimeError as error: print(error)", CUPY_LAUNCH_BLOCKING="x"
    )
    assert "CUPY_LAUNCH_BLOCKING=x: expected 0 or 1" in out
