"""The records of one write as bytes, for the spool."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from ingestion.gateway.records import Record

#: Lengths of topic, key and value.
_HEAD = struct.Struct("<HII")


def pack(records: Sequence[Record]) -> bytes:
    """`records` in their order."""
    parts: list[bytes] = []
    for topic, key, value in records:
        name = topic.encode()
        parts += (_HEAD.pack(len(name), len(key), len(value)), name, key, value)
    return b"".join(parts)


def unpack(packed: bytes) -> list[Record]:
    """What `pack` was given. Raises ValueError for bytes that it did not make."""
    records: list[Record] = []
    at = 0
    try:
        while at < len(packed):
            topic, key, value = _HEAD.unpack_from(packed, at)
            key_at = at + _HEAD.size + topic
            value_at = key_at + key
            name = packed[at + _HEAD.size : key_at].decode()
            at = value_at + value
            records.append(Record(name, packed[key_at:value_at], packed[value_at:at]))
    except (struct.error, UnicodeDecodeError) as error:
        raise ValueError("not the records of a write") from error
    if at != len(packed):
        raise ValueError("the last record of a write is cut")
    return records
