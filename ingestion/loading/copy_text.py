"""Fields of Postgres's COPY text format. Text, because Postgres then judges each value and no driver rewrites it."""

from __future__ import annotations

from collections.abc import Iterable

import psycopg

from ingestion.loading.problems import Refused

NULL = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def copy_in(connection: psycopg.Connection, statement: str, lines: bytes) -> None:
    """Send `lines`, each with its end, to a `copy ... from stdin`."""
    with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        copy.write(lines)


def needs_escapes(value: bytes) -> bool:
    """True if a field taken from this JSON text can hold a sign that COPY reads as its own, or NUL."""
    return b"\\" in value or b"\n" in value or b"\t" in value or b"\r" in value


def any_needs_escapes(values: Iterable[bytes]) -> bool:
    """The same for many at once, which is quicker than one by one."""
    return needs_escapes(b"".join(values))


def escaped(text: str) -> str:
    """`text` as one COPY field."""
    return text.translate(_ESCAPES)


def escaped_json(json: bytes) -> bytes:
    """JSON text as one COPY field; line ends between its tokens become spaces of their own kind."""
    return json.replace(b"\\", b"\\\\").replace(b"\n", b"\\n").replace(b"\r", b"\\r").replace(b"\t", b"\\t")


def refuse_nul(value: bytes) -> None:
    """Refuse a record with the sign NUL in any text, which Postgres cannot hold."""
    if b"\\u0000" in value and b"\\u0000" in value.replace(b"\\\\", b""):
        raise Refused("unstorable_text", "A text holds the sign NUL (\\u0000), which no Postgres text can hold.")


def moment(name: str, text: str) -> str:
    """`text` if it can only be a date: Postgres would read words such as 'now' or 'infinity' as times, too."""
    if not text[:1].isdigit():
        raise Refused("unreadable_record", f"{name} is {text[:40]!r}, which is no time.")
    return text
