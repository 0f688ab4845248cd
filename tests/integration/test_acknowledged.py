"""What a gateway answered for is known after kill -9, to the event."""

from __future__ import annotations

import threading
from pathlib import Path

import httpx
import psycopg

from infra.settings import Settings
from ingestion.keys import create_key
from tests.gateways import free_port, run_gateway, start_gateway
from tests.support import scratch_database, wait_for

BATCH = 20


def _events(sender: int, request: int) -> list[dict[str, object]]:
    return [
        {
            "specversion": "1.0", "id": f"{sender}-{request}-{n}", "source": "urn:test:acknowledged",
            "type": "arrival.counted.v1", "subject": f"s{n}", "time": "2016-03-01T10:00:00Z", "programme": "OPS",
            "city": "ADAMA" if n else "NOWHERE",
            "data": {"direction": "in", "count": 3, "place_name": "north gate", "estimate": False},
        }
        for n in range(BATCH)
    ]  # fmt: skip


class _Sender(threading.Thread):
    """Sends one request after the other until the gateway is gone; counts what it was answered."""

    def __init__(self, number: int, url: str, key: str) -> None:
        super().__init__(daemon=True)
        self.number, self.url, self.key = number, url, key
        self.answered = 0
        self.tried = 0

    def run(self) -> None:
        headers = {"X-API-Key": self.key, "content-type": "application/cloudevents-batch+json"}
        with httpx.Client(headers=headers, timeout=10) as client:
            while True:
                try:
                    self.tried += 1
                    body = client.post(f"{self.url}/v1/events", json=_events(self.number, self.tried)).json()
                except (httpx.HTTPError, ValueError):
                    return
                self.answered += len(body["results"])


def test_kill_9__leaves_every_answer_counted(stack: Settings, tmp_path: Path) -> None:
    with scratch_database(stack) as database:
        key = create_key(
            database.dsn("owner"), programme="OPS", partner="test-ack", source_prefix="urn:test:acknowledged"
        )
        gateway = start_gateway(database.settings, tmp_path, port=free_port())
        senders = [_Sender(number, gateway.url, key) for number in range(4)]
        for each in senders:
            each.start()
        wait_for(lambda: sum(each.answered for each in senders) >= 40 * BATCH, 30, "some answers", every=0.01)
        gateway.kill()
        for each in senders:
            each.join(timeout=15)
        answered = sum(each.answered for each in senders)
        with run_gateway(database.settings, tmp_path), psycopg.connect(database.dsn("owner"), autocommit=True) as owner:

            def counted() -> int:
                row = owner.execute("select sum(accepted), sum(rejected) from ops.acknowledged").fetchone()
                return int(row[0] + row[1]) if row and row[0] is not None and row[1] * (BATCH - 1) == row[0] else 0

            # At most what was under way when it died was stored and not answered.
            wait_for(lambda: answered <= counted() <= answered + len(senders) * BATCH, 15, f"{answered} events counted")
            gateways = owner.execute("select count(*), bool_and(stopped_at is null) from ops.gateways").fetchone()
        assert gateways == (1, True)
