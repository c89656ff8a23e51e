"""``cupy.cuda.stream``: see :mod:`cupy.xpu`."""

from cupy.xpu import Event, Stream, get_current_stream, get_elapsed_time

__all__ = ["Event", "Stream", "get_current_stream", "get_elapsed_time"]
