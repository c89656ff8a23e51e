"""Programs written for CANN compile with a plain C compiler and run on the simulator."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cupy_backends import cannsim

EXAMPLES = Path(__file__).parents[2] / "examples" / "cann"
PROGRAMS = {
    "vector_add": "z[0] = 1, z[999] = 1000\n",
    "executor_reuse": "3 to the power of 5 is 243\n",
    "streams_events": "exp(0) + exp(1) = 3.71828; the time is known\n",
    "two_processes": "exp(0) of one process + 1 of the other = 2\n",
    "errors": "an executor that was used already: 161002",
    "own_kernel": "y[999] = 1998, by 8 blocks\n",
    "single_op": "3 sums: 6 46 86\n",
}
# The combinations of libraries that programs are linked with, by version of CANN.
LINKS = [
    ("ascendcl", "nnopbase", "opapi"),
    ("acl_rt", "nnopbase", "opapi_math", "opapi_nn"),
    ("ascendcl", "runtime", "nnopbase", "aclnn_math", "aclnn_ops_infer", "acl_op_compiler"),
]
LOADED = {
    "aclrtMalloc": ("ascendcl", "acl_rt", "runtime"),
    "aclCreateTensor": ("nnopbase",),
    "aclnnAddGetWorkspaceSize": ("opapi", "opapi_math", "opapi_nn", "aclnn_math", "aclnn_ops_infer"),
}
LOADER = r"""
#include <dlfcn.h>
#include <stdio.h>

int main(int count, char **arguments) {
    void *found = NULL;
    for (int i = 2; i < count; ++i) {
        void *library = dlopen(arguments[i], RTLD_NOW | RTLD_LOCAL);
        void *symbol = library ? dlsym(library, arguments[1]) : NULL;
        if (!symbol || (found && found != symbol)) {
            printf("%s\n", symbol ? "two functions of one name" : dlerror());
            return 1;
        }
        found = symbol;
    }
    puts("one function");
    return 0;
}
"""

needs_compiler = pytest.mark.skipif(not shutil.which("cc"), reason="there is no C compiler")


def compile_c(source, program, *flags):
    command = ["cc", "-std=c11", "-Wall", "-Wextra", "-pedantic", "-Werror", f"-I{cannsim.include()}"]
    done = subprocess.run([*command, source, "-o", program, *flags], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return program


def link_flags(libraries):
    return [
        f"-L{cannsim.libdir()}",
        "-Wl,--allow-shlib-undefined",
        "-Wl,--no-as-needed",
        *(f"-l{n}" for n in libraries),
    ]


def run(*program, **environment):
    return subprocess.run(
        [sys.executable, "-m", "cupy_backends.cannsim", "run", *map(str, program)],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=60,
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return a function that gives an example's binary, compiled once."""
    folder = tmp_path_factory.mktemp("programs")

    def program(name):
        path = folder / name
        libraries = (*LINKS[0], "acl_op_compiler")
        return path if path.exists() else compile_c(EXAMPLES / f"{name}.c", path, *link_flags(libraries))

    return program


@pytest.fixture(scope="module")
def arguments(tmp_path_factory):
    """Return what each program is started with."""
    binary = tmp_path_factory.mktemp("kernels") / "scale.so"
    compile_c(EXAMPLES / "kernels" / "scale.c", binary, "-shared", "-fPIC")
    return {"own_kernel": [binary]}


@needs_compiler
@pytest.mark.parametrize("mode", ["0", "1", "worker"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_examples_run(built, arguments, name, mode):
    done = run(built(name), *arguments.get(name, []), CANNSIM_ASYNC=mode)
    assert done.returncode == 0, done.stderr
    assert PROGRAMS[name] in done.stdout and not done.stderr


@needs_compiler
@pytest.mark.parametrize("name", PROGRAMS)
def test_examples_are_clean(built, arguments, name):
    """The simulator's checks find nothing to say about the examples."""
    checks = {"CANNSIM_CHECK": "mem,init,race,leak", "CANNSIM_CHECK_EXIT": "3", "CANNSIM_ASYNC": "1"}
    done = run(built(name), *arguments.get(name, []), **checks)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_example_is_tested():
    assert {path.stem for path in EXAMPLES.glob("*.c")} == set(PROGRAMS)


@needs_compiler
@pytest.mark.parametrize("libraries", LINKS[1:], ids="+".join)
def test_other_sets_of_libraries(tmp_path, libraries):
    program = compile_c(EXAMPLES / "vector_add.c", tmp_path / "program", *link_flags(libraries))
    needed = subprocess.run(["ldd", program], capture_output=True, text=True).stdout
    for name in libraries:  # the program asks for the names that it was linked with
        assert f"lib{name}.so" in needed
    done = run(program)
    assert done.stdout == PROGRAMS["vector_add"], done.stderr


@needs_compiler
def test_libraries_loaded_by_name(tmp_path):
    source = tmp_path / "loader.c"
    source.write_text(LOADER)
    program = compile_c(source, tmp_path / "loader", "-ldl")
    for symbol, libraries in LOADED.items():
        done = run(program, symbol, *(f"lib{name}.so" for name in libraries))
        assert (done.returncode, done.stdout) == (0, "one function\n")


@needs_compiler
def test_headers_by_themselves(tmp_path):
    """Each header compiles alone, as C and without warnings."""
    folder = Path(cannsim.include())
    headers = [*folder.glob("acl/*.h"), *folder.glob("aclnn/*.h"), folder / "aclnnop/aclnn_add.h"]
    assert len(headers) > 10
    for header in headers:
        source = tmp_path / "include.c"
        source.write_text(f'#include "{header.relative_to(folder)}"\nint main(void) {{ return 0; }}\n')
        compile_c(source, tmp_path / "include", "-fsyntax-only")


def test_python_script():
    done = run(EXAMPLES / "by_name.py")
    assert (done.returncode, done.stdout) == (0, "1.000 2.718 7.389 20.086\n"), done.stderr


def test_arguments_and_exit_codes(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("import sys\nprint(sys.argv[1:])\nsys.exit(7)\n")
    done = run(script, "a b", "--c")
    assert (done.returncode, done.stdout) == (7, "['a b', '--c']\n")
    done = run("./no-such-program")
    assert done.returncode == 127 and "./no-such-program: No such file" in done.stderr
    done = subprocess.run([sys.executable, "-m", "cupy_backends.cannsim"], capture_output=True, text=True)
    assert done.returncode == 2 and done.stderr.startswith("usage:")
