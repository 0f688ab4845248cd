"""After a city's key was rotated: keep which token of the first key a person had, so that nobody becomes new."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import psycopg

_MARK = b'"firsttokens":{'


class _WithFirstTokens(msgspec.Struct, gc=False):
    firsttokens: dict[str, str] = {}


_decode = msgspec.json.Decoder(_WithFirstTokens).decode


def keep_first_tokens(connection: psycopg.Connection, values: Iterable[bytes], load_id: int) -> int:
    """Record the tokens that the accepted records `values` tell, within the open transaction; returns how many.

    Nearly no record tells any, so only those that hold the mark are read.
    """
    found: dict[str, str] = {}
    for value in values:
        if _MARK in value:
            found.update(_decode(value).firsttokens)
    if found:
        connection.cursor().executemany(
            "insert into raw.first_tokens (token, first_token, load_id) values (%s, %s, %s) on conflict do nothing",
            [(token, first, load_id) for token, first in sorted(found.items())],
        )
    return len(found)
