"""A batch that Postgres refuses is halved until the culprit stands alone; everything else lands."""

from __future__ import annotations

import re
from typing import Any

import psycopg

from ingestion.loading.kind import Kind
from ingestion.loading.refusals import Refusal

#: Offset, COPY line, and the record's value as it was read.
Line = tuple[int, bytes, bytes]

# Data exception, integrity violation, program limit (an index entry too long, nesting too deep): the fault of a value.
_FAULT_OF_A_VALUE = ("22", "23", "54")


def land_or_bisect(
    connection: psycopg.Connection, kind: Kind, lines: list[Line], place: dict[str, Any]
) -> tuple[int, int, list[Refusal]]:
    """Land `lines` within the open transaction; returns rows landed, ids reused, and the records refused.

    Halves keep their order, so that the first event of an identity stays the first.
    """
    if not lines:
        return 0, 0, []
    try:
        with connection.transaction():
            landed, reused = _land(connection, kind, lines, place)
        return landed, reused, []
    except psycopg.Error as error:
        if not (error.sqlstate or "").startswith(_FAULT_OF_A_VALUE):
            raise
        if len(lines) == 1:
            offset, _, value = lines[0]
            return 0, 0, [Refusal(offset, value, "refused_by_database", _sentence(error))]
    middle = len(lines) // 2
    first = land_or_bisect(connection, kind, lines[:middle], place)
    connection.execute(kind.clear)
    second = land_or_bisect(connection, kind, lines[middle:], place)
    return first[0] + second[0], first[1] + second[1], first[2] + second[2]


def _land(connection: psycopg.Connection, kind: Kind, lines: list[Line], place: dict[str, Any]) -> tuple[int, int]:
    with connection.cursor() as cursor:
        with cursor.copy(kind.copy) as copy:
            copy.write(b"\n".join([line for _, line, _ in lines]) + b"\n")
        cursor.execute(kind.land, place)
        landed = cursor.rowcount
        reused = 0
        if landed < len(lines) and kind.reused:
            row = cursor.execute(kind.reused, place).fetchone()
            reused = row[0] if row else 0
        if landed + reused < len(lines) and kind.duplicates:
            cursor.execute(kind.duplicates, place)
    return landed, reused


def _sentence(error: psycopg.Error) -> str:
    """What Postgres said, without the values that it quotes."""
    said = re.sub(r'"[^"]*"', '"…"', error.diag.message_primary or "no reason given")
    return f"Postgres refused the record: {said} (SQLSTATE {error.sqlstate})."
