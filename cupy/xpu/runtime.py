"""The runtime's functions under the names that CuPy programs call."""

from cupy._core._device import Device, device_count

__all__ = [
    "deviceSynchronize",
    "getDevice",
    "getDeviceCount",
    "getDeviceProperties",
    "is_hip",
    "memGetInfo",
    "setDevice",
]

is_hip = False


def getDeviceCount():
    """Return the number of devices.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.xpu.runtime.getDeviceCount() > 0
    True
    """
    return device_count()


def getDevice():
    """Return the number of the calling thread's device."""
    return Device().id


def setDevice(device):
    """Make `device` that of the calling thread."""
    Device(device).use()


def deviceSynchronize():
    """Wait for all work of the current device."""
    Device().synchronize()


def memGetInfo():
    """Return (free, total) bytes of the current device's memory."""
    return Device().mem_info


def getDeviceProperties(device):
    """Return what is known of a device as a dict: name (bytes) and totalGlobalMem."""
    d = Device(device)
    return {"name": d.name.encode(), "totalGlobalMem": d.mem_info[1]}
