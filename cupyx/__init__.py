"""What CuPy offers beyond NumPy: scatter with repeated indices, pinned host memory, profiling.

Imports only ``cupy``; ``cupyx.profiler`` says how a program uses the device.
"""

from cupyx import profiler
from cupyx._math import rsqrt
from cupyx._pinned import empty_like_pinned, empty_pinned, zeros_like_pinned, zeros_pinned
from cupyx._scatter import scatter_add, scatter_max, scatter_min

__all__ = [
    "empty_like_pinned",
    "empty_pinned",
    "profiler",
    "rsqrt",
    "scatter_add",
    "scatter_max",
    "scatter_min",
    "zeros_like_pinned",
    "zeros_pinned",
]


def __getattr__(name):
    from cupy._absent import EXTENSIONS, missing

    raise missing("cupyx", name, EXTENSIONS)
