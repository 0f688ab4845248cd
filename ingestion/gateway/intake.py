"""The one door for events, whichever way they came in: check, seal what is refused, store, answer for each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from jsonschema_rs import Draft202012Validator

from ingestion.contracts.registry import envelope_schema
from ingestion.gateway.check import Checker
from ingestion.gateway.decode import MAX_EVENT, dump
from ingestion.gateway.identifiers import attribute_with_identifier, holds_sent_value
from ingestion.gateway.metrics import Metrics
from ingestion.gateway.records import Accepted, Record, now_text, rejected_value
from ingestion.gateway.refusal import EVENT_TOO_LARGE, LOG_REFUSED, Refusal
from ingestion.gateway.scope import Key
from ingestion.sealing import Sealer
from ingestion.topics import REJECTED
from ingestion.words import _t

#: Sealing takes about 0.1 ms: more than this many at once would hold up everybody else.
_MANY_REFUSED = 20
_TOO_LARGE = Refusal(EVENT_TOO_LARGE, "", _t("One event may hold 256 KiB."))
_LOG_REFUSED = Refusal(LOG_REFUSED, "", _t("The log does not take this event: ask the programme's data engineer."))

Verdict = Accepted | Refusal


class Log(Protocol):
    """Where records go."""

    async def write(self, records: Sequence[Record]) -> Collection[int]:
        """Return when every record is durable, with the places of those that the log refused for good."""


@dataclass
class Outcome:
    """The answer for each event of a request, in order; see docs/reference for the members of `results`."""

    receipt: str | None = None
    accepted: int = 0
    duplicates: int = 0
    results: list[dict[str, Any]] = field(default_factory=list)

    @property
    def rejected(self) -> int:
        """How many events were refused."""
        return len(self.results) - self.accepted - self.duplicates


class Intake:
    """Takes parsed events of an authenticated key. Everything it answers for is durable when `take` returns."""

    def __init__(self, checker: Checker, sealer: Sealer, log: Log, metrics: Metrics) -> None:
        self.checker = checker
        self._sealer = sealer
        self._log = log
        self._metrics = metrics
        self._attributes = {
            name: Draft202012Validator(envelope_schema()["properties"][name])
            for name in ("id", "source", "type", "city")
        }
        self._envelope_names = frozenset(envelope_schema()["properties"])

    def check(self, events: Sequence[Any], key: Key, *, language: str = "en", may_hold_nul: bool = True) -> Outcome:
        """Answer as `take` would, and store nothing."""
        outcome = Outcome()
        for index, event in enumerate(events):
            verdict = self.judge(event, key, may_hold_nul=may_hold_nul)
            outcome.results.append(result_of(index, event, verdict, language))
            outcome.accepted += isinstance(verdict, Accepted)
        return outcome

    def judge(self, event: Any, key: Key, *, may_hold_nul: bool = True) -> Verdict:
        """What may be stored of one event, or why not."""
        return self.checker.check(event, key, may_hold_nul=may_hold_nul)

    async def take(
        self,
        events: Sequence[Any],
        key: Key,
        *,
        raws: Callable[[], Sequence[bytes]] | None = None,
        language: str = "en",
        may_hold_nul: bool = True,
        may_be_large: bool = False,
        receipt: str | None = None,
    ) -> Outcome:
        """Store what is right and, sealed, what is not; return when all of it is durable.

        `raws` gives the bytes of each event as sent; it is called only if one is refused. Raises what
        the log's write raises: then nothing is promised about any event.
        """
        check = self.checker.check
        verdicts = [check(event, key, may_hold_nul=may_hold_nul) for event in events]
        return await self.store(
            events, verdicts, key, raws=raws, language=language, may_be_large=may_be_large, receipt=receipt
        )

    async def store(
        self,
        events: Sequence[Any],
        verdicts: Sequence[Verdict],
        key: Key,
        *,
        raws: Callable[[], Sequence[bytes]] | None = None,
        language: str = "en",
        may_be_large: bool = False,
        receipt: str | None = None,
    ) -> Outcome:
        """As `take`, for events that were judged before (a file's rows get their ids after judging)."""
        received_at = now_text()
        records: list[Record] = []
        taken: list[int] = []
        results: list[dict[str, Any]] = []
        refused: list[tuple[int, Refusal]] = []
        for index, verdict in enumerate(verdicts):
            if isinstance(verdict, Accepted):
                record = verdict.record(key.partner, received_at, receipt)
                if may_be_large and len(record.value) > MAX_EVENT:
                    verdict = _TOO_LARGE
                else:
                    records.append(record)
                    taken.append(index)
                    results.append({"index": index, "id": verdict.attributes["id"], "status": "accepted"})
                    continue
            refused.append((index, verdict))
            results.append(result_of(index, events[index], verdict, language))
        if refused:
            sent = raws() if raws is not None else [dump(event) for event in events]
            seal = partial(self._seal_all, refused, events, sent, key, received_at, receipt)
            records += await asyncio.to_thread(seal) if len(refused) > _MANY_REFUSED else seal()
        accepted = len(taken)
        for place in await self._log.write(records):
            if place < len(taken):
                index = taken[place]
                results[index] = result_of(index, events[index], _LOG_REFUSED, language)
                accepted -= 1
        self._metrics.accepted += accepted
        if refused:
            self._metrics.rejected.update(refusal.code for _, refusal in refused)
        return Outcome(receipt, accepted, 0, results)

    async def keep_refused(self, body: bytes, refusal: Refusal, key: Key, receipt: str | None = None) -> None:
        """Keep what could not even be taken apart, sealed, up to the size of one event."""
        value = rejected_value(refusal, key, now_text(), {}, self._sealer.seal(body[:MAX_EVENT]), receipt)
        await self._log.write([Record(REJECTED, key.partner.encode(), value)])
        self._metrics.rejected[refusal.code] += 1

    def _seal_all(
        self,
        refused: list[tuple[int, Refusal]],
        events: Sequence[Any],
        raws: Sequence[bytes],
        key: Key,
        received_at: str,
        receipt: str | None,
    ) -> list[Record]:
        records = []
        for index, refusal in refused:
            sealed = self._sealer.seal(raws[index][:MAX_EVENT])
            value = rejected_value(refusal, key, received_at, self._known(events[index], refusal), sealed, receipt)
            records.append(Record(REJECTED, key.partner.encode(), value))
        return records

    def _known(self, event: Any, refusal: Refusal) -> dict[str, str | None]:
        """The attributes that may stand unsealed beside a refusal: valid ones that give no identifier away."""
        if not isinstance(event, dict):
            return {}
        known = {
            name: event[name]
            for name, validator in self._attributes.items()
            if refusal.pointer != f"/{name}" and name in event and validator.is_valid(event[name])
        }
        contract = self.checker.contract_of(event)
        free = {"id", "source"}  # what a sender words as it likes
        if contract is not None and attribute_with_identifier(event, contract) is not None:
            return {name: value for name, value in known.items() if name not in free}
        if contract is None:
            free.add("type")
        if not self.checker.places.knows(known.get("city") or ""):
            free.add("city")
        # The contract may be unknown or broken, so any value that was sent could be an identifier.
        sent = [value for name, value in event.items() if name == "data" or name not in self._envelope_names]
        return {
            name: value
            for name, value in known.items()
            if name not in free or value is None or not holds_sent_value(value, sent)
        }


def result_of(index: int, event: Any, verdict: Verdict, language: str) -> dict[str, Any]:
    """The member of `results` that answers for one event."""
    identity = event.get("id") if isinstance(event, dict) else None
    result = {"index": index, "id": identity if isinstance(identity, str) else None}
    if isinstance(verdict, Accepted):
        return {**result, "status": "accepted"}
    return {
        **result,
        "status": "rejected",
        "code": verdict.code,
        "pointer": verdict.pointer,
        "detail": verdict.say(language),
    }
