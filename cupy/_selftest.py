"""``python -m cupy.doctor --selftest``: does this device carry out every operation as NumPy defines it?

The conformance cases of the contract run in a child process, cell by cell (an operation and the dtypes of its
operands). A cell that kills the child, or does not end, is noted, and another child goes on after it.
"""

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time

__all__ = ["Outcome", "selftest"]

STATUSES = ("pass", "wrong", "refused", "crash", "hang", "not run")
_LETTERS = {"native": "N", "reinterpret": "R", "cast": "C", "composite": "O", "host": "H"}
_MARKS = dict(zip(STATUSES, ("", " WRONG", " REFUSED", " CRASH", " HANG", " not run")))
_START_SECONDS = 60  # until a child has loaded its libraries


def name_of(cell):
    """Return ``op(dtypes)`` of a cell."""
    return f"{cell['op']}({', '.join(cell['dtypes'])})"


# --- the child -----------------------------------------------------------------------------------------------------


def _cells(op):
    """Return the cases of ``op`` by the dtypes that its plan is asked for with."""
    from cupy_backends.backend._testing import plan_dtypes
    from cupy_backends.backend.conformance import cases

    found = {}
    for case in cases(op):
        dtypes = tuple(plan_dtypes(op, [value.dtype for value in (*case.inputs, *case.outputs)]))
        found.setdefault(dtypes, []).append(case)
    return found


def _route(backend, op, dtypes):
    from cupy_backends.backend._testing import resolve
    from cupy_backends.backend.conformance.values import dtype_of

    try:
        route, how, why = resolve(backend, op, map(dtype_of, dtypes))
    except Exception as error:  # noqa: BLE001 - no route is a finding
        return {"route": "none", "how": "", "why": str(error)}
    return {"route": route, "how": how, "why": why}


def _run_cell(backend, cases, share):
    """Run the cases until ``share`` seconds are over, but two at least; return the cell's outcome."""
    from cupy_backends.backend.conformance import run

    end = time.monotonic() + share
    tried, failed, first, status = 0, 0, "", "pass"
    for case in cases:
        result, problem = run(backend, case)
        tried += 1
        if problem:
            failed += 1
            kind = "refused" if result is None and ": AssertionError: " not in problem else "wrong"
            if not first or (kind == "wrong" and status == "refused"):
                first, status = problem, kind
        if time.monotonic() > end and tried >= 2:
            break
    return {"status": status, "cases": tried, "of": len(cases), "failed": failed, "first": first}


def _is_lost():
    """Return whether the device has become useless to this process."""
    import cupy
    import numpy

    sent = numpy.arange(64, dtype=numpy.uint8)
    try:
        return not numpy.array_equal(cupy.asarray(sent).get(), sent)
    except Exception:  # noqa: BLE001 - whatever it is, another process has to go on
        return True


def _work(answers):
    """Carry out the order on the standard input; one JSON object per line to the file ``answers``."""
    import faulthandler

    faulthandler.enable()
    order = json.load(sys.stdin)
    backend, done = order["backend"], {(op, tuple(dtypes)) for op, dtypes in order["done"]}
    end, left = time.monotonic() + order["seconds"], order["left"]
    with os.fdopen(answers, "w", buffering=1) as out:

        def say(**what):
            out.write(json.dumps(what) + "\n")

        from cupy_backends.backend._backend import backend_name

        backend_name()  # loads the libraries
        say(ready=True)
        for op in order["ops"]:
            for dtypes, cases in _cells(op).items():
                if (op, dtypes) in done:
                    continue
                cell = {"op": op, "dtypes": dtypes}
                if order["routes only"]:
                    say(**cell, **_route(backend, op, dtypes))
                    continue
                say(begin=cell)
                cell |= _route(backend, op, dtypes)
                # A quick cell leaves its time to the others; a slow one may take twice its part.
                share = 2 * (end - time.monotonic()) / max(left, 1)
                left -= 1
                cell |= _run_cell(backend, cases, share)
                say(**cell)
                if cell["status"] != "pass" and _is_lost():
                    say(lost=True)
                    return


# --- the parent ----------------------------------------------------------------------------------------------------


class _Child:
    """A child at work; ``lines`` yields what it says, and None where it kept silent for too long."""

    def __init__(self, order, environment):
        receive, send = os.pipe()
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [sys.executable, "-c", f"from cupy import _selftest; _selftest._work({send})"],
            stdin=subprocess.PIPE,
            stdout=self.errors,
            stderr=self.errors,
            pass_fds=(send,),
            env=environment,
            start_new_session=True,
        )
        os.close(send)
        self.receive = receive
        try:
            self.process.stdin.write(json.dumps(order).encode())
            self.process.stdin.close()
        except BrokenPipeError:
            pass

    def lines(self, patience):
        """Yield objects; ``patience()`` gives the seconds to wait for the next."""
        rest = b""
        while True:
            ready, _, _ = select.select([self.receive], [], [], max(patience(), 0))
            if not ready:
                yield None
                return
            piece = os.read(self.receive, 1 << 16)
            if not piece:
                return
            *whole, rest = (rest + piece).split(b"\n")
            for line in whole:
                yield json.loads(line)

    def end(self):
        """Stop the child if it still runs; return how it ended, None if well."""
        try:
            code = self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        os.close(self.receive)
        if code < 0:
            return f"killed by {signal.Signals(-code).name}"
        return f"ended with {code}" if code else None

    def kill(self):
        self.process.kill()

    def last_words(self):
        """Return the end of what the child wrote to its error output."""
        self.errors.seek(0, os.SEEK_END)
        self.errors.seek(max(self.errors.tell() - 4000, 0))
        lines = self.errors.read().decode(errors="replace").strip().splitlines()
        return " | ".join(line.strip() for line in lines[:4])


class Outcome:
    """What the self-test found.

    Attributes
    ----------
    cells : list of dict
        One per operation and dtypes: ``op``, ``dtypes``, ``route``, ``how``, ``why``, ``status`` (one of 'pass',
        'wrong', 'refused', 'crash', 'hang', 'not run'), ``cases`` run ``of`` all, ``failed``, ``first`` (the
        first difference) and ``expected`` (the route that is expected on this chip).
    seconds : float
    trouble : str
        Why cells were left out, if not for want of time.
    """

    def __init__(self, cells, seconds, trouble=""):
        self.cells = cells
        self.seconds = seconds
        self.trouble = trouble

    def failures(self):
        """Return the cells that are neither right nor left out."""
        return [cell for cell in self.cells if cell["status"] not in ("pass", "not run")]

    def rerouted(self):
        """Return the cells that take another route than the one expected."""
        return [c for c in self.cells if c.get("expected") and c["route"] not in ("?", c["expected"])]

    @property
    def exit_code(self):
        """0 if every cell is right, 1 if one is not, 3 if time did not suffice for all."""
        if self.failures():
            return 1
        return 3 if not self.cells or any(cell["status"] == "not run" for cell in self.cells) else 0

    def summary(self):
        """Return one line of totals."""
        counts = [(sum(cell["status"] == status for cell in self.cells), status) for status in STATUSES]
        cases = sum(cell.get("cases", 0) for cell in self.cells)
        texts = ", ".join(f"{count} {status}" for count, status in counts if count)
        why = f"; {self.trouble}" if self.trouble else ""
        return f"{len(self.cells)} cells: {texts}; {cases} cases in {self.seconds:.0f} s{why}"


def _order(backend, ops, done=(), left=0, seconds=0.0, routes_only=False):
    return {"backend": backend, "ops": ops, "done": list(done), "left": left, "seconds": seconds,
            "routes only": routes_only}  # fmt: skip


def expected_routes(backend, ops, environment):
    """Return the route of each cell, by (op, dtypes), in a process with the given variables, and what went wrong."""
    child = _Child(_order(backend, ops, routes_only=True), environment)
    found = {}
    for line in child.lines(lambda: _START_SECONDS):
        if line is None:
            child.kill()
            break
        if "op" in line:
            found[line["op"], tuple(line["dtypes"])] = line
    ended = child.end()
    return found, "" if found else f"{ended}: {child.last_words()}"


class _Run:
    """The state of a self-test: what is done, and how patient it still is."""

    def __init__(self, backend, expected, seconds, patience, note):
        self.backend, self.expected, self.note = backend, expected, note
        self.patience = patience
        self.start = time.monotonic()
        self.end = self.start + seconds
        self.cells = {}
        self.begun = None
        self.trouble = ""

    def add(self, cell):
        key = cell["op"], tuple(cell["dtypes"])
        self.cells[key] = {**cell, "expected": self.expected.get(key, {}).get("route")}
        if cell["status"] not in ("pass", "not run"):
            self.note(self.cells[key])

    def fail(self, status, words):
        """Note the cell in which the child ended, if it was in one; return whether it was."""
        begun, self.begun = self.begun, None
        if begun is None:
            self.trouble = f"the test could not go on: {words}"
            return False
        key = begun["op"], tuple(begun["dtypes"])
        known = self.expected.get(key, {"route": "?", "how": "", "why": ""})
        self.add({**begun, "route": known["route"], "how": known["how"], "why": known["why"], "status": status,
                  "cases": 0, "of": 0, "failed": 1, "first": words})  # fmt: skip
        return True

    def wait(self):
        limit = self.patience if self.begun else _START_SECONDS
        return min(limit, self.end - time.monotonic())

    def one_child(self, environment):
        """Let one child do what is left; return whether another one may go on."""
        left = [key for key in self.expected if key not in self.cells]
        seconds = 0.9 * (self.end - time.monotonic())  # the rest is for who comes last
        ops = list(dict.fromkeys(op for op, _ in left))
        child = _Child(_order(self.backend, ops, list(self.cells), len(left), seconds), environment)
        self.begun, silent = None, False
        for line in child.lines(self.wait):
            if line is None:
                silent = True
                child.kill()
            elif "begin" in line:
                self.begun = line["begin"]
            elif "op" in line:
                self.begun = None
                self.add(line)
        ended = child.end()
        if time.monotonic() >= self.end:
            return False
        if silent:
            going = self.fail("hang", f"did not end within {self.patience:.0f} s")
            self.patience = max(self.patience / 2, 3.0)
            return going
        if ended:
            return self.fail("crash", f"{ended}: {child.last_words()}")
        return True


def selftest(backend, ops=None, expect=None, seconds=240.0, patience=20.0, note=lambda cell: None):
    """Run the conformance cases of a backend's device.

    Parameters
    ----------
    backend : str
    ops : list of str, optional
        Rows of the contract; all by default.
    expect : dict, optional
        The environment in which the expected routes are looked up; this one by default.
    seconds : float, optional
        Time for everything. Where it is short, cells run fewer of their cases, but each runs some.
    patience : float, optional
        Time for one cell before it counts as hanging; halved after each that does.
    note : callable, optional
        Called with each failing cell when it is found.

    Returns
    -------
    out : Outcome
    """
    from cupy_backends.backend.rows import rows

    ops = list(ops or rows())
    unknown = [op for op in ops if op not in rows()]
    if unknown:
        raise ValueError(f"no operation of the contract: {', '.join(unknown)}")
    # It is the device that is tested: what runs on the host neither warns nor is refused.
    environment = dict(os.environ) | {"CUPY_FALLBACK": "silent"}
    expected, problem = expected_routes(backend, ops, environment if expect is None else expect)
    if (
        problem and expect is not None
    ):  # a chip that the simulator does not know: its own routes are all there is
        expected, problem = expected_routes(backend, ops, environment)
    if problem:
        return Outcome([], 0.0, f"the routes of {backend} could not be listed: {problem}")
    run = _Run(backend, expected, seconds, patience, note)
    while len(run.cells) < len(expected) and time.monotonic() < run.end and run.one_child(environment):
        pass
    for (op, dtypes), known in expected.items():
        if (op, dtypes) not in run.cells:
            run.add({**known, "op": op, "dtypes": list(dtypes), "status": "not run", "cases": 0, "failed": 0,
                     "first": ""})  # fmt: skip
    return Outcome([run.cells[key] for key in expected], time.monotonic() - run.start, run.trouble)


# --- the report ----------------------------------------------------------------------------------------------------


def _as_lines(outcome, environment):
    first = {
        "report": "cupy self-test",
        "summary": outcome.summary(),
        "environment": environment.splitlines(),
    }
    return "".join(json.dumps(line) + "\n" for line in (first, *outcome.cells))


def _failing_rows(cells):
    yield "| cell | route | status | failed | first difference |"
    yield "|---|---|---|---|---|"
    for cell in cells:
        text = " ".join(cell["first"].split()).replace("|", "\\|")
        share = f"{cell['failed']} of {cell['cases']}" if cell["cases"] else ""
        how = f"{cell['route']} {cell['how']}".strip()
        yield f"| {name_of(cell)} | {how} | **{cell['status']}** | {share} | {text} |"


def _as_markdown(outcome, environment):
    lines = ["# Self-test of cupy", "", outcome.summary(), "", "## What failed", ""]
    failures = outcome.failures()
    lines += _failing_rows(failures) if failures else ["Nothing."]
    other = outcome.rerouted()
    if other:
        lines += ["", "## Routes other than expected for this chip", ""]
        lines += [
            f"- {name_of(c)}: {c['route']} ({c['why'] or c['how']}), expected {c['expected']}" for c in other
        ]
    lines += ["", "## Environment", "", "```", environment, "```", "", "## All cells", ""]
    lines += ["Routes: " + ", ".join(f"{letter} {route}" for route, letter in _LETTERS.items()), "", "```"]
    by_op = {}
    for cell in outcome.cells:
        by_op.setdefault(cell["op"], []).append(cell)
    for op, cells in by_op.items():
        lines.append(op)
        for cell in cells:
            text = f"{_LETTERS.get(cell['route'], '-')} {', '.join(cell['dtypes'])}: {cell['how']}"
            part = f" ({cell['cases']} of {cell['of']} cases)" if cell["cases"] < cell.get("of", 0) else ""
            lines.append(f"  {text}{_MARKS[cell['status']]}{part}".rstrip(": "))
    return "\n".join([*lines, "```", ""])


def write_report(path, outcome, environment):
    """Write the report: JSON lines if `path` ends with .jsonl, else Markdown."""
    make = _as_lines if str(path).endswith(".jsonl") else _as_markdown
    with open(path, "w", encoding="utf-8") as file:
        file.write(make(outcome, environment))
