"""After a city's key was rotated: keep which token of the first key a person had, so that nobody becomes new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import psycopg


def keep_first_tokens(connection: psycopg.Connection, told: Iterable[Mapping[str, str]], load_id: int) -> int:
    """Record the tokens that accepted records told, each with its first one, within the open transaction.

    Returns how many there were.
    """
    found: dict[str, str] = {}
    for each in told:
        found.update(each)
    if found:
        connection.cursor().executemany(
            "insert into raw.first_tokens (token, first_token, load_id) values (%s, %s, %s) on conflict do nothing",
            [(token, first, load_id) for token, first in sorted(found.items())],
        )
    return len(found)
