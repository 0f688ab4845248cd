"""When each event is sent: at once, weeks later by a phone without network, or after a partner's silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from random import Random

from ingestion.simulation.agenda import day_start
from ingestion.simulation.dispatch import Dispatch
from ingestion.simulation.facts import Record, Target
from ingestion.simulation.payloads import target_event, version_event, void_event
from ingestion.simulation.places import CITIES
from ingestion.simulation.world import World


def deliver(world: World, late: int, duplicates: int) -> list[Dispatch]:
    """All valid events in the order of sending: `late` of them weeks late, `duplicates` sent twice."""
    rng = world.config.rng("delivery")
    behind = _offline_phones(world, late, rng)
    sent = [dispatch for target in world.targets for dispatch in _target(world, target)]
    for number, record in enumerate(world.records):
        sent += _record(world, record, behind.get(number), rng)
    silences = {code: _silences(world, code, rng) for code in world.config.cities}
    sent = [_after_silence(dispatch, silences.get(dispatch.sender, [])) for dispatch in sent]
    sent += [_again(dispatch, rng) for dispatch in rng.choices(sent, k=duplicates)]
    return sorted(sent, key=lambda dispatch: dispatch.sent_at)


def _record(world: World, record: Record, synced_at: datetime | None, rng: Random) -> list[Dispatch]:
    config = world.config
    first = record.versions[0]
    created = synced_at or first.at + timedelta(seconds=rng.expovariate(1 / 1800))
    found = [Dispatch(version_event(config, record, 1), record.city, created, "create", is_late=synced_at is not None)]
    last = created
    for version in range(2, len(record.versions) + 1):
        # The office may correct what a phone has not sent yet: then the correction comes first.
        start = first.at if rng.random() < 0.3 else last
        last = start + timedelta(hours=rng.uniform(1, 480))
        found.append(Dispatch(version_event(config, record, version), record.city, last, "correct"))
    if record.is_voided:
        early = rng.random() < 0.1
        at = created - timedelta(minutes=1) if early else last + timedelta(hours=rng.uniform(1, 360))
        found.append(Dispatch(void_event(config, record), record.city, at, "void"))
    return found


def _target(world: World, target: Target) -> list[Dispatch]:
    sender = target.place if target.level == "city" else world.config.programme
    start = datetime.combine(target.set_on, time(), CITIES[world.config.cities[0]].clock)
    return [
        Dispatch(target_event(world.config, target, version), sender, start + timedelta(days=version), "target")
        for version in range(1, len(target.values) + 1)
    ]


def _offline_phones(world: World, late: int, rng: Random) -> dict[int, datetime]:
    """Number of a record -> when its phone found a network again, for exactly `late` records if there are so many."""
    groups: dict[tuple[str, int, int], list[int]] = {}
    for number, record in enumerate(world.records):
        phone = rng.randrange(1 + int(CITIES[record.city].size / 2))
        spell = (record.versions[0].at.date() - world.config.start).days // 14
        groups.setdefault((record.city, phone, spell), []).append(number)
    keys = list(groups)
    rng.shuffle(keys)
    behind: dict[int, datetime] = {}
    for city, phone, spell in keys:
        back = world.config.start + timedelta(days=spell * 14 + rng.randint(21, 49))
        opens = day_start(CITIES[city], back, 9)
        for number in groups[city, phone, spell]:
            if len(behind) == late:
                return behind
            behind[number] = opens + timedelta(seconds=len(behind))
    return behind


def _silences(world: World, city: str, rng: Random) -> list[tuple[datetime, datetime]]:
    """Spans of two to six days in which a partner sends nothing, about one a quarter."""
    found = []
    for quarter in range(0, world.config.days, 90):
        start = day_start(CITIES[city], world.config.start + timedelta(days=quarter + rng.randint(5, 80)))
        found.append((start, start + timedelta(days=rng.randint(2, 6))))
    return found


def _after_silence(dispatch: Dispatch, silences: list[tuple[datetime, datetime]]) -> Dispatch:
    for start, end in silences:
        if start <= dispatch.sent_at < end:
            waited = (dispatch.sent_at - start) / (end - start)
            return replace(dispatch, sent_at=end + timedelta(minutes=60 * waited))
    return dispatch


def _again(dispatch: Dispatch, rng: Random) -> Dispatch:
    """A retry within seconds, a second file the next day, or a whole phone restored weeks later."""
    wait = rng.choice((timedelta(seconds=2), timedelta(days=1), timedelta(days=rng.randint(10, 40))))
    return dispatch.again(dispatch.sent_at + wait)
