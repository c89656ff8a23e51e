"""Printing, and arrays in Python's own protocols."""

import builtins
import math
import operator

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import cupy

from .compare import same
from .index_strategies import shaped
from .strategies import NUMERIC, examples, shapes


def options():
    return st.fixed_dictionaries(
        {},
        optional={
            "precision": st.integers(0, 9),
            "threshold": st.sampled_from((0, 1, 3, 5, 20, 1000)),
            "edgeitems": st.integers(0, 3),
            "linewidth": st.sampled_from((10, 20, 40, 75, 200)),
            "suppress": st.booleans(),
            "nanstr": st.just("NA"),
            "infstr": st.just("oo"),
            "sign": st.sampled_from("+- "),
            "floatmode": st.sampled_from(("fixed", "unique", "maxprec", "maxprec_equal")),
            "legacy": st.sampled_from((False, "1.13", "1.21", "1.25", "2.1")),
            "formatter": st.sampled_from(
                ({"all": lambda x: "A"}, {"float": lambda x: "F"}, {"int_kind": hex})
            ),
        },
    )


def _printed(a, xp, given):
    with xp.printoptions(**given):
        return repr(a), str(a), xp.array_repr(a), xp.array_str(a), xp.array2string(a), f"{a!r}", f"{[a]}"


@examples(150)
@given(st.data())
def test_printed(data):
    a = data.draw(shaped(shapes(0, 4, 5, 200)))
    chosen = data.draw(options())
    same(lambda s: _printed(s(a), s.xp, chosen))


@examples(40)
@given(st.data())
def test_printed_summary(data):
    """More elements than the threshold: only the edges are copied from the device."""
    shape = data.draw(
        st.sampled_from(((1200,), (40, 30), (3, 500), (500, 3), (11, 12, 13), (2, 600, 1), (7, 2, 90)))
    )
    a = data.draw(shaped(st.just(shape)))
    chosen = data.draw(options())
    same(lambda s: _printed(s(a), s.xp, chosen))


@examples(50)
@given(st.data())
def test_array2string(data):
    a = data.draw(shaped(shapes(0, 3, 5)))
    chosen = data.draw(
        st.fixed_dictionaries(
            {},
            optional={
                "max_line_width": st.integers(5, 90),
                "precision": st.integers(0, 9),
                "suppress_small": st.booleans(),
                "separator": st.sampled_from((", ", ",", "; ")),
                "prefix": st.just("prefix"),
                "suffix": st.just(")"),
                "threshold": st.integers(0, 9),
                "edgeitems": st.integers(1, 2),
                "sign": st.sampled_from("+- "),
                "floatmode": st.sampled_from(("fixed", "unique")),
            },
        )
    )
    same(lambda s: s.xp.array2string(s(a), **chosen))
    short = {k: v for k, v in chosen.items() if k in ("max_line_width", "precision", "suppress_small")}
    same(lambda s: (s.xp.array_repr(s(a), **short), s.xp.array_str(s(a), **short)))


SPECS = ("", "d", ".3f", ">12", "+.2e", "x", "g", "s", "05", ",")
FORMATS = ("%s", "{}", "{!r}", "{0:}", "{0!s:>30}")


@examples(50)
@given(st.data())
def test_formatted(data):
    """format() of arrays of dimension 0 is that of the number; others take no specification."""
    a = data.draw(shaped(shapes(0, 1, 3), dtypes=("?", "i4", "u1", "f4", "f8", "c16")))
    spec = data.draw(st.sampled_from(SPECS))
    same(lambda s: format(s(a), spec))
    text = data.draw(st.sampled_from(FORMATS))
    same(lambda s: text % s(a) if text == "%s" else text.format(s(a)))


PROTOCOLS = (
    bool, int, float, complex, len, list, tuple, iter, hash, abs, operator.index, operator.not_, operator.neg,
    math.floor, math.sqrt, reversed, round, lambda a: 1 in a, lambda a: 2.5 in a, lambda a: math.nan in a,
    lambda a: "text" in a, lambda a: None in a, lambda a: [1] in a, lambda a: list(range(5))[a],
    lambda a: a.tolist(), lambda a: a.tobytes(), lambda a: a.item(), lambda a: a.nbytes, lambda a: range(a),
)  # fmt: skip


@examples(100)
@given(st.data())
def test_protocols(data):
    a = data.draw(shaped(shapes(0, 2, 3), special=False, dtypes=NUMERIC))
    function = data.draw(st.sampled_from(PROTOCOLS))

    def call(s):
        found = function(s(a))
        if (
            isinstance(found, (list, tuple))
            and found
            and not isinstance(found[0], (int, float, complex, list))
        ):
            return [x.tolist() for x in found]
        if isinstance(found, builtins.reversed) or hasattr(found, "__next__"):
            return [x.tolist() for x in found]
        return found

    same(call)


def test_options_are_shared():
    """cupy's print options are NumPy's."""
    assert cupy.printoptions is np.printoptions and cupy.set_printoptions is np.set_printoptions
    with cupy.printoptions(precision=2):
        assert str(cupy.array([1.23456])) == "[1.23]" == str(np.array([1.23456]))
