"""Records of the accepted topic: how one becomes a line of the stage, and how a stage lands."""

from __future__ import annotations

import msgspec

from ingestion.loading.copy_text import NULL, escaped, escaped_json, moment, needs_escapes, refuse_nul
from ingestion.loading.kind import Kind
from ingestion.loading.problems import Refused


class _Accepted(msgspec.Struct, gc=False):
    id: str
    source: str
    type: str
    time: str
    subject: str
    programme: str
    operation: str
    recordversion: int
    timeprecision: str
    partner: str
    receivedat: str
    contenthash: str
    data: msgspec.Raw
    city: str | None = None
    receipt: str | None = None
    receiptindex: int | None = None


_decode = msgspec.json.Decoder(_Accepted).decode

_CREATE = """
create temporary table if not exists stage_accepted (
    kafka_offset bigint not null, source text not null, id text not null, type text not null,
    subject text not null, programme text not null, city text, operation text not null,
    record_version bigint not null, time_precision text not null, occurred_at timestamptz not null,
    received_at timestamptz not null, partner text not null, content_hash bytea not null, receipt text,
    receipt_index integer, data jsonb not null
) on commit delete rows"""

_COLUMNS = """source, id, type, subject, programme, city, operation, record_version, time_precision, occurred_at,
    received_at, partner, content_hash, receipt, receipt_index, data, kafka_offset"""

# Ordered by identity: two loads that meet the same identities then wait for each other instead of deadlocking.
_LAND = f"""
with first as (
    select distinct on (source, id) {_COLUMNS} from stage_accepted order by source, id, kafka_offset
),
fresh as (
    insert into raw.event_identities (source, id, content_hash, load_id)
    select source, id, content_hash, %(load_id)s from first order by source, id
    on conflict (source, id) do nothing
    returning source, id
)
insert into raw.events ({_COLUMNS}, topic, kafka_partition, load_id)
select {_COLUMNS}, %(topic)s, %(partition)s, %(load_id)s from first inner join fresh using (source, id)"""  # noqa: S608

# Same identity, other content: kept apart. A record that is read again is compared with itself and is no conflict.
_REUSED = f"""
with reused as (
    select s.*, i.content_hash as first_content_hash
    from stage_accepted as s inner join raw.event_identities as i on s.source = i.source and s.id = i.id
    where s.content_hash <> i.content_hash
),
kept as (
    insert into raw.id_conflicts ({_COLUMNS}, topic, kafka_partition, load_id, first_content_hash)
    select {_COLUMNS}, %(topic)s, %(partition)s, %(load_id)s, first_content_hash from reused
    on conflict (topic, kafka_partition, kafka_offset) do nothing
)
select count(*) from reused"""  # noqa: S608

# Same identity, same content: what landed just now is no duplicate of itself, and stands in this month's partition.
_DUPLICATES = """
insert into raw.duplicate_events (
    topic, kafka_partition, kafka_offset, source, id, partner, receipt, receipt_index, load_id
)
select %(topic)s, %(partition)s, s.kafka_offset, s.source, s.id, s.partner, s.receipt, s.receipt_index, %(load_id)s
from stage_accepted as s inner join raw.event_identities as i on s.source = i.source and s.id = i.id
where
    s.content_hash = i.content_hash
    and not exists (
        select from raw.events as e
        where
            e.source = s.source and e.id = s.id and e.loaded_at = now()
            and e.topic = %(topic)s and e.kafka_partition = %(partition)s and e.kafka_offset = s.kafka_offset
    )
on conflict (topic, kafka_partition, kafka_offset) do nothing"""


def line(value: bytes, offset: int) -> bytes:
    """One line for COPY from the record's value. Raises Refused for what cannot be an accepted event."""
    try:
        event = _decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused("unreadable_record", f"Not an accepted event: {error}.") from error
    refuse_nul(value)
    texts = [
        event.source, event.id, event.type, event.subject, event.programme, NULL if event.city is None else event.city,
        event.operation, event.timeprecision, moment("time", event.time), moment("receivedat", event.receivedat),
        event.partner, event.contenthash, NULL if event.receipt is None else event.receipt,
    ]  # fmt: skip
    data = bytes(event.data)
    if needs_escapes(value):
        texts = [text if text is NULL else escaped(text) for text in texts]
        data = escaped_json(data)
    (
        source, id_, type_, subject, programme, city, operation, precision, occurred, received, partner, digest, receipt
    ) = texts  # fmt: skip
    index = NULL if event.receiptindex is None else event.receiptindex
    head = (
        f"{offset}\t{source}\t{id_}\t{type_}\t{subject}\t{programme}\t{city}\t{operation}\t"
        f"{event.recordversion}\t{precision}\t{occurred}\t{received}\t{partner}\t\\\\x{digest}\t"
        f"{receipt}\t{index}\t"
    )
    try:
        return head.encode() + data
    except UnicodeEncodeError as error:
        raise Refused("unstorable_text", "A text holds half of a surrogate pair, which is no character.") from error


KIND = Kind(
    create=_CREATE,
    copy="copy stage_accepted from stdin",
    land=_LAND,
    reused=_REUSED,
    duplicates=_DUPLICATES,
    clear="truncate stage_accepted",
    line=line,
)
