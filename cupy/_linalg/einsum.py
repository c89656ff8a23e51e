"""einsum: the subscripts are turned into diagonal views, reductions and pairwise matrix products.

What is done depends on subscripts and shapes only: it is planned once and kept. The order of the pairs comes
from numpy.einsum_path. Labels are single characters; the axes that an ellipsis stands for get negative
integers.
"""

import functools
import math
from typing import NamedTuple

import numpy

from cupy import _core
from cupy._linalg.contraction import contract
from cupy._operands import as_array, cast

__all__ = ["einsum", "einsum_path"]

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"  # sublist integers count in this order


def einsum(*operands, out=None, optimize=False, dtype=None, order="K", casting="safe"):
    """Sum of products after Einstein's convention.

    Parameters:
        operands: subscripts such as "ij,jk->ik" and arrays, or arrays each followed by its list of
            labels, with the list of output labels last.
        out (cupy.ndarray): where to put the result.
        optimize (bool or str or list): False, True, "greedy", "optimal" or a path from einsum_path. Three
            and more operands are always contracted in pairs; False means the greedy order.
        dtype, casting: dtype of the computation and what casts to it are allowed.
        order (str): memory order of the result: C, F, A or K.

    Returns:
        cupy.ndarray: the result; a view of the operand where nothing is summed.

    Raises:
        ValueError: malformed subscripts, or extents that do not fit.
        TypeError: a cast is not allowed.

    Example:
        >>> import cupy as cp
        >>> cp.einsum("ij,j", cp.arange(6).reshape(2, 3), cp.array([1, 0, 1]))
        array([2, 8])
    """
    terms, output, arrays = _parse(operands)
    if casting not in ("no", "equiv", "safe", "same_kind", "unsafe"):
        raise ValueError(
            f"casting must be one of 'no', 'equiv', 'safe', 'same_kind', 'unsafe' (got '{casting}')"
        )
    if order not in ("C", "F", "A", "K"):
        raise ValueError(f"order must be one of 'C', 'F', 'A', or 'K' (got '{order}')")
    arrays = [as_array(a) for a in arrays]
    path = _frozen(optimize)
    plan = _plan(terms, output, tuple([a.shape for a in arrays]), path)
    loop = _loop_dtype(arrays, dtype, casting)
    if out is not None:
        _check_output(out, plan.shape, loop, casting, len(arrays))
    work = [cast(_diagonal(a, groups), loop) for a, groups in zip(arrays, plan.diagonals)]
    for positions, pairs in plan.steps:
        chosen = [work.pop(i) for i in positions]
        result = chosen.pop()
        for pair in pairs:
            result = _contract(result, chosen.pop(), pair)
        work.append(result)
    result = _shaped(work[0], plan.last)
    if result.shape != plan.shape:
        result = _core.broadcast_to(result, plan.shape)
    if out is not None:
        _core.copyto(out, result)
        return out
    if order in ("C", "F"):
        return result.astype(result.dtype, order=order, copy=False)
    return result


def einsum_path(*operands, optimize="greedy", einsum_call=False):
    """Order in which einsum contracts its operands, and a report on its cost.

    Parameters:
        operands: as for einsum.
        optimize (bool or str or list): "greedy", "optimal", True, False, or (strategy, memory limit).
        einsum_call (bool): as in NumPy.

    Returns:
        tuple: the path (a list starting with "einsum_path") and the report as text.

    Example:
        >>> import cupy as cp
        >>> cp.einsum_path("ij,jk,kl", cp.ones((2, 2)), cp.ones((2, 5)), cp.ones((5, 2)))[0]
        ['einsum_path', (1, 2), (0, 1)]
    """
    stand_ins = [_stand_in(x.shape) if isinstance(x, _core.ndarray) else x for x in operands]
    return numpy.einsum_path(*stand_ins, optimize=optimize, einsum_call=einsum_call)


def _stand_in(shape):
    """Return a host array of this shape that takes no memory."""
    return numpy.broadcast_to(numpy.empty(()), shape)


def _frozen(path):
    """Return a path as tuples, which a cache can hold."""
    return tuple(map(_frozen, path)) if isinstance(path, (list, tuple)) else path


def _parse(operands):
    """Return the labels of the operands, those of the output or None, and the operands."""
    if not operands:
        raise ValueError(
            "must specify the einstein sum subscripts string and at least one operand, or at "
            "least one operand and its corresponding subscripts list"
        )
    if isinstance(operands[0], str):
        terms, output = _parse_text(operands[0])
        arrays = operands[1:]
    else:
        count = len(operands) // 2
        arrays = operands[: 2 * count : 2]
        terms = tuple(_sublist(term) for term in operands[1::2])
        output = _sublist(operands[-1]) if len(operands) % 2 else None
    if not arrays:
        raise ValueError("No input operands")
    if len(arrays) != len(terms):
        raise ValueError(
            f"{'fewer' if len(arrays) < len(terms) else 'more'} operands provided to einstein sum "
            "function than specified in the subscripts string"
        )
    return terms, output, arrays


@functools.lru_cache(maxsize=256)
def _parse_text(subscripts):
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    if "-" in inputs + output or ">" in inputs + output:
        raise ValueError("einstein sum subscript string does not contain proper '->' output specified")
    return tuple(_labels(term) for term in inputs.split(",")), _labels(output) if arrow else None


def _labels(text):
    parts = text.split("...")
    if len(parts) > 2 or any("." in part for part in parts):
        raise ValueError(
            "einstein sum subscripts string contains a '.' that is not part of an ellipsis "
            "('...') in an operand, or more than one ellipsis"
        )
    for label in "".join(parts):
        if label not in _LETTERS:
            raise ValueError(
                f"invalid subscript '{label}' in einstein sum subscripts string, subscripts must be letters"
            )
    return (*parts[0], Ellipsis, *parts[1]) if len(parts) == 2 else (*parts[0],)


def _sublist(labels):
    result = []
    for label in labels:
        if label is Ellipsis:
            result.append(label)
            continue
        try:
            index = label.__index__()
        except AttributeError:
            raise TypeError("each subscript must be either an integer or an ellipsis") from None
        if not 0 <= index < len(_LETTERS):
            raise ValueError("subscript is not within the valid range [0, 52)")
        result.append(_LETTERS[index])
    if result.count(Ellipsis) > 1:
        raise ValueError("each subscripts list may hold one ellipsis")
    return tuple(result)


def _expand(terms, output, ranks):
    """Replace each ellipsis by labels, and an implicit output by its labels."""
    expanded, widest = [], 0
    for i, (term, rank) in enumerate(zip(terms, ranks)):
        hidden = rank - len(term)
        if Ellipsis in term:
            hidden += 1
            if hidden < 0:
                raise ValueError(
                    f"einstein sum subscripts string contains too many subscripts for operand {i}"
                )
            at = term.index(Ellipsis)
            term = term[:at] + tuple(range(-hidden, 0)) + term[at + 1 :]
            widest = max(widest, hidden)
        elif hidden:
            raise ValueError(
                f"einstein sum subscripts string contains too many subscripts for operand {i}"
                if hidden < 0
                else "operand has more dimensions than subscripts given in einstein sum, but no "
                "'...' ellipsis provided to broadcast the extra dimensions."
            )
        expanded.append(term)
    hidden = tuple(range(-widest, 0))
    seen = [label for term in expanded for label in term]
    if output is None:
        once = sorted(x for x in set(seen) if isinstance(x, str) and seen.count(x) == 1)
        return expanded, hidden + tuple(once)
    if Ellipsis in output:
        at = output.index(Ellipsis)
        output = output[:at] + hidden + output[at + 1 :]
    elif widest:
        raise ValueError(
            "output subscripts must contain ellipsis broadcasting dimensions with '...' "
            "because the operands' ellipses stand for axes"
        )
    for label in output:
        if output.count(label) > 1:
            raise ValueError(
                f"einstein sum subscripts string includes output subscript '{label}' multiple times"
            )
        if label not in seen and isinstance(label, str):
            raise ValueError(
                f"einstein sum subscripts string included output subscript '{label}' which "
                "never appeared in an input"
            )
    return expanded, output


class Shaping(NamedTuple):
    """What is done to an array before a product; None where nothing is."""

    squeezed: tuple | None
    summed: tuple | None
    order: tuple | None
    shape: tuple | None


class Pair(NamedTuple):
    """A product of two arrays: of matrices if `product` is their shape, else of elements."""

    left: Shaping
    right: Shaping
    swap: bool
    product: tuple | None
    shape: tuple | None


class Plan(NamedTuple):
    diagonals: list
    steps: list
    last: Shaping
    shape: tuple


def _diagonal(a, groups):
    """Return a view of a in which each group of axes is one axis, its diagonal."""
    if groups is None:
        return a
    shape, steps = a.shape, a.strides
    strides = tuple([sum([steps[k] for k in group]) for group in groups])
    return _core.as_strided(a, tuple([shape[group[0]] for group in groups]), strides)


def _shaped(a, shaping):
    squeezed, summed, order, shape = shaping
    if squeezed is not None:
        a = a.squeeze(squeezed)
    if summed is not None:
        a = a.any(axis=summed) if a.dtype.kind == "b" else a.sum(axis=summed, dtype=a.dtype)
    if order is not None:
        a = _core.transpose(a, order)
    return a if shape is None else a.reshape(shape)


def _contract(a, b, pair):
    a, b = _shaped(a, pair.left), _shaped(b, pair.right)
    if pair.product is None:
        return _core.ufuncs.multiply(a, b)
    if pair.swap:
        a, b = b, a
    product = contract(a, b, _core.empty(pair.product, a.dtype))
    return product if pair.shape is None else product.reshape(pair.shape)


def _loop_dtype(arrays, dtype, casting):
    if dtype is not None:
        loop = _core.dtype_of(dtype)
    elif len(arrays) == 1 or all([a.dtype is arrays[0].dtype for a in arrays]):
        return arrays[0].dtype
    else:
        loop = _core.result_type(*(a.dtype for a in arrays))
    for i, a in enumerate(arrays):
        if not _core.can_cast(a.dtype, loop, casting):
            raise TypeError(
                f"Iterator operand {i} dtype could not be cast from {a.dtype!r} to {loop!r} "
                f"according to the rule '{casting}'"
            )
    return loop


def _check_output(out, shape, loop, casting, position):
    if not isinstance(out, _core.ndarray):
        raise TypeError("out must be an array")
    if out.shape != shape:
        raise ValueError(
            f"operand {position}, the output, has shape {out.shape}, but the subscripts give {shape}"
        )
    if not _core.can_cast(loop, out.dtype, casting):
        raise TypeError(
            f"Iterator requested dtype could not be cast from {loop!r} to {out.dtype!r}, the "
            f"operand {position} dtype, according to the rule '{casting}'"
        )


@functools.lru_cache(maxsize=1024)
def _plan(terms, output, shapes, optimize):
    """Plan the contraction. Operands are (labels, extents) from here on."""
    terms, output = _expand(terms, output, [len(shape) for shape in shapes])
    diagonals, work = [], []
    for i, (term, shape) in enumerate(zip(terms, shapes)):
        groups, labels, extents = _groups(term, shape, i)
        diagonals.append(groups)
        work.append((labels, extents))
    sizes = _sizes(work)
    steps = []
    for positions in _path([labels for labels, _ in work], output, sizes, optimize):
        positions = sorted(positions, reverse=True)
        chosen = [work.pop(i) for i in positions]
        left, pairs = chosen.pop(), []
        while chosen:
            right = chosen.pop()
            keep = set(output).union(*(labels for labels, _ in work + chosen))
            pair, left = _pair(left, right, keep, output)
            pairs.append(pair)
        work.append(left)
        steps.append((positions, pairs))
    labels, extents = work[0]
    last, labels, extents = _reduce(labels, extents, (), set(output))
    last = _arrange(last, labels, extents, [x for x in output if x in labels])
    if len(labels) < len(output):
        extent = dict(zip(labels, extents))
        last = last._replace(shape=tuple(extent.get(x, 1) for x in output))
    return Plan(diagonals, steps, last, tuple(sizes[x] for x in output))


def _groups(term, shape, i):
    """Return the axes of each label, or None where each has one, then labels and extents."""
    if len(set(term)) == len(term):
        return None, list(term), list(shape)
    axes = {}
    for k, label in enumerate(term):
        first = axes.setdefault(label, [])
        first.append(k)
        if shape[k] != shape[first[0]]:
            raise ValueError(
                f"dimensions in operand {i} for collapsing index '{label}' don't match "
                f"({shape[first[0]]} != {shape[k]})"
            )
    return list(axes.values()), list(axes), [shape[group[0]] for group in axes.values()]


def _sizes(work):
    sizes = {}
    for i, (labels, extents) in enumerate(work):
        for label, size in zip(labels, extents):
            known = sizes.setdefault(label, size)
            if known == 1:
                sizes[label] = size
            elif size not in (1, known):
                raise ValueError(
                    f"operands could not be broadcast together: subscript '{label}' has extents {known} "
                    f"and {size} (operand {i})"
                )
    return sizes


def _path(terms, output, sizes, optimize):
    """Return the positions of the operands of each step."""
    if len(terms) <= 2 and not isinstance(optimize, tuple):
        return [tuple(range(len(terms)))]
    if isinstance(optimize, bool):
        optimize = "greedy"
    elif isinstance(optimize, tuple) and optimize[:1] == ("einsum_path",):
        optimize = list(optimize)
    if len(sizes) > len(_LETTERS):
        return [(0, 1)] * (len(terms) - 1)
    names = dict(zip(sizes, _LETTERS))
    text = ",".join("".join(names[x] for x in term) for term in terms)
    text += "->" + "".join(names[x] for x in output)
    stand_ins = [_stand_in(tuple(sizes[x] for x in term)) for term in terms]
    return numpy.einsum_path(text, *stand_ins, optimize=optimize)[0][1:]


def _reduce(labels, extents, squeezed, keep):
    """Return the shaping that drops the axes `squeezed` and sums what nobody needs, then what is left."""
    kept = [k for k in range(len(labels)) if k not in squeezed]
    labels, extents = [labels[k] for k in kept], [extents[k] for k in kept]
    summed = tuple(k for k, label in enumerate(labels) if label not in keep)
    kept = [k for k in range(len(labels)) if k not in summed]
    shaping = Shaping(squeezed or None, summed or None, None, None)
    return shaping, [labels[k] for k in kept], [extents[k] for k in kept]


def _arrange(shaping, labels, extents, wanted, shape=None):
    """Complete a shaping: bring the labels to the wanted order, then to the shape."""
    order = tuple(labels.index(x) for x in wanted)
    moved = tuple(extents[k] for k in order)
    return shaping._replace(
        order=None if order == tuple(range(len(order))) else order,
        shape=None if shape is None or shape == moved else shape,
    )


def _ones(left, right):
    """Return the axes of extent 1 of the left operand that stretch to an axis of the right one."""
    extent = dict(zip(*right))
    return tuple(k for k, (x, n) in enumerate(zip(*left)) if n == 1 and extent.get(x, 1) != 1)


def _pair(left, right, keep, output):
    """Plan the product of two operands; return the plan and what results."""
    drops = _ones(left, right), _ones(right, left)
    others = [
        {x for k, x in enumerate(labels) if k not in drop} for (labels, _), drop in zip((left, right), drops)
    ]
    a, a_labels, a_extents = _reduce(*left, drops[0], keep | others[1])
    b, b_labels, b_extents = _reduce(*right, drops[1], keep | others[0])
    a_size, b_size = dict(zip(a_labels, a_extents)), dict(zip(b_labels, b_extents))
    size = a_size | b_size
    summed = [x for x in a_labels if x in b_size and x not in keep]
    rank = {x: k for k, x in enumerate(output)}
    if not summed:
        labels = [x for x in output if x in size]
        labels = list(dict.fromkeys(labels + a_labels + b_labels))
        sides = []
        for shaping, own, extents, sizes in (
            (a, a_labels, a_extents, a_size),
            (b, b_labels, b_extents, b_size),
        ):
            wanted = [x for x in labels if x in sizes]
            sides.append(_arrange(shaping, own, extents, wanted, tuple(sizes.get(x, 1) for x in labels)))
        return Pair(*sides, False, None, None), (labels, [size[x] for x in labels])

    def place(label):
        return rank.get(label, len(rank))

    batch = sorted((x for x in a_labels if x in b_size and x in keep), key=place)
    a_free = [x for x in a_labels if x not in b_size]
    b_free = [x for x in b_labels if x not in a_size]
    # The transposed product has its axes in the order of the output where b's come first there.
    swap = min(map(place, b_free), default=len(rank)) < min(map(place, a_free), default=len(rank))
    free = (b_free, a_free) if swap else (a_free, b_free)
    stack = tuple(size[x] for x in batch)
    inner = math.prod(size[x] for x in summed)
    rows, columns = (math.prod(size[x] for x in labels) for labels in free)
    first, second = (stack + (rows, inner), stack + (inner, columns))
    if swap:
        a = _arrange(a, a_labels, a_extents, batch + summed + a_free, second)
        b = _arrange(b, b_labels, b_extents, batch + b_free + summed, first)
    else:
        a = _arrange(a, a_labels, a_extents, batch + a_free + summed, first)
        b = _arrange(b, b_labels, b_extents, batch + summed + b_free, second)
    labels = batch + free[0] + free[1]
    extents = [size[x] for x in labels]
    product = stack + (rows, columns)
    return Pair(a, b, swap, product, None if product == tuple(extents) else tuple(extents)), (labels, extents)
