"""The programme's published history as the accepted topic would hold it."""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.contracts.registry import contracts
from ingestion.gateway.check import Checker
from ingestion.gateway.places import read_places
from ingestion.gateway.receipt_ids import ReceiptIds
from ingestion.gateway.records import Accepted, now_text
from ingestion.gateway.scope import Key
from ingestion.history.events import PARTNER, PROGRAMME, SOURCE_PREFIX, history_events
from ingestion.history.records import load_history


def history_lines() -> Iterator[bytes]:
    """Every record of the history file that the gateway takes, in its order."""
    history = load_history()
    refused = {record.id for record in history.records if record.expect_rejected}
    checker = Checker(contracts(), read_places(), {})
    key = Key("test", PROGRAMME, PARTNER, SOURCE_PREFIX)
    receipt, now = ReceiptIds("x" * 32).mark(), now_text()
    for event in history_events(history):
        verdict = checker.check(event, key)
        assert isinstance(verdict, Accepted) != (event["subject"] in refused), (event["subject"], verdict)
        if isinstance(verdict, Accepted):
            yield verdict.record("test", now, receipt, 0).value
