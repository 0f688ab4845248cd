"""What is known of every record that came in a file: which version says what (ops.file_rows).

The order that makes crashes safe: a version is claimed here before its event is written to the log, and settled after.
A claim that was not settled is given out again, with the same version, so the same event with the same id is sent once
more: it lands once. Other content gets the next version, whether or not the claimed one ever reached the log, and the
higher version wins wherever records are read. Had the state been written after the log, a crash between would give one
version to two contents. Two files at once meet in the row lock of the upsert: no lock is held while a file comes in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ingestion.gateway.database import Database

#: One order for all, so that two files never wait for each other in a circle.
_CLAIM = """
insert into ops.file_rows as f (programme, source, record_type, subject, version, digest, is_void, time, city)
select %(programme)s, %(source)s, %(record_type)s, r.subject, 1, r.digest, r.is_void, r.time, r.city
from unnest(%(subjects)s::text[], %(digests)s::bytea[], %(voids)s::boolean[], %(times)s::text[], %(cities)s::text[])
    as r (subject, digest, is_void, time, city)
order by r.subject collate "C"
on conflict (programme, source, record_type, subject) do update
set
    version = f.version + case when f.digest = excluded.digest then 0 else 1 end,
    digest = excluded.digest, is_void = excluded.is_void, time = excluded.time, city = excluded.city,
    settled = false, claimed_at = clock_timestamp()
where f.digest <> excluded.digest or not f.settled
returning f.subject, f.version"""
_SETTLE = """
update ops.file_rows as f set settled = true
from (
    select k.ctid
    from ops.file_rows as k
    inner join unnest(%(subjects)s::text[], %(versions)s::integer[]) as r (subject, version)
        on k.subject = r.subject and k.version = r.version
    where k.programme = %(programme)s and k.source = %(source)s and k.record_type = %(record_type)s
    order by k.subject collate "C"
    for update of k
) as done
where f.ctid = done.ctid"""
_KNOWN = """
select subject, time, city from ops.file_rows
where programme = %(programme)s and source = %(source)s and record_type = %(record_type)s
    and subject = any(%(subjects)s::text[])"""


class Said(NamedTuple):
    """What a row says of a record: `digest` of its content after tokenising; time and city as stored."""

    subject: str
    digest: bytes
    is_void: bool
    time: str
    city: str | None


@dataclass(frozen=True)
class FileState:
    """The records of one source and kind. Raises DatabaseAway when Postgres does not answer."""

    database: Database
    programme: str
    source: str
    #: The type without its version: a record stays the same one when its contract gets a new version.
    record_type: str

    async def claim(self, said: Sequence[Said]) -> dict[str, int]:
        """The version of each record whose event must be sent; what is not in the answer is known already."""
        if not said:
            return {}
        columns = zip(*said, strict=True)
        names = ("subjects", "digests", "voids", "times", "cities")
        rows = await self.database.fetch(_CLAIM, self._named(dict(zip(names, map(list, columns), strict=True))))
        return {row["subject"]: row["version"] for row in rows}

    async def settle(self, versions: Mapping[str, int]) -> None:
        """The events of these versions are durable."""
        if versions:
            await self.database.fetch(
                _SETTLE, self._named({"subjects": list(versions), "versions": list(versions.values())})
            )

    async def known(self, subjects: Sequence[str]) -> dict[str, tuple[str, str | None]]:
        """Time and city of the records that came in a file before."""
        rows = await self.database.fetch(_KNOWN, self._named({"subjects": list(subjects)}))
        return {row["subject"]: (row["time"], row["city"]) for row in rows}

    def _named(self, parameters: dict[str, Any]) -> dict[str, Any]:
        return {
            "programme": self.programme,
            "source": self.source,
            "record_type": self.record_type,
            **parameters,
        }
