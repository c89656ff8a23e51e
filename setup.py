"""Builds the extension modules and the CANN simulator; everything static is in pyproject.toml."""

import sys
from pathlib import Path

from setuptools import setup

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "install"))

from cupy_builder.build import BuildExt, extensions  # noqa: E402

setup(ext_modules=extensions(ROOT), cmdclass={"build_ext": BuildExt})
