"""`corridor keys city`: the keys by which identifiers of people become tokens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

T = TypeVar("T")

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Show and rotate the token keys of cities.")


@app.command(name="list")
def list_all() -> None:
    """List the cities with the ids of their keys; no secret is shown.

    Example: corridor keys city list
    """
    from rich.console import Console
    from rich.table import Table

    from ingestion.city_keys import list_city_keys

    table = Table(pad_edge=False)
    for column in ("city", "active key", "earlier keys"):
        table.add_column(column)
    for keys in _ask(list_city_keys):
        table.add_row(keys.city, keys.active, ", ".join(keys.earlier) or "none")
    Console().print(table)


@app.command()
def rotate(
    city: Annotated[str, typer.Argument(help="Code of the city, such as ADAMA.")],
    forget: Annotated[
        bool, typer.Option(help="Remove the earlier keys for good: people who come again count as new.")
    ] = False,
) -> None:
    """Make a new token key for a city. The gateway takes it within 5 seconds.

    People who are known stay the same people, because the city's first key is kept beside the new one. Use --forget
    only when an earlier key became known to others: it cannot be undone.

    Example: corridor keys city rotate ADAMA
    """
    from ingestion.city_keys import rotate_city_key

    if forget:
        typer.confirm(f"People of {city} who come again will count as new. Remove the earlier keys?", abort=True)
    keys = _ask(lambda path: rotate_city_key(path, city, forget=forget))
    kept = f"kept beside it: {', '.join(keys.earlier)}" if keys.earlier else "no earlier key is kept"
    typer.echo(f"{city}: new tokens are made with {keys.active}; {kept}.")


def _ask(call: Callable[[Path], T]) -> T:
    from infra.local.problems import Problem
    from infra.settings import Settings
    from ingestion.tokens import KeyringError

    try:
        return call(Settings.load().home / "secrets" / "city_keys.json")
    except KeyringError as error:
        raise Problem(str(error)) from error
