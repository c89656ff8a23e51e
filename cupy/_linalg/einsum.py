"""einsum: the subscripts are turned into diagonal views, reductions and pairwise matrix products.

The order of the pairs comes from numpy.einsum_path, which needs the shapes only. Labels are
single characters; the axes that an ellipsis stands for get negative integers as labels.
"""

import math
import string

import numpy

from cupy import _core
from cupy._linalg.contraction import contract
from cupy._operands import as_array, cast

__all__ = ["einsum", "einsum_path"]

_LETTERS = string.ascii_uppercase + string.ascii_lowercase  # sublist integers count in this order


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
    terms, output = _expand(terms, output, [a.ndim for a in arrays])
    arrays, terms = zip(*(_diagonal(a, term, i) for i, (a, term) in enumerate(zip(arrays, terms))))
    sizes = _sizes(arrays, terms)
    loop = _core.result_type(*(a.dtype for a in arrays)) if dtype is None else _core.dtype_of(dtype)
    for i, a in enumerate(arrays):
        if not numpy.can_cast(a.dtype, loop, casting):
            raise TypeError(
                f"Iterator operand {i} dtype could not be cast from {a.dtype!r} to {loop!r} "
                f"according to the rule '{casting}'"
            )
    shape = tuple(sizes[label] for label in output)
    if out is not None:
        _check_output(out, shape, loop, casting, len(arrays))
    work = [(cast(a, loop), term) for a, term in zip(arrays, terms)]
    for pair in _path([term for _, term in work], output, sizes, optimize):
        chosen = [work.pop(i) for i in sorted(pair, reverse=True)][::-1]
        while len(chosen) > 1:
            left, right = chosen.pop(0), chosen.pop(0)
            keep = set(output).union(*(term for _, term in work + chosen))
            chosen.insert(0, _pair(left, right, keep, output))
        work.append(chosen[0])
    result = _finish(*work[0], output, shape)
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


def _parse(operands):
    """Return the label lists of the operands, that of the output or None, and the operands."""
    if not operands:
        raise ValueError(
            "must specify the einstein sum subscripts string and at least one operand, or at "
            "least one operand and its corresponding subscripts list"
        )
    if isinstance(operands[0], str):
        subscripts, arrays = operands[0].replace(" ", ""), list(operands[1:])
        inputs, arrow, output = subscripts.partition("->")
        if "-" in inputs + output or ">" in inputs + output:
            raise ValueError("einstein sum subscript string does not contain proper '->' output specified")
        terms = [_labels(term) for term in inputs.split(",")]
        output = _labels(output) if arrow else None
    else:
        pairs, rest = operands[: len(operands) // 2 * 2], operands[len(operands) // 2 * 2 :]
        arrays = list(pairs[::2])
        terms = [_sublist(term) for term in pairs[1::2]]
        output = _sublist(rest[0]) if rest else None
    if not arrays:
        raise ValueError("No input operands")
    if len(arrays) != len(terms):
        raise ValueError(
            f"{'fewer' if len(arrays) < len(terms) else 'more'} operands provided to einstein sum "
            "function than specified in the subscripts string"
        )
    return terms, output, arrays


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
    return [*parts[0], Ellipsis, *parts[1]] if len(parts) == 2 else [*parts[0]]


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
    return result


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
            term = term[:at] + list(range(-hidden, 0)) + term[at + 1 :]
            widest = max(widest, hidden)
        elif hidden:
            raise ValueError(
                f"einstein sum subscripts string contains too many subscripts for operand {i}"
                if hidden < 0
                else "operand has more dimensions than subscripts given in einstein sum, but no "
                "'...' ellipsis provided to broadcast the extra dimensions."
            )
        expanded.append(term)
    hidden = list(range(-widest, 0))
    seen = [label for term in expanded for label in term]
    if output is None:
        return expanded, hidden + sorted(x for x in set(seen) if isinstance(x, str) and seen.count(x) == 1)
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


def _diagonal(a, term, i):
    """Return a view of a in which each label of the term stands once."""
    if len(set(term)) == len(term):
        return a, term
    labels, shape, strides = [], [], []
    for label, size, stride in zip(term, a.shape, a.strides):
        if label not in labels:
            labels.append(label)
            shape.append(size)
            strides.append(stride)
            continue
        k = labels.index(label)
        if size != shape[k]:
            raise ValueError(
                f"dimensions in operand {i} for collapsing index '{label}' don't match ({shape[k]} != {size})"
            )
        strides[k] += stride
    return _core.as_strided(a, tuple(shape), tuple(strides)), labels


def _sizes(arrays, terms):
    sizes = {}
    for i, (a, term) in enumerate(zip(arrays, terms)):
        for label, size in zip(term, a.shape):
            known = sizes.setdefault(label, size)
            if known == 1:
                sizes[label] = size
            elif size not in (1, known):
                shapes = " ".join(str(x.shape) for x in arrays)
                raise ValueError(
                    f"operands could not be broadcast together: subscript '{label}' has extents "
                    f"{known} and {size} (operand {i}; shapes {shapes})"
                )
    return sizes


def _check_output(out, shape, loop, casting, position):
    if not isinstance(out, _core.ndarray):
        raise TypeError("out must be an array")
    if out.shape != shape:
        raise ValueError(
            f"operand {position}, the output, has shape {out.shape}, but the subscripts give {shape}"
        )
    if not numpy.can_cast(loop, out.dtype, casting):
        raise TypeError(
            f"Iterator requested dtype could not be cast from {loop!r} to {out.dtype!r}, the "
            f"operand {position} dtype, according to the rule '{casting}'"
        )


def _path(terms, output, sizes, optimize):
    """Return the positions of the operands of each step."""
    if len(terms) <= 2 and not isinstance(optimize, (list, tuple)):
        return [tuple(range(len(terms)))]
    if optimize is True or optimize is False:
        optimize = "greedy"
    if len(sizes) > len(_LETTERS):
        return [(0, 1)] * (len(terms) - 1)
    names = dict(zip(sizes, _LETTERS))
    text = ",".join("".join(names[x] for x in term) for term in terms)
    text += "->" + "".join(names[x] for x in output)
    stand_ins = [_stand_in(tuple(sizes[x] for x in term)) for term in terms]
    return numpy.einsum_path(text, *stand_ins, optimize=optimize)[0][1:]


def _reduce(a, term, keep):
    """Sum over the labels that nobody needs."""
    axes = tuple(k for k, label in enumerate(term) if label not in keep)
    if not axes:
        return a, term
    total = a.any(axis=axes) if a.dtype.kind == "b" else a.sum(axis=axes, dtype=a.dtype)
    return total, [label for label in term if label in keep]


def _drop_ones(left, right):
    """Drop from an operand the axes of extent 1 that stretch to an axis of the other."""
    dropped = []
    for (a, term), (b, other) in ((left, right), (right, left)):
        extent = dict(zip(other, b.shape))
        axes = tuple(k for k, x in enumerate(term) if a.shape[k] == 1 and extent.get(x, 1) != 1)
        if axes:
            a = a.squeeze(axes)
            term = [x for k, x in enumerate(term) if k not in axes]
        dropped.append((a, term))
    return dropped


def _pair(left, right, keep, output):
    """Contract two operands over the labels that are not kept."""
    (a, a_term), (b, b_term) = _drop_ones(left, right)
    a, a_term = _reduce(a, a_term, keep.union(b_term))
    b, b_term = _reduce(b, b_term, keep.union(a_term))
    summed = [x for x in a_term if x in b_term and x not in keep]
    if not summed:
        labels = [x for x in output if x in a_term or x in b_term]
        labels = list(dict.fromkeys(labels + a_term + b_term))
        return _core.ufuncs.multiply(_spread(a, a_term, labels), _spread(b, b_term, labels)), labels
    batch = [x for x in a_term if x in b_term and x in keep]
    rank = {x: k for k, x in enumerate(output)}
    batch.sort(key=lambda x: rank.get(x, len(rank)))
    a_free = [x for x in a_term if x not in b_term]
    b_free = [x for x in b_term if x not in a_term]
    if min((rank.get(x, len(rank)) for x in b_free), default=len(rank)) < min(
        (rank.get(x, len(rank)) for x in a_free), default=len(rank)
    ):
        # The transposed product has its axes in the order of the output.
        a, a_term, a_free, b, b_term, b_free = b, b_term, b_free, a, a_term, a_free
    sizes = dict(zip(a_term, a.shape)) | dict(zip(b_term, b.shape))
    shape = [[sizes[x] for x in labels] for labels in (batch, a_free, summed, b_free)]
    rows, inner, columns = (math.prod(s) for s in shape[1:])
    a = _ordered(a, a_term, batch + a_free + summed).reshape((*shape[0], rows, inner))
    b = _ordered(b, b_term, batch + summed + b_free).reshape((*shape[0], inner, columns))
    product = contract(a, b, _core.empty((*shape[0], rows, columns), a.dtype))
    return product.reshape((*shape[0], *shape[1], *shape[3])), batch + a_free + b_free


def _ordered(a, term, labels):
    return a if term == labels else _core.transpose(a, tuple(term.index(x) for x in labels))


def _spread(a, term, labels):
    """Return a with its axes in the order of the labels, and extents of 1 for those it lacks."""
    a = _ordered(a, term, [x for x in labels if x in term])
    sizes = iter(a.shape)
    return a.reshape(tuple(next(sizes) if x in term else 1 for x in labels))


def _finish(a, term, output, shape):
    """Sum what is left, bring the axes to the output's order and stretch extents of 1."""
    a, term = _reduce(a, term, set(output))
    if len(term) < len(output):
        a = _spread(a, term, output)
    else:
        a = _ordered(a, term, output)
    return a if a.shape == shape else _core.broadcast_to(a, shape)
