"""The gateway that is told to stop in the middle of work."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from infra.settings import REPO, Settings
from ingestion.topics import ACCEPTED
from tests.integration.log_tail import LogTail
from tests.integration.test_gateway import BATCH, Partner
from tests.support import wait_for

MakeKey = Callable[..., str]


def test_told_to_stop__whatever_was_promised_is_in_kafka(stack: Settings, make_key: MakeKey, tmp_path: Path) -> None:
    partner = Partner()
    key = make_key(**partner.scope())
    tail = LogTail(stack.kafka_bootstrap, ACCEPTED)
    process, url = _second_gateway(stack, tmp_path)
    try:
        wait_for(lambda: _is_ready(url), 30, "the second gateway to be ready")
        with ThreadPoolExecutor(8) as pool:
            promised = [pool.submit(_send_batch, url, key, partner, number) for number in range(60)]
            wait_for(lambda: sum(each.done() for each in promised) >= 5, 30, "the first answers", every=0.01)
            process.send_signal(signal.SIGTERM)
            ids = {identity for each in promised for identity in each.result()}
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        process.wait()
    assert len(ids) >= 100
    found = {record["id"] for record in tail.wait(len(ids), partner=partner.name)}
    tail.close()
    assert ids <= found


def _second_gateway(stack: Settings, folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Another gateway of the same stack, on a port of its own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "CORRIDOR_HOME": str(folder),
        "CORRIDOR_PORT_BASE": str(port),
        "CORRIDOR_KAFKA_BOOTSTRAP": stack.kafka_bootstrap,
        "CORRIDOR_POSTGRES_ADMIN_URL": stack.admin_dsn(),
        "PYTHONPATH": str(REPO),
    }
    shutil.copytree(stack.home / "secrets", folder / "secrets")
    command = [sys.executable, "-m", "ingestion.gateway"]
    return subprocess.Popen(command, env=environment, cwd=REPO), f"http://127.0.0.1:{port}"


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/v1/health/ready", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def _send_batch(url: str, key: str, partner: Partner, number: int) -> list[str]:
    """The ids that the gateway promised to keep; none if it was not there any more."""
    events = [partner.event(100 * number + n) for n in range(20)]
    try:
        response = httpx.post(
            f"{url}/v1/events",
            content=json.dumps(events),
            headers={"X-API-Key": key, "Content-Type": BATCH},
            timeout=30,
        )
    except httpx.TransportError:
        return []
    results = response.json()["results"] if response.status_code == 202 else []
    return [result["id"] for result in results if result["status"] == "accepted"]
