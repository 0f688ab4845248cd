"""From accepted events to a signed webhook: a surge opens and closes, whoever fails or is killed meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson
import pytest
from confluent_kafka import Consumer, TopicPartition
from standardwebhooks.webhooks import Webhook

from infra.settings import Settings
from ingestion import topics
from ingestion.streaming.signals.subscribers import subscribe, unsubscribe
from ingestion.streaming.surge.announcing import announcement
from ingestion.streaming.surge.application import Topics
from ingestion.streaming.surge.city import Change
from ingestion.streaming.surge.judging import Judgement
from ingestion.streaming.surge.ticking import MARGIN_MS, Ticker
from ingestion.webhook_secrets import webhook_key
from tests.integration.load_rig import Rig, accepted_event, rig
from tests.support import wait_for

_MEMBER = """
import sys, threading
from infra.settings import Settings
from ingestion.streaming.signals.application import run
run(Settings.load(), threading.Event(), topic=sys.argv[1], group=sys.argv[1], waits=(0.2,) * 50, look=0.1)
"""
_JUDGE = """
import sys
from pathlib import Path
from infra.settings import Settings
from ingestion.streaming.surge.application import Topics, application
state, *topics = sys.argv[1:]
made = Topics(*topics)
application(
    Settings.load(), topics=made, group=made.counts, state_dir=Path(state), commit_interval=0.3
).run()
"""
HOUR_MS = 3_600_000
#: Nine weeks before the surge, a Monday at midnight.
START_MS = int(datetime(2026, 1, 5, tzinfo=UTC).timestamp() * 1000)


@dataclass
class Receiver:
    """A subscriber: answers what `answers` holds, in turn, then 200."""

    url: str
    answers: list[int] = field(default_factory=list)
    #: Headers and body of every request.
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def _receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            made.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(made.answers.pop(0) if made.answers else 200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Receiver(f"http://127.0.0.1:{server.server_port}/hook")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class Line:
    """Scratch topics of the whole way, beside a rig."""

    rig: Rig
    topics: Topics

    def history(self, hours: int, level: int = 30, first: int = 0) -> None:
        """`level` people an hour by day, logged within their hour."""
        for hour in range(first, first + hours):
            if 8 <= hour % 24 < 18:
                self.arrive(hour, level + (hour * 7) % 5)

    def arrive(self, hour: int, number: int, name: str = "", **changes: Any) -> None:
        """An accepted record about an hour since the start, logged in the middle of that hour."""
        at_ms = START_MS + hour * HOUR_MS + HOUR_MS // 2
        time_text = datetime.fromtimestamp(at_ms / 1000, UTC).isoformat()
        data = {"count": number, "direction": "in"}
        event = accepted_event(name or f"h{hour}", time=time_text) | {"data": data} | changes
        self.rig.producer.produce(
            self.topics.accepted, orjson.dumps(event), key=f"ARUA|s{hour}", partition=hour % 2, timestamp=at_ms
        )

    def close_until(self, hour: int) -> None:
        """Once all has been counted, a tick after which this hour is closed."""
        assert self.rig.producer.flush(20) == 0
        now = START_MS + (hour + 2) * HOUR_MS + MARGIN_MS
        wait_for(lambda: self.ticker().look(now), 60, "everything to be counted", every=0.5)

    def ticker(self) -> Ticker:
        """The timer of the stream, which is looked at by hand."""
        return Ticker(
            self.rig.settings, self.topics.counts, self.topics.accepted, self.topics.counts, lambda: ["SIM|ARUA"]
        )

    @contextmanager
    def judging(self, state: Path) -> Iterator[subprocess.Popen[bytes]]:
        """The stream `surge` in a process of its own."""
        member = self.judge_in_a_process(state)
        try:
            yield member
        finally:
            member.kill()
            member.wait(20)

    def judge_in_a_process(self, state: Path) -> subprocess.Popen[bytes]:
        """The same in a process of its own, until it is killed."""
        command = [sys.executable, "-W", "ignore", "-c", _JUDGE, str(state), *vars(self.topics).values()]
        return subprocess.Popen(command, env={**os.environ, **self.rig.environment()})

    def counted(self) -> int:
        """How far the topic of counts goes, marks of transactions included."""
        consumer = Consumer({"bootstrap.servers": self.rig.settings.kafka_bootstrap, "group.id": "unused"})
        places = [TopicPartition(self.topics.counts, number) for number in (0, 1)]
        ends = [consumer.get_watermark_offsets(place, timeout=10)[1] for place in places]
        consumer.close()
        return sum(ends)

    def signals(self) -> list[dict[str, Any]]:
        """All events of the signals topic, committed ones only."""
        consumer = Consumer(
            {
                "bootstrap.servers": self.rig.settings.kafka_bootstrap,
                "group.id": f"{self.topics.signals}-{time.monotonic()}",
                "auto.offset.reset": "earliest",
                "enable.partition.eof": True,
                "isolation.level": "read_committed",
            }
        )
        consumer.subscribe([self.topics.signals])
        found = []
        while (message := consumer.poll(20)) is not None and message.error() is None:
            found.append(orjson.loads(message.value() or b""))
        consumer.close()
        return found


@pytest.fixture
def line(stack: Settings) -> Iterator[Line]:
    with rig(stack) as made:
        counts = made.accepted.replace("accepted", "counts")
        signals = made.accepted.replace("accepted", "signals")
        topics.apply(
            stack.kafka_bootstrap,
            (
                topics.Topic(counts, 2, 400 * topics.DAY_MS, "a test", "UNUSED"),
                topics.Topic(signals, 1, 400 * topics.DAY_MS, "a test", "UNUSED"),
                topics.Topic(made.accepted, 2, 400 * topics.DAY_MS, "a test", "UNUSED"),
            ),
        )
        yield Line(made, Topics(made.accepted, counts, signals))


@contextmanager
def _sender(line: Line, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The stream `signals` in a process of its own."""
    command = [sys.executable, "-W", "ignore", "-c", _MEMBER, line.topics.signals]
    with (folder / "signals.log").open("ab") as log:
        process = subprocess.Popen(command, stderr=log, env={**os.environ, **line.rig.environment()})
    try:
        yield process
    finally:
        process.kill()
        process.wait(20)


def _subscribe(line: Line, receiver: Receiver, **only: Any) -> tuple[str, str]:
    settings = line.rig.settings
    return subscribe(settings.dsn("owner"), webhook_key(settings.secret("webhook_key")), receiver.url, "SIM", **only)


def _surge(line: Line) -> int:
    """Eight weeks and a half of calm, then six hours of five times as many; returns the first hour of the surge."""
    surge = 8 * 168 + 3 * 24 + 9
    line.history(surge)
    for hour in range(surge, surge + 6):
        line.arrive(hour, 160)
    line.close_until(surge + 5)
    return surge


def _tell(line: Line, *records: str | bytes) -> None:
    """Write to the signals topic, as the stream `surge` does, that a signal opened ("opened") or why it closed."""
    for each in records:
        value = each
        if isinstance(each, str):
            change = Change(each, "clinic_visits", 500_000, 499_990, 499_985, Judgement(6, 80, 21.0, 5.0, 3.5), 499_990)
            value = orjson.dumps(announcement("SIM|ARUA", change))
        line.rig.producer.produce(line.topics.signals, value, key="SIM|ARUA|clinic_visits")
    assert line.rig.producer.flush(20) == 0


def test_surge__opens_and_closes_and_is_told(line: Line, tmp_path: Path) -> None:
    with _receiver() as receiver, _sender(line, tmp_path), line.judging(tmp_path):
        receiver.answers = [500, 503]
        _, secret = _subscribe(line, receiver)
        surge = _surge(line)
        opened = wait_for(line.signals, 30, "a signal")
        line.history(48, first=surge + 6)
        line.close_until(surge + 50)
        wait_for(lambda: len(receiver.got) >= 4, 30, "two failed attempts and two webhooks")
        events = line.signals()

    assert [each["type"] for each in opened] == ["surge.opened.v1"]
    assert [each["type"] for each in events] == ["surge.opened.v1", "surge.closed.v1"]
    data = opened[0]["data"]
    assert data["series"] == "arrivals"
    assert data["seen"] >= 160
    assert data["ratio"] > 2.5
    assert ["ARUA" in sentence for sentence in data["sentence"].values()] == [True] * 4
    # The same delivery was tried until it was taken; every attempt is signed.
    ids = [headers["webhook-id"] for headers, _ in receiver.got]
    assert len(ids) == 4
    assert ids[0] == ids[1] == ids[2] != ids[3]
    bodies = [Webhook(secret).verify(body, headers) for headers, body in receiver.got]
    assert bodies[2:] == events
    rows = line.rig.rows("select state, programme, city, seen, reason from live.v_surge_signals")
    assert rows == [("closed", "SIM", "ARUA", events[1]["data"]["seen"], "calm")]
    deliveries = line.rig.rows("select status, attempts from ops.signal_deliveries order by created_at")
    assert deliveries == [("delivered", 3), ("delivered", 1)]


def test_killed_and_replayed_without_state__gives_the_same_signal(line: Line, tmp_path: Path) -> None:
    with line.judging(tmp_path / "one"):
        surge = _surge(line)
        wait_for(line.signals, 30, "a signal")
    again = Line(line.rig, Topics(line.topics.accepted, f"{line.topics.counts}.again", line.topics.signals))
    declared = topics.Topic(again.topics.counts, 2, 400 * topics.DAY_MS, "a test", "UNUSED")
    topics.apply(line.rig.settings.kafka_bootstrap, (declared,))

    with again.judging(tmp_path / "two"):
        wait_for(lambda: again.counted() > 200, 60, "some counts")
    with again.judging(tmp_path / "two"):
        again.close_until(surge + 5)
        wait_for(lambda: len(line.signals()) == 2, 30, "the same signal again")

    first, second = line.signals()
    assert first == second


def test_told_again__is_stored_and_delivered_once(line: Line, tmp_path: Path) -> None:
    with _receiver() as receiver, _sender(line, tmp_path):
        _subscribe(line, receiver)
        _tell(line, "opened", "opened", b"no signal")
        wait_for(lambda: "left out" in (tmp_path / "signals.log").read_text(), 30, "the record after both")
        wait_for(lambda: receiver.got, 20, "the webhook")
        _tell(line, "calm", "opened", "calm")
        wait_for(lambda: len(receiver.got) == 2, 20, "the webhook of the end")
    assert line.rig.rows("select state from live.surge_signals") == [("closed",)]
    assert line.rig.rows("select status, attempts from ops.signal_deliveries") == [("delivered", 1)] * 2


def test_killed_between__nothing_is_lost_and_nothing_is_doubled(line: Line, tmp_path: Path) -> None:
    with _receiver() as receiver:
        receiver.answers = [500] * 3
        _subscribe(line, receiver)
        _subscribe(line, receiver, cities=["JINJA"])
        _tell(line, "opened")
        with _sender(line, tmp_path) as sender:
            wait_for(lambda: receiver.got, 30, "a first attempt")
            sender.kill()
        delivered = "select count(*) from ops.signal_deliveries where status = 'delivered'"
        with _sender(line, tmp_path):
            wait_for(lambda: line.rig.number(delivered), 90, "the delivery after the kill")
        assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
        assert line.rig.number("select count(*) from ops.signal_deliveries") == 1
        assert line.rig.number("select count(*) from live.surge_signals") == 1


def test_gone__ends_the_subscription(line: Line, tmp_path: Path) -> None:
    with _receiver() as receiver, _sender(line, tmp_path):
        receiver.answers = [410]
        subscriber, _ = _subscribe(line, receiver)
        _tell(line, "opened")
        ended = "select 1 from ops.signal_subscribers where ended_at is not null"
        wait_for(lambda: line.rig.rows(ended), 30, "the end")
    assert line.rig.rows("select status, attempts from ops.signal_deliveries") == [("given_up", 1)]
    assert unsubscribe(line.rig.settings.dsn("owner"), subscriber) is False


def test_ticker__waits_until_all_that_was_logged_is_counted(line: Line, tmp_path: Path) -> None:
    line.history(30)
    assert line.rig.producer.flush(20) == 0
    ticker = line.ticker()
    now = START_MS + 40 * HOUR_MS + HOUR_MS // 4
    assert ticker.look(now) is False
    with line.judging(tmp_path):
        wait_for(lambda: ticker.look(now), 60, "everything to be counted")
    assert ticker.look(now + HOUR_MS // 2) is False, "the same hour is not told twice"
    assert ticker.look(now + HOUR_MS + HOUR_MS // 2) is True
