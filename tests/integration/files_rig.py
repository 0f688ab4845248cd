"""A gateway and a database of a test's own, for files; Kafka is the shared stack's."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg

from infra.local.secret_files import make_secrets
from infra.settings import Settings
from ingestion.keys import create_key
from ingestion.topics import ACCEPTED, REJECTED
from tests.gateways import RunningGateway, run_gateway
from tests.integration.log_tail import LogTail
from tests.support import scratch_database

PERSONS = "person.registered.v1"
COLUMNS = ("record_id", "time", "city", "operation", "person_id", "sex", "age_band", "status", "registration_type")


@dataclass
class FilesRig:
    """`profiles` is the folder where a test may declare what its partner writes."""

    name: str
    settings: Settings
    gateway: RunningGateway
    key: str
    profiles: Path
    accepted: LogTail
    rejected: LogTail
    owner: psycopg.Connection[Any]

    def send(self, content: bytes | str, key: str | None = None, type: str = PERSONS, **headers: str) -> httpx.Response:
        """POST /v1/files with `content` as the body."""
        body = content.encode() if isinstance(content, str) else content
        return httpx.post(
            f"{self.gateway.url}/v1/files",
            params={"type": type},
            content=body,
            headers={"X-API-Key": key or self.key, **headers},
            timeout=60,
        )

    def get(self, path: str, key: str | None = None, **headers: str) -> httpx.Response:
        """A page of the gateway."""
        return httpx.get(f"{self.gateway.url}{path}", headers={"X-API-Key": key or self.key, **headers}, timeout=60)

    def make_key(self, **scope: Any) -> str:
        """Another key of the same partner."""
        given = {"programme": "SIM", "partner": self.name, "source_prefix": f"urn:{self.name}", "cities": ["ADAMA"]}
        return create_key(self.settings.dsn("owner"), **{**given, **scope})

    def latest(self, count: int) -> dict[str, dict[str, Any]]:
        """Of at least `count` events in the log, the last version of each record, by subject."""
        found: dict[str, dict[str, Any]] = {}
        for event in sorted(self.accepted.wait(count, partner=self.name), key=lambda event: event["recordversion"]):
            found[event["subject"]] = event
        return found


def person(number: int, **changes: str) -> dict[str, str]:
    """A right row for COLUMNS."""
    row = {
        "record_id": f"R-{number:05}",
        "time": "2026-03-02",
        "city": "ADAMA",
        "operation": "",
        "person_id": f"Person {number}",
        "sex": "female",
        "age_band": "25-34",
        "status": "refugee",
        "registration_type": "new",
    }
    return {**row, **changes}


def table(*rows: dict[str, str], columns: tuple[str, ...] = COLUMNS, delimiter: str = ",") -> str:
    """Rows as CSV."""
    lines = [columns, *([row[name] for name in columns] for row in rows)]
    return "".join(delimiter.join(line) + "\r\n" for line in lines)


@contextmanager
def files_rig(stack: Settings, folder: Path) -> Iterator[FilesRig]:
    """Everything running; a partner of its own with a key for ADAMA."""
    name = f"test-files-{secrets.token_hex(5)}"
    profiles = folder / "profiles"
    profiles.mkdir(parents=True)
    make_secrets(stack)
    with scratch_database(stack) as database:
        env = {"CORRIDOR_FILE_PROFILES": str(profiles)}
        key = create_key(
            database.dsn("owner"),
            programme="SIM",
            partner=name,
            source_prefix=f"urn:{name}",
            cities=["ADAMA"],
            events_per_second=1e6,
        )
        accepted, rejected = LogTail(stack.kafka_bootstrap, ACCEPTED), LogTail(stack.kafka_bootstrap, REJECTED)
        with (
            run_gateway(database.settings, folder / "gateway", env=env) as gateway,
            psycopg.connect(database.dsn("owner"), autocommit=True) as owner,
        ):
            yield FilesRig(name, database.settings, gateway, key, profiles, accepted, rejected, owner)
        accepted.close()
        rejected.close()
