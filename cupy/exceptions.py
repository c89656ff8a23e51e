"""Exceptions and warnings: NumPy's, and those of devices."""

from numpy.exceptions import (
    AxisError,
    ComplexWarning,
    DTypePromotionError,
    ModuleDeprecationWarning,
    RankWarning,
    TooHardError,
    VisibleDeprecationWarning,
)

from cupy_backends.backend.errors import BackendError, OutOfMemoryError, PerformanceWarning

__all__ = [
    "AxisError",
    "BackendError",
    "ComplexWarning",
    "DTypePromotionError",
    "ModuleDeprecationWarning",
    "OutOfMemoryError",
    "PerformanceWarning",
    "RankWarning",
    "TooHardError",
    "VisibleDeprecationWarning",
]
