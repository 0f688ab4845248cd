"""Measure from nothing to results in a fresh clone, print a table, write bench/results.json."""

from __future__ import annotations

import json
import platform
import subprocess
from dataclasses import asdict

import psutil
from rich.console import Console
from rich.table import Table

from infra.settings import REPO
from tests.bench import latency, resources, stack

#: figure -> (unit, bar); a bar is the highest value that is still good.
BARS = {
    "make up from nothing": ("s", 240.0),
    "make up again, while it runs": ("s", 45.0),
    "make up again, after make down": ("s", 45.0),
    "idle memory (PSS)": ("MB", 3 * 1024.0),
    "idle processor": ("cores", 0.3),
    "memory during builds (PSS, peak)": ("MB", 4.5 * 1024),
    "accepted to results, p95": ("s", 60.0),
}


def measure() -> tuple[dict[str, float], dict[str, object]]:
    """All figures by name, and how they were got."""
    fresh = stack.clone()
    figures: dict[str, float] = {}
    try:
        figures["make up from nothing"] = fresh.make("up")
        figures["make up again, while it runs"] = fresh.make("up")
        fresh.make("down")
        figures["make up again, after make down"] = fresh.make("up")
        figures["idle processor"] = resources.idle_cores(fresh.settings)
        figures["idle memory (PSS)"] = resources.memory_mb(fresh.settings)
        with resources.peak_memory(fresh.settings) as peak:
            seen = latency.accepted_to_results(fresh.settings)
        figures["memory during builds (PSS, peak)"] = peak[0]
        figures["accepted to results, p95"] = seen.p95
    finally:
        stack.remove(fresh)
    return figures, {"latency": asdict(seen), "machine": machine()}


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=REPO, capture_output=True, text=True, check=True
    )
    return {
        "cores": psutil.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30),
        "python": platform.python_version(),
        "commit": commit.stdout.strip(),
    }


def main() -> None:
    """Entry point of `make bench`."""
    figures, how = measure()
    table = Table(title="Corridor, measured", caption=json.dumps(how["machine"]))
    for column in ("figure", "measured", "bar", "held"):
        table.add_column(column, justify="left" if column == "figure" else "right")
    for name, value in figures.items():
        unit, bar = BARS[name]
        table.add_row(
            name,
            f"{value:.2f} {unit}",
            f"{bar:.0f} {unit}" if bar > 1 else f"{bar} {unit}",
            "yes" if value <= bar else "NO",
        )
    Console().print(table)
    folder = REPO / "bench"
    folder.mkdir(exist_ok=True)
    (folder / "results.json").write_text(json.dumps({"figures": figures, **how}, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
