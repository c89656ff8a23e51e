"""numpy.fft on the device.

_transforms.py  the discrete Fourier transforms, on the contract rows fft_c2c, fft_r2c and fft_c2r
_helper.py      sample frequencies and shifts
config.py       plan caches, which do not exist here, under the names that programs call
"""

from cupy.fft import config
from cupy.fft._helper import fftfreq, fftshift, ifftshift, rfftfreq
from cupy.fft._transforms import (
    fft,
    fft2,
    fftn,
    hfft,
    ifft,
    ifft2,
    ifftn,
    ihfft,
    irfft,
    irfft2,
    irfftn,
    rfft,
    rfft2,
    rfftn,
)

__all__ = [
    "config",
    "fft",
    "fft2",
    "fftfreq",
    "fftn",
    "fftshift",
    "hfft",
    "ifft",
    "ifft2",
    "ifftn",
    "ifftshift",
    "ihfft",
    "irfft",
    "irfft2",
    "irfftn",
    "rfft",
    "rfft2",
    "rfftfreq",
    "rfftn",
]
