"""What ``pip install .`` compiles: generated headers, Cython modules and the CANN simulator.

Incremental by construction: a generated file is rewritten only when its text changes, Cython and the compiler
look at time stamps, and the simulator's build folder is kept.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from setuptools import Extension
from setuptools.command.build_ext import build_ext

from . import contract

DIRECTIVES = {
    "language_level": 3,
    "boundscheck": False,
    "wraparound": False,
    "initializedcheck": False,
    "cdivision": True,
    "embedsignature": True,
    "binding": True,
}
# Modules on the path of every operation; the rest is compiled for size of the build, not for speed.
HOT = ("cupy._core", "cupy_backends.ascend", "cupy_backends.backend")
# Calls from one source to another are worth inlining where every launch makes them. (Clang would need a linker of
# its own for that.)
CLANG = "clang" in (os.environ.get("CC") or sysconfig.get_config_var("CC") or "")
LINK_TIME = () if CLANG else ("cupy_backends.ascend",)
# Random numbers are made here, the simulator's bit for bit: products and sums are not fused, loops are vectorised.
NUMBERS = "cupy_backends.host"
NUMBER_FLAGS = ["-O3", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"]
GENERATED = Path("build/generated")
# CUPY_BUILD_SANITIZE=address: everything instrumented, and the simulator's own tests beside it. Copying no bytes
# from a null pointer, as for the shape of a scalar, is no error worth a report.
SANITIZE = os.environ.get("CUPY_BUILD_SANITIZE", "")
INSTRUMENT = {"": [], "address": ["-fsanitize=address,undefined", "-fno-sanitize=nonnull-attribute"]}


def _flags(name: str, cpp: bool) -> tuple[list[str], list[str]]:
    """Return the arguments of compiler and linker for the extension ``name``."""
    try:
        instrument = INSTRUMENT[SANITIZE]
    except KeyError:
        raise SystemExit(f"CUPY_BUILD_SANITIZE={SANITIZE}: 'address' or nothing is expected") from None
    optimise = "-O2" if name.startswith(HOT) and not SANITIZE else "-O1"
    debug = ["-g1", "-fno-omit-frame-pointer"] if SANITIZE else ["-g0"]
    numbers = NUMBER_FLAGS[bool(SANITIZE) :] if name.startswith(NUMBERS) else []
    whole = ["-flto=auto"] if name.startswith(LINK_TIME) and not SANITIZE else []
    compiler = [
        optimise,
        *numbers,
        *whole,
        *debug,
        *instrument,
        "-fvisibility=hidden",
        *(["-std=c++17"] if cpp else []),
    ]
    strip = [] if SANITIZE else ["-Wl,-s"]
    linker = [*instrument, *whole, *strip, "-ldl"] if sys.platform == "linux" else instrument
    return compiler, linker


def write_if_changed(path: Path, text: str) -> None:
    """Write ``text`` unless the file holds it already, so that nothing is rebuilt in vain."""
    if not path.exists() or path.read_text() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def generate(root: Path) -> Path:
    """Write all generated sources under ``build/generated`` and return that folder."""
    out = root / GENERATED
    write_if_changed(
        out / "cupy_ops.h", contract.header(contract.load(root / "cupy_backends/backend/ops.toml"))
    )
    for name in ("aclnn", "stubs"):
        try:
            module = __import__(f"cupy_builder.{name}", fromlist=["generate"])
        except ModuleNotFoundError:
            continue
        module.generate(out, root)
    return out


def _is_cpp(source: Path) -> bool:
    return "distutils: language = c++" in source.read_text()[:400]


def extensions(root: Path) -> list[Extension]:
    """Return one extension per ``.pyx`` below the packages; C++ sources beside a module's ``src/`` join it."""
    import numpy

    generated = generate(root)
    include = [
        str(generated),
        str(root / "cupy_backends/backend/include"),
        str(root / "cupy/_core/include"),
        numpy.get_include(),
    ]
    result = []
    for source in sorted([*root.glob("cupy*/**/*.pyx"), *(generated / "pyx").glob("**/*.pyx")]):
        base = generated / "pyx" if generated in source.parents else root
        name = ".".join(source.relative_to(base).with_suffix("").parts)
        cpp = _is_cpp(source)
        sources = [str(source.relative_to(root))]
        depends = [
            str(p) for p in (generated / "cupy_ops.h", root / "cupy_backends/backend/include/cupy_backend.h")
        ]
        extra = list(include)
        native = source.parent / "src"
        if native.is_dir():
            extra += [str(native), str(root / "cupy_backends/cannsim/abi")]
            depends += [
                str(p) for p in [*native.glob("*.h"), *generated.glob("*.h"), *generated.glob("*.inc")]
            ]
            if source.stem == f"_{source.parent.name}":
                sources += [str(p.relative_to(root)) for p in sorted(native.glob("*.cpp"))]
        compiler, linker = _flags(name, cpp)
        result.append(
            Extension(
                name,
                sources,
                include_dirs=extra,
                depends=depends,
                define_macros=[
                    ("NPY_NO_DEPRECATED_API", "NPY_2_0_API_VERSION"),
                    ("CYTHON_USE_TYPE_SPECS", "0"),
                ],
                extra_compile_args=compiler,
                extra_link_args=linker,
                language="c++" if cpp else "c",
            )
        )
    return result


@contextlib.contextmanager
def unchanged_kept(folder: Path):
    """Give translated modules back their time stamps where translating them again has changed nothing.

    Cython goes by the time stamps of its own declarations, too, which are new in every isolated environment, and
    writes the environment's paths into a comment at the top.
    """

    def text(path):
        head, mark, rest = path.read_bytes().partition(b"END: Cython Metadata")
        return rest if mark else head

    before = {path: (text(path), path.stat()) for path in folder.glob("**/*.c*")}
    yield
    for path, (old, status) in before.items():
        if path.exists() and text(path) == old:
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


class BuildExt(build_ext):
    """Compiles Cython modules in parallel and the simulator with CMake."""

    def finalize_options(self):
        super().finalize_options()
        self.parallel = self.parallel or int(os.environ.get("CUPY_BUILD_JOBS", os.cpu_count() or 1))
        if self.editable_mode:
            # Setuptools would compile everything anew in a temporary folder.
            kept = f"{sysconfig.get_platform()}-{sys.implementation.cache_tag}"
            self.build_lib, self.build_temp = f"build/lib.{kept}", f"build/temp.{kept}"

    def run(self):
        from Cython.Build import cythonize

        root = Path(__file__).resolve().parents[2]
        # The configuration's -O3 -g would be compiled first and cost most of the time.
        for flag in ("CFLAGS", "OPT", "PY_CFLAGS"):
            value = sysconfig.get_config_vars().get(flag)
            if value:
                sysconfig.get_config_vars()[flag] = value.replace("-O3", "").replace("-g ", " ")
        with unchanged_kept(root / "build/cython"):
            self.extensions[:] = cythonize(
                self.extensions,
                compiler_directives=DIRECTIVES,
                nthreads=self.parallel,
                build_dir="build/cython",
                include_path=[str(root)],
                quiet=True,
            )
        for extension in self.extensions:
            extension._needs_stub = False
        self.build_simulator(root)
        super().run()

    def build_simulator(self, root: Path):
        """Configure, build and install cannsim beside its Python package."""
        source = root / "cupy_backends/cannsim"
        build = (Path(self.build_temp).resolve() if SANITIZE else root / "build") / "cannsim"
        target = source if self.inplace else Path(self.build_lib).resolve() / "cupy_backends/cannsim"
        cmake = [
            "cmake", "-S", str(source), "-B", str(build), "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
            f"-DCMAKE_INSTALL_PREFIX={target}", f"-DPython3_EXECUTABLE={sys.executable}",
        ]  # fmt: skip
        if SANITIZE:
            cmake += [f"-DCANNSIM_SANITIZE={SANITIZE}", "-DCANNSIM_TESTS=ON"]
        if ninja := shutil.which("ninja"):
            # The one that configured last time may have lived in an isolated environment that is gone.
            cmake.append(f"-DCMAKE_MAKE_PROGRAM={ninja}")
        subprocess.run(cmake, check=True)
        subprocess.run(["cmake", "--build", str(build), "--parallel", str(self.parallel)], check=True)
        subprocess.run(["cmake", "--install", str(build)], check=True)
