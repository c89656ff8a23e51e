"""Sample frequencies and shifts against NumPy."""

import cupy
import numpy as np
import pytest


@pytest.mark.parametrize("name", ["fftfreq", "rfftfreq"])
def test_frequencies(name):
    for n in (1, 2, 3, 7, 8, 101):
        for d in (1.0, 0.3, 2):
            expected = getattr(np.fft, name)(n, d)
            got = getattr(cupy.fft, name)(n, d)
            assert got.dtype == expected.dtype
            np.testing.assert_array_equal(got.get(), expected)
    with pytest.raises(ValueError):
        getattr(cupy.fft, name)(2.5)
    with pytest.raises(ZeroDivisionError):
        getattr(cupy.fft, name)(0)


@pytest.mark.parametrize("name", ["fftshift", "ifftshift"])
@pytest.mark.parametrize("axes", [None, 0, -1, (0, 1), [0], (0, 0), (1, 0, 1), 7], ids=str)
def test_shifts(name, axes):
    for shape in [(4, 5), (2, 3, 4), (3, 1), (0, 3)]:
        a = np.arange(np.prod(shape)).reshape(shape)
        try:
            expected = getattr(np.fft, name)(a, axes)
        except IndexError:
            with pytest.raises(IndexError):
                getattr(cupy.fft, name)(cupy.asarray(a), axes)
            continue
        np.testing.assert_array_equal(getattr(cupy.fft, name)(cupy.asarray(a), axes).get(), expected)


def test_shift_of_rank_0():
    assert cupy.fft.fftshift(cupy.array(3)).item() == 3


def test_plan_cache_names(capsys):
    config = cupy.fft.config
    config.set_plan_cache_size(4)
    config.set_plan_cache_max_memsize(1024)
    assert (config.get_plan_cache_size(), config.get_plan_cache_max_memsize()) == (4, 1024)
    config.clear_plan_cache()
    config.show_plan_cache_info()
    assert "no plan cache" in capsys.readouterr().out
