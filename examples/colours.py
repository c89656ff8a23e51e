"""Reduce a photograph to a few colours by k-means along its principal axes.

The photograph comes with scikit-learn. All but `main` is a NumPy program: `xp` is either library, and
nothing else changes.
"""

from pathlib import Path

import numpy as np
from _common import arguments, progress, report_host_routes, run, save_png
from sklearn.datasets import load_sample_image

import cupy as cp


def principal_axes(xp, pixels):
    """Return the matrix that turns to the principal axes and stretches the short ones.

    Most pixels differ in brightness only; the stretch lets the other differences count.
    """
    centred = pixels - pixels.mean(axis=0)
    variance, axes = xp.linalg.eigh(centred.T @ centred / len(pixels))
    return axes / variance**0.25


def nearest(xp, points, centres):
    """Return the index of the closest centre for each point."""
    # |p - c|^2 without |p|^2, which is the same for all centres c.
    return xp.argmin((centres**2).sum(axis=1) - 2 * points @ centres.T, axis=1)


def find_palette(xp, pixels, colours, steps):
    """Return the colours: the mean of each group of pixels that k-means finds."""
    # Drawn by NumPy for both libraries, so that they start alike and can be compared.
    start = np.random.default_rng(0).choice(len(pixels), colours, replace=False)
    pixels = xp.asarray(pixels)
    axes = principal_axes(xp, pixels)
    points = pixels @ axes
    centres = points[xp.asarray(start)]
    for _ in progress(steps, "k-means"):
        chosen = nearest(xp, points, centres)
        members = (chosen[:, None] == xp.arange(colours)).astype(points.dtype)
        count = members.sum(axis=0)[:, None]
        mean = (members.T @ points) / xp.maximum(count, 1)
        centres = xp.where(count > 0, mean, centres)
    return centres @ xp.linalg.inv(axes)


def recolour(xp, pixels, palette):
    """Return the pixels, each in the palette colour that is closest along the principal axes."""
    pixels, palette = xp.asarray(pixels), xp.asarray(palette)
    axes = principal_axes(xp, pixels)
    return palette[nearest(xp, pixels @ axes, palette @ axes)]


def main(argv=None):
    args = arguments(__doc__, argv, steps=20, colours=16)
    photograph = load_sample_image("china.jpg")
    pixels = photograph.reshape(-1, 3).astype(args.dtype)
    palette = run(find_palette, args, pixels, args.colours, args.steps)

    picture = cp.rint(recolour(cp, pixels, palette)).reshape(photograph.shape)
    save_png(Path(args.output) / "colours_before.png", photograph)
    save_png(Path(args.output) / "colours_after.png", picture)
    report_host_routes()


if __name__ == "__main__":
    main()
