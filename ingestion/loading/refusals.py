"""Records that cannot land: kept with their place, the reason and a sealed body."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import orjson
import psycopg

from ingestion.loading.kind import Place

_INSERT = """
insert into raw.rejected_events (
    partner, programme, event_id, source, type, city, receipt, receipt_index, code, detail, sealed, rejected_by,
    topic, kafka_partition, kafka_offset, load_id
)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'loader', %s, %s, %s, %s)
on conflict (topic, kafka_partition, kafka_offset) do nothing"""

_NAMES = ("partner", "programme", "id", "source", "type", "city", "receipt")
_LONGEST_NAME = 200


@dataclass(frozen=True)
class Refusal:
    """One refused record of the batch at hand."""

    offset: int
    value: bytes
    code: str
    detail: str


def keep_refusals(
    connection: psycopg.Connection, refusals: list[Refusal], place: Place, seal: Callable[[bytes], bytes]
) -> None:
    """Write refusals to raw.rejected_events within the open transaction; one that is there already stays as it is."""
    if not refusals:
        return
    rows = [
        [
            *_names(refusal.value), refusal.code, _storable(refusal.detail), seal(refusal.value),
            place.topic, place.partition, refusal.offset, place.load_id,
        ]
        for refusal in refusals
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT, rows)


def _names(value: bytes) -> list[str | int | None]:
    """The envelope's names and its receipt as far as they can be stored; what is odd itself is left out."""
    try:
        event = orjson.loads(value)
    except ValueError:
        event = None
    if not isinstance(event, dict):
        event = {}
    found = [event.get(name) for name in _NAMES]
    index = event.get("receiptindex")
    plain = [name if _is_plain(name) else None for name in found]
    return [*plain, index if type(index) is int and 0 <= index < 2**31 else None]


def _is_plain(name: object) -> bool:
    return isinstance(name, str) and len(name) <= _LONGEST_NAME and "\x00" not in name


def _storable(text: str) -> str:
    return text.replace("\x00", "\\u0000").encode(errors="replace").decode()[:1000]
