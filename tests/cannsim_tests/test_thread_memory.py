"""What libraries that are loaded late may keep for threads is short: glibc has about 1600 bytes for all of them."""

import struct
from pathlib import Path

import pytest
from cupy_backends import cannsim
from cupy_backends.ascend import _ascend

PT_TLS = 7


def thread_bytes(path):
    """Return the size of the ELF segment that every thread gets a copy of."""
    data = Path(path).read_bytes()
    assert data[:5] == b"\x7fELF\x02"
    start, size, count = *struct.unpack_from("<Q", data, 32), *struct.unpack_from("<HH", data, 54)
    headers = [struct.unpack_from("<IIQQQQQQ", data, start + i * size) for i in range(count)]
    return sum(header[6] for header in headers if header[0] == PT_TLS)


@pytest.mark.parametrize("path", [cannsim.library(), _ascend.__file__], ids=["cannsim", "backend"])
def test_memory_of_threads(path):
    assert 0 < thread_bytes(path) <= (640 if path == cannsim.library() else 4096)
