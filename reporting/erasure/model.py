"""What is asked for, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from infra.local.problems import Problem

#: In place of a token: of the same form, so that contracts and models take it, and of a key that no city has.
SURROGATE_PREFIX = "tok1_erased_"


class ErasureProblem(Problem):
    """Why nothing could be erased; the message says what to do, and never who was meant."""


@dataclass(frozen=True)
class Request:
    """One subject's data within `programme`, only of `city` and of event `types` (those of `areas`) if they are named.

    `tokens` are those known of the subject. What occurred or was received until these times is covered. `origin`:
    request, withdrawal or late.
    """

    tokens: frozenset[str]
    kind: str
    programme: str
    city: str | None
    areas: tuple[str, ...] | None
    types: tuple[str, ...] | None
    origin: str
    asked_by: str
    reason: str
    occurred_until: datetime
    received_until: datetime


@dataclass(frozen=True)
class Erasure:
    """What was changed for one request: numbers of rows by store. `log_forgets_at`: no topic holds it from then on."""

    erasure_id: int
    events: int
    conflicts: int
    links: int
    archived_events: int
    records: int
    log_forgets_at: datetime
