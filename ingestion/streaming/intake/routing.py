"""The Quix Streams application that routes: one pass from each partner's topic to accepted or rejected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from quixstreams import Application
from quixstreams.context import message_context
from quixstreams.models import Serializer, Topic

from infra.settings import Settings
from ingestion.gateway.records import Record
from ingestion.gateway.scope import Key
from ingestion.streaming.application import make_application
from ingestion.streaming.intake.judge import Judge
from ingestion.streaming.intake.taken import MARK, Taken
from ingestion.topics import ACCEPTED, REJECTED


class _ValueOfRecord(Serializer):
    """What flows through the application is a Record whose value is bytes already."""

    def __call__(self, value: Record, ctx: Any) -> bytes:
        """The bytes."""
        return value.value


def routing(
    settings: Settings,
    topics: Iterable[str],
    scope_of: Callable[[str], Key],
    judge: Judge,
    taken: Taken,
    *,
    outputs: Mapping[str, str] | None = None,
    **overrides: Any,
) -> Application:
    """The application, ready to run over `topics`.

    `taken` is told of every record. `outputs`: other names for ACCEPTED and REJECTED. `overrides` go to
    make_application.
    """
    app = make_application(settings, "intake", **{"auto_create_topics": False, **overrides})
    names = outputs or {ACCEPTED: ACCEPTED, REJECTED: REJECTED}
    ways: dict[str, Topic] = {
        name: app.topic(to, key_serializer="bytes", value_serializer=_ValueOfRecord()) for name, to in names.items()
    }

    def way_of(record: Record, key: Any, timestamp: int, headers: Any) -> Topic:
        return ways[record.topic]

    for name in topics:
        source = app.topic(name, key_deserializer="bytes", value_deserializer="bytes")
        stream = app.dataframe(source).apply(_judging(name, scope_of, judge, taken), metadata=True)
        stream = stream.filter(_is_record)
        stream.to_topic(way_of, key=_key_of)
    return app


def _judging(topic: str, scope_of: Callable[[str], Key], judge: Judge, taken: Taken) -> Callable[..., Record | None]:
    decide = judge.judge

    def judged(value: bytes | None, key: Any, timestamp: int, headers: Any) -> Record | None:
        at = message_context()
        if value is not None and value.startswith(MARK) and taken.is_own(topic, at.partition, value):
            return None
        taken.saw(topic, at.partition, at.offset, timestamp)
        record = decide(scope_of(topic), value, headers, timestamp, (topic, at.partition, at.offset))
        if headers:
            # They would go on with the record: the sender's own words, which may say who somebody is.
            headers.clear()
        return record

    return judged


def _is_record(record: Record | None) -> bool:
    return record is not None


def _key_of(record: Record) -> bytes:
    return record.key
