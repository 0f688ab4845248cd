"""How much a key may send in a second, and how often an address may come without a valid key."""

from __future__ import annotations

import math
import time
from collections import OrderedDict

from infra.settings import Settings, SettingsError
from ingestion.gateway import answers
from ingestion.gateway.answers import Problem
from ingestion.gateway.decode import MAX_EVENTS
from ingestion.gateway.scope import Key

REQUESTS_PER_SECOND = 200.0
EVENTS_PER_SECOND = 10_000.0
#: What a key did not use is kept for so long: a program that sends once a minute sends all at once.
BURST_SECONDS = 5.0
_LEAST_BURST_REQUESTS = 20
#: Of one client address.
FAILURES_PER_SECOND = 1.0
_FAILURES_AT_ONCE = 20
_MOST_ADDRESSES = 10_000


class Bucket:
    """Fills with `rate` tokens a second up to `most`."""

    __slots__ = ("_at", "_most", "_tokens", "rate")

    def __init__(self, rate: float, most: float, now: float) -> None:
        self.rate = rate
        self._most = self._tokens = most
        self._at = now

    def take(self, count: int, now: float) -> float:
        """Take `count` tokens and return 0, or take none and return how many seconds to wait."""
        tokens = self._tokens + (now - self._at) * self.rate
        if tokens > self._most:
            tokens = self._most
        self._at = now
        if tokens < count:
            self._tokens = tokens
            return (count - tokens) / self.rate
        self._tokens = tokens - count
        return 0.0


class Limits:
    """The buckets of one gateway process. Every method returns None, or the problem to answer with."""

    def __init__(
        self, requests_per_second: float = REQUESTS_PER_SECOND, events_per_second: float = EVENTS_PER_SECOND
    ) -> None:
        self._requests_default = requests_per_second
        self._events_default = events_per_second
        self._requests: dict[str, Bucket] = {}
        self._events: dict[str, Bucket] = {}
        self._failures: OrderedDict[str, Bucket] = OrderedDict()

    def request(self, key: Key) -> Problem | None:
        """Count one request of `key`."""
        rate = key.requests_per_second or self._requests_default
        bucket = self._requests.get(key.key_id)
        now = time.monotonic()
        if bucket is None or bucket.rate != rate:
            bucket = Bucket(rate, max(rate * BURST_SECONDS, _LEAST_BURST_REQUESTS), now)
            self._requests[key.key_id] = bucket
        wait = bucket.take(1, now)
        return _later(answers.TOO_MANY_REQUESTS, wait, rate) if wait else None

    def events(self, key: Key, count: int) -> Problem | None:
        """Count `count` events of `key`, or none of them."""
        rate = key.events_per_second or self._events_default
        bucket = self._events.get(key.key_id)
        now = time.monotonic()
        if bucket is None or bucket.rate != rate:
            # A whole batch must always fit, however slow the key.
            bucket = Bucket(rate, max(rate * BURST_SECONDS, MAX_EVENTS), now)
            self._events[key.key_id] = bucket
        wait = bucket.take(count, now)
        return _later(answers.TOO_MANY_EVENTS_A_SECOND, wait, rate) if wait else None

    def failure(self, address: str) -> Problem | None:
        """Count a request from `address` without a valid key. Others behind the same address stay served."""
        now = time.monotonic()
        bucket = self._failures.get(address)
        if bucket is None:
            while len(self._failures) >= _MOST_ADDRESSES:
                self._failures.popitem(last=False)
            bucket = self._failures[address] = Bucket(FAILURES_PER_SECOND, _FAILURES_AT_ONCE, now)
        else:
            self._failures.move_to_end(address)
        wait = bucket.take(1, now)
        return _later(answers.TOO_MANY_FAILURES, wait, FAILURES_PER_SECOND) if wait else None


def limits_of(settings: Settings) -> Limits:
    """The limits that a stack is configured with. Raises SettingsError for a wrong number."""
    return Limits(
        _rate(settings, "CORRIDOR_GATEWAY_REQUESTS_PER_SECOND", REQUESTS_PER_SECOND),
        _rate(settings, "CORRIDOR_GATEWAY_EVENTS_PER_SECOND", EVENTS_PER_SECOND),
    )


def _rate(settings: Settings, name: str, default: float) -> float:
    text = settings.env.get(name) or str(default)
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value < 1e12:
        raise SettingsError(f"{name} is {text!r}: set it to a number above 0.")
    return value


def _later(problem: Problem, wait: float, rate: float) -> Problem:
    seconds = max(1, math.ceil(wait))
    return problem._replace(
        headers=((b"retry-after", str(seconds).encode()),), params={"rate": f"{rate:g}", "seconds": seconds}
    )
