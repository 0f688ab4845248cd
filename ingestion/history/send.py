"""Send the programme's history through the gateway; sending it again changes nothing.

python -m ingestion.history.send [--url URL] [--key-file FILE]
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from infra.settings import Settings, SettingsError
from ingestion.history.events import PARTNER, PROGRAMME, SOURCE_PREFIX, history_events
from ingestion.history.records import History, HistoryError, load_history
from ingestion.history.versions import Ledger, new_versions, read_ledger
from ingestion.kept_keys import kept_key
from ingestion.keys import KeyRefused
from ingestion.partner_client.corridor_client import SendError, send_events

KEY_SECRET = "key_history"  # noqa: S105 -- the name of the secret, not the secret
WRITE_VERSIONS = ".venv/pipeline/bin/python -m ingestion.history.versions"


@dataclass(frozen=True)
class HistorySummary:
    """What became of the figures; `refused` are the records that the gateway refused, all of them as expected.

    `duplicates`: those that the gateway remembered; others that had been sent before are found at load.
    """

    sent: int
    accepted: int
    duplicates: int
    refused: tuple[str, ...]


def send_history(url: str, key: str, history: History | None = None) -> HistorySummary:
    """Send every record to the gateway at base address `url` and check each answer against the file.

    Raises HistoryError with the record ids if a record was refused that should pass, or the other way round,
    and SendError if the gateway could not take them at all.
    """
    history = history or load_history()
    answers: dict[int, dict[str, Any]] = {}
    summary = send_events(history_events(history), key, url, answers.__setitem__)
    surprises = []
    refused = []
    for index, record in enumerate(history.records):
        answer = answers[index]
        code = answer.get("code") if answer["status"] == "rejected" else None
        if code is not None:
            refused.append(record.id)
        if code != record.expect_rejected:
            surprises.append(_surprise(record.id, record.expect_rejected, answer))
    if surprises:
        raise HistoryError(
            f"{len(surprises)} of {len(history.records)} figures were not answered as history.yaml expects: "
            + "; ".join(surprises)
            + ". Correct these records (or their expect_rejected) and send the file again."
        )
    return HistorySummary(len(history.records), summary.accepted, summary.duplicates, tuple(refused))


def history_key(settings: Settings) -> str:
    """The programme office's key: the secret `key_history`, made if there is none that the gateway would take."""
    return kept_key(
        settings,
        KEY_SECRET,
        programme=PROGRAMME,
        partner=PARTNER,
        source_prefix=SOURCE_PREFIX,
        label="published figures of the programme",
    )


def check_versions(history: History, ledger: Ledger | None = None) -> None:
    """Refuse a history with a change that nobody would take, or that versions.csv does not know yet.

    A record changed under its old version gets a new event id but stands beside the first one as another original, so
    results would go on showing the first. Raises HistoryError naming the records and what to do.
    """
    try:
        new = new_versions(history, read_ledger() if ledger is None else ledger)
    except HistoryError as error:
        raise HistoryError(f"{error} Then run `{WRITE_VERSIONS}` and send the file again.") from error
    if new:
        names = ", ".join(f"{record} version {version}" for record, version in new)
        raise HistoryError(
            f"versions.csv does not have {names} yet: run `{WRITE_VERSIONS}`, which checks and writes down every "
            "version, and send the file again."
        )


def _surprise(record: str, expected: str | None, answer: dict[str, Any]) -> str:
    if answer["status"] != "rejected":
        return f"{record} was accepted, but should be refused with {expected}"
    got = f"{answer.get('code')} at {answer.get('pointer') or '/'}: {answer.get('detail')}"
    return f"{record} was refused ({got})" + (f", but with {expected} expected" if expected else "")


def main(arguments: list[str] | None = None) -> int:
    """Send the history and print one line; exit code 1 and a sentence when an answer is not the expected one."""
    parser = argparse.ArgumentParser(description="Send the programme's published figures through the gateway.")
    parser.add_argument("--url", help="base address of the gateway (default: that of this stack)")
    parser.add_argument("--key-file", type=Path, help="file with the API key (default: the secret key_history)")
    options = parser.parse_args(arguments)
    settings = Settings.load()
    try:
        history = load_history()
        check_versions(history)
        key = options.key_file.read_text(encoding="utf-8").strip() if options.key_file else history_key(settings)
        summary = send_history(options.url or settings.gateway_url, key, history)
    except (HistoryError, SendError, SettingsError, KeyRefused, OSError) as error:
        print(f"The history was not sent as it should be. {error}", file=sys.stderr)
        return 1
    except psycopg.OperationalError as error:
        print(f"The history was not sent: Postgres does not answer ({error}). Run `make up`.", file=sys.stderr)
        return 1
    refused = f", {len(summary.refused)} refused as expected ({', '.join(summary.refused)})" if summary.refused else ""
    known = f", {summary.duplicates} known already" if summary.duplicates else ""
    print(f"History: {summary.sent} figures sent, {summary.accepted} accepted{known}{refused}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
