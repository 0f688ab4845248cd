"""Clients that push events all the time, what they were promised, and what then stands in Kafka."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
from confluent_kafka import Consumer, TopicPartition

from tests.integration.test_gateway import BATCH, Partner


@dataclass
class Pusher:
    """`clients` threads, each sending batches of `size` events one after the other until `stop`.

    `acknowledged` holds the ids that were answered with 202, `statuses` counts the answers (0: none came).
    """

    url: str
    key: str
    partner: Partner
    clients: int = 4
    size: int = 10
    pause: float = 0.005
    acknowledged: set[str] = field(default_factory=set)
    statuses: Counter[int] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    _numbers: int = 0
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> Pusher:
        """Begin to push."""
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(self.clients)]
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        """Wait for the last answers."""
        self._stopped.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive(), "a client did not get its answer"

    def answers(self, status: int = 202) -> int:
        """How many requests were answered so so far."""
        return self.statuses[status]

    def _run(self) -> None:
        headers = {"X-API-Key": self.key, "Content-Type": BATCH}
        with httpx.Client(timeout=30, headers=headers) as client:
            while not self._stopped.wait(self.pause):
                with self._guard:
                    first = self._numbers
                    self._numbers += self.size
                events = [self.partner.event(first + n) for n in range(self.size)]
                self._post(client, events)

    def _post(self, client: httpx.Client, events: list[dict[str, Any]]) -> None:
        try:
            answer = client.post(f"{self.url}/v1/events", content=orjson.dumps(events))
        except httpx.HTTPError:
            with self._guard:
                self.statuses[0] += 1
            return
        with self._guard:
            self.statuses[answer.status_code] += 1
            if answer.status_code == 202:
                self.acknowledged |= {each["id"] for each in answer.json()["results"] if each["status"] == "accepted"}
            else:
                self.codes[answer.json()["code"]] += 1


def read_topic(bootstrap: str, topic: str) -> list[dict[str, Any]]:
    """Every record of a topic, partition by partition."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "look", "enable.auto.commit": False})
    found: list[dict[str, Any]] = []
    try:
        for number in consumer.list_topics(topic, 10).topics[topic].partitions:
            first, end = consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=10)
            consumer.assign([TopicPartition(topic, number, first)])
            at = first
            while at < end:
                message = consumer.poll(10)
                assert message is not None, f"{topic} fell silent at {at} of {end}"
                assert message.error() is None, message.error()
                found.append(orjson.loads(message.value() or b"null"))
                at = (message.offset() or 0) + 1
    finally:
        consumer.close()
    return found
