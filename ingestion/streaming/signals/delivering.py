"""Sends what is due to subscribers, again and again until it is taken: at least once, the same id each time."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import psycopg

from ingestion.sealing import SealingError
from ingestion.streaming.signals.sending import Answer, send
from ingestion.streaming.signals.subscribers import end
from ingestion.webhook_secrets import open_secret

#: Seconds to wait after each failed attempt, as Standard Webhooks proposes; then a delivery is given up.
WAITS = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
_AT_ONCE = 8
#: For which a delivery is kept from other senders while an attempt is under way; longer than an attempt may last.
_HELD = 60

# Of one signal the oldest first: nobody learns of its end before its beginning.
_CLAIM = """
update ops.signal_deliveries as d
set attempts = d.attempts + 1, next_attempt_at = clock_timestamp() + make_interval(secs => %s)
from ops.signal_subscribers as s
where
    s.subscriber_id = d.subscriber_id and s.ended_at is null
    and d.delivery_id in (
        select w.delivery_id from ops.signal_deliveries as w
        where
            w.status = 'waiting' and w.next_attempt_at <= clock_timestamp()
            and not exists (
                select 1 from ops.signal_deliveries as e
                where e.subscriber_id = w.subscriber_id and e.status = 'waiting'
                and split_part(e.event_id, '.', 1) = split_part(w.event_id, '.', 1)
                and (e.created_at, e.delivery_id) < (w.created_at, w.delivery_id))
        order by w.next_attempt_at limit %s for update skip locked)
returning d.delivery_id, d.subscriber_id, d.body, d.attempts, s.url, s.sealed_secret"""


@dataclass(frozen=True)
class _Due:
    delivery_id: str
    subscriber_id: str
    body: str
    attempts: int
    url: str
    sealed_secret: bytes


class Deliverer:
    """`deliver_due()` makes one round. `waits` in seconds."""

    def __init__(self, dsn: str, key: bytes, *, waits: Sequence[float] = WAITS, private_allowed: bool = False) -> None:
        self._dsn, self._key, self._waits, self._private_allowed = dsn, key, waits, private_allowed
        self._pool = ThreadPoolExecutor(_AT_ONCE, "webhook")

    def deliver_due(self, connection: psycopg.Connection) -> int:
        """Attempt what is due now, a few at once; returns how many attempts were made. `connection` autocommits."""
        rows = connection.execute(_CLAIM, [_HELD, _AT_ONCE]).fetchall()
        due = [_Due(*row) for row in rows]
        for each, answer in zip(due, self._pool.map(self._attempt, due), strict=True):
            with connection.transaction():
                self._note(connection, each, answer)
        return len(due)

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown(cancel_futures=True)

    def _attempt(self, due: _Due) -> Answer:
        try:
            secret = open_secret(self._key, due.subscriber_id, bytes(due.sealed_secret))
        except SealingError as problem:
            return Answer(0, str(problem))
        now = int(time.time())
        return send(due.url, secret, due.delivery_id, due.body.encode(), now, private_allowed=self._private_allowed)

    def _note(self, connection: psycopg.Connection, due: _Due, answer: Answer) -> None:
        if answer.is_delivered:
            connection.execute(
                "update ops.signal_deliveries set status = 'delivered', next_attempt_at = null, last_answer = %s,"
                " delivered_at = clock_timestamp() where delivery_id = %s",
                [answer.words, due.delivery_id],
            )
        elif answer.is_gone:
            end(connection, due.subscriber_id, "the subscriber answered 410 Gone")
        elif due.attempts > len(self._waits):
            connection.execute(
                "update ops.signal_deliveries set status = 'given_up', next_attempt_at = null, last_answer = %s"
                " where delivery_id = %s",
                [answer.words, due.delivery_id],
            )
        else:
            # A little chance keeps many deliveries that failed together from coming together again.
            wait = self._waits[due.attempts - 1] * random.uniform(1.0, 1.1)  # noqa: S311
            connection.execute(
                "update ops.signal_deliveries set last_answer = %s,"
                " next_attempt_at = clock_timestamp() + make_interval(secs => %s) where delivery_id = %s",
                [answer.words, max(wait, answer.retry_after), due.delivery_id],
            )
