#!/usr/bin/env bash
# The library, its backend and the simulator under AddressSanitizer with UndefinedBehaviorSanitizer, and the
# simulator's threads under ThreadSanitizer. `--full`: all Python tests.
# Builds live in build/asan and build/tsan; PYTHON names another interpreter than .venv's.
set -uo pipefail
cd "$(dirname "$0")/.."
full=${1:-}
python=$(realpath -s "${PYTHON:-.venv/bin/python}")
here=$PWD/tests/sanitizers
asan=$PWD/build/asan tsan=$PWD/build/tsan
jobs=${CUPY_BUILD_JOBS:-$(nproc)}
passed=0 failed=0

check() { # name, command...: one line when it passes, its output when it does not
    local name=$1 start=$SECONDS log
    shift
    log=$(mktemp)
    if "$@" >"$log" 2>&1; then
        passed=$((passed + 1))
        echo "ok    $name: $(grep -E '[0-9]+ passed|tests passed|calls' "$log" | tail -1) ($((SECONDS - start)) s)"
    else
        failed=$((failed + 1))
        echo "FAIL  $name ($((SECONDS - start)) s): $*"
        tail -60 "$log"
    fi
    rm -f "$log"
}

must() { check "$@"; [ "$failed" = 0 ] || finish; }

finish() {
    # What a process wrote when it died, even if the test that started it expected it to die.
    for report in "$asan"/report.* "$tsan"/report.*; do
        grep -Eqs 'ERROR|runtime error|ThreadSanitizer' "$report" || continue # not: a huge request was refused
        failed=$((failed + 1))
        echo "FAIL  $report"
        head -40 "$report"
    done
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ]
    exit
}

requirements() {
    "$python" -c 'import Cython, cmake, ninja, setuptools' 2>/dev/null || "$python" -m pip install -q $("$python" -c \
        'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"])')
}

# --- one build holds the instrumented package, the simulator and its tests ------------------------------------------
export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1:log_path=$asan/report
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1:log_path=$asan/report
export TSAN_OPTIONS=die_after_fork=0:log_path=$tsan/report
mkdir -p "$asan" "$tsan"
rm -f "$asan"/report.* "$tsan"/report.*
must "requirements" requirements
PATH=$(dirname "$python"):$PATH
must "build with address and undefined" env CUPY_BUILD_SANITIZE=address CUPY_BUILD_JOBS="$jobs" \
    "$python" setup.py -q build --build-lib "$asan/lib" --build-temp "$asan/temp"

preload=$(for library in asan ubsan stdc++; do gcc -print-file-name=lib$library.so; done | paste -sd:)
sanitized() { env LD_PRELOAD="$preload" PYTHONPATH="$asan/lib" PYTHONSAFEPATH=1 CUPY_CANN=sim "$@"; }
canary() {
    sanitized env ASAN_OPTIONS="$ASAN_OPTIONS:log_path=$asan/canary" "$python" "$here/canary.py" >"$asan/canary.out"
    [ $? != 0 ] && grep -q "inside: fine" "$asan/canary.out" && cat "$asan"/canary.[0-9]* | grep use-after-poison
    local found=$?
    rm -f "$asan"/canary.[0-9]*
    return $found
}
suite() { sanitized "$python" -m pytest -q -x -n "$jobs" -p no:cacheprovider "$@"; }

must "the sanitizers notice an error" canary
# The checks' own tests are full of defects and races, which the sanitizers find first.
ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=1 check "C++ tests, address" \
    ctest --test-dir "$asan/temp/cannsim" -j "$jobs" --output-on-failure -E '^checks_'
# Some recorded views overlap themselves: that copies overlap there says nothing.
check "recorded calls, address" sanitized env PYTHONSAFEPATH= ASAN_OPTIONS="$ASAN_OPTIONS:replace_intrin=0" \
    "$python" tests/cannsim_tests/check_golden.py \
    "$asan/lib/cupy_backends/cannsim/lib/libcannsim.so"
check "Python tests, address" suite tests/backend_tests/ascend tests/cupyx_tests \
    tests/cupy_tests/{core,creation,fft,indexing,io,linalg,logic,manipulation,math,random,sorting,statistics}_tests
CANNSIM_ASYNC=1 check "Python tests, address, deferred" suite tests/cupy_tests/core_tests/test_ufunc.py
if [ "$full" = --full ]; then
    # Some let operators crash on purpose; one kills a shell with SIGSEGV, one needs the current folder in Python's path.
    ASAN_OPTIONS=$ASAN_OPTIONS:handle_segv=0 check "other Python tests, address" suite tests/cupy_tests/{edges,doctor}_tests tests/backend_tests/*.py \
        tests/cannsim_tests/operators \
        tests/examples_tests tests/test_doctests.py \
        --deselect tests/cupy_tests/doctor_tests/test_doctor.py::test_libraries_that_crash \
        --deselect tests/backend_tests/test_docs.py::test_the_command_writes_the_pages
fi

# --- threads: only the simulator has any of its own ------------------------------------------------------------------
build_tsan() {
    cmake -S cupy_backends/cannsim -B "$tsan" -G Ninja -DCANNSIM_SANITIZE=thread -DCANNSIM_TESTS=ON \
        -DPython3_EXECUTABLE="$python" && cmake --build "$tsan" --parallel "$jobs"
}
# Its shadow memory has a fixed place, which random addresses of a new kernel may take.
fixed=$(setarch -R true 2>/dev/null && echo "setarch -R")
must "build with thread" build_tsan
check "C++ tests, thread" $fixed ctest --test-dir "$tsan" -j "$jobs" --output-on-failure -E '^checks_'
finish
