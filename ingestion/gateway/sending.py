"""One request on its way to the log: its records, and which of its events came before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ingestion.gateway.decode import MAX_EVENT
from ingestion.gateway.recent import HASH_BYTES, RecentIdentities, identity_of
from ingestion.gateway.records import Accepted, Record, origin_of
from ingestion.gateway.refusal import EVENT_TOO_LARGE, ID_REUSED, Refusal
from ingestion.words import _t

TOO_LARGE = Refusal(EVENT_TOO_LARGE, "", _t("One event may hold 256 KiB."))
_ID_REUSED = Refusal(
    ID_REUSED,
    "/id",
    _t(
        "This id was used before for other content. Give the event an id of its own; to change what you sent before, "
        "send it with a new id, the same subject and operation correct."
    ),
)

Verdict = Accepted | Refusal


@dataclass(slots=True)
class Sending:
    """What goes to the log, and the places of these records among the events of the request."""

    partner: str
    received_at: str
    receipt: str
    first_index: int
    records: list[Record] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    #: Identity to content hash of `records`, in their order.
    contents: dict[int, bytes] = field(default_factory=dict)
    #: Place and identity of the events that came before.
    repeated: list[tuple[int, int]] = field(default_factory=list)

    def sort(
        self, verdicts: Sequence[Verdict], recent: RecentIdentities, may_be_large: bool
    ) -> list[tuple[int, Refusal]]:
        """Put what is acceptable among the records, unless its identity is known; returns what is refused."""
        origin = origin_of(self.partner, self.received_at, self.receipt)
        contents, find, first = self.contents, recent.find, self.first_index
        refused: list[tuple[int, Refusal]] = []
        for index, verdict in enumerate(verdicts):
            if isinstance(verdict, Refusal):
                refused.append((index, verdict))
                continue
            attributes = verdict.attributes
            content = verdict.content()
            digest = content[1][:HASH_BYTES]
            identity = identity_of(attributes["source"], attributes["id"])
            known = contents.get(identity) or find(identity)
            if known is not None:
                if known == digest:
                    self.repeated.append((index, identity))
                else:
                    refused.append((index, _ID_REUSED))
                continue
            record = verdict.record_of(content, first + index, origin)
            if may_be_large and len(record.value) > MAX_EVENT:
                refused.append((index, TOO_LARGE))
                continue
            contents[identity] = digest
            self.records.append(record)
            self.places.append(index)
        return refused
