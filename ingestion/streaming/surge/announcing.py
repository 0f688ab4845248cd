"""A change as a CloudEvent that explains itself."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from ingestion.programmes import programmes
from ingestion.streaming.surge.alarm import CALM
from ingestion.streaming.surge.city import Change
from ingestion.streaming.surge.hours import GRACE_SECONDS, start_of
from ingestion.streaming.surge.rule import METHOD, RULE
from ingestion.words import LANGUAGES, _t, say

SOURCE = "urn:corridor:surge"
OPENED, CLOSED = "surge.opened.v1", "surge.closed.v1"

_OPENED = {
    "arrivals": (
        _t(
            "{city}: {seen} people arrived from {start} to {end} UTC. "
            "At these hours of the week about {expected} are usual."
        ),
        _t(
            "{city}: {seen} people arrived from {start} to {end} UTC. "
            "At these hours of the week at most {expected} are usual."
        ),
    ),
    "registrations": (
        _t(
            "{city}: {seen} registrations from {start} to {end} UTC. "
            "At these hours of the week about {expected} are usual."
        ),
        _t(
            "{city}: {seen} registrations from {start} to {end} UTC. "
            "At these hours of the week at most {expected} are usual."
        ),
    ),
    "clinic_visits": (
        _t(
            "{city}: {seen} clinic visits from {start} to {end} UTC. "
            "At these hours of the week about {expected} are usual."
        ),
        _t(
            "{city}: {seen} clinic visits from {start} to {end} UTC. "
            "At these hours of the week at most {expected} are usual."
        ),
    ),
}
_CALM = _t("{city}: the counts are as usual again since {end} UTC.")
_UNKNOWN = _t("{city}: the signal ended at {end} UTC, because too little has been received to say more.")
_SIMULATED = _t("Simulated.")


def signal_id(key: str, series: str, opened: int) -> str:
    """The same for the same series and opened hour, however often the stream is replayed."""
    return hashlib.sha256(f"{key}|{series}|{opened}".encode()).hexdigest()[:32]


def announcement(key: str, change: Change) -> dict[str, Any]:
    """The CloudEvent of a change in the city with this key (`programme|city`).

    Shown is the window that was furthest above its past. Numbers below the minimum count are never shown.
    """
    programme, _, city = key.partition("|")
    peak, is_open = change.peak, change.what == "opened"
    identity = signal_id(key, change.series, change.opened)
    # A median of the past is shown only from the minimum count on, like every count.
    is_at_most = peak.expected < RULE.minimum_count
    expected = RULE.minimum_count if is_at_most else round(peak.expected)
    peak_end = change.peak_hour + 1
    times = {
        "since": start_of(change.since),
        "opened_hour": start_of(change.opened),
        "window_start": start_of(peak_end - peak.hours),
        "window_end": start_of(peak_end),
    }
    if not is_open:
        times["closed_hour"] = start_of(change.hour)
    words = {"city": city, "seen": peak.seen, "expected": expected}
    is_simulated = programmes().get(programme, False)
    if is_open:
        template = _OPENED[change.series][is_at_most]
        words |= {"start": _clock(peak_end - peak.hours), "end": _clock(peak_end)}
    else:
        template = _CALM if change.what == CALM else _UNKNOWN
        words |= {"end": _clock(change.hour + 1)}
    return {
        "specversion": "1.0",
        "id": f"{identity}.{'opened' if is_open else 'closed'}",
        "source": SOURCE,
        "type": OPENED if is_open else CLOSED,
        # When it could be said first: the same in a replay.
        "time": _text(start_of(change.hour + 1) + timedelta(seconds=GRACE_SECONDS)),
        "subject": identity,
        "datacontenttype": "application/json",
        "programme": programme,
        "city": city,
        "data": {
            "signal_id": identity,
            "series": change.series,
            "state": "open" if is_open else "closed",
            **{name: _text(time) for name, time in times.items()},
            "window_hours": peak.hours,
            "seen": peak.seen,
            "expected": expected,
            "expected_is_at_most": is_at_most,
            "ratio": round(peak.seen / expected, 2),
            "deviations": round(peak.deviations, 2),
            "threshold": peak.threshold,
            "method": METHOD,
            "reason": None if is_open else change.what,
            "is_simulated": is_simulated,
            "provisional": True,
            "sentence": {language: _say(language, template, words, is_simulated) for language in LANGUAGES},
        },
    }


def _say(language: str, template: str, words: dict[str, Any], is_simulated: bool) -> str:
    sentence = say(language, template, **words)
    return f"{say(language, _SIMULATED)} {sentence}" if is_simulated else sentence


def _clock(hour: int) -> str:
    return f"{start_of(hour):%Y-%m-%d %H:%M}"


def _text(time: Any) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"
