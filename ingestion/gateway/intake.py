"""The one door for events, whichever way they came in: check, seal what is refused, store, answer for each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from ingestion.gateway.check import Checker
from ingestion.gateway.decode import MAX_EVENT, dump
from ingestion.gateway.known import known_openly
from ingestion.gateway.log_refused import REFUSED_BY_LOG, rejected_record
from ingestion.gateway.metrics import Metrics
from ingestion.gateway.receipt_ids import ReceiptIds
from ingestion.gateway.recent import RecentIdentities
from ingestion.gateway.records import Accepted, Record, now_text, rejected_value
from ingestion.gateway.refusal import Refusal
from ingestion.gateway.scope import Key
from ingestion.gateway.sending import TOO_LARGE, Sending, Verdict
from ingestion.sealing import Sealer
from ingestion.topics import REJECTED

#: Sealing takes about 0.1 ms: more than this many at once would hold up everybody else.
_MANY_REFUSED = 20


def _count_nothing(partner: str, accepted: int, rejected: int, duplicates: int) -> None:
    """Where nobody keeps account of what was answered."""


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

    def __init__(
        self,
        checker: Checker,
        sealer: Sealer,
        log: Log,
        metrics: Metrics,
        receipts: ReceiptIds,
        recent: RecentIdentities | None = None,
        acknowledge: Callable[[str, int, int, int], None] = _count_nothing,
    ) -> None:
        self.checker = checker
        self._sealer = sealer
        self._log = log
        self._metrics = metrics
        self._receipts = receipts
        self._recent = recent or RecentIdentities()
        #: Told of every request whose events are durable: partner, accepted, rejected, known already.
        self._acknowledge = acknowledge

    def check(
        self,
        events: Sequence[Any],
        key: Key,
        *,
        language: str = "en",
        may_hold_nul: bool = True,
        may_be_large: bool = False,
    ) -> Outcome:
        """Answer as `take` would, and store nothing."""
        outcome = Outcome()
        for index, event in enumerate(events):
            verdict = self.judge(event, key, may_hold_nul=may_hold_nul)
            if may_be_large and isinstance(verdict, Accepted) and len(dump(verdict.attributes)) > MAX_EVENT:
                verdict = TOO_LARGE
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
        first_index: int = 0,
    ) -> Outcome:
        """Store what is right and, sealed, what is not; return when all of it is durable.

        `raws` gives the bytes of each event as sent; it is called only if one is refused. Raises what
        the log's write raises: then nothing is promised about any event.

        Without `receipt` the outcome has one of its own. Several calls that share one receipt pass its mark
        (ReceiptIds.mark) and the place of their first event in it, and sign it when they know how many they were.
        """
        check = self.checker.check
        verdicts = [check(event, key, may_hold_nul=may_hold_nul) for event in events]
        return await self.store(
            events,
            verdicts,
            key,
            raws=raws,
            language=language,
            may_be_large=may_be_large,
            receipt=receipt,
            first_index=first_index,
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
        first_index: int = 0,
    ) -> Outcome:
        """As `take`, for events that were judged before (a file's rows get their ids after judging)."""
        sending = Sending(key.partner, now_text(), receipt or self._receipts.mark(), first_index)
        refused = sending.sort(verdicts, self._recent, may_be_large)
        reasons = dict(refused)
        results: list[dict[str, Any]] = [
            {"index": index, "id": event["id"], "status": "accepted"}
            if index not in reasons
            else result_of(index, event, reasons[index], language)
            for index, event in enumerate(events)
        ]
        for index, _ in sending.repeated:
            results[index]["status"] = "duplicate"
        records = sending.records
        if refused:
            sent = raws() if raws is not None else [dump(event) for event in events]
            seal = partial(self._seal_all, refused, events, sent, key, sending)
            records = records + (await asyncio.to_thread(seal) if len(refused) > _MANY_REFUSED else seal())
        not_taken = [place for place in await self._log.write(records) if place < len(sending.places)]
        if not_taken:
            await self._settle_not_taken(not_taken, events, sending, results, language)
        if sending.contents:
            self._recent.remember(sending.contents)
        accepted = len(sending.places) - len(not_taken)
        duplicates = sum(result["status"] == "duplicate" for result in results) if sending.repeated else 0
        self._acknowledge(key.partner, accepted, len(refused) + len(not_taken), duplicates)
        self._metrics.accepted += accepted
        self._metrics.duplicates += duplicates
        if refused:
            self._metrics.rejected.update(refusal.code for _, refusal in refused)
        outcome = Outcome(receipt, accepted, duplicates, results)
        if receipt is None:
            counts = len(events), duplicates, outcome.rejected
            outcome.receipt = self._receipts.sign(sending.receipt, key.partner, *counts)
        return outcome

    async def keep_refused(self, body: bytes, refusal: Refusal, key: Key, receipt: str | None = None) -> None:
        """Keep what could not even be taken apart, sealed, up to the size of one event."""
        value = rejected_value(refusal, key, now_text(), {}, self._sealer.seal(body[:MAX_EVENT]), receipt)
        await self._log.write([Record(REJECTED, key.partner.encode(), value)])
        self._acknowledge(key.partner, 0, 1, 0)
        self._metrics.rejected[refusal.code] += 1

    async def _settle_not_taken(
        self, places: list[int], events: Sequence[Any], sending: Sending, results: list[dict[str, Any]], language: str
    ) -> None:
        """What the log refused for good is kept among the refused, and is no reason to call another a duplicate."""
        again = [rejected_record(sending.records[place], self._sealer) for place in places]
        await self._log.write([record for record in again if record is not None])
        identities = list(sending.contents)
        lost = {identities[place] for place in places}
        for identity in lost:
            del sending.contents[identity]
        indexes = [sending.places[place] for place in places]
        for index in indexes + [index for index, identity in sending.repeated if identity in lost]:
            results[index] = result_of(index, events[index], REFUSED_BY_LOG, language)
        self._metrics.rejected[REFUSED_BY_LOG.code] += len(places)

    def _seal_all(
        self,
        refused: list[tuple[int, Refusal]],
        events: Sequence[Any],
        raws: Sequence[bytes],
        key: Key,
        sending: Sending,
    ) -> list[Record]:
        records = []
        for index, refusal in refused:
            sealed = self._sealer.seal(raws[index][:MAX_EVENT])
            known = known_openly(events[index], refusal, self.checker)
            place = sending.receipt, sending.first_index + index
            value = rejected_value(refusal, key, sending.received_at, known, sealed, *place)
            records.append(Record(REJECTED, key.partner.encode(), value))
        return records


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
