"""How old the canary was at each station when it last came by, and at which one it is late now."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import psycopg

from ingestion.canary.stations import NAMES, SILENT_AFTER, STATIONS

# Of each station: how long the last one that came by had taken, and since when the oldest after it is awaited.
_LOOK = """
with recent as (select * from ops.v_canary where sent_at > now() - interval '1 hour')
select extract(epoch from now() - max(sent_at))::float8{columns} from recent
"""
_STATION = """,
    (array_agg({0}_seconds order by sent_at desc) filter (where {0}_seconds is not null))[1]::float8,
    extract(epoch from now() - min(sent_at) filter (
        where sent_at > coalesce((select max(sent_at) from recent where {0}_seconds is not null), '-infinity')
    ))::float8"""
_POINTER = "select publication_id is not null, held from ops.v_publication_watermark"


@dataclass(frozen=True)
class Passed:
    """One station. `seconds`: how long the last canary that came by had taken; `waited`: how long one is awaited."""

    station: str
    limit: float
    seconds: float | None
    waited: float | None
    is_late: bool


@dataclass(frozen=True)
class CanaryHealth:
    """`late_at` is the first station where it is late now, `sentence` says so and where to look; empty if all is well.

    `late_at` is "canary" if no new one was sent.
    """

    sent_seconds_ago: float | None
    passed: tuple[Passed, ...]
    late_at: str
    sentence: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def look(connection: psycopg.Connection) -> CanaryHealth:
    """As of now, from what the canary's process has kept. Raises psycopg.Error."""
    row = connection.execute(_LOOK.format(columns="".join(map(_STATION.format, NAMES))).encode()).fetchone()
    pointer = connection.execute(_POINTER).fetchone()
    assert row is not None
    # Nothing was ever published, or somebody holds publications on purpose: the watermark stands still then.
    moves = bool(pointer and pointer[0] and not pointer[1])
    return judge(row[0], list(zip(row[1::2], row[2::2], strict=True)), watermark_moves=moves)


def judge(
    sent: float | None, stations: list[tuple[float | None, float | None]], *, watermark_moves: bool = True
) -> CanaryHealth:
    """`sent`: seconds since the last one was sent; for each station how long the last one took, and one is awaited."""
    passed = tuple(
        Passed(
            station.name, station.limit, seconds, waited,
            waited is not None and waited > station.limit and (station.name != "published" or watermark_moves),
        )
        for station, (seconds, waited) in zip(STATIONS, stations, strict=True)
    )  # fmt: skip
    if sent is None or sent > SILENT_AFTER:
        since = "within an hour" if sent is None else f"for {sent:.0f} s"
        return CanaryHealth(sent, passed, "canary", f"No canary was sent {since}: `make logs S=canary`.")
    for each, station in zip(passed, STATIONS, strict=True):
        if each.is_late:
            sentence = f"The canary is late at the station {each.station}, for {each.waited:.0f} s. {station.advice}"
            return CanaryHealth(sent, passed, each.station, sentence)
    return CanaryHealth(sent, passed, "", "")
