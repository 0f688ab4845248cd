"""Read a stretch of the log again, on purpose: after a repair of the loader, or to prove that nothing is missing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

import orjson
import psycopg
from kafka import KafkaConsumer, TopicPartition

from infra.settings import Settings
from ingestion.loading.offsets import open_consumer
from ingestion.loading.plan import SOURCES, Plan, make_partitions_ahead, new_load, partitions_of
from ingestion.loading.problems import LoadError
from ingestion.loading.ranges import Range
from ingestion.topics import ACCEPTED

_MONTH = re.compile(r"\d{4}-\d{2}")


def open_requested_reread(
    settings: Settings, run_id: str, start: str, until: str | None, sources: Mapping[str, str] = SOURCES
) -> Plan:
    """`open_reread` from what a person typed in `start`.

    A time such as 2026-03-01T00:00:00Z, a month such as 2026-03 (the whole of it, unless `until` says more), or offsets
    as a JSON object. `until` is a time or a month, which is then included. Raises LoadError for anything else.
    """
    if start.lstrip().startswith("{"):
        try:
            offsets = {str(place): int(first) for place, first in orjson.loads(start).items()}
        except ValueError as error:
            raise LoadError(f'Offsets are written as {{"{ACCEPTED}/0": 1200}}, not as {start!r}.') from error
        return open_reread(settings, run_id, offsets=offsets, to_time=_end(until), sources=sources)
    until = until or (start if _MONTH.fullmatch(start.strip()) else None)
    return open_reread(settings, run_id, from_time=_moment(start), to_time=_end(until), sources=sources)


def open_reread(
    settings: Settings,
    run_id: str,
    *,
    from_time: datetime | None = None,
    to_time: datetime | None = None,
    offsets: Mapping[str, int] | None = None,
    sources: Mapping[str, str] = SOURCES,
) -> Plan:
    """Open a load that reads again what has been loaded already.

    Either by the time at which the gateway took events (`from_time` to `to_time`, with time zone), or by `offsets`
    such as {"corridor.events.accepted.v1/0": 1200}. It ends where the stored offsets stand and moves none of them;
    the identity ledger lets through only what is not there yet. Raises LoadError if the request makes no sense.
    """
    if (from_time is None) == (not offsets):
        raise LoadError("Say from where to read again: either from_time or offsets, not both and not neither.")
    consumer = open_consumer(settings)
    try:
        places = partitions_of(consumer, sources)
        begins = consumer.beginning_offsets(places)
        firsts = _at(consumer, places, from_time) if from_time is not None else _named(places, offsets or {})
        ends = _at(consumer, places, to_time) if to_time is not None else {}
    finally:
        consumer.close()
    with psycopg.connect(settings.dsn("loader"), autocommit=True, application_name="corridor plan") as connection:
        make_partitions_ahead(connection)
        with connection.transaction():
            load_id = new_load(connection, run_id)
            rows = connection.execute("select topic, kafka_partition, next_offset from raw.load_offsets").fetchall()
    ranges = []
    for topic, partition, loaded in rows:
        place = TopicPartition(topic, partition)
        first = firsts.get(place)
        if first is not None:
            end = min(loaded, ends.get(place, loaded))
            ranges.append(Range(sources[topic], topic, partition, max(first, begins[place]), end, is_reread=True))
    return Plan(load_id, [each for each in ranges if each.size > 0])


def _moment(text: str) -> datetime:
    """The time, or the first moment of the month, in UTC."""
    try:
        if _MONTH.fullmatch(text.strip()):
            return datetime.fromisoformat(f"{text.strip()}-01T00:00:00Z")
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise LoadError(
            f"{text!r} cannot be read: write a time such as 2026-03-01T00:00:00Z, or a month such as 2026-03."
        ) from error


def _end(text: str | None) -> datetime | None:
    """The time, or the first moment after the month."""
    if not text:
        return None
    moment = _moment(text)
    return (moment + timedelta(days=31)).replace(day=1) if _MONTH.fullmatch(text.strip()) else moment


def _at(consumer: KafkaConsumer, places: list[TopicPartition], moment: datetime) -> dict[TopicPartition, int]:
    """The first offset at or after `moment`, where there is one."""
    if moment.tzinfo is None:
        raise LoadError(f"The time {moment.isoformat()} has no zone: write for example 2026-03-01T00:00:00Z.")
    found = consumer.offsets_for_times({place: int(moment.timestamp() * 1000) for place in places})
    return {place: at.offset for place, at in found.items() if at is not None}


def _named(places: list[TopicPartition], offsets: Mapping[str, int]) -> dict[TopicPartition, int]:
    by_name = {f"{place.topic}/{place.partition}": place for place in places}
    unknown = sorted(set(offsets) - set(by_name))
    if unknown:
        raise LoadError(f"No such topic partition: {', '.join(unknown)}. There are: {', '.join(sorted(by_name))}.")
    return {by_name[name]: first for name, first in offsets.items()}
