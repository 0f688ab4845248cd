"""What flows and what does not: the canary, the reconciliation, partners' own producers, the gateway's spool."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg

from infra.settings import Settings
from ingestion.canary.health import CanaryHealth, look
from ingestion.gateway.spool_look import SpoolLookError, spool_path
from ingestion.gateway.spool_look import look as look_into_spool

_DIFFERENCES = """
select difference_id, detail from ops.v_reconciliation_differences where resolved_at is null order by difference_id
"""
_CHECKED = "select extract(epoch from now() - max(finished_at))::float8 from ops.v_reconciliations"
_INTAKE = "select partner, state, waiting from ops.v_intake where state in ('alarm', 'silent') order by partner"
#: It runs every hour.
_UNCHECKED_AFTER = 3 * 3600.0


@dataclass(frozen=True)
class Flow:
    """`alarms` are sentences, each with what to do; none if all is well. `canary` is None if Postgres is away."""

    canary: CanaryHealth | None
    open_differences: int
    checked_seconds_ago: float | None
    spooled: int
    alarms: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "canary": self.canary.as_dict() if self.canary else None,
            "open_differences": self.open_differences,
            "checked_seconds_ago": self.checked_seconds_ago,
            "spooled": self.spooled,
            "alarms": list(self.alarms),
        }


def look_at_flow(settings: Settings) -> Flow:
    """As of now. Never raises for a store that is away: the services' own lines say that."""
    spooled, alarms = _spool(settings)
    try:
        with psycopg.connect(settings.dsn("reader"), autocommit=True, connect_timeout=2) as connection:
            canary = look(connection)
            differences = connection.execute(_DIFFERENCES).fetchall()
            checked = connection.execute(_CHECKED).fetchone()
            producers = connection.execute(_INTAKE).fetchall()
    except psycopg.Error as error:
        if not isinstance(error, psycopg.OperationalError):
            alarms.append(f"The database lacks what is looked at here ({type(error).__name__}): run `make up`.")
        return Flow(None, 0, None, spooled, tuple(alarms))
    ago = checked[0] if checked else None
    if canary.sentence:
        alarms.append(canary.sentence)
    alarms += [f"Difference {number}: {detail}" for number, detail in differences]
    if ago is not None and ago > _UNCHECKED_AFTER:
        alarms.append(f"Nothing was reconciled for {ago / 3600:.0f} hours: look at the DAG reconcile_loads.")
    alarms += [_producer(*each) for each in producers]
    return Flow(canary, len(differences), ago, spooled, tuple(alarms))


def _spool(settings: Settings) -> tuple[int, list[str]]:
    try:
        held = look_into_spool(spool_path(settings))
    except SpoolLookError as error:
        return 0, [str(error)]
    alarms = []
    if held.events:
        alarms.append(f"The gateway keeps {held.events:,} records for Kafka: `corridor spool`.")
    if held.put_aside:
        alarms.append(f"The gateway put {held.put_aside:,} records aside that no topic takes: `corridor spool`.")
    return held.events + held.put_aside, alarms


def _producer(partner: str, state: str, waiting: int) -> str:
    if state == "alarm":
        return (
            f"Events of the producer of {partner} wait so long that they may be lost ({waiting:,} waiting): "
            "`make logs S=stream-intake`."
        )
    return f"Nobody measures what waits of the producer of {partner}: `make logs S=stream-intake`."
