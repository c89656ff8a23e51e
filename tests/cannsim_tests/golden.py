"""Replays the conformance corpus: recorded calls with the status that CANN's own host code returned.

python golden.py LIBCANNSIM MODE: what differs on the chip of CANNSIM_SOC, as JSON. The simulator reads its chip from
the environment once, so each chip is a process of its own. Modes:

--status   status of phase 1
--units    the kernels that CANN launches, and the unit of each
--execute  accepted calls that cannot be carried out
--matrix   status and kernels of the measured table of dtypes
"""

import ctypes
import gzip
import json
import os
import pathlib
import subprocess
import sys

import matrix

CORPUS = pathlib.Path(__file__).with_name("data") / "golden_calls.jsonl.gz"
# Accepted by phase 1 as CANN does, refused by phase 2 with reason: the corpus has zeros for values.
REFUSED_LATER = ("leaves its storage", "a matrix is singular")

# Each tensor of a call has a piece of this memory.
MEMORY, SLOT = 1 << 22, 1 << 14

DTYPES = {
    "float32": 0,
    "float16": 1,
    "int8": 2,
    "int32": 3,
    "uint8": 4,
    "int16": 6,
    "uint16": 7,
    "uint32": 8,
    "int64": 9,
    "uint64": 10,
    "float64": 11,
    "bool": 12,
    "complex64": 16,
    "complex128": 17,
    "bfloat16": 27,
    "complex32": 33,
}
FACTS = pathlib.Path(__file__).parents[2] / "cupy_backends/cannsim/facts/aclnn.json"


class Launch(ctypes.Structure):
    _fields_ = (("kernel", ctypes.c_char_p), ("unit", ctypes.c_int))


def units_of(kernels):
    """The mask of units of recorded kernels ("AICPU/Cast")."""
    return sum({1 << k.startswith("AICPU/") for k in kernels})


class Caller:
    """Builds descriptors from recorded arguments and calls first phases."""

    def __init__(self, path):
        self.lib = ctypes.CDLL(path)
        with open(FACTS) as facts:
            self.operators = json.load(facts)["ops"]
        for name in (
            "aclCreateTensor",
            "aclCreateScalar",
            "aclCreateIntArray",
            "aclCreateBoolArray",
            "aclCreateFloatArray",
            "aclCreateTensorList",
            "aclCreateScalarList",
            "aclrtGetSocName",
        ):
            getattr(self.lib, name).restype = ctypes.c_void_p
        self.lib.aclGetRecentErrMsg.restype = ctypes.c_char_p
        self.lib.aclrtSetDevice(0)
        self.memory = ctypes.c_void_p()
        self.lib.aclrtMalloc(ctypes.byref(self.memory), ctypes.c_size_t(MEMORY), 0)

    def tensor(self, d):
        shape = d["shape"]
        strides = d.get("strides")
        storage = d.get("storage_shape", shape)

        def dims(v):
            return (ctypes.c_int64 * max(len(v), 1))(*v)

        t = self.lib.aclCreateTensor(
            dims(shape),
            ctypes.c_uint64(len(shape)),
            DTYPES[d["dtype"]],
            dims(strides) if strides is not None else None,
            ctypes.c_int64(d.get("offset", 0)),
            2,
            dims(storage),
            ctypes.c_uint64(len(storage)),
            ctypes.c_void_p(self.memory.value + self.used),
        )
        self.used += SLOT
        return ctypes.c_void_p(t)

    def scalar(self, d):
        value = d["value"]
        value = value if isinstance(value, list) else [value, 0]
        value = [float(v) if isinstance(v, str) else v for v in value]
        kind = d["dtype"]
        if kind == "complex64":
            buffer = (ctypes.c_float * 2)(*value)
        elif kind == "complex128":
            buffer = (ctypes.c_double * 2)(*value)
        else:
            ctype = {
                "float32": ctypes.c_float,
                "float64": ctypes.c_double,
                "bool": ctypes.c_bool,
                "float16": ctypes.c_uint16,
                "bfloat16": ctypes.c_uint16,
            }.get(kind)
            number = int(value[0]) if kind.startswith(("int", "uint")) else value[0]
            if kind in ("float16", "bfloat16"):
                number = 0x3C00 if kind == "float16" else 0x3F80
            buffer = (ctype or getattr(ctypes, "c_" + kind))(number)
        return ctypes.c_void_p(self.lib.aclCreateScalar(ctypes.byref(buffer), DTYPES[kind]))

    def argument(self, a, ctype=""):
        if a is None:
            return ctypes.c_void_p()
        if isinstance(a, bool):
            return ctypes.c_bool(a)
        if isinstance(a, int):
            return ctypes.c_int64(a)
        if isinstance(a, float):
            return ctypes.c_float(a) if ctype == "float" else ctypes.c_double(a)
        if isinstance(a, str):
            return ctypes.c_char_p(a.encode())
        kind = a["k"]
        if kind == "null":
            return ctypes.c_void_p()
        if kind == "tensor":
            return self.tensor(a)
        if kind == "scalar":
            return self.scalar(a)
        if kind == "dtype":
            return ctypes.c_int(DTYPES[a["v"]])
        if kind in ("tensor_list", "scalar_list"):
            items = [self.argument(i) if i else ctypes.c_void_p() for i in a["items"]]
            array = (ctypes.c_void_p * max(len(items), 1))(*[i.value for i in items])
            create = self.lib.aclCreateTensorList if kind == "tensor_list" else self.lib.aclCreateScalarList
            return ctypes.c_void_p(create(array, ctypes.c_uint64(len(items))))
        ctype, create = {
            "int_array": (ctypes.c_int64, self.lib.aclCreateIntArray),
            "bool_array": (ctypes.c_bool, self.lib.aclCreateBoolArray),
            "float_array": (ctypes.c_float, self.lib.aclCreateFloatArray),
        }[kind]
        array = (ctype * max(len(a["v"]), 1))(*a["v"])
        return ctypes.c_void_p(create(array, ctypes.c_uint64(len(a["v"]))))

    def launches(self, executor):
        """The kernels that CANN would launch, written as in the corpus."""
        row = (Launch * 32)()
        n = self.lib.cannsimExecutorLaunches(executor, row, 32)
        assert 0 <= n <= 32, n
        return [f"{'AICPU' if r.unit else 'AICORE'}/{r.kernel.decode()}" for r in row[:n]]

    def status(self, call, execute=False, launches=None):
        """Status and message of phase 1; with `execute` of both phases. Fills the list `launches`."""
        function = getattr(self.lib, call["op"] + "GetWorkspaceSize")
        self.used = 0
        params = self.operators[call["op"]]["params"]
        arguments = [self.argument(a, ctype) for a, (ctype, _) in zip(call["args"], params, strict=True)]
        size, executor = ctypes.c_uint64(), ctypes.c_void_p()
        result = function(*arguments, ctypes.byref(size), ctypes.byref(executor))
        message = self.lib.aclGetRecentErrMsg() if result else None
        if launches is not None and not result:
            assert self.lib.cannsimExecutorUnits(executor) == units_of(self.launches(executor))
            launches.extend(self.launches(executor))
        if not result and not execute:
            self.lib.aclDestroyAclOpExecutor(executor)
        elif not result:
            # What one call wrote would be the next one's indices.
            self.lib.aclrtMemset(self.memory, ctypes.c_size_t(MEMORY), 0, ctypes.c_size_t(self.used or 1))
            result = getattr(self.lib, call["op"])(None, ctypes.c_uint64(0), executor, None)
            message = self.lib.aclGetRecentErrMsg() if result else None
        return result, message.decode() if message else ""


def load():
    with gzip.open(CORPUS, "rt") as lines:
        return [json.loads(line) for line in lines]


def recorded(chip):
    """(call, what CANN did with it on the chip)"""
    return [(call, call["soc"][chip]) for call in load() if chip in call["soc"]]


def compare_status(caller, chip):
    calls, different = recorded(chip), []
    for call, cann in calls:
        status, message = caller.status(call)
        if status != cann["status"]:
            different.append((call["id"], cann["status"], status, message, json.dumps(call["args"])[:200]))
    return len(calls), different


def compare_units(caller, chip):
    accepted, different = [(call, cann) for call, cann in recorded(chip) if not cann["status"]], []
    for call, cann in accepted:
        launches = []
        caller.status(call, launches=launches)
        if launches != cann["kernels"]:
            different.append((call["id"], cann["kernels"], launches))
    return len(accepted), different


def execute(caller, chip):
    accepted, failed = [(call, cann) for call, cann in recorded(chip) if not cann["status"]], []
    for call, _ in accepted:
        status, message = caller.status(call, execute=True)
        if status and not message.endswith(REFUSED_LATER):
            failed.append((call["id"], status, message))
    return len(accepted), failed


def compare_matrix(caller, chip):
    cells, different, n = matrix.load()[chip], [], 0
    for row, dtype, call in matrix.calls(load()):
        n += 1
        launches, cann = [], cells[row][dtype]
        status, message = caller.status(call, launches=launches)
        if (status, launches) != (cann["status"], cann["kernels"]):
            different.append((call["id"], cann["status"], cann["kernels"], status, launches, message))
    return n, different


MODES = {
    "--status": compare_status,
    "--units": compare_units,
    "--execute": execute,
    "--matrix": compare_matrix,
}


def run(path, chip, mode):
    """(number of calls, what differs) on one chip."""
    done = subprocess.run(
        [sys.executable, __file__, path, mode],
        env=dict(os.environ, CANNSIM_SOC=chip),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{chip}: {done.stderr}")
    return json.loads(done.stdout)


if __name__ == "__main__":
    simulator = Caller(sys.argv[1])
    simulator.lib.cannsimNoteLaunches(sys.argv[2] in ("--units", "--matrix"))
    json.dump(MODES[sys.argv[2]](simulator, os.environ["CANNSIM_SOC"]), sys.stdout)
