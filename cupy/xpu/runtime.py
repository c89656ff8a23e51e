"""The runtime's functions under the names that CuPy programs call."""

from cupy._core._device import Device, device_count

__all__ = [
    "deviceReset",
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
    """Return the number of the calling thread's device.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.xpu.runtime.getDevice()
    0
    """
    return Device().id


def setDevice(device):
    """Make `device` that of the calling thread.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.xpu.runtime.setDevice(0)
    """
    Device(device).use()


def deviceReset():
    """Make the current device as new; its arrays and streams are lost: see :meth:`Device.reset`.

    Examples
    --------
    >>> import cupy as cp
    >>> with cp.xpu.Device(cp.xpu.device_count() - 1):
    ...     cp.xpu.runtime.deviceReset()
    """
    Device().reset()


def deviceSynchronize():
    """Wait for all work of the current device.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.xpu.runtime.deviceSynchronize()
    """
    Device().synchronize()


def memGetInfo():
    """Return (free, total) bytes of the current device's memory.

    Examples
    --------
    >>> import cupy as cp
    >>> free, total = cp.xpu.runtime.memGetInfo()
    >>> free <= total
    True
    """
    return Device().mem_info


def getDeviceProperties(device):
    """Return what is known of a device as a dict: name (bytes) and totalGlobalMem.

    Examples
    --------
    >>> import cupy as cp
    >>> sorted(cp.xpu.runtime.getDeviceProperties(0))
    ['name', 'totalGlobalMem']
    """
    d = Device(device)
    return {"name": d.name.encode(), "totalGlobalMem": d.mem_info[1]}
