"""Records of the rejected topic: how one becomes a row, and how rows land."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence

import msgspec
import psycopg

from ingestion.loading.copy_text import NULL, copy_in, escaped, moment, refuse_nul
from ingestion.loading.kind import Kind, Landed, Manner, Place, Row
from ingestion.loading.problems import Refused


class _Rejected(msgspec.Struct, gc=False):
    receivedat: str
    code: str
    sealed: str
    partner: str | None = None
    programme: str | None = None
    keyid: str | None = None
    id: str | None = None
    source: str | None = None
    type: str | None = None
    city: str | None = None
    pointer: str | None = None
    detail: str | None = None
    receipt: str | None = None
    receiptindex: int | None = None
    #: Only of what a partner's own producer wrote: where it lay in the intake topic.
    intakeplace: str | None = None


_decode = msgspec.json.Decoder(_Rejected).decode

_CREATE = """
create temporary table if not exists stage_rejected (
    kafka_offset bigint not null, received_at timestamptz, partner text, programme text, key_id text, event_id text,
    source text, type text, city text, code text not null, pointer text, detail text, receipt text,
    receipt_index integer, intake_place text, sealed bytea
) on commit delete rows"""

_COLUMNS = """received_at, partner, programme, key_id, event_id, source, type, city, code, pointer, detail, receipt,
    receipt_index, intake_place, sealed, kafka_offset"""

_LAND = f"""
insert into raw.rejected_events ({_COLUMNS}, rejected_by, topic, kafka_partition, load_id)
select {_COLUMNS}, case when intake_place is null then 'gateway' else 'intake' end, %s, %s, %s from stage_rejected
on conflict (topic, kafka_partition, kafka_offset) do nothing"""  # noqa: S608


def maker(_place: Place, _records: Sequence[tuple[int, bytes]]) -> Callable[[int, bytes], Row]:
    """The row maker: row(offset, value). It raises Refused for what cannot be a rejection."""
    return _row


def _row(offset: int, value: bytes) -> Row:
    try:
        event = _decode(value)
        sealed = base64.b64decode(event.sealed, validate=True)
    except (msgspec.DecodeError, UnicodeDecodeError, binascii.Error, ValueError) as error:
        raise Refused("unreadable_record", f"Not a rejection: {error}.") from error
    refuse_nul(value)
    fields = (
        moment("receivedat", event.receivedat), event.partner, event.programme, event.keyid, event.id, event.source,
        event.type, event.city, event.code, event.pointer, event.detail, event.receipt,
    )  # fmt: skip
    texts = "\t".join(NULL if field is None else escaped(field) for field in fields)
    index = NULL if event.receiptindex is None else event.receiptindex
    lay = NULL if event.intakeplace is None else escaped(event.intakeplace)
    try:
        line = f"{offset}\t{texts}\t{index}\t{lay}\t\\\\x{sealed.hex()}\n".encode()
    except UnicodeEncodeError as error:
        raise Refused("unstorable_text", "A text holds half of a surrogate pair, which is no character.") from error
    return Row(offset, value, line)


def _land(connection: psycopg.Connection, rows: list[Row], place: Place, _manner: Manner) -> Landed:
    copy_in(connection, "copy stage_rejected from stdin", b"".join([row.line for row in rows]))
    landed = connection.execute(_LAND, [place.topic, place.partition, place.load_id]).rowcount
    return Landed(landed, 0)


KIND = Kind(create=(_CREATE,), clear="truncate stage_rejected", maker=maker, land=_land)
