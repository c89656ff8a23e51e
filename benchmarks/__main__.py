"""`python benchmarks`: every row of rows.toml, next to NumPy, from one run.

Ratios come from samples taken in turn, by their median, so that a busy machine shifts both sides alike.
"""

import argparse
import math
import subprocess
import sys
import tomllib
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import processes

if processes.IN_PLACE:
    sys.path.insert(1, str(HERE.parent))

import numpy as np
import report
from measure import Library, Threads, measure

RIVALS = ("torch", "jax", "numexpr")
ROW_KEYS = {"bar", "floor", "limit", "traffic", "sizes", "dtypes", "setup", "label", *RIVALS}
SHARED_BYTES = 1 << 21  # less stays in one core, whose limit is not the memory's
NEAR = 0.9  # of a bar or a limit counts as reached on a noisy machine


def read_rows(path=HERE / "rows.toml"):
    """Return the table of rows.toml with one entry per statement, dtype and size."""
    tables = tomllib.loads(path.read_text())
    rows = []
    for section in ("overhead", "throughput", "programs"):
        table = tables[section]
        for statement, row in table["rows"].items():
            if unknown := row.keys() - ROW_KEYS:
                raise ValueError(f"{path.name}: [{section}] {statement}: unknown {sorted(unknown)}")
            sizes = row["sizes"] if "sizes" in row else table["sizes"]
            label = row.get("label", statement.removeprefix("xp."))
            setup = table["setup"] + row.get("setup", "")
            if section == "programs":
                setup, statement = f"{setup}run = programs.{statement}(xp, data, n)", "run()"
            for dtype in row.get("dtypes", table["dtypes"]):
                for i, size in enumerate(sizes):
                    rows.append(
                        row
                        | {"section": section, "statement": statement, "label": label}
                        | {"dtype": dtype, "size": size}
                        | {key: row[key][i] for key in ("bar", "floor") if isinstance(row.get(key), list)}
                        | {"setup": setup}
                    )
    for section in ("threads", "load"):
        table = tables[section]
        for statement in table["rows"]:
            sources = [
                row for row in rows if row["section"] == "throughput" and row["statement"] == statement
            ]
            if not sources:
                raise ValueError(f"{path.name}: [{section}] {statement!r} is no row of throughput")
            for dtype in dict.fromkeys(row["dtype"] for row in sources):
                first = next(row for row in sources if row["dtype"] == dtype)
                own = "sizes" in tables["throughput"]["rows"][statement]
                for size in (
                    [row["size"] for row in sources if row["dtype"] == dtype] if own else table["sizes"]
                ):
                    rows.append(
                        {key: value for key, value in first.items() if key != "floor"}
                        | {"section": section, "size": size, "bar": table["bar"]}
                    )
    for name, row in tables["process"].items():
        rows.append(row | {"section": "process", "name": name})
    return rows, tables


def verdict(row):
    """Return how the value stands to the bar.

    ok: reaches it; near: within a tenth of it; limit: within a tenth of what the machine allows;
    floor: reaches the bar of a loaded machine; slow: none of these.
    """
    value, bar = round(row["value"], 2), row["bar"]
    if row["section"] in ("overhead", "process"):
        return "ok" if value <= bar else "slow"
    wanted = {"ok": bar, "limit": NEAR * row.get("limit", math.inf), "floor": row.get("floor", bar)}
    if row["section"] == "throughput":
        wanted["near"] = NEAR * bar
    for word in ("ok", "near", "limit", "floor"):
        if value >= wanted.get(word, math.inf):
            return word
    return "slow"


def allowed(row, numpy_ns, memory):
    """Return {"limit": the speed-up that the memory allows}, {} for what is not bound by it."""
    item = np.dtype(row["dtype"]).itemsize
    read, written = (int(items * item * row["size"]) for items in row["traffic"])
    if read + written < SHARED_BYTES:
        return {}
    ns = memory.ns(read, written)
    return {"limit": numpy_ns / ns} if ns else {}


def run_timed(row, libraries, options, host_bar, memory):
    """Measure one row of overhead or throughput; return it with its results."""
    import cupy

    result = {key: row[key] for key in ("section", "label", "dtype", "size", "bar", "floor") if key in row}
    hosts = cupy.host_route_count()
    try:
        found = measure(row, row["size"], row["dtype"], libraries, options.rounds, options.seconds)
    except Exception as error:
        return result | {"verdict": f"failed: {type(error).__name__}: {error}".splitlines()[0]}
    if cupy.host_route_count() > hosts:
        result["host"] = True
        if row["section"] == "overhead":
            result["bar"] = max(row["bar"], host_bar)
    ratios = {
        name: ratio if row["section"] == "overhead" else 1 / ratio for name, (_, ratio) in found.items()
    }
    base, ours = (library.name for library in libraries[:2])
    result |= {"numpy_ns": found[base][0], "cupy_ns": found[ours][0], "value": ratios[ours]}
    if "traffic" in row and row["section"] == "throughput":
        result |= allowed(row, result["numpy_ns"], memory)
    if "limit" in ratios:
        result["limit"] = ratios["limit"]
    result["rivals"] = {name: ratios[name] for name in RIVALS if name in ratios}
    result["verdict"] = verdict(result) + (" (host)" if result.get("host") else "")
    return result


def run_processes(rows, options):
    """Yield the rows that need processes of their own."""
    wanted = {row["name"]: row for row in rows if row["section"] == "process"}
    for measurement, names in processes.MEASUREMENTS.items():
        if not wanted.keys() & set(names):
            continue
        try:
            values = dict(measurement(3 if options.quick else 7))
        except Exception as error:
            values = {}
            problem = f"failed: {error}"
        for name in names:
            if name in wanted:
                row = wanted[name]
                if name in values:
                    row["value"] = values[name]
                yield row | {"verdict": verdict(row) if name in values else problem}


@contextmanager
def busy_processes(count):
    """Let so many other processes want the processor."""
    running = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()


def parse(argv):
    parser = argparse.ArgumentParser(prog="python benchmarks", description=__doc__)
    parser.add_argument(
        *("--only", "-k"), default="", metavar="TEXT", help="only rows with this in name, dtype or section"
    )
    parser.add_argument(
        "--quick", action="store_true", help="fewer samples, nothing above a million elements"
    )
    parser.add_argument("--busy", type=int, default=0, metavar="N", help="with N busy processes beside")
    parser.add_argument("--rounds", type=int, help="samples per row (default: 31)")
    parser.add_argument("--seconds", type=float, default=4, help="stop sampling a row then (default: 4)")
    parser.add_argument("--json", type=Path, default=HERE / "results" / "latest.json")
    parser.add_argument("--plot", type=Path, default=HERE / "results" / "latest.png")
    parser.add_argument("--markdown", type=Path, help="write the page for the documentation")
    options = parser.parse_args(argv)
    options.rounds = options.rounds or (9 if options.quick else 31)
    return options


def select(rows, options):
    for row in rows:
        text = f"{row['section']} {row['label']} {row.get('dtype', '')} {row.get('name', '')}"
        if options.only in text and not (options.quick and row.get("size", 0) > 2_000_000):
            yield row


def main(argv=None):
    options = parse(argv)
    rows, tables = read_rows()
    overhead = tables["overhead"]
    rows = list(select(rows, options))
    if not rows:
        sys.exit(f"no row matches {options.only!r}")
    rivals = [name for name in RIVALS if find_spec(name)]
    libraries = [Library(name) for name in ("numpy", "cupy", *rivals)]
    about = report.machine()
    memory = processes.Memory()
    table, results = report.Table(rivals), []
    limit = Library("limit")
    compared = {
        "threads": [Threads(1), Threads(0)],
        "throughput": [*libraries, limit],
        "load": [*libraries[:2], limit],
    }
    with busy_processes(options.busy):
        for row in rows:
            if row["section"] not in ("process", "load"):
                chosen = compared.get(row["section"], libraries)
                results.append(run_timed(row, chosen, options, overhead["host_bar"], memory))
                table.show(results[-1])
        for row in run_processes(rows, options):
            results.append(row)
            table.show(row)
    loaded = [row for row in rows if row["section"] == "load"]
    with busy_processes(tables["load"]["processes"] if loaded else 0):
        for row in loaded:
            results.append(run_timed(row, compared["load"], options, overhead["host_bar"], memory))
            table.show(results[-1])
    print()
    for line in report.summary(results, overhead["mean_bar"]):
        print(line)
    report.write_json(results, about, options.json)
    print(f"wrote {options.json}")
    if report.plot(results, options.plot):
        print(f"wrote {options.plot}")
    if options.markdown:
        options.markdown.write_text(report.markdown(results, about, rivals, overhead["mean_bar"]))
        print(f"wrote {options.markdown}")


if __name__ == "__main__":
    main()
