"""Let heat spread through a square plate whose edges are cooled, all but the hot upper one.

`spread` is a NumPy program: `xp` is either library, and nothing else changes.
"""

from pathlib import Path

from _common import arguments, progress, report_host_routes, run, save_png

import cupy as cp

SIZE = 512
# Of the difference to the neighbours, the part that flows in a step; stable up to 0.25.
FLOW = 0.25


def plate(xp, dtype):
    """Return the temperatures at the start: a cold plate with three hot discs."""
    y, x = xp.arange(SIZE, dtype=dtype)[:, None], xp.arange(SIZE, dtype=dtype)
    temperature = xp.zeros((SIZE, SIZE), dtype)
    for row, column, radius in (200, 150, 60), (330, 330, 90), (420, 110, 30):
        temperature[(y - row) ** 2 + (x - column) ** 2 < radius**2] = 1
    temperature[0] = 1
    return temperature


def spread(xp, dtype, steps):
    """Return the temperatures after `steps` explicit Euler steps."""
    t = plate(xp, dtype)
    inner = t[1:-1, 1:-1]
    for _ in progress(steps, "heating"):
        inner += FLOW * (t[:-2, 1:-1] + t[2:, 1:-1] + t[1:-1, :-2] + t[1:-1, 2:] - 4 * inner)
    return t


def glow(xp, temperature):
    """Return 0 ... 1 as black, red, yellow, white."""
    channel = xp.arange(3, dtype=temperature.dtype)
    return 255 * xp.clip(3 * temperature[:, :, None] - channel, 0, 1)


def main(argv=None):
    args = arguments(__doc__, argv, steps=2000)
    temperature = run(spread, args, args.dtype, args.steps)
    print(f"mean temperature {temperature.mean():.4f}")
    save_png(Path(args.output) / "heat.png", glow(cp, cp.asarray(temperature)))
    report_host_routes()


if __name__ == "__main__":
    main()
