"""The file that partners download is the one that is tested here, and it runs on its own."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from tests.unit.gateway.in_process import running, settings_without_servers


def test_client__is_served_whole_and_runs_alone(tmp_path: Path) -> None:
    async def ask() -> tuple[int, bytes]:
        async with running(settings_without_servers(tmp_path)) as client:
            answer = await client.get("/v1/client/corridor_client.py")
            return answer.status_code, answer.content

    status, content = asyncio.run(ask())
    assert status == 200
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "corridor_client.py").write_bytes(content)
    script = "import corridor_client as c; print(c.Client('http://127.0.0.1:1', 'ck_x', 'urn:x').waiting())"
    ran = subprocess.run([sys.executable, "-c", script], cwd=alone, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "0"
