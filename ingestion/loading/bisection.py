"""A batch that Postgres refuses is halved until the culprit stands alone; everything else lands."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import psycopg

from ingestion.loading.kind import Landed
from ingestion.loading.refusals import Refusal

# Data exception, integrity violation, program limit (an index entry too long, nesting too deep): the fault of a value.
_FAULT_OF_A_VALUE = ("22", "23", "54")


def land_or_bisect(
    connection: psycopg.Connection, land: Callable[[list[Any]], Landed], rows: list[Any], clear: str
) -> tuple[Landed, list[Refusal]]:
    """Land `rows` (see kind.Row) within the open transaction; returns what landed, and the records refused.

    Halves keep their order, so that the first event of an identity stays the first. `clear` empties the stages.
    """
    if not rows:
        return Landed(0, 0), []
    try:
        with connection.transaction():
            return land(rows), []
    except psycopg.Error as error:
        if not (error.sqlstate or "").startswith(_FAULT_OF_A_VALUE):
            raise
        if len(rows) == 1:
            return Landed(0, 0), [
                Refusal(rows[0].offset, rows[0].value, "refused_by_database", _sentence(error)),
            ]
    middle = len(rows) // 2
    first, refused = land_or_bisect(connection, land, rows[:middle], clear)
    connection.execute(clear)
    second, refused_too = land_or_bisect(connection, land, rows[middle:], clear)
    return first.plus(second), refused + refused_too


def _sentence(error: psycopg.Error) -> str:
    """What Postgres said, without the values that it quotes."""
    said = re.sub(r'"[^"]*"', '"…"', error.diag.message_primary or "no reason given")
    return f"Postgres refused the record: {said} (SQLSTATE {error.sqlstate})."
