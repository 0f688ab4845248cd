"""The examples of the guide for own software, run as they stand there: key, prefix, address and days are put in."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from infra.settings import REPO, Settings
from tests.integration.test_gateway import Partner

GUIDE = REPO / "docs" / "city-partner" / "own-software.md"


@pytest.fixture
def run(stack: Settings, make_key: Callable[..., str], tmp_path: Path) -> Callable[[str, list[str]], str]:
    """Run the first example in a language with a command, in an empty folder that holds our client."""
    partner = Partner()
    key = make_key(**partner.scope())
    (tmp_path / "corridor_client.py").write_bytes(
        httpx.get(f"{stack.gateway_url}/v1/client/corridor_client.py").content
    )

    def example(language: str, command: list[str]) -> str:
        for text in re.findall(rf"```{language}\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL):
            if "arrival.counted.v1" in text:
                break
        for written, meant in (
            ("urn:my-office:", partner.prefix),
            ("http://127.0.0.1:18000", stack.gateway_url),
            ("ck_...", key),
            ("2026-11-02", "2016-08-02"),
            ("new Date().toISOString()", '"2016-08-02T09:00:00Z"'),
        ):
            text = text.replace(written, meant)
        environment = {**os.environ, "CORRIDOR_API_KEY": key, "PYTHONPATH": str(tmp_path)}
        done = subprocess.run(
            command, input=text, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return example


def test_curl(run: Callable[[str, list[str]], str]) -> None:
    assert json.loads(run("sh", ["sh", "-s"]))["accepted"] == 1


def test_python(run: Callable[[str, list[str]], str]) -> None:
    said = run("python", [sys.executable, "-"])
    assert "SendSummary(accepted=1, duplicates=0, rejected=[]" in said
    assert said.endswith("[]\n"), "nothing was refused"


@pytest.mark.skipif(shutil.which("node") is None, reason="the example in JavaScript needs node")
def test_javascript(run: Callable[[str, list[str]], str]) -> None:
    said = run("js", ["node", "--input-type=module", "-"])
    assert said.startswith("202 ")
    assert "status: 'accepted'" in said
