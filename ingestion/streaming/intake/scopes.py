"""What each partner with a producer may write, read again in the background; the last good copy serves meanwhile."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from ingestion.gateway.scope import Key

logger = logging.getLogger("corridor.intake.scopes")

#: Revoked ones too: what they wrote before is still taken over.
_QUERY = "select partner, programme, source_prefix, cities, types, topic from ops.intake_partners order by topic"


class Scopes:
    """The scope by topic, as the same `Key` that the gateway's checker judges by. `copy` holds the last good list."""

    def __init__(self, dsn: str, copy: Path) -> None:
        self._dsn = dsn
        self._copy = copy
        self._rows: list[dict[str, Any]] | None = None
        self._failing = False
        self.by_topic: Mapping[str, Key] = {}

    def refresh(self) -> None:
        """Read the list now. While Postgres is away the last one stays; at the start that of the copy."""
        try:
            with psycopg.connect(
                self._dsn, connect_timeout=3, options="-c statement_timeout=5000", application_name="corridor intake"
            ) as connection:
                rows = connection.cursor(row_factory=dict_row).execute(_QUERY).fetchall()
        except psycopg.Error as error:
            if not self._failing:
                logger.warning("partners cannot be read error=%s kept=%d", type(error).__name__, len(self.by_topic))
            self._failing = True
            if self._rows is None and self._copy.exists():
                self._take(json.loads(self._copy.read_text(encoding="utf-8")))
                logger.warning("partners from=copy count=%d", len(self.by_topic))
            return
        self._failing = False
        if rows != self._rows:
            self._take(rows)
            self._keep_copy(rows)
            logger.info("partners from=postgres count=%d", len(rows))

    def _take(self, rows: list[dict[str, Any]]) -> None:
        self.by_topic = {row["topic"]: _key(row) for row in rows}
        self._rows = rows

    def _keep_copy(self, rows: list[dict[str, Any]]) -> None:
        self._copy.parent.mkdir(parents=True, exist_ok=True)
        part = self._copy.with_suffix(f".{os.getpid()}.part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(rows, file)
        part.replace(self._copy)


def _key(row: dict[str, Any]) -> Key:
    return Key(
        key_id=f"intake-{row['partner']}",
        programme=row["programme"],
        partner=row["partner"],
        source_prefix=row["source_prefix"],
        cities=None if row["cities"] is None else frozenset(row["cities"]),
        types=None if row["types"] is None else frozenset(row["types"]),
    )
