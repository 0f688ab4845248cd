"""The table at the end of a start: where each service is, who signs in there, and what it costs."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from rich.console import Console as Terminal
from rich.table import Table

from infra.local.look import look, supervisor_memory
from infra.settings import Settings

MIB = 1024**2
#: User and the secret's name, for the services where people or programs sign in.
_SIGN_IN = {
    "postgres": ("corridor_reader", "pg_corridor_reader"),
    "airflow-api": ("admin", "airflow_admin"),
    "superset": ("manager", "superset_manager"),
}


def show_ready(settings: Settings, steps: Mapping[str, float], seconds: float) -> None:
    """Print the table; `steps` holds the seconds of each step of the start, `seconds` is the whole of it."""
    table = Table(title="Corridor is ready", title_justify="left", title_style="bold", pad_edge=False)
    for column in ("service", "state", "address", "user", "password"):
        table.add_column(column, overflow="fold")
    for column in ("ready in", "memory"):
        table.add_column(column, justify="right", no_wrap=True)
    for state in look(settings):
        user, secret = _SIGN_IN.get(state.name, ("", ""))
        memory = f"{state.memory_bytes / MIB:,.0f} MB" if state.memory_bytes else ""
        took = steps.get(state.name.split("-")[0])
        started = f"{took:.1f} s" if took is not None and state.state != "external" else ""
        style = "" if state.good else "red"
        table.add_row(state.title, state.state, state.url, user, secret, started, memory, style=style)
    terminal = Terminal(width=None if sys.stdout.isatty() else 120)
    terminal.print(table)
    terminal.print(
        f"Ready after {seconds:.0f} s, {supervisor_memory(settings) / MIB:,.0f} MB (PSS) in all. "
        f"A password lies in the file of that name in {settings.home / 'secrets'}.",
        "Next: open Superset, or look around with `./corridor status` and `./corridor --help`.",
        sep="\n",
        highlight=False,
        soft_wrap=True,
    )
