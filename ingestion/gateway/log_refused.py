"""The refused event that stands for an accepted one that Kafka does not take."""

from __future__ import annotations

import orjson

from ingestion.gateway.records import Record, now_text, rejected_value
from ingestion.gateway.refusal import LOG_REFUSED, Refusal
from ingestion.gateway.scope import Key
from ingestion.sealing import Sealer
from ingestion.topics import REJECTED
from ingestion.words import _t

REFUSED_BY_LOG = Refusal(LOG_REFUSED, "", _t("The log does not take this event: ask the programme's data engineer."))


def rejected_record(record: Record, sealer: Sealer) -> Record | None:
    """The record for the rejected topic, `record` sealed within it; None if that is where it comes from."""
    if record.topic == REJECTED:
        return None
    event = orjson.loads(record.value)
    # What the gateway has accepted gives no identifier away: these attributes were checked before.
    known = {name: event.get(name) for name in ("id", "source", "type", "city")}
    key = Key("", str(event.get("programme")), str(event.get("partner")), "")
    place = event.get("receipt"), event.get("receiptindex") or 0
    value = rejected_value(REFUSED_BY_LOG, key, now_text(), known, sealer.seal(record.value), *place)
    return Record(REJECTED, key.partner.encode(), value)
