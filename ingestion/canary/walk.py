"""Send one canary a minute and watch those that are on their way, for ever."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import psycopg

from ingestion.canary.canary import Canary
from ingestion.canary.log_watch import LogWatch
from ingestion.canary.stations import EVERY, GIVEN_UP_AFTER
from ingestion.canary.warehouse_watch import WarehouseWatch

log = logging.getLogger(__name__)

_FORGET_EVERY = 3600.0
_RETRY_EVERY = 2.0
#: The log is not read for longer, so that an old canary does not make this process read everything for an hour.
_SOUGHT_FOR = 600.0

#: Sends a canary, and says what went wrong in a few words.
Send = Callable[[Canary], str]


class Walk:
    """Canaries on their way. `turn` does what is due and returns how many seconds nothing will be."""

    def __init__(self, city: str, send: Send, kafka: LogWatch, warehouse: WarehouseWatch, every: float = EVERY) -> None:
        self._city = city
        self._send = send
        self._kafka = kafka
        self._warehouse = warehouse
        self._every = every
        self._next_at = 0.0
        self._retry_at = 0.0
        self._forget_at = 0.0
        self.under_way: list[Canary] = []

    def turn(self) -> float:
        """One round; needs a clock, Kafka and Postgres, and survives that the latter two are away."""
        now = time.time()
        if now >= self._next_at:
            self._next_at = now + self._every
            self._kafka.begin()
            self.under_way.append(Canary(self._city, now))
        self._deliver(now)
        self._look_into_kafka()
        self._look_into_warehouse()
        now = time.time()
        self.under_way = [
            each for each in self.under_way
            if each.changed or not (each.is_home or now - each.sent_at > GIVEN_UP_AFTER)
        ]  # fmt: skip
        return self._pause(now)

    def _deliver(self, now: float) -> None:
        """Post what has not been accepted yet; the same event, so that an answer that was lost doubles nothing."""
        waiting = [each for each in self.under_way if "accepted" not in each.seen]
        if not waiting or now < self._retry_at:
            return
        for each in waiting[-3:]:
            problem = self._send(each)
            if not problem:
                each.reach("accepted", time.time())
            elif problem != each.problem:
                each.problem, each.changed = problem, True
                log.warning("canary %s: %s", each.canary_id, problem)
            if problem:
                self._retry_at = time.time() + _RETRY_EVERY
                break

    def _look_into_kafka(self) -> None:
        since = time.time() - _SOUGHT_FOR
        looked_for = {each.canary_id: each for each in self.under_way if each.place is None and each.sent_at > since}
        if not looked_for:
            self._kafka.rest()
            return
        self._kafka.begin()
        for canary_id, partition, offset in self._kafka.found(0.25):
            if canary_id in looked_for:
                looked_for[canary_id].place = partition, offset
                looked_for[canary_id].reach("kafka", time.time())

    def _look_into_warehouse(self) -> None:
        try:
            for each in self.under_way:
                self._warehouse.look(each)
                each.mark_late(time.time())
            self._warehouse.keep(self.under_way)
            if time.time() >= self._forget_at:
                self._warehouse.forget_old()
                self._forget_at = time.time() + _FORGET_EVERY
        except psycopg.Error as error:
            log.warning("Postgres cannot be asked: %s", type(error).__name__)

    def _pause(self, now: float) -> float:
        """Short while something is expected soon, longer for what is late."""
        due = max(0.0, self._next_at - now)
        if not self.under_way:
            return due
        youngest = now - self.under_way[-1].sent_at
        return min(due, 0.25 if youngest < 3 else 0.5 if youngest < 15 else 2.0)
