"""Records of the rejected topic: how one becomes a line of the stage, and how a stage lands."""

from __future__ import annotations

import base64
import binascii

import msgspec

from ingestion.loading.copy_text import NULL, escaped, moment, refuse_nul
from ingestion.loading.kind import Kind
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
select
    {_COLUMNS}, case when intake_place is null then 'gateway' else 'intake' end, %(topic)s, %(partition)s,
    %(load_id)s
from stage_rejected
on conflict (topic, kafka_partition, kafka_offset) do nothing"""  # noqa: S608


def line(value: bytes, offset: int) -> bytes:
    """One line for COPY from the record's value. Raises Refused for what cannot be a rejection."""
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
    place = NULL if event.intakeplace is None else escaped(event.intakeplace)
    try:
        return f"{offset}\t{texts}\t{index}\t{place}\t\\\\x{sealed.hex()}".encode()
    except UnicodeEncodeError as error:
        raise Refused("unstorable_text", "A text holds half of a surrogate pair, which is no character.") from error


KIND = Kind(
    create=_CREATE,
    copy="copy stage_rejected from stdin",
    land=_LAND,
    reused=None,
    duplicates=None,
    clear="truncate stage_rejected",
    line=line,
)
