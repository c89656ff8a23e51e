"""Replays the conformance corpus: recorded calls with the status that CANN's own host code returned.

python golden.py LIBCANNSIM CORPUS [--execute]: one line per call that differs (or that is accepted and fails).
The simulator reads its chip from the environment once, so each chip is a process of its own.
"""

import collections
import ctypes
import gzip
import json
import os
import subprocess
import sys

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
NOT_IMPLEMENTED = 561003
AI_CORE, AI_CPU = 1, 2


class Launch(ctypes.Structure):
    _fields_ = (("kernel", ctypes.c_char_p), ("ai_cpu", ctypes.c_bool))


def units_of(kernels):
    """The mask of units of recorded kernels ("AICPU/Cast")."""
    return sum({AI_CPU if k.startswith("AICPU/") else AI_CORE for k in kernels})


class Caller:
    """Builds descriptors from recorded arguments and calls first phases."""

    def __init__(self, path):
        self.lib = ctypes.CDLL(path)
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
        self.lib.aclrtMalloc(ctypes.byref(self.memory), ctypes.c_size_t(1 << 22), 0)

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
            self.memory,
        )
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
            number = value[0]
            if kind in ("float16", "bfloat16"):
                number = 0x3C00 if kind == "float16" else 0x3F80
            buffer = (ctype or getattr(ctypes, "c_" + kind))(number)
        return ctypes.c_void_p(self.lib.aclCreateScalar(ctypes.byref(buffer), DTYPES[kind]))

    def argument(self, a):
        if a is None:
            return ctypes.c_void_p()
        if isinstance(a, bool):
            return ctypes.c_bool(a)
        if isinstance(a, int):
            return ctypes.c_int64(a)
        if isinstance(a, float):
            return ctypes.c_double(a)
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
        return [f"{'AICPU' if r.ai_cpu else 'AICORE'}/{r.kernel.decode()}" for r in row[:n]]

    def status(self, call, execute=False, launches=None):
        """Status and message of phase 1; with `execute` of both phases. Fills the list `launches`."""
        function = getattr(self.lib, call["op"] + "GetWorkspaceSize")
        arguments = [self.argument(a) for a in call["args"]]
        size, executor = ctypes.c_uint64(), ctypes.c_void_p()
        result = function(*arguments, ctypes.byref(size), ctypes.byref(executor))
        message = self.lib.aclGetRecentErrMsg() if result else None
        if launches is not None and not result:
            assert self.lib.cannsimExecutorUnits(executor) == units_of(self.launches(executor))
            launches.extend(self.launches(executor))
        if not result and not execute:
            self.lib.aclDestroyAclOpExecutor(executor)
        elif not result:
            # All tensors share the memory, so what one call wrote would be the next one's indices.
            self.lib.aclrtMemset(self.memory, ctypes.c_size_t(1 << 16), 0, ctypes.c_size_t(1 << 16))
            result = getattr(self.lib, call["op"])(None, ctypes.c_uint64(0), executor, None)
            message = self.lib.aclGetRecentErrMsg() if result else None
        return result, message.decode() if message else ""


def load(corpus):
    with gzip.open(corpus, "rt") as lines:
        return [json.loads(line) for line in lines]


def compare(path, corpus):
    caller = Caller(path)
    soc = os.environ["CANNSIM_SOC"]
    different, skipped, same = [], collections.Counter(), 0
    for call in load(corpus):
        expected = call["soc"].get(soc)
        if expected is None:
            continue
        status, message = caller.status(call)
        if status == NOT_IMPLEMENTED and "not implemented" in message:
            skipped[call["op"]] += 1
        elif status == expected["status"]:
            same += 1
        else:
            different.append((call["id"], expected["status"], status, message, json.dumps(call["args"])))
    return {"same": same, "skipped": skipped, "different": different}


def compare_units(path, corpus):
    """Accepted calls that cannsim places on other units than CANN does, or in other kernels."""
    caller = Caller(path)
    caller.lib.cannsimNoteLaunches(True)
    soc = os.environ["CANNSIM_SOC"]
    elsewhere, others, same = [], [], 0
    for call in load(corpus):
        recorded = call["soc"].get(soc)
        if not recorded or recorded["status"]:
            continue
        launches = []
        if caller.status(call, launches=launches)[0]:
            continue
        row = (call["id"], recorded["kernels"], launches)
        if units_of(launches) != units_of(recorded["kernels"]):
            elsewhere.append(row)
        elif launches != recorded["kernels"]:
            others.append(row)
        else:
            same += 1
    return {"same": same, "elsewhere": elsewhere, "others": others}


def execute(path, corpus):
    """Calls that were accepted and cannot be carried out: (id, status, message)."""
    caller = Caller(path)
    soc = os.environ["CANNSIM_SOC"]
    failed, done = [], 0
    for call in load(corpus):
        if call["soc"].get(soc, {}).get("status") != 0:
            continue
        status, message = caller.status(call, execute=True)
        done += not status
        if status:
            failed.append((call["id"], status, message))
    return {"done": done, "failed": failed}


def run(path, corpus, soc, mode="--compare"):
    """One chip, in a process of its own."""
    environment = dict(os.environ, CANNSIM_SOC=soc)
    done = subprocess.run(
        [sys.executable, __file__, path, corpus, mode, "--json"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{soc}: {done.stderr}")
    return json.loads(done.stdout)


if __name__ == "__main__":
    modes = {"--execute": execute, "--units": compare_units}
    chosen = next((modes[word] for word in sys.argv if word in modes), compare)
    outcome = chosen(sys.argv[1], sys.argv[2])
    if "--json" in sys.argv:
        json.dump(outcome, sys.stdout)
    elif "elsewhere" in outcome:
        for kind in ("elsewhere", "others"):
            for row in outcome[kind]:
                print(kind, *row)
        print(*(f"{key}: {value if key == 'same' else len(value)}" for key, value in outcome.items()))
    elif "failed" in outcome:
        for row in outcome["failed"]:
            print(*row)
        print(outcome["done"], "done,", len(outcome["failed"]), "failed")
    else:
        for name, expected, status, message, arguments in outcome["different"]:
            print(f"{name}: expected {expected}, got {status} {message}  {arguments[:300]}")
        print(
            outcome["same"],
            "same,",
            len(outcome["different"]),
            "different, skipped",
            dict(outcome["skipped"]),
        )
