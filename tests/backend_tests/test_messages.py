"""Error texts of a device's library become one line."""

import pytest

from cupy_backends.backend.errors import compact

FAULT = """EZ9999: Inner Error!
EZ9999: [PID: 3513] 2024-05-06-11:31:54.325.640 The error from device(chipId:0, dieId:0), an aivec error
        TraceBack (most recent call last):
        Kernel task happen error, retCode=0x31.[FUNC:PreCheckTaskErr][FILE:davinci_kernel_task.cc][LINE:1280]
        rtStreamSynchronize execute failed, reason=[vector core exception][FUNC:FuncErrorReason][FILE:a.cc][LINE:50]
EZ9999: [PID: 3513] 2024-05-06-11:31:54.325.641 Kernel task happen error, retCode=0x31.[FUNC:Other][FILE:b.cc][LINE:3]
"""


@pytest.mark.parametrize(
    "text, expected",
    [
        (
            FAULT,
            "EZ9999: The error from device(chipId:0, dieId:0), an aivec error; "
            "Kernel task happen error, retCode=0x31.; "
            "rtStreamSynchronize execute failed, reason=[vector core exception]",
        ),
        ("aclnnAdd: self is null", "aclnnAdd: self is null"),
        ("EE1001: bad argument\nEZ0001: bad argument\n", "EE1001, EZ0001: bad argument"),
        ("  two\tspaces \n\n two spaces\n", "two spaces"),
        ("shape [2,3] of FILE [x]", "shape [2,3] of FILE [x]"),
        ("", ""),
    ],
)
def test_texts_become_one_line(text, expected):
    assert compact(text) == expected


def test_long_texts_end_early():
    short = compact("\n".join(f"line {k} of a long story" for k in range(100)))
    assert len(short) == 400 and short.startswith("line 0 of") and short.endswith(" ...")
