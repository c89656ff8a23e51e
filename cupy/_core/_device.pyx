"""Devices, streams and events, bound to what the calling thread works on."""

import threading

from cpython.ref cimport Py_DECREF, Py_INCREF

from cupy._core._memory cimport Current, arena_of, current, ensure_current, reset_device, retire_stream, waited
from cupy_backends.backend cimport _backend
from cupy_backends.backend._backend cimport cupyBackend, cupyEvent, cupyStream

cdef object _local = threading.local()


cdef dict _resets = {}  # device -> how often it was reset


cdef int restore(object before) except -1:
    """Go back to (device, stream, owner, resets); to the default stream if the device was reset meanwhile."""
    device, stream, owner, resets = before
    if resets != _resets.get(device, 0):
        stream, owner = 0, None
    switch(device, <cupyStream><size_t>stream)
    _local.stream = owner
    return 0


cdef tuple present():
    cdef int device = current().device
    return device, <size_t>current().stream, getattr(_local, "stream", None), _resets.get(device, 0)


cdef int switch(int device, cupyStream stream) except -1:
    """Make `device` and `stream` those of the calling thread."""
    cdef Current* c = current()
    if c.device != device or c.arena is NULL:
        _backend.check(_backend.active().set_device(device), f"selecting device {device}")
    c.device = device
    c.stream = stream
    c.arena = arena_of(device, stream)
    return 0


def device_count():
    """Return the number of devices.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.xpu.device_count() > 0
    True
    """
    cdef int count = 0
    _backend.check(_backend.active().device_count(&count), "counting the devices")
    return count


class Device:
    """A device, chosen by number; as a context manager, the one that arrays are made on.

    Parameters
    ----------
    device : int or Device, optional
        The current device by default.

    Examples
    --------
    >>> import cupy as cp
    >>> with cp.xpu.Device(0):
    ...     a = cp.zeros(3)
    >>> a.device
    <Device 0>
    """

    __slots__ = ("id", "_before")

    def __init__(self, device=None):
        if device is None:
            device = current().device
        self.id = int(device)
        if self.id and not 0 <= self.id < device_count() or self.id < 0:
            raise ValueError(f"device {self.id} does not exist; there are {device_count()}, counted from 0")
        self._before = []

    def use(self):
        """Make this the calling thread's device, with its default stream."""
        switch(self.id, NULL)

    def __enter__(self):
        self._before.append(present())
        if current().device != self.id:
            switch(self.id, NULL)
        return self

    def __exit__(self, *exception):
        restore(self._before.pop())

    def synchronize(self):
        """Wait for all work of the device."""
        cdef cupyBackend* backend = _backend.active()
        cdef int rc
        with self:
            ensure_current()
            with nogil:
                rc = backend.device_synchronize()
            _backend.check(rc, f"waiting for device {self.id}")
            waited(current().stream)

    def reset(self):
        """Make the device as new: end its streams, free its memory, clear a failure.

        A device that failed refuses everything until then. Arrays that lie on it are lost: using one raises
        ``RuntimeError``, also in other threads. Streams are lost, too; the thread goes on with the default stream.

        Raises
        ------
        RuntimeError
            If the device cannot be reset.

        Examples
        --------
        >>> import cupy as cp
        >>> device = cp.xpu.Device(cp.xpu.device_count() - 1)
        >>> with device:
        ...     a = cp.ones(3)
        >>> device.reset()
        >>> try:
        ...     a.get()
        ... except RuntimeError as error:
        ...     print(str(error)[:33])
        the memory of the array was lost
        """
        from cupy._core import _bounds
        cdef int before = current().device
        _backend.active()
        try:
            current().device = self.id  # its streams are lost: nothing of them is restored
            _resets[self.id] = _resets.get(self.id, 0) + 1
            _bounds.forget(self.id)
            reset_device(self.id)
        finally:
            if before == self.id:
                switch(before, NULL)
                _local.stream = None
            else:
                current().device = before
                _backend.check(_backend.active().set_device(before), f"selecting device {before}")

    @property
    def mem_info(self):
        """(free, total) bytes of the device's memory."""
        cdef size_t free_bytes = 0, total = 0
        with self:
            ensure_current()
            _backend.check(_backend.active().mem_info(&free_bytes, &total), "asking for the device's memory")
        return free_bytes, total

    @property
    def name(self):
        """The product name of the device."""
        cdef char[256] text
        _backend.check(_backend.active().device_name(self.id, text, sizeof(text)), "asking for the device's name")
        return text.decode()

    def __int__(self):
        return self.id

    def __index__(self):
        return self.id

    def __eq__(self, other):
        return isinstance(other, Device) and other.id == self.id

    def __hash__(self):
        return hash((Device, self.id))

    def __repr__(self):
        return f"<Device {self.id}>"


cdef class Event:
    """A point in the work of a stream, to wait for or to time.

    Parameters
    ----------
    block, interprocess : bool, optional
        Accepted for compatibility.
    disable_timing : bool, optional
        True makes an event that cannot be timed.

    Examples
    --------
    >>> import cupy as cp
    >>> start, end = cp.xpu.Event(), cp.xpu.Event()
    >>> start.record(); a = cp.ones(10) + 1; end.record(); end.synchronize()
    >>> cp.xpu.get_elapsed_time(start, end) >= 0
    True
    """

    cdef cupyEvent handle
    cdef bint timed

    def __init__(self, block=False, disable_timing=False, interprocess=False):
        ensure_current()
        self.timed = not disable_timing
        _backend.check(_backend.active().event_create(&self.handle, self.timed), "creating an event")

    def __dealloc__(self):
        if self.handle is not NULL:
            _backend.active().event_destroy(self.handle)

    def record(self, stream=None):
        """Mark the present end of `stream` (by default the current one)."""
        cdef cupyStream target = current().stream if stream is None else (<Stream?>stream).living()
        ensure_current()
        _backend.check(_backend.active().event_record(self.handle, target), "recording an event")

    def synchronize(self):
        """Wait until the work before the event is done."""
        cdef cupyBackend* backend = _backend.active()
        cdef int rc
        with nogil:
            rc = backend.event_synchronize(self.handle)
        _backend.check(rc, "waiting for an event")
        waited(NULL)

    @property
    def done(self):
        """Whether the work before the event is done."""
        cdef int done = 0
        _backend.check(_backend.active().event_query(self.handle, &done), "querying an event")
        return bool(done)

    @property
    def ptr(self):
        """The handle as an integer."""
        return <size_t>self.handle


def get_elapsed_time(Event start_event, Event end_event):
    """Return the milliseconds between two recorded events.

    Examples
    --------
    >>> import cupy as cp
    >>> start, end = cp.cuda.Event(), cp.cuda.Event()
    >>> start.record(); end.record(); end.synchronize()
    >>> cp.cuda.get_elapsed_time(start, end) >= 0
    True
    """
    cdef float milliseconds = 0
    if not (start_event.timed and end_event.timed):
        raise ValueError("events made with disable_timing=True cannot be timed")
    _backend.check(_backend.active().event_elapsed(&milliseconds, start_event.handle, end_event.handle),
                   "timing between events")
    return milliseconds


cdef void run_callback(void* argument) noexcept nogil:
    with gil:
        job = <object>argument
        Py_DECREF(job)
        function, args = job
        try:
            function(*args)
        except BaseException:
            import sys
            sys.unraisablehook(sys.UnraisableHookArgs((*sys.exc_info(), "in a stream's host function", function)))


cdef class Stream:
    """A queue of work on a device; as a context manager, the one that work is put on.

    Parameters
    ----------
    null : bool, optional
        True gives the device's default stream.
    non_blocking, ptds, priority : optional
        Accepted for compatibility; streams do not wait for the default stream.

    Examples
    --------
    >>> import cupy as cp
    >>> stream = cp.xpu.Stream()
    >>> with stream:
    ...     a = cp.arange(3) * 2
    >>> stream.synchronize()
    >>> a
    array([0, 2, 4])
    """

    cdef cupyStream handle
    cdef readonly int device_id
    cdef int resets  # of the device when the stream was made
    cdef list before
    cdef object __weakref__

    def __init__(self, null=False, non_blocking=False, ptds=False, priority=None):
        self.before = []
        self.device_id = current().device
        self.resets = _resets.get(self.device_id, 0)
        if not (null or ptds):
            ensure_current()
            _backend.check(_backend.active().stream_create(&self.handle, bool(non_blocking)), "creating a stream")

    def __dealloc__(self):
        if self.handle is not NULL and self.resets == _resets.get(self.device_id, 0):
            retire_stream(self.device_id, self.handle)

    cdef cupyStream living(self) except? NULL:
        """Return the handle, or raise if the stream went with a reset of its device."""
        if self.handle is not NULL and self.resets != _resets.get(self.device_id, 0):
            raise RuntimeError(f"the stream was lost when device {self.device_id} was reset")
        return self.handle

    def use(self):
        """Make this the calling thread's stream."""
        self.living()
        switch(self.device_id if self.handle is not NULL else current().device, self.handle)
        _local.stream = self
        return self

    def __enter__(self):
        self.before.append(present())
        return self.use()

    def __exit__(self, *exception):
        restore(self.before.pop())

    def synchronize(self):
        """Wait for all work of the stream."""
        cdef cupyBackend* backend = _backend.active()
        cdef cupyStream handle = self.living()
        cdef int rc
        ensure_current()
        with nogil:
            rc = backend.stream_synchronize(handle)
        _backend.check(rc, "waiting for a stream")
        waited(handle)

    @property
    def done(self):
        """Whether all work of the stream is done."""
        cdef int done = 0
        ensure_current()
        _backend.check(_backend.active().stream_query(self.living(), &done), "querying a stream")
        return bool(done)

    def record(self, event=None):
        """Record `event`, by default a new one, and return it."""
        if event is None:
            event = Event()
        event.record(self)
        return event

    def wait_event(self, Event event):
        """Let later work of this stream wait for `event`."""
        _backend.check(_backend.active().stream_wait_event(self.living(), event.handle), "waiting for an event")

    def add_callback(self, callback, arg=None):
        """Call ``callback(stream, 0, arg)`` on the host when the stream gets there."""
        self.launch_host_func(lambda _: callback(self, 0, arg), None)

    def launch_host_func(self, callback, arg=None):
        """Call ``callback(arg)`` on the host when the stream gets there."""
        cdef cupyBackend* backend = _backend.active()
        cdef cupyStream handle = self.living()
        job = (callback, (arg,))
        ensure_current()
        Py_INCREF(job)
        rc = backend.stream_callback(handle, run_callback, <void*>job)
        if rc:
            Py_DECREF(job)
            _backend.check(rc, "queueing a host function")

    @property
    def ptr(self):
        """The handle as an integer; 0 is the default stream."""
        return <size_t>self.handle

    def __eq__(self, other):
        return isinstance(other, Stream) and (<Stream>other).handle is self.handle

    def __hash__(self):
        return hash(<size_t>self.handle)

    def __repr__(self):
        return f"<Stream {<size_t>self.handle} (device {self.device_id})>"


_null = Stream(null=True)


def current_device():
    """Return the number of the calling thread's device."""
    ensure_current()
    return current().device


def get_current_stream(device_id=None):
    """Return the calling thread's stream.

    Examples
    --------
    >>> import cupy as cp
    >>> cp.cuda.get_current_stream() == cp.cuda.Stream.null
    True
    """
    found = getattr(_local, "stream", None)
    return _null if found is None or current().stream is NULL else found


cdef extern from "Python.h":
    ctypedef struct PyTypeObject:
        void* tp_dict
    void PyType_Modified(PyTypeObject*)

# The default stream as a class attribute, as CuPy programs expect.
(<dict>(<PyTypeObject*>Stream).tp_dict)["null"] = _null
PyType_Modified(<PyTypeObject*>Stream)
