"""einsum against NumPy."""

import cupy
import numpy as np
import pytest

CASES = [
    ("ij,jk", (2, 3), (3, 4)),
    ("ij,jk->ki", (2, 3), (3, 4)),
    ("ij->ji", (2, 3)),
    ("ii", (3, 3)),
    ("ii->i", (3, 3)),
    ("iij->ji", (3, 3, 2)),
    ("ij->", (2, 3)),
    ("ij->j", (2, 3)),
    ("i,j", (3,), (4,)),
    ("i,i", (3,), (3,)),
    ("i,i->i", (3,), (3,)),
    ("bij,bjk->bik", (5, 2, 3), (5, 3, 4)),
    ("bij,bjk->ikb", (5, 2, 3), (5, 3, 4)),
    ("...ij,...jk", (5, 2, 3), (3, 4)),
    ("...ij,...jk->...ik", (5, 1, 2, 3), (6, 3, 4)),
    ("ij...,jk...->ik...", (2, 3, 5), (3, 4, 5)),
    ("ij,jk,kl", (2, 3), (3, 4), (4, 5)),
    ("ij,jk,kl->li", (2, 3), (3, 4), (4, 5)),
    ("ijk,jil->kl", (2, 3, 4), (3, 2, 5)),
    ("abcd,cdef->abef", (2, 3, 4, 5), (4, 5, 2, 2)),
    ("ij,kj->ik", (2, 3), (4, 3)),
    ("ij,j->i", (2, 3), (3,)),
    ("ij,i->j", (2, 3), (2,)),
    ("i,i->", (3,), (1,)),
    ("i,i->i", (1,), (3,)),
    ("ij,ij->", (1, 3), (2, 3)),
    ("ij,jk->", (2, 3), (3, 4)),
    ("ij,kl->", (2, 3), (3, 4)),
    ("ij,kl->jk", (2, 3), (3, 4)),
    ("", ()),
    (",", (), ()),
    ("i,->i", (3,), ()),
    ("i->", (0,)),
    ("ij,jk", (2, 0), (0, 4)),
    ("ij,jk", (0, 3), (3, 4)),
    ("BA", (2, 3)),
    ("aB,Bc,cd,de->ae", (2, 3), (3, 2), (2, 4), (4, 2)),
    ("ijk,ijl,ijm->klm", (2, 3, 2), (2, 3, 3), (2, 3, 4)),
    ("ii,ij->j", (3, 3), (3, 2)),
    ("iij,jkk->ik", (3, 3, 2), (2, 4, 4)),
    ("ij,ij->ji", (2, 3), (2, 3)),
    ("... -> ...", (2, 3)),
    ("i...->...i", (2, 3, 4)),
    ("...,...", (2, 1), (3,)),
    ("i,...->i...", (3,), (4, 5)),
    ("i,j,k->kji", (2,), (3,), (4,)),
    ("ea,fb,abcd,gc,hd->efgh", (3, 2), (3, 2), (2, 2, 2, 2), (3, 2), (3, 2)),
]
BAD = [
    ("i->ii", (3,)),
    ("i->j", (3,)),
    ("i,j", (3,)),
    ("i$", (3, 3)),
    ("i.j", (3, 3)),
    ("...i...", (3,)),
    ("ij", (3,)),
    ("i", (3, 3)),
    ("ii", (3, 2)),
    ("i,i", (3,), (2,)),
    ("i-i", (3,)),
    ("i->i->i", (3,)),
    ("i", (3,), (3,)),
    ("ii->i", (3, 1)),
]


@pytest.mark.parametrize("optimize", [False, True, "optimal"])
@pytest.mark.parametrize("subscripts, shapes", [(case[0], case[1:]) for case in CASES], ids=str)
def test_subscripts(subscripts, shapes, optimize, paired, make):
    for dtype in "d?bFe":
        paired(
            lambda xp, *a: xp.einsum(subscripts, *a, optimize=optimize),
            *(make(*s, dtype=dtype) for s in shapes),
        )


@pytest.mark.parametrize("subscripts, shapes", [(case[0], case[1:]) for case in BAD], ids=str)
def test_malformed(subscripts, shapes, paired, make):
    assert isinstance(
        paired(lambda xp, *a: xp.einsum(subscripts, *a), *(make(*s) for s in shapes)), ValueError
    )


def test_ellipsis_missing_in_the_output(make):
    with pytest.raises(ValueError, match="ellipsis"):
        cupy.einsum("...i->i", cupy.asarray(make(3, 3)))


def test_random_expressions(paired, make):
    rng = np.random.default_rng(3)
    extents = dict(zip("abcde", rng.integers(1, 4, 5)))
    for _ in range(60):
        terms = ["".join(rng.choice(list(extents), rng.integers(0, 4))) for _ in range(rng.integers(1, 5))]
        labels = sorted(set("".join(terms)))
        subscripts = ",".join(terms)
        if rng.random() < 0.8:
            subscripts += "->" + "".join(rng.permutation(labels)[: rng.integers(0, len(labels) + 1)])
        paired(lambda xp, *a: xp.einsum(subscripts, *a), *(make(*(extents[c] for c in t)) for t in terms))


def test_label_lists(paired, make):
    paired(lambda xp, a, b: xp.einsum(a, [0, 1], b, [1, 2]), make(2, 3), make(3, 4))
    paired(lambda xp, a, b: xp.einsum(a, [0, 1], b, [1, 2], [2, 0]), make(2, 3), make(3, 4))
    paired(lambda xp, a, b: xp.einsum(a, [..., 0, 1], b, [1, 2], [..., 2, 0]), make(5, 2, 3), make(3, 4))
    paired(lambda xp, a: xp.einsum(a, [0, 99]), make(2, 3))
    paired(lambda xp, a: xp.einsum(a, ["a", "b"]), make(2, 3))
    paired(lambda xp: xp.einsum())
    paired(lambda xp: xp.einsum(""))


@pytest.mark.parametrize(
    "keywords",
    [
        {},
        {"dtype": "D"},
        {"dtype": "i"},
        {"dtype": "i", "casting": "unsafe"},
        {"order": "F"},
        {"order": "C"},
        {"foo": 1},
        {"casting": "foo"},
    ],
    ids=str,
)
def test_keywords(keywords, paired, make):
    def body(xp, a, b):
        result = xp.einsum("ij,jk->ki", a, b, **keywords)
        return result, xp.asarray([result.flags.c_contiguous]) if keywords.get("order") else result

    paired(body, make(2, 3, dtype="f"), make(3, 4, dtype="i"))


@pytest.mark.parametrize(
    "shape, dtype", [((2, 4), "d"), ((2, 4), "D"), ((2, 4), "f"), ((2, 3), "d"), ((4,), "d")], ids=str
)
def test_out(shape, dtype, paired, make):
    paired(
        lambda xp, a, b, out: xp.einsum("ij,jk", a, b, out=out),
        make(2, 3),
        make(3, 4),
        np.zeros(shape, dtype),
    )


@pytest.mark.parametrize(
    "path", ["foo", ["einsum_path", (0, 1), (0, 1)], ["einsum_path", (0, 1, 2)]], ids=str
)
def test_paths(path, paired, make):
    paired(lambda xp, a: xp.einsum("i,i,i", a, a, a, optimize=path), make(3))


def test_path_report(make):
    a, b, c = make(2, 2), make(2, 5), make(5, 2)
    assert cupy.einsum_path("ij,jk,kl", *map(cupy.asarray, (a, b, c))) == np.einsum_path("ij,jk,kl", a, b, c)


def test_views():
    a = cupy.zeros((3, 3))
    cupy.einsum("ii->i", a)[...] = 7
    cupy.einsum("ij->ji", a)[0, 1] = 5
    assert a.get().tolist() == [[7, 0, 0], [5, 7, 0], [0, 0, 7]]
