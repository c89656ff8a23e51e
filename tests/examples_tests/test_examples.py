"""The example programs give NumPy's results and the pictures that they promise."""

import importlib
from pathlib import Path

import numpy as np
import pytest

import cupy as cp

pytest.importorskip("sklearn", reason="the examples take their data from scikit-learn")
Image = pytest.importorskip("PIL.Image", reason="the examples write pictures by Pillow")

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def example(monkeypatch):
    """Return a function that imports an example as `python examples/name.py` would."""
    monkeypatch.syspath_prepend(EXAMPLES)
    return importlib.import_module


def picture(path):
    return np.asarray(Image.open(path)).astype(int)


def test_digits_reaches_its_accuracy(example, capsys):
    assert example("digits").main([]) >= 0.95
    assert "float32" in capsys.readouterr().out


def test_digits_learns_what_numpy_learns(example):
    digits = example("digits")
    train_x, train_y, test_x, _ = digits.load(np.dtype(np.float32))
    got, expected = (digits.train(xp, train_x, train_y, test_x, epochs=2) for xp in (cp, np))
    assert isinstance(got, cp.ndarray) and got.dtype == np.float32
    assert expected.max() > 0.9  # it has learnt something that can be compared
    np.testing.assert_allclose(cp.asnumpy(got), expected, atol=1e-4)


@pytest.mark.parametrize("options", [[], ["--float64"]])
def test_colours_keeps_the_photograph_recognisable(example, tmp_path, options):
    example("colours").main([f"--output={tmp_path}", "--steps=5", *options])
    before, after = (picture(tmp_path / f"colours_{name}.png") for name in ("before", "after"))
    assert before.shape == after.shape == (427, 640, 3)
    assert len(np.unique(after.reshape(-1, 3), axis=0)) == 16
    assert 1 < np.abs(before - after).mean() < 20


def test_colours_finds_the_palette_of_numpy(example):
    colours = example("colours")
    rng = np.random.default_rng(5)
    pixels = (rng.integers(0, 256, (3, 3)).repeat(400, axis=0) + rng.normal(0, 9, (1200, 3))).astype("f4")
    got, expected = (colours.find_palette(xp, pixels, colours=5, steps=4) for xp in (cp, np))
    assert isinstance(got, cp.ndarray) and got.dtype == np.float32
    np.testing.assert_allclose(cp.asnumpy(got), expected, atol=0.05)


def test_heat_picture(example, tmp_path):
    example("heat").main([f"--output={tmp_path}", "--steps=50"])
    glow = picture(tmp_path / "heat.png")
    assert glow.shape == (512, 512, 3)
    assert (glow[0] == 255).all() and (glow[-1] == 0).all()  # the edges keep their temperature
    red, green, blue = np.moveaxis(glow, 2, 0)
    assert (red >= green).all() and (green >= blue).all()
    assert ((red > 0) & (red < 255)).sum() > 1000  # soft rims: heat has spread


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_heat_spreads_as_in_numpy(example, dtype):
    heat = example("heat")
    got, expected = (heat.spread(xp, np.dtype(dtype), 60) for xp in (cp, np))
    assert isinstance(got, cp.ndarray) and got.dtype == dtype
    assert 0 <= expected.min() and expected.max() <= 1
    np.testing.assert_allclose(cp.asnumpy(got), expected, atol=100 * np.finfo(dtype).eps)


@pytest.mark.parametrize(
    "name, count, largest",
    [("digits", "epochs", 0.01), ("colours", "steps", 0.5), ("heat", "steps", 1e-5)],
)
def test_report_compares_with_numpy(example, capsys, tmp_path, name, count, largest):
    options = [] if name == "digits" else [f"--output={tmp_path}"]
    example(name).main(["--numpy", f"--{count}=2", *options])
    out = capsys.readouterr().out
    # Probabilities, colours of 0 ... 255 and temperatures; in float32 the order of sums shows.
    assert float(out.split("largest difference ")[1].split()[0]) <= largest
    assert f"operations on the host: {cp.host_route_count()}" in out
