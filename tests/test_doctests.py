"""The examples in the docstrings are part of the interface: each public function has one, and it is true."""

import doctest
import importlib
import inspect
import warnings

import numpy
import pytest

import cupy

MODULES = [
    "cupy", "cupy.doctor", "cupy.fft", "cupy.lib", "cupy.lib.array_utils", "cupy.lib.scimath",
    "cupy.lib.stride_tricks", "cupy.linalg", "cupy.random", "cupy.testing", "cupy.typing", "cupy.xpu",
    "cupy.xpu.runtime", "cupy.cuda", "cupyx", "cupyx.profiler",
]  # fmt: skip
CLASSES = [cupy.ndarray, cupy.random.Generator, cupy.random.RandomState]
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def is_ours(thing):
    if isinstance(thing, cupy.ufunc):
        return True
    return callable(thing) and str(getattr(thing, "__module__", "")).partition(".")[0] in ("cupy", "cupyx")


def public_things():
    """Return every public callable of the package once, by its dotted name."""
    found, seen = {}, set()
    for module_name in MODULES:
        module = importlib.import_module(module_name)
        for name in getattr(module, "__all__", None) or dir(module):
            thing = getattr(module, name)
            if not name.startswith("_") and is_ours(thing) and id(thing) not in seen:
                seen.add(id(thing))
                found[f"{module_name}.{name}"] = thing
    return found


THINGS = public_things()
METHODS = {
    f"cupy.{kind.__name__}.{name}": thing
    for kind in CLASSES
    for name, thing in vars(kind).items()
    if not name.startswith("_") and ">>>" in (getattr(thing, "__doc__", None) or "")
}
MODULE_TEXTS = {name: importlib.import_module(name) for name in MODULES}
WITHOUT_EXAMPLE = ("cupy.testing.", "cupy.doctor.main")  # for test suites and the command line


def examples(name, thing):
    names = {"cp": cupy, "cupy": cupy, "np": numpy, "numpy": numpy}
    return doctest.DocTestParser().get_doctest(inspect.getdoc(thing) or "", names, name, None, 0)


@pytest.mark.parametrize("name", [*THINGS, *METHODS, *MODULE_TEXTS])
def test_examples(name):
    report = []
    test = examples(name, (THINGS | METHODS | MODULE_TEXTS)[name])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", cupy.exceptions.PerformanceWarning)
        failed = doctest.DocTestRunner(optionflags=FLAGS, verbose=False).run(test, out=report.append).failed
    assert not failed, "".join(report)


def test_every_public_function_has_an_example():
    missing = [name for name, thing in THINGS.items()
               if not examples(name, thing).examples
               and not (isinstance(thing, type) and issubclass(thing, BaseException))
               and not name.startswith(WITHOUT_EXAMPLE)]  # fmt: skip
    assert not missing


def test_the_collection_is_not_empty():
    assert len(THINGS) > 400 and {"cupy.sin", "cupy.sum", "cupy.linalg.inv"} <= set(THINGS)
