"""The table at the end of a start: where each service is, who signs in there, and what it costs."""

from __future__ import annotations

import sys

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


def show_ready(settings: Settings, seconds: float) -> None:
    """Print the table."""
    table = Table(title="Corridor is ready", title_justify="left", title_style="bold", pad_edge=False)
    for column in ("service", "state", "address", "user", "password in"):
        table.add_column(column, overflow="fold")
    table.add_column("memory (PSS)", justify="right", no_wrap=True)
    for state in look(settings):
        user, secret = _SIGN_IN.get(state.name, ("", ""))
        memory = f"{state.memory_bytes / MIB:,.0f} MB" if state.memory_bytes else ""
        mood = "" if state.good else "red"
        table.add_row(
            state.title, state.state, state.url, user, f"secrets/{secret}" if secret else "", memory, style=mood
        )
    terminal = Terminal(width=None if sys.stdout.isatty() else 120)
    terminal.print(table)
    terminal.print(
        f"Ready after {seconds:.0f} s, {supervisor_memory(settings) / MIB:,.0f} MB in all. "
        f"Passwords, logs and data are below {settings.home}.",
        "Next: open Superset, or look around with `./corridor status` and `./corridor --help`.",
        sep="\n",
        highlight=False,
        soft_wrap=True,
    )
