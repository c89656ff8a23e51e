"""``cupy.cuda.device``: see :mod:`cupy.xpu`."""

from cupy.xpu import Device

__all__ = ["Device", "get_device_id"]


def get_device_id():
    """Return the number of the calling thread's device."""
    return Device().id
