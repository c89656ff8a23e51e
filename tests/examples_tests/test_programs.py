"""The programs of the benchmarks give with cupy what they give with NumPy."""

import importlib.util
import inspect
from pathlib import Path

import numpy as np
import pytest

import cupy

PATH = Path(__file__).resolve().parents[2] / "benchmarks" / "programs.py"
spec = importlib.util.spec_from_file_location("programs", PATH)
programs = importlib.util.module_from_spec(spec)
spec.loader.exec_module(programs)

SIZES = {"low_pass": 1000, "random_walk": 20000}


@pytest.mark.parametrize("name", [n for n, f in vars(programs).items() if inspect.isfunction(f)])
def test_program(name):
    results = []
    for xp in (np, cupy):
        generator = np.random.default_rng(1)
        make = getattr(programs, name)
        run = make(xp, lambda shape: xp.asarray(generator.random(shape, dtype="f4")), SIZES.get(name, 40))
        found = run()
        results.append([cupy.asnumpy(x) for x in (found if isinstance(found, tuple) else (found,))])
    for expected, actual in zip(*results, strict=True):
        assert actual.dtype == expected.dtype
        np.testing.assert_allclose(actual, expected, rtol=2e-4, atol=1e-5)
