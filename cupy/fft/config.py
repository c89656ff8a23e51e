"""Settings of transform plans. Plans belong to the backend here, so there is no cache to configure."""

__all__ = [
    "clear_plan_cache",
    "enable_nd_planning",
    "get_plan_cache_max_memsize",
    "get_plan_cache_size",
    "set_plan_cache_max_memsize",
    "set_plan_cache_size",
    "show_plan_cache_info",
    "use_multi_gpus",
]

enable_nd_planning = False
use_multi_gpus = False

_limits = {"size": 0, "memsize": -1}


def clear_plan_cache():
    """Do nothing: there is no plan cache."""


def get_plan_cache_size():
    """Return the number last set; it has no effect."""
    return _limits["size"]


def set_plan_cache_size(size):
    """Remember a number of plans; it has no effect."""
    _limits["size"] = int(size)


def get_plan_cache_max_memsize():
    """Return the number of bytes last set; it has no effect."""
    return _limits["memsize"]


def set_plan_cache_max_memsize(size):
    """Remember a number of bytes; it has no effect."""
    _limits["memsize"] = int(size)


def show_plan_cache_info():
    """Print that there is no plan cache."""
    print("Transform plans belong to the backend: there is no plan cache.")
