"""Records of the accepted topic: how one becomes a row of raw.events, and how rows land."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
import psycopg

from ingestion.loading import identities
from ingestion.loading.copy_text import (
    NULL,
    any_needs_escapes,
    copy_in,
    escaped,
    escaped_json,
    moment,
    needs_escapes,
    refuse_nul,
)
from ingestion.loading.identities import Identified
from ingestion.loading.kind import Kind, Landed, Manner, Place
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
    #: After a rotation of the city's key: tokens and the first ones of the same people.
    firsttokens: dict[str, str] | None = None


_decode = msgspec.json.Decoder(_Accepted).decode

#: In the order of the lines.
_COLUMNS = """source, id, content_hash, type, subject, programme, city, operation, record_version, time_precision,
    occurred_at, received_at, partner, receipt, receipt_index, kafka_offset, topic, kafka_partition, load_id, data"""
COPY_EVENTS = f"copy raw.events ({_COLUMNS}) from stdin"
_COPY_KNOWN = f"copy stage_known ({_COLUMNS}) from stdin"

#: Holds only rows whose identity was known before, or came before in the same batch.
_STAGE = "create temporary table if not exists stage_known (like raw.events including defaults) on commit delete rows"

# Same identity, other content: kept apart. A record that is read again is compared with itself and is no conflict.
_REUSED = f"""
with reused as (
    select s.*, i.content_hash as first_content_hash
    from stage_known as s inner join raw.event_identities as i on s.source = i.source and s.id = i.id
    where s.content_hash <> i.content_hash
),
kept as (
    insert into raw.id_conflicts ({_COLUMNS}, first_content_hash)
    select {_COLUMNS}, first_content_hash from reused
    on conflict (topic, kafka_partition, kafka_offset) do nothing
)
select count(*) from reused"""  # noqa: S608

# Same identity, same content.
_DUPLICATES = """
insert into raw.duplicate_events (
    topic, kafka_partition, kafka_offset, source, id, partner, receipt, receipt_index, load_id
)
select s.topic, s.kafka_partition, s.kafka_offset, s.source, s.id, s.partner, s.receipt, s.receipt_index, s.load_id
from stage_known as s inner join raw.event_identities as i on s.source = i.source and s.id = i.id
where s.content_hash = i.content_hash
on conflict (topic, kafka_partition, kafka_offset) do nothing"""


def maker(place: Place, records: Sequence[tuple[int, bytes]]) -> Callable[[int, bytes], Identified]:
    """The row maker for `records` of `place`: row(offset, value). It raises Refused for what is no accepted event."""
    tail = f"{escaped(place.topic)}\t{place.partition}\t{place.load_id}\t"
    may_need_escapes = any_needs_escapes(value for _, value in records)

    def row(offset: int, value: bytes) -> Identified:
        try:
            event = _decode(value)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Refused("unreadable_record", f"Not an accepted event: {error}.") from error
        if may_need_escapes and needs_escapes(value):
            refuse_nul(value)
            return _row(offset, value, _with_escapes(event), event.source, event.id, tail)
        return _row(offset, value, event, event.source, event.id, tail)

    return row


def _row(offset: int, value: bytes, event: _Accepted, source: str, id_: str, tail: str) -> Identified:
    """`event` holds fields for COPY; `source` and `id_` are as they are."""
    moment("time", event.time)
    moment("receivedat", event.receivedat)
    key = f"{event.source}\t{event.id}\t\\\\x{event.contenthash}"
    # One f-string: it costs a third of a list of fields that is joined.
    head = (
        f"{key}\t{event.type}\t{event.subject}\t{event.programme}\t{NULL if event.city is None else event.city}\t"
        f"{event.operation}\t{event.recordversion}\t{event.timeprecision}\t{event.time}\t{event.receivedat}\t"
        f"{event.partner}\t{NULL if event.receipt is None else event.receipt}\t"
        f"{NULL if event.receiptindex is None else event.receiptindex}\t{offset}\t{tail}"
    )
    try:
        line = b"%b%b\n" % (head.encode(), event.data)
    except UnicodeEncodeError as error:
        raise Refused("unstorable_text", "A text holds half of a surrogate pair, which is no character.") from error
    return Identified(offset, value, line, source, id_, key, event.firsttokens)


def _with_escapes(event: _Accepted) -> _Accepted:
    given = {name: getattr(event, name) for name in event.__struct_fields__}
    texts = {name: escaped(each) for name, each in given.items() if isinstance(each, str)}
    return _Accepted(**{**given, **texts, "data": msgspec.Raw(escaped_json(bytes(event.data)))})


def _land(connection: psycopg.Connection, rows: list[Identified], place: Place, manner: Manner) -> Landed:
    if not manner.look_first and identities.enter_all(connection, rows, place.load_id):
        copy_in(connection, COPY_EVENTS, b"".join([row.line for row in rows]))
        return Landed(len(rows), 0)
    new, known = identities.enter_new(connection, rows, place.load_id)
    copy_in(connection, COPY_EVENTS, b"".join([row.line for row in new]))
    reused = _keep_known(connection, known, manner) if known else 0
    return Landed(len(new), reused)


def _keep_known(connection: psycopg.Connection, known: list[Identified], manner: Manner) -> int:
    """Keep what reuses an identity and what came again; returns how many reuse one."""
    copy_in(connection, _COPY_KNOWN, b"".join([row.line for row in known]))
    found = connection.execute(_REUSED).fetchone()
    assert found is not None
    if found[0] < len(known) and not manner.is_reread:
        connection.execute(_DUPLICATES)
    return int(found[0])


KIND = Kind(
    create=(identities.STAGE, _STAGE),
    clear="truncate stage_identities, stage_known",
    maker=maker,
    land=_land,
)
