"""The extension attributes that CloudEvents documents: senders' libraries add them, and nothing here needs them."""

from __future__ import annotations

from typing import Any

#: https://github.com/cloudevents/spec/tree/main/cloudevents/extensions, beside those that the envelope names.
IGNORED = frozenset(
    {
        "authclaims", "authid", "authtype", "causationid", "correlationid", "dataref", "deprecated",
        "deprecationfrom", "deprecationmigration", "deprecationsunset", "expirytime", "partitionkey", "recordedtime",
        "sampledrate", "sequence", "sequencetype", "severitynumber", "severitytext",
    }
)  # fmt: skip


def without_extensions(event: dict[str, Any]) -> dict[str, Any]:
    """`event` without the attributes that are ignored; `event` itself if it has none."""
    if IGNORED.isdisjoint(event):
        return event
    return {name: value for name, value in event.items() if name not in IGNORED}
