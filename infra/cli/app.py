"""The command `corridor`: its subcommands, each in a module of its own that is imported when it is called."""

from __future__ import annotations

import sys
from importlib import import_module

import typer

#: Subcommand -> line of the help. A module of GROUPS defines `app`, any other `command`.
COMMANDS = {
    "status": "Each service: up, since, memory, address.",
    "query": "Ask the results with SQL, as the read-only reader; CSV on standard output.",
    "send": "Send a file of events (JSON lines or CSV) to the gateway, with a receipt for each.",
    "simulate": "Send the events of the simulated programme.",
    "contracts": "Check the contracts of events, write what is made from them, name what changed.",
    "framework": "Check the results framework and other reference data.",
    "topics": "Show the Kafka topics, or bring the cluster to the list.",
    "stream": "Run one stream in the foreground, as one more member of its group.",
    "spool": "What the gateway keeps while Kafka cannot answer.",
    "kobo": "Show the forms of KoboToolbox, or pull them now.",
    "keys": "Make, list and revoke the API keys of city partners.",
    "partners": "Let partners' own Kafka producers write; list, revoke, new passwords.",
    "rejects": "List refused events, open, mend and send them again.",
    "archive": "Keep old months of events in files, and bring them back.",
    "erase": "Erase a person or household from every store; what was counted stays counted.",
    "retention": "Show how long what is kept, and delete what is older.",
    "reconcile": "Check that nothing vanished: offsets against rows, partners against answers.",
    "signals": "Show surge signals, and say who is told of them.",
    "publications": "List, show, compare, restore and hold publications.",
    "release": "Freeze figures for donors and the public; list what is missing, and what changed since.",
    "docs": "Build the pages that describe every model and column, and say where they are.",
    "explain": "What is behind a published number: rule, target, parts, document, events.",
}
GROUPS = (
    "contracts", "framework", "topics", "kobo", "keys", "partners", "rejects",
    "archive", "retention", "signals", "publications", "release",
)  # fmt: skip
HELP = "Operate Corridor: from events of city partners to results that can be defended."
EPILOG = """\b
Examples:
  corridor status
  corridor query "select indicator_code, geography_code, actual from results.indicator_results limit 5"
  corridor keys create --programme SIM --partner my-office --source-prefix urn:my-office
"""


def build(called: str | None) -> typer.Typer:
    """The command line with the module of the `called` subcommand; of the others only the lines of the help."""
    app = typer.Typer(no_args_is_help=True, add_completion=False, epilog=EPILOG, help=HELP)
    app.callback()(lambda: None)
    for name, line in COMMANDS.items():
        if name != called:
            app.command(name, help=line)(lambda: None)
        elif name in GROUPS:
            app.add_typer(import_module(f"infra.cli.{name}").app, name=name, help=line)
        else:
            app.command(name)(import_module(f"infra.cli.{name}").command)
    return app


def main() -> None:
    """Run the command; a problem that was named is one sentence on standard error and exit code 1."""
    from infra.local.problems import Problem
    from infra.settings import SettingsError

    called = next((word for word in sys.argv[1:] if not word.startswith("-")), None)
    try:
        build(called)(prog_name="corridor")
    except (Problem, SettingsError) as problem:
        print(problem, file=sys.stderr)
        sys.exit(1)
