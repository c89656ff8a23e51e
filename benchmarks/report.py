"""The table on the terminal, the JSON file, the page for the documentation, the plot."""

import json
import os
import platform
import re
import statistics
import subprocess
from collections import Counter
from pathlib import Path

import numpy as np

LIMITED = ("throughput", "load")  # sections with a column of limits
LIMITS = Path(__file__).with_name("limits.md")  # closes the page
HEADINGS = {
    "overhead": "Cost of a call, as a multiple of NumPy's (less is better)",
    "throughput": "Speed-up over NumPy, results newly allocated (more is better)",
    "programs": "Programs: speed-up over NumPy (more is better)",
    "threads": "Speed-up of all threads over one (more is better)",
    "load": "Beside four busy processes: speed-up over NumPy (more is better)",
    "process": "Processes and memory (less is better)",
}


def commit():
    try:
        command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def machine():
    import cupy

    named = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.M)
    return {
        "processor": named[1] if named else platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "load": os.getloadavg()[0],
        "python": platform.python_version(),
        "numpy": np.__version__,
        "cupy": cupy.__version__,
        "commit": commit(),
        "backend": os.environ.get("CUPY_BACKEND", "ascend"),
    }


def number(value):
    return "-" if value is None else f"{value:.0f}" if value >= 100 else f"{value:.2f}"


def cells(row, rivals):
    """Return the row as strings: name, dtype, size, NumPy ns, ours ns, value, rivals, bar, verdict."""
    size = "" if row.get("size") is None else f"{row['size']:,}"
    limit = [number(row.get("limit"))] if row["section"] in LIMITED else []
    times = [number(row.get("numpy_ns")), number(row.get("cupy_ns"))]
    others = [number(row.get("rivals", {}).get(name)) for name in rivals]
    bar = number(row["bar"]) + (f" [{number(row['floor'])}]" if row.get("floor") else "")
    if row["section"] == "process":
        return [row["label"], number(row.get("value")), bar, row["verdict"]]
    value = number(row.get("value"))
    return [row["label"], row["dtype"], size, *times, value, *limit, *others, bar, row["verdict"]]


def titles(section, rivals):
    if section == "process":
        return ["", "value", "bar", ""]
    times = ["1 thr. ns", "all ns"] if section == "threads" else ["NumPy ns", "CuPy ns"]
    limit = ["limit"] if section in LIMITED else []
    return ["", "dtype", "size", *times, "ratio", *limit, *rivals, "bar", ""]


def text_line(cells, widths):
    return "  ".join(
        text.ljust(width) if i < 2 or i == len(cells) - 1 else text.rjust(width)
        for i, (text, width) in enumerate(zip(cells, widths))
    ).rstrip()


class Table:
    """Prints each row as soon as it is measured."""

    def __init__(self, rivals):
        self.rivals = rivals
        self.section = None

    def show(self, row):
        numeric = [9] * (len(titles(row["section"], self.rivals)) - 4)
        widths = [58, 9, 14, 0] if row["section"] == "process" else [28, 9, *numeric, 14, 0]
        if row["section"] != self.section:
            self.section = row["section"]
            print(f"\n{HEADINGS[self.section]}\n")
            print(text_line(titles(self.section, self.rivals), widths))
        print(text_line(cells(row, self.rivals), widths), flush=True)


def summary(rows, mean_bar):
    """Yield the closing lines: the mean cost of a call, the slowest row, how many rows reach their bar."""
    timed = [row for row in rows if row["section"] not in ("process", "threads") and row.get("value")]
    costs = [row["value"] for row in timed if row["section"] == "overhead"]
    if costs:
        yield f"geometric mean of the cost of a call: {statistics.geometric_mean(costs):.2f} (bar {mean_bar})"
    if timed:
        slowest = max(timed, key=lambda row: row["cupy_ns"] / row["numpy_ns"])
        speed = slowest["numpy_ns"] / slowest["cupy_ns"]
        name = "{label}, {dtype}, {size:,}".format(**slowest)
        yield f"slowest row: {speed:.2f} of NumPy's speed ({name})"
    verdicts = Counter(row["verdict"].split(":")[0] for row in rows)
    yield ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items()))


def markdown(rows, about, rivals, mean_bar):
    """Return the page docs/performance.md."""
    lines = [
        "# Performance",
        "",
        f"Written by `python benchmarks --markdown` at commit {about['commit']}; run it on your machine for figures of",
        "your own.",
        f"{about['processor']}, {about['cores']} cores (load {about['load']:.1f}), Python {about['python']},",
        f"NumPy {about['numpy']}, CuPy for Ascend {about['cupy']} on the simulator of CANN.",
        "",
        "`ok` reaches the bar, `near` comes within a tenth of it, `limit` within a tenth of what this machine allows",
        "(the column `limit`: NumPy's time over that of reading and writing the same bytes once on all cores; of sort,",
        "over that of NumPy's sort of numbers with their places, which CANN's operator gives). `floor` reaches only",
        "the bar in brackets, for one core or a loaded machine. `slow` misses all.",
    ]
    for section, heading in HEADINGS.items():
        chosen = [row for row in rows if row["section"] == section]
        if chosen:
            head = titles(section, rivals)
            align = [":--" if i == 0 or not title else "--:" for i, title in enumerate(head)]
            table = [head, align, *(cells(row, rivals) for row in chosen)]
            lines += ["", f"## {heading}", ""]
            lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in table]
    lines += ["", *(f"- {line}" for line in summary(rows, mean_bar))]
    return "\n".join([*lines, "", LIMITS.read_text()])


def plot(rows, path):
    """Draw the ratios as bars on a logarithmic axis; return whether matplotlib is there."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        return False
    sections = {
        section: [row for row in rows if row["section"] == section and row.get("value")]
        for section in ("overhead", "throughput")
    }
    longest = max(map(len, sections.values()), default=1)
    figure = Figure(figsize=(14, 2 + 0.18 * longest), layout="constrained")
    for axes, (section, chosen) in zip(figure.subplots(1, 2), sections.items()):
        names = [f"{row['label']}  {row['dtype']}  {row['size']:,}" for row in chosen]
        colours = ["tab:green" if row["verdict"] == "ok" else "tab:orange" for row in chosen]
        axes.barh(range(len(chosen)), [row["value"] for row in chosen], color=colours)
        axes.plot([row["bar"] for row in chosen], range(len(chosen)), "k|", label="bar")
        axes.set_yticks(range(len(chosen)), names, fontsize=6)
        axes.invert_yaxis()
        axes.set_xscale("log")
        axes.axvline(1, color="grey", linewidth=0.5)
        axes.set_title(HEADINGS[section], fontsize=9)
        axes.legend()
    FigureCanvasAgg(figure).print_png(path)
    return True


def write_json(rows, about, path):
    path.write_text(json.dumps({"machine": about, "rows": rows}, indent=1) + "\n")
