"""Load on a gateway from a process of its own: `python -m tests.bench.edge_load`, orders as JSON on standard input.

Connections are held open; each sends the next request when it has the answer to the last. Every id is new.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import Any, cast

import orjson
import uvloop

from infra.settings import REPO

#: Stands where an id gets its number; eight bytes, so that the length never changes.
MARK = b"@NUMBER@"
DISTINCT = 4_000
#: An answer that takes longer after the end counts as none.
ANSWER_SECONDS = 30.0


@dataclass(frozen=True)
class Orders:
    """What to send: `batch` events a request over `connections` for `seconds`, or until standard input ends."""

    port: int
    key: str
    source: str
    connections: int
    batch: int
    seconds: float
    #: Sets the ids of this process apart from those of others.
    name: str = "a"


@dataclass
class Report:
    """`acknowledged` lists the numbers of requests of which every event was accepted."""

    events_per_second: float = 0.0
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    worst_ms: float = 0.0
    requests: int = 0
    event_bytes: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    acknowledged: list[int] = field(default_factory=list)


def event(orders: Orders, number: int, place: int) -> dict[str, Any]:
    """An event of about 500 bytes; `place` is its place in the request."""
    return {
        "specversion": "1.0",
        "id": f"{orders.name}-{MARK.decode()}-{place:03}",
        "source": f"{orders.source}:desk",
        "type": "person.registered.v1",
        "time": "2026-03-02T09:15:00+03:00",
        "subject": f"person-{number:07}",
        "programme": "SIM",
        "city": "ADAMA",
        "operation": "create",
        "recordversion": 1,
        "timeprecision": "second",
        "data": {
            "person_id": f"AD-{number:07}",
            "sex": "female",
            "age_band": "25-34",
            "status": "internal_labour_migrant",
            "registration_type": "new",
            "desk": "Bole sub-city",
            "origin_area": "Oromia",
            "household_size": 4,
            "needs": ["housing", "legal"],
        },
    }


class Load:
    """All connections together."""

    def __init__(self, orders: Orders) -> None:
        self.orders = orders
        count = max(20, DISTINCT // orders.batch)
        self.requests = [self._request(n) for n in range(count)]
        self.sent = 0
        self.seconds: list[float] = []
        self.report = Report(event_bytes=len(orjson.dumps(event(orders, 0, 0))))
        self.stopping = False
        self.open = 0
        self.done: asyncio.Event = asyncio.Event()

    def _request(self, number: int) -> bytes:
        batch = self.orders.batch
        events = [event(self.orders, number * batch + place, place) for place in range(batch)]
        body = orjson.dumps(events[0] if batch == 1 else events)
        kind = "application/cloudevents+json" if batch == 1 else "application/cloudevents-batch+json"
        head = f"POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: {self.orders.key}\r\n"
        return f"{head}Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body

    def next(self) -> tuple[int, bytes]:
        """Number and bytes of a request that was never sent."""
        self.sent += 1
        return self.sent, self.requests[self.sent % len(self.requests)].replace(MARK, b"%08x" % self.sent)

    async def run(self) -> Report:
        """Send until the time is over."""
        loop = asyncio.get_running_loop()
        began = time.perf_counter()
        for _ in range(self.orders.connections):
            await loop.create_connection(lambda: _Connection(self), "127.0.0.1", self.orders.port)
        loop.call_later(self.orders.seconds, self.stop)
        await self.done.wait()
        took = time.perf_counter() - began
        report, times = self.report, sorted(self.seconds)
        report.requests = len(times)
        if times:
            report.events_per_second = len(report.acknowledged) * self.orders.batch / took
            report.p50_ms, report.p99_ms = times[len(times) // 2] * 1e3, times[int(len(times) * 0.99)] * 1e3
            report.worst_ms = times[-1] * 1e3
        return report

    def stop(self) -> None:
        """Send nothing more; answers that are due are waited for, but not for ever."""
        self.stopping = True
        asyncio.get_running_loop().call_later(ANSWER_SECONDS, self.done.set)


class _Connection(asyncio.Protocol):
    """One request after the other."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.buffer = b""
        self.number = 0
        self.began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.load.open += 1
        self._send()

    def connection_lost(self, _error: Exception | None) -> None:
        if self.number:
            self._count(b"0")
        self.load.open -= 1
        if not self.load.open:
            self.load.done.set()

    def data_received(self, data: bytes) -> None:
        self.buffer = self.buffer + data if self.buffer else data
        head = self.buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        at = self.buffer.lower().index(b"content-length:") + 15
        if len(self.buffer) < head + 4 + int(self.buffer[at : self.buffer.index(b"\r", at)]):
            return
        answer, self.buffer = self.buffer, b""
        self.load.seconds.append(time.perf_counter() - self.began)
        status = answer[9:12]
        if status == b"202" and b'"status":"rejected"' not in answer:
            self.load.report.acknowledged.append(self.number)
        self._count(status)
        if status in (b"202", b"422"):
            self._send()
        else:
            # A client that was told to come back later does not come back at once.
            asyncio.get_running_loop().call_later(0.1, self._send)

    def _send(self) -> None:
        if self.load.stopping:
            self.number = 0
            self.transport.close()
            return
        self.number, request = self.load.next()
        self.began = time.perf_counter()
        self.transport.write(request)

    def _count(self, status: bytes) -> None:
        name = status.decode()
        self.load.report.statuses[name] = self.load.report.statuses.get(name, 0) + 1


class Running:
    """A load process; `stop` ends it early, `report` waits for its end."""

    def __init__(self, orders: Orders) -> None:
        command = [sys.executable, "-m", "tests.bench.edge_load"]
        self._process = subprocess.Popen(command, cwd=REPO, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asdict(orders)).encode() + b"\n")
        self._process.stdin.flush()

    def stop(self) -> None:
        """Send nothing more."""
        assert self._process.stdin is not None
        self._process.stdin.close()

    def report(self) -> Report:
        """Wait for the end. Raises RuntimeError if the process failed."""
        assert self._process.stdout is not None
        output = self._process.stdout.read()
        if self._process.wait():
            raise RuntimeError("the load process failed: see above")
        return Report(**json.loads(output))


async def _main() -> Report:
    loop = asyncio.get_running_loop()
    load = Load(Orders(**json.loads(sys.stdin.readline())))

    def at_end() -> None:
        if not os.read(0, 1):
            loop.remove_reader(0)
            load.stop()

    loop.add_reader(0, at_end)
    return await load.run()


if __name__ == "__main__":
    print(json.dumps(asdict(uvloop.run(_main()))))
