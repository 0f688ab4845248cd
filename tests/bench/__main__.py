"""Measure, print a table, write bench/results.json: `make bench`, or a part of it with `make bench ARGS="edge"`."""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
from importlib import import_module
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from infra.settings import REPO

#: Each is a module of this package with BARS and measure(quick).
PARTS = ("whole", "edge", "files", "latency", "loads", "intake", "streams", "surge", "surge_stream", "warehouse")


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
    """Entry point of `make bench`. A missed bar is shown; it is no error."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all if none is named")
    parser.add_argument("--quick", action="store_true", help="a short try, whose figures say little")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    document: dict[str, Any] = {"machine": machine(), "quick": asked.quick, "figures": {}}
    table = Table(title="Corridor, measured", caption=json.dumps(document["machine"]))
    for column in ("figure", "measured", "bar", "held"):
        table.add_column(column, justify="left" if column == "figure" else "right")
    for part in asked.parts or PARTS:
        module = import_module(f"tests.bench.{part}")
        figures, document[part] = module.measure(asked.quick)
        document["figures"] |= figures
        for name, bar in module.BARS.items():
            held = bar.is_held(figures[name])
            measured = f"{figures[name]:,.{0 if figures[name] >= 1000 else 2}f} {bar.unit}".strip()
            table.add_row(name, measured, bar.words(), "yes" if held else "NO")
    Console(width=None if sys.stdout.isatty() else 150).print(table)
    folder = REPO / "bench"
    folder.mkdir(exist_ok=True)
    (folder / "results.json").write_text(json.dumps(document, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
