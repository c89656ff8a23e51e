"""What this machine has of CANN, for ``python -m cupy.doctor``.

``probe`` opens the libraries and is called in a process of its own, which a broken driver may kill; ``diagnose``
reads files only, and what the probe found.
"""

import ctypes
import glob
import os
import platform
import re

from cupy_backends import cannsim

_HOMES = ("ASCEND_HOME_PATH", "ASCEND_TOOLKIT_HOME")
_ROOTS = ("/usr/local/Ascend", os.path.expanduser("~/Ascend"))
_BELOW_ROOT = ("ascend-toolkit/latest", "cann", "latest")
_RUNTIMES = ("libascendcl.so", "libacl_rt.so")
_VERSION_FILES = (
    "version.cfg",
    "ascend_toolkit_install.info",
    "*-linux/ascend_toolkit_install.info",
    "version.info",
)
_MANAGERS = ("/dev/davinci_manager", "/dev/devmm_svm", "/dev/hisi_hdc")
# Numbers of aclCANNPackageName.
_PACKAGES = {"CANN": 0, "runtime": 1, "toolkit": 4, "operators": 5, "kernels": 6, "driver": 7}

# What alters the simulator, on purpose.
_UNEXPECTED = ("CANNSIM_ALTER", "CANNSIM_FAULT", "CANNSIM_CHECK", "CANNSIM_TRACE")

# The simulator's variables, with what holds where one is not set.
VARIABLES = {
    "CANNSIM_SOC": "Ascend910B3",
    "CANNSIM_CANN": "9.1",
    "CANNSIM_DEVICES": "8",
    "CANNSIM_HBM": "the chip's",
    "CANNSIM_STREAMS": "the chip's",
    "CANNSIM_EVENTS": "no limit",
    "CANNSIM_PHASE1_NS": "0",
    "CANNSIM_ASYNC": "0",
    "CANNSIM_STRICT": "0",
    "CANNSIM_ISA": "the processor's",
    "CANNSIM_BLAS": "NumPy's",
    "CANNSIM_NUMPY_LOOPS": "1",
    "CANNSIM_NUM_THREADS": "the cores",
    "CANNSIM_GOVERNOR": "1",
    "CANNSIM_CHECK": "nothing",
    "CANNSIM_CHECK_EXIT": "86",
    "CANNSIM_TRACE": "nowhere",
    "CANNSIM_FAULT": "none",
    "CANNSIM_ALTER": "nothing",
}
PREFIXES = ("CANNSIM_",)

USE_SIMULATOR = "export CUPY_CANN=sim"


def _version_in(folder):
    """Return the version that a package's own files state, or ''."""
    for pattern in _VERSION_FILES:
        for path in sorted(glob.glob(os.path.join(folder, pattern))):
            with open(path, errors="replace") as file:
                found = re.search(r"version[^=\n]*=\s*\[?([\w.]+)", file.read(), re.IGNORECASE)
            if found:
                return found[1]
    return ""


def _toolkits():
    """Return the folders in which the loader looks for CANN."""
    named = [os.environ[name] for name in _HOMES if os.environ.get(name)]
    return named or [os.path.join(root, below) for root in _ROOTS for below in _BELOW_ROOT]


def _choice():
    """Return (real or simulated, why, toolkit folder or None): the loader's rule, from files alone."""
    wish = os.environ.get("CUPY_CANN") or "auto"
    holds = [
        t for t in _toolkits() if any(os.path.exists(os.path.join(t, "lib64", name)) for name in _RUNTIMES)
    ]
    toolkit = holds[0] if holds else None
    nodes = _nodes()
    if wish == "sim":
        return "simulated", "CUPY_CANN=sim asks for it", toolkit
    if wish == "real":
        return "real", "CUPY_CANN=real asks for it", toolkit
    if wish != "auto":
        return "none", f"CUPY_CANN={wish} is not one of sim, real, auto", toolkit
    if toolkit or nodes:
        found = [f"CANN in {toolkit}"] * bool(toolkit) + [f"{len(nodes)} device nodes"] * bool(nodes)
        return "real", f"there are {' and '.join(found)}", toolkit
    return "simulated", "there is neither a CANN toolkit nor a device node", toolkit


def _nodes():
    return sorted(n for n in glob.glob("/dev/davinci*") if re.fullmatch(r"/dev/davinci\d+", n))


def _package_versions(symbol):
    """Ask the loaded runtime for the versions of its packages."""
    address = symbol("aclsysGetCANNVersion")
    if not address:
        return {}
    function = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_char_p)(address)
    versions = {}
    for name, number in _PACKAGES.items():
        text = ctypes.create_string_buffer(512)  # aclCANNPackageVersion begins with the version as text
        if function(number, text) == 0 and text.value:
            versions[name] = text.value.decode(errors="replace")
    return versions


def expected_environment():
    """Return the variables under which the simulator shows the routes that are expected on this chip."""
    from cupy_backends.ascend import _ascend

    kept = {name: value for name, value in os.environ.items() if name not in _UNEXPECTED}
    release = _package_versions(_ascend.symbol).get("CANN", "")
    known = {"CANNSIM_CANN": "8.1"} if release.startswith("8") else {}  # else the newest that is known
    return kept | {"CUPY_CANN": "sim", "CANNSIM_SOC": _ascend.soc_name()} | known


def probe():
    """Open the libraries and yield what they say, piece by piece: the process may end in any of them."""
    from cupy_backends.ascend import _ascend

    info = _ascend.library_info()
    missing = sorted(name for name, available in info["functions"].items() if not available)
    yield {**info, "functions": len(info["functions"]), "missing": missing}
    if info["error"] is None:
        yield {"versions": _package_versions(_ascend.symbol)}


def diagnose(found):
    """Return (sections, problems) from the probe's findings.

    A section is (title, rows of label and text); a problem is (what is wrong, the line that mends it).
    """
    which, why, toolkit = _choice()
    libraries = found.get("libraries", [])
    device = [("device", f"{which}: {why}"), ("SoC", found.get("soc") or "unknown")]
    device += [(f"{name} version", version) for name, version in found.get("versions", {}).items()]
    driver = _version_in(os.path.join(_ROOTS[0], "driver"))
    device.append(("driver files", f"{_ROOTS[0]}/driver {driver}" if driver else "none"))
    nodes = [n for n in (*_nodes(), *_MANAGERS) if os.path.exists(n)]
    device.append(("device nodes", ", ".join(nodes) or "none"))
    rows = [("toolkit", f"{toolkit} {_version_in(toolkit)}".strip() if toolkit else "none; looked in "
             + ", ".join(_toolkits()))]  # fmt: skip
    rows += [(name, f"{os.path.realpath(path)}: {problem or 'loads'}") for name, path, problem in libraries]
    simulator = os.environ.get("CUPY_CANNSIM") or cannsim.library()
    if not any(path == simulator for _, path, _ in libraries):
        rows.append(("simulator", simulator if os.path.exists(simulator) else f"{simulator}: missing"))
    if "missing" in found and found["error"] is None:
        absent = found["missing"]
        rows.append(("operators", f"{found['functions'] - len(absent)} of {found['functions']} that cupy uses"
                     + (f"; missing: {', '.join(absent)}" if absent else "")))  # fmt: skip
    sections = [("Device", device), ("Libraries", rows)]
    return sections, _problems(which, why, toolkit, nodes, libraries, simulator, found)


def _problems(which, why, toolkit, nodes, libraries, simulator, found):
    problems = []
    if which == "none":
        problems.append((why, "unset CUPY_CANN"))
    if which == "simulated" and not os.path.exists(simulator):
        chosen = "CUPY_CANNSIM" in os.environ
        problems.append((f"the simulator's library {simulator} is missing", "unset CUPY_CANNSIM" if chosen else
                         "pip install --force-reinstall --no-deps cupy-ascend"))  # fmt: skip
    if which == "real":
        problems += _problems_of_a_device(toolkit, nodes)
    problems += [(f"{name}: {problem}", _mend(problem, toolkit)) for name, _, problem in libraries if problem]
    if found.get("error") and not problems:
        problems.append((found["error"], USE_SIMULATOR))
    return problems


def _problems_of_a_device(toolkit, nodes):
    if toolkit is None:
        yield (
            "no CANN toolkit was found",
            f"source {_ROOTS[0]}/ascend-toolkit/set_env.sh  # or: {USE_SIMULATOR}",
        )
    if not _nodes():
        devices = " ".join(f"--device={node}" for node in ("/dev/davinci0", *_MANAGERS))
        driver = f"-v {_ROOTS[0]}/driver:{_ROOTS[0]}/driver"
        yield (
            "no NPU is visible (/dev/davinci0 ...): no driver, or a container without the devices",
            f"docker run {devices} {driver} ...  # or: {USE_SIMULATOR}",
        )
    closed = [n for n in nodes if not os.access(n, os.R_OK | os.W_OK)]
    if closed:
        yield (
            f"no permission for {', '.join(closed)}",
            'sudo usermod -a -G HwHiAiUser "$USER"  # then log in again',
        )


def _mend(problem, toolkit):
    """Return the line that mends what the dynamic loader complained about."""
    if "cannot open shared object file" in problem and toolkit:
        return f"source {os.path.join(os.path.dirname(toolkit), 'set_env.sh')}  # or: {USE_SIMULATOR}"
    if any(text in problem for text in ("invalid ELF", "file too short", "wrong ELF class")):
        return f"reinstall CANN for {platform.machine()}  # or: {USE_SIMULATOR}"
    return USE_SIMULATOR
