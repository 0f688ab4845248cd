"""Members of a stream's group, as processes of their own, and what can be seen of them from outside."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

import psutil
import psycopg
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient

from infra.settings import REPO
from ingestion.streaming.live.application import GROUP
from ingestion.topics import ACCEPTED
from tests.bench.streams_events import Hours
from tests.own_stack import OwnStack

PARTITIONS = 4


@dataclass
class Member:
    """One running process."""

    name: str
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """As the supervisor stops it."""
        self.process.terminate()
        self.process.wait(30)


def start(stack: OwnStack, name: str, stream: str = "live") -> Member:
    """A member, as the service runs it."""
    command = [sys.executable, "-W", "ignore", "-m", "ingestion.streaming", stream]
    environment = {**stack.environment(), "CORRIDOR_STREAM_MEMBER": name}
    with (stack.folder / f"{stream}-{name}.log").open("ab") as log:
        return Member(name, subprocess.Popen(command, cwd=REPO, env=environment, stdout=log, stderr=log))


class Watch:
    """What the stream has done, as others can see it."""

    def __init__(self, stack: OwnStack, group: str = GROUP) -> None:
        self._name = group
        self._reader = psycopg.connect(stack.settings.dsn("owner"), autocommit=True)
        bootstrap = {"bootstrap.servers": stack.settings.kafka_bootstrap}
        self._group = Consumer({**bootstrap, "group.id": group, "enable.auto.commit": False})
        self._admin = AdminClient(bootstrap)

    def written(self) -> dict[int, int]:
        """Per partition the offset up to which Postgres shows counts."""
        return dict(self._reader.execute("select kafka_partition, next_offset from live.progress").fetchall())

    def committed(self) -> dict[int, int]:
        """Per partition the offset that the group has committed."""
        asked = [TopicPartition(ACCEPTED, partition) for partition in range(PARTITIONS)]
        return {each.partition: max(each.offset, 0) for each in self._group.committed(asked, timeout=30)}

    def ends(self) -> dict[int, int]:
        """Per partition the end of the log."""
        return {
            partition: self._group.get_watermark_offsets(TopicPartition(ACCEPTED, partition), timeout=30)[1]
            for partition in range(PARTITIONS)
        }

    def shares(self) -> list[set[int]]:
        """Which partitions each member of the group has; empty while they are being given out."""
        group = self._admin.describe_consumer_groups([self._name])[self._name].result(30)
        if group.state.name != "STABLE":
            return []
        return [
            {each.partition for each in member.assignment.topic_partitions if each.topic == ACCEPTED}
            for member in group.members
        ]

    def hours(self) -> Hours:
        """What is counted."""
        rows = self._reader.execute(
            "select city, type, hour_start, sum(events)::int, sum(late_events)::int from live.events_hourly"
            " group by 1, 2, 3"
        )
        return {(row[0], row[1], row[2].astimezone(UTC)): (row[3], row[4]) for row in rows}

    def close(self) -> None:
        """Let the connections go."""
        self._reader.close()
        self._group.close()


def folder_mb(folder: Path) -> float:
    """What the files of a folder take on the disk."""
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file()) / 2**20


@contextmanager
def highest_rss(pid: int) -> Iterator[list[float]]:
    """The list holds the highest MB of resident memory seen."""
    process, peak, done = psutil.Process(pid), [0.0], threading.Event()

    def look() -> None:
        while not done.wait(0.1):
            peak[0] = max(peak[0], process.memory_info().rss / 2**20)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()


def seconds_until(condition: Callable[[], bool], limit: float = 120.0) -> float:
    """Seconds until `condition()` is true, looked at every 20 ms. Raises AssertionError after `limit`."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < limit, "it did not come to pass"
        time.sleep(0.02)
    return time.monotonic() - began
