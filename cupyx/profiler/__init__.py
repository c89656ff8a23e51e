"""How a program uses the device: times of a call, and which operations it ran on which route."""

from cupyx.profiler._explain import Explanation, explain
from cupyx.profiler._time import Timing, benchmark

__all__ = ["Explanation", "Timing", "benchmark", "explain"]
