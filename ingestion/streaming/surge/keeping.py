"""A city as bytes and back, so that it survives in the state of the stream."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import orjson

from ingestion.streaming.surge.alarm import Alarm
from ingestion.streaming.surge.city import City, Delta, Watch
from ingestion.streaming.surge.judging import Judgement
from ingestion.streaming.surge.noise import Noise
from ingestion.streaming.surge.rule import RULE, Rule


def pack(city: City) -> bytes:
    """Everything that decides what the city will say next."""
    watches = {
        name: {
            "values": watch.values,
            "noises": [noise.recent for noise in watch.noises],
            "alarm": {**asdict(watch.alarm), "peak": watch.alarm.peak and [*watch.alarm.peak]},
            "silent_hours": watch.silent_hours,
            "missed": watch.missed,
            "levels": watch.levels,
        }
        for name, watch in city.watches.items()
    }
    return orjson.dumps(
        {
            "first": city.first,
            "next_hour": city.next_hour,
            "ahead": [[*each] for each in city.ahead],
            "silent_hours": city.silent_hours,
            "missed": city.missed,
            "watches": watches,
        }
    )


def unpack(kept: bytes, rule: Rule = RULE) -> City:
    """The city that was packed."""
    found = orjson.loads(kept)
    city = City(found["next_hour"], rule)
    city.first, city.silent_hours, city.missed = found["first"], found["silent_hours"], found["missed"]
    city.ahead = [Delta(*each) for each in found["ahead"]]
    city.watches = {name: _watch(each) for name, each in found["watches"].items()}
    return city


def _watch(found: dict[str, Any]) -> Watch:
    alarm = found.pop("alarm")
    peak = alarm.pop("peak")
    return Watch(
        **{**found, "noises": [Noise(recent) for recent in found["noises"]]},
        alarm=Alarm(**alarm, peak=None if peak is None else Judgement(*peak)),
    )
