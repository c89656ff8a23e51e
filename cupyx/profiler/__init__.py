"""How a program uses the device: what each line launches, times of calls, and recordings for a viewer."""

from cupyx.profiler._explain import Explanation, explain
from cupyx.profiler._time import Timing, benchmark
from cupyx.profiler._timeline import time_range, timeline

__all__ = ["Explanation", "Timing", "benchmark", "explain", "time_range", "timeline"]
