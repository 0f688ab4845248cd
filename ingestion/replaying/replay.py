"""Send refused events again, each at most once, and write down what became of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
from confluent_kafka import Producer

from infra.settings import Settings
from ingestion.gateway.records import Accepted, now_text
from ingestion.rejects import RejectsError
from ingestion.replaying.delivery import deliver, open_producer
from ingestion.replaying.judging import Judge, Judged
from ingestion.replaying.patch import Patch
from ingestion.replaying.rejection import Rejection, Which, find
from ingestion.topics import ACCEPTED

_KNOWN = "select content_hash from raw.event_identities where source = %s and id = %s"
# Sent a moment ago and not loaded yet: a partner may have sent the same event twice, and had both refused.
_ON_ITS_WAY = "select rejection_id from ops.reject_replays where outcome = 'sent' and source = %s and event_id = %s"
# Two at once: the second finds the first one's row. A row that a crash left is taken over after a while: whether the
# log has the event is not known then, and it may have it twice: the loader lands it once.
_CLAIM = """
insert into ops.reject_replays as r
    (rejection_id, replayed_by, reason, patched, outcome, partner, way, source, event_id)
values (%s, %s, %s, %s, 'sending', %s, %s, %s, %s)
on conflict (rejection_id) where outcome in ('sending', 'sent') do update
set replayed_at = clock_timestamp(), replayed_by = excluded.replayed_by, reason = excluded.reason,
    patched = excluded.patched
where r.outcome = 'sending' and r.replayed_at < clock_timestamp() - interval '5 minutes'
returning replay_id
"""
_SETTLE = """
update ops.reject_replays set outcome = 'sent', topic = %s, kafka_partition = %s, kafka_offset = %s
where replay_id = %s
"""
_NOTE = """
insert into ops.reject_replays
    (rejection_id, replayed_by, reason, patched, outcome, code, pointer, partner, way, source, event_id)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


@dataclass(frozen=True)
class Replayed:
    """`outcome`: sent, known (the same event is there), done (replayed before), refused, or ready in a preview."""

    rejection_id: int
    outcome: str
    code: str = ""
    pointer: str = ""
    sentence: str = ""
    place: str = ""


@dataclass(frozen=True)
class Errand:
    """Which refused events, changed how, by whom and why; `send` False only shows what would become of them."""

    which: Which
    patch: Patch
    by: str
    reason: str
    send: bool


def replay(settings: Settings, errand: Errand, topic: str = ACCEPTED) -> Iterator[Replayed]:
    """Judge each, and send what may be stored; yields what became of each as soon as it is known.

    Every body that is opened is logged first. Raises RejectsError for an errand that cannot be done, and when Kafka
    does not take an event: what was sent by then is written down.
    """
    if len(errand.reason.strip()) < 5:
        raise RejectsError("Say in a few words why: --reason 'contract v2 lets the field be empty'.")
    if errand.which.is_empty:
        raise RejectsError("Say which: numbers, or --code, --partner, --type, --since or --until.")
    with psycopg.connect(settings.dsn("owner"), autocommit=True, application_name="corridor replay") as connection:
        judge = Judge(settings, connection, settings.secret("sealing_private"))
        producer = open_producer(settings) if errand.send else None
        found = find(connection, errand.which)
        yield from (_unknown(number) for number in sorted(set(errand.which.numbers) - {r.rejection_id for r in found}))
        for each in found:
            if each.replayed:
                yield Replayed(each.rejection_id, "done", sentence="It was sent again before.", place=each.replayed)
                continue
            connection.execute(
                "insert into ops.reject_openings (rejection_id, opened_by, reason) values (%s, %s, %s)",
                [each.rejection_id, errand.by, errand.reason.strip()],
            )
            yield _settled(connection, producer, errand, judge.judge(each, errand.patch), topic)


def _settled(
    connection: psycopg.Connection, producer: Producer | None, errand: Errand, judged: Judged, topic: str
) -> Replayed:
    rejection, accepted = judged.rejection, judged.accepted
    if accepted is None:
        if producer is not None:
            _note(connection, errand, rejection, None, "refused", judged.code, judged.pointer)
        return Replayed(rejection.rejection_id, "refused", judged.code, judged.pointer, judged.sentence)
    outcome, code, pointer, sentence = _met_before(connection, accepted)
    if outcome:
        if producer is not None:
            _note(connection, errand, rejection, accepted, outcome, code, pointer)
        return Replayed(rejection.rejection_id, outcome, code, pointer, sentence)
    if producer is None:
        return Replayed(rejection.rejection_id, "ready", sentence="It would be accepted.")
    return _send(connection, producer, errand, rejection, accepted, topic)


def _met_before(connection: psycopg.Connection, accepted: Accepted) -> tuple[str, str, str, str]:
    """Outcome, code, pointer and sentence for an event whose identity is known; empty texts for a new one."""
    identity = [accepted.attributes["source"], accepted.attributes["id"]]
    row = connection.execute(_KNOWN, identity).fetchone()
    _, digest = accepted.content()
    if row is not None and bytes(row[0]) == digest:
        return "known", "", "", "The same event is there already."
    if row is not None:
        return "refused", "id_reused", "/id", "Its id stands for other content: give it a new one."
    row = connection.execute(_ON_ITS_WAY, identity).fetchone()
    if row is not None:
        return "known", "", "", f"An event of this id was sent with the refused event {row[0]}."
    return "", "", "", ""


def _send(
    connection: psycopg.Connection,
    producer: Producer,
    errand: Errand,
    rejection: Rejection,
    accepted: Accepted,
    topic: str,
) -> Replayed:
    claimed = connection.execute(_CLAIM, _trail(errand, rejection, accepted)).fetchone()
    if claimed is None:
        return Replayed(rejection.rejection_id, "done", sentence="Somebody else is sending it, or has just sent it.")
    received_at = now_text()
    if rejection.received_at is not None:
        received_at = f"{rejection.received_at:%Y-%m-%dT%H:%M:%S.%f}Z"
    # The receipt it came with then says that it landed; versions of its record stay in order.
    record = accepted.record(rejection.partner or "", received_at, rejection.receipt, rejection.receipt_index or 0)
    message = deliver(producer, topic, record.key, record.value)
    place = [message.topic(), message.partition(), message.offset()]
    connection.execute(_SETTLE, [*place, claimed[0]])
    return Replayed(rejection.rejection_id, "sent", place="/".join(map(str, place)))


def _note(
    connection: psycopg.Connection,
    errand: Errand,
    rejection: Rejection,
    accepted: Accepted | None,
    outcome: str,
    code: str,
    pointer: str,
) -> None:
    trail = _trail(errand, rejection, accepted)
    connection.execute(_NOTE, [*trail[:4], outcome, code or None, pointer or None, *trail[4:]])


def _trail(errand: Errand, rejection: Rejection, accepted: Accepted | None) -> list[object]:
    """What is written of every replay: of the patch only the places, of the event only what passed the check."""
    names = (None, None) if accepted is None else (accepted.attributes["source"], accepted.attributes["id"])
    way = "gateway" if rejection.receipt else "intake"
    patched = errand.patch.pointers
    return [rejection.rejection_id, errand.by, errand.reason.strip(), patched, rejection.partner, way, *names]


def _unknown(number: int) -> Replayed:
    return Replayed(number, "refused", "unknown", sentence="There is no refused event with this number.")
