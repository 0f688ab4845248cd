"""What becomes of one record of an intake topic: the gateway's own contract, token and identity code decides."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from ingestion.gateway.check import Checker
from ingestion.gateway.decode import MAX_EVENT, dump
from ingestion.gateway.known import known_openly
from ingestion.gateway.records import Accepted, Record, rejected_value
from ingestion.gateway.refusal import Refusal
from ingestion.gateway.scope import Key
from ingestion.sealing import Sealer
from ingestion.streaming.intake.message import Headers, event_of, is_binary
from ingestion.streaming.intake.opening import Opener
from ingestion.topics import REJECTED
from ingestion.words import _t

logger = logging.getLogger("corridor.intake")

#: Topic, partition, offset.
Place = tuple[str, int, int]

NOT_JUDGED = "not_judged"
_FAULT = Refusal(
    NOT_JUDGED,
    "",
    _t("A fault of the platform kept this event from being checked: it is kept, and the data engineer was told."),
)


class Judge:
    """Turns records of partners into records for the log. Never raises for what a partner wrote."""

    def __init__(self, checker: Checker, sealer: Sealer, opener: Opener) -> None:
        #: Its places and keyring may be replaced.
        self.checker = checker
        self._sealer = sealer
        self._opener = opener

    def judge(self, key: Key, value: bytes | None, headers: Headers, received_ms: int, place: Place) -> Record:
        """The record that stands for it. `place`: topic, partition and offset; `received_ms`: the broker's clock."""
        received_at = _utc(received_ms)
        event: Any = None
        try:
            event = event_of(value, headers)
            verdict, event = self._verdict(event, value, headers, key)
            if isinstance(verdict, Accepted):
                return verdict.record(key.partner, received_at, None)
        except Exception as error:
            # One event that trips the code must not stop those of everybody. Its words stay out of the log.
            logger.error("fault=%s place=%s/%d/%d", type(error).__name__, *place)
            verdict = _FAULT
        return self._rejected(verdict, key, event, value, headers, received_at, place)

    def _verdict(self, event: Any, value: bytes | None, headers: Headers, key: Key) -> tuple[Accepted | Refusal, Any]:
        """The decision, and the event with its identifiers opened as far as they could be."""
        if isinstance(event, Refusal):
            return event, None
        checker = self.checker
        contract = checker.contract_of(event) if type(event) is dict else None
        if contract is not None and contract.identifiers:
            opened = self._opener.opened(event, contract)
            if isinstance(opened, Refusal):
                return opened, event
            event = opened
        # A header may hold what JSON would have to escape.
        may_hold_nul = bool(headers) or b"\\u0000" in (value or b"")
        return checker.check(event, key, may_hold_nul=may_hold_nul), event

    def _rejected(
        self,
        refusal: Refusal,
        key: Key,
        event: Any,
        value: bytes | None,
        headers: Headers,
        received_at: str,
        place: Place,
    ) -> Record:
        known = known_openly(event, refusal, self.checker)
        if not (known.get("source") or "").startswith(key.source_prefix):
            # An identifier is refused before the scope is looked at, and outside its scope a source is any text.
            known.pop("source", None)
        sealed = self._sealer.seal(_as_sent(value, headers)[:MAX_EVENT])
        made = rejected_value(refusal, key, received_at, known, sealed)
        # rejected_value writes a JSON object; a topic's name needs no escapes.
        topic, partition, offset = place
        lay = b'"intakeplace":"%b/%d/%d"' % (topic.encode(), partition, offset)
        return Record(REJECTED, key.partner.encode(), b"%b,%b}" % (made[:-1], lay))


def _as_sent(value: bytes | None, headers: Headers) -> bytes:
    """The body to keep: a binary event as the structured one that says the same, so that it can be sent again."""
    if not is_binary(headers):
        return value or b""
    event = event_of(value, headers)
    if isinstance(event, Refusal):
        parts = [f"{name}: ".encode() + bytes(content or b"") for name, content in headers or ()]
        return b"\n".join([*parts, b"", value or b""])
    return dump(event)


@lru_cache(maxsize=64)
def _utc(milliseconds: int) -> str:
    """The records of a batch share their time."""
    instant = datetime.fromtimestamp(milliseconds / 1000, UTC).replace(tzinfo=None)
    return f"{instant.isoformat(timespec='microseconds')}Z"
