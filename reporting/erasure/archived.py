"""Erasure in archived months: a file that names an erased subject is replaced by one that does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import psycopg

from ingestion.archive.files import columns_in, read_file, write_file
from ingestion.archive.problems import ArchiveProblem
from ingestion.archive.rows import Digest, counted
from reporting.erasure.model import ErasureProblem

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _UnderWay(NamedTuple):
    erasure_id: int
    surrogate: str
    programme: str
    city: str | None
    types: list[str] | None
    received_until: int
    occurred_until: int


def erase_in_archives(owner: psycopg.Connection) -> None:
    """Rewrite the files that hold what is under way. The new file is durable before the database names it, and only
    then the old one goes; what a process that died left behind is removed by the next. Raises ErasureProblem for a
    file that is not where it should be.
    """
    under_way = _under_way(owner)
    for month, path, sha256 in owner.execute("select month, path, sha256 from raw.archives order by month").fetchall():
        old = Path(path)
        _remove_left_over(owner, old)
        if not old.exists():
            raise ErasureProblem(
                f"The archived month {month:%Y-%m} is not at {old}, so nobody can be erased in it: bring it back, then "
                "run `corridor erase --resume`."
            )
        try:
            _rewrite(owner, month, old, sha256, under_way)
        except ArchiveProblem as error:
            raise ErasureProblem(str(error)) from error


def count_in_archives(owner: psycopg.Connection) -> int:
    """Archived events of what is under way; files that are missing count as none."""
    under_way, found = _under_way(owner), Counter[int]()
    for (path,) in owner.execute("select path from raw.archives").fetchall():
        file = Path(path)
        if file.exists():
            for _ in _blanked(file, [column.name for column in columns_in(file)], under_way, found):
                pass
    return found.total()


def _rewrite(owner: psycopg.Connection, month: Any, old: Path, sha256: str, under_way: dict[str, _UnderWay]) -> None:
    columns, found = columns_in(old), Counter[int]()
    names = [column.name for column in columns]
    for _ in _blanked(old, names, under_way, found):
        if found:
            break
    else:
        return
    found.clear()
    written, before = Digest(), Digest()
    new = old.with_name(f"{old.name.split('.')[0]}.{sha256[:8]}.parquet")
    write_file(new, counted(_blanked(old, names, under_way, found, before), written), columns)
    if before.sha256 != sha256:
        new.unlink()
        raise ArchiveProblem(f"{old} is not what was archived (another digest): bring the file back from a backup.")
    with owner.transaction():
        owner.execute(
            "update raw.archives set path = %s, sha256 = %s, bytes = %s where month = %s",
            [str(new), written.sha256, new.stat().st_size, month],
        )
        for erasure_id, count in found.items():
            owner.execute(
                "update ops.erasures set archived_events = archived_events + %s where erasure_id = %s",
                [count, erasure_id],
            )
    old.unlink()


def _blanked(
    path: Path,
    names: list[str],
    under_way: dict[str, _UnderWay],
    found: Counter[int],
    before: Digest | None = None,
) -> Iterator[list[tuple[Any, ...]]]:
    place = names.index("data")
    for chunk in read_file(path):
        if before is not None:
            before.add(chunk)
        rows = []
        for row in chunk:
            # Most rows name nobody who is to be erased; only those that do are parsed.
            erased = next((each for token, each in under_way.items() if token in row[place]), None)
            values = dict(zip(names, row, strict=True)) if erased else {}
            text = _without(values, under_way, found) if erased else None
            rows.append(row if text is None else (*row[:place], text, *row[place + 1 :]))
        yield rows


def _without(row: dict[str, Any], under_way: dict[str, _UnderWay], found: Counter[int]) -> str | None:
    data = orjson.loads(row["data"])
    name = "person_token" if "person_token" in data else "household_token"
    token = data.get(name)
    each = under_way.get(token)
    if (
        each is None
        or row["programme"] != each.programme
        or (each.city is not None and row["city"] != each.city)
        or (each.types is not None and row["type"].rpartition(".v")[0] not in each.types)
        or (row["occurred_at"] > each.occurred_until and row["received_at"] > each.received_until)
    ):
        return None
    found[each.erasure_id] += 1
    # In the text, so that no number of the event is written in another way.
    return str(row["data"]).replace(f'"{token}"', f'"{each.surrogate}"')


def _under_way(owner: psycopg.Connection) -> dict[str, _UnderWay]:
    rows = owner.execute(
        "select token, erasure_id, surrogate, programme, city, types, received_until, occurred_until"
        " from ops.erasures_under_way"
    ).fetchall()
    return {
        token: _UnderWay(number, surrogate, programme, city, types, _microseconds(received), _microseconds(occurred))
        for token, number, surrogate, programme, city, types, received, occurred in rows
    }


def _microseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def _remove_left_over(owner: psycopg.Connection, path: Path) -> None:
    """Other files of the same month in its folder that the database does not name."""
    named = {row[0] for row in owner.execute("select path from raw.archives").fetchall()}
    for other in path.parent.glob(f"{path.name.split('.')[0]}.*"):
        if str(other) not in named and other.suffix in (".parquet", ".unfinished"):
            other.unlink()
