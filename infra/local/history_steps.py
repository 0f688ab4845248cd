"""The steps that send the programme's published history through the gateway and wait until it is published."""

from __future__ import annotations

import hashlib
import sys

from infra.local import publication
from infra.local.files import read_or_none, write_whole
from infra.local.folders import logs_folder, run_folder
from infra.local.launch import service_environment
from infra.local.process import run_logged
from infra.local.steps import Say, Step
from infra.settings import REPO, Settings

FOLDER = REPO / "ingestion" / "history"


def steps(settings: Settings) -> list[Step]:
    """Sending, then the publication."""

    def send(say: Say) -> str:
        mark, digest = run_folder(settings) / "history_sent", _digest(settings)
        if read_or_none(mark) == digest:
            return "sent before"
        log = logs_folder(settings) / "history.log"
        command = [sys.executable, "-m", "ingestion.history.send"]
        run_logged(command, log, env=service_environment(settings), what="Sending the history", cwd=REPO)
        write_whole(mark, digest)
        return log.read_text(encoding="utf-8").strip().splitlines()[-1].removeprefix("History: ")

    def published(say: Say) -> str:
        return publication.wait_until_published(settings, say)

    return [
        Step("history", "History sent", send, ("gateway",)),
        Step("published", "History published", published, ("history", "first_run")),
    ]


def _digest(settings: Settings) -> str:
    """Changes with the history itself and with the log that it was sent to; sending again is harmless, but not free."""
    digest = hashlib.sha256(settings.kafka_bootstrap.encode())
    digest.update((read_or_none(run_folder(settings) / "kafka_cluster_id") or "").encode())
    for path in sorted(FOLDER.glob("*")):
        if path.suffix in (".yaml", ".csv", ".py"):
            digest.update(path.read_bytes())
    return digest.hexdigest()
