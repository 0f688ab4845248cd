"""What the stream of surge signals writes, for the AsyncAPI document; webhooks carry the same."""

from __future__ import annotations

from typing import Any

SIGNAL, COUNT = "surge_signal", "surge_count"
_FORMAT = "application/schema+json;version=draft-2020-12"
_TIME = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"}


def signal_message() -> dict[str, Any]:
    """A signal that opened or closed: a CloudEvent that explains itself."""
    texts = ("id", "source", "subject", "programme", "city")
    times = ("since", "opened_hour", "window_start", "window_end")
    data = {
        "signal_id": {"type": "string"},
        "series": {"enum": ["arrivals", "registrations", "clinic_visits"]},
        "state": {"enum": ["open", "closed"]},
        **dict.fromkeys(times, _TIME),
        "window_hours": {"type": "integer"},
        "seen": {"type": "integer", "minimum": 10},
        "expected": {"type": "integer", "minimum": 10, "description": "Median of the same hours of past weeks."},
        "expected_is_at_most": {"type": "boolean", "description": "True if the median is below `expected`."},
        "ratio": {"type": "number"},
        "deviations": {"type": "number"},
        "threshold": {"type": "number"},
        "method": {"type": "string"},
        "reason": {"enum": [None, "calm", "nothing known"]},
        "is_simulated": {"type": "boolean"},
        "provisional": {"const": True},
        "sentence": {"type": "object", "additionalProperties": {"type": "string"}},
    }
    schema = {
        "type": "object",
        "properties": {
            "specversion": {"const": "1.0"},
            "type": {"enum": ["surge.opened.v1", "surge.closed.v1"]},
            "time": _TIME,
            "datacontenttype": {"const": "application/json"},
            **{name: {"type": "string"} for name in texts},
            "data": {
                "type": "object",
                "properties": {**data, "closed_hour": _TIME},
                "required": list(data),
                "additionalProperties": False,
            },
        },
        "required": ["specversion", "type", "time", "datacontenttype", *texts, "data"],
        "additionalProperties": False,
    }
    return _message("Surge signal", "A signal opened or closed.", schema, "Programme, city and series, with | between.")


def count_message() -> dict[str, Any]:
    """A count on its way to the rule, or a tick."""
    count = {
        "type": "object",
        "properties": {
            "k": {"type": "string", "description": "The key of the record."},
            "s": {"type": "string", "description": "Series."},
            "h": {"type": "integer", "description": "Hour of event time since 1970, UTC."},
            "n": {"type": "integer", "minimum": 1},
        },
        "required": ["k", "s", "h", "n"],
        "additionalProperties": False,
    }
    tick = {
        "type": "object",
        "properties": {"t": {"type": "integer", "description": "All logged before this (ms) has been counted."}},
        "required": ["t"],
        "additionalProperties": False,
    }
    return _message("Count or tick", "Internal to the stream of surge signals.", {"oneOf": [count, tick]},
                    "Programme and city, with | between.")  # fmt: skip


def _message(title: str, summary: str, schema: dict[str, Any], key: str) -> dict[str, Any]:
    return {
        "name": title,
        "title": title,
        "summary": summary,
        "contentType": "application/json",
        "payload": {"schemaFormat": _FORMAT, "schema": schema},
        "bindings": {"kafka": {"key": {"type": "string", "description": key}, "bindingVersion": "0.5.0"}},
    }
