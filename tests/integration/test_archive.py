"""A month of events goes to a file and comes back, and nothing is lost on the way."""

from __future__ import annotations

import csv
import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pyarrow.parquet as pq
import pytest

from infra.settings import Settings
from ingestion.archive import making
from ingestion.archive.attaching import attach_month
from ingestion.archive.making import archive_month
from ingestion.archive.months import Month, list_months, months_before
from ingestion.archive.problems import ArchiveProblem
from ingestion.archive.reading import read_as_csv, read_as_json
from ingestion.loading.finish import finish_load
from ingestion.loading.load import load_ranges
from ingestion.loading.reread import open_reread
from tests.integration.load_rig import Rig, accepted_event, rig

MONTH, OTHER = Month(2024, 2), Month(2024, 3)

#: With everything that a column may hold.
_ROWS = """
insert into raw.events (source, id, type, subject, programme, city, operation, record_version, time_precision,
    occurred_at, received_at, loaded_at, partner, content_hash, data, topic, kafka_partition, kafka_offset, load_id,
    receipt, receipt_index)
select 'urn:é' || n %% 3, 'id-' || n, 'arrival.counted.v1', E's\\t\\n"\\\\' || n, %(programme)s,
    case when n %% 2 = 0 then 'ARUA' end, 'create', 9007199254740993 + n, 'second',
    case n when 1 then '0044-03-15 BC' when 2 then '20000-01-01 00:00:00.000001+00'
        else timestamptz '2024-02-01' + n * interval '1.234567 s' end,
    '2024-02-28 23:59:59.999999+00', %(loaded)s, 'p', sha256(n::text::bytea),
    jsonb_build_object('n', n, 'long', 12345678901234567890.12345678901234567890, 'text', E'quote " tab \\t 数'),
    'topic', n %% 4, n, 7 + n / 100, case when n %% 5 > 0 then 'rcp_' || n end, n %% 100
from generate_series(1, %(rows)s) as n"""


@pytest.fixture(scope="module")
def made(stack: Settings) -> Iterator[Rig]:
    """One database for all tests."""
    with rig(stack, partitions=1) as one:
        yield one


@pytest.fixture
def store(made: Rig, tmp_path: Path) -> Rig:
    """40 canaries of February and 10 events of March; nothing else, and no archive."""
    made.settings.env["CORRIDOR_ARCHIVE"] = str(tmp_path / "archive")
    made.owner.execute("drop table if exists raw.events_2024_02, raw.events_2024_03")
    made.owner.execute("truncate raw.events, raw.archives")
    for month in (MONTH, OTHER):
        made.owner.execute(f"create table raw.{month.table} partition of raw.events for values {month.bounds}".encode())
    made.owner.execute(_ROWS, {"programme": "OPS", "rows": 40, "loaded": "2024-02-29 12:00+00"})
    made.owner.execute(_ROWS, {"programme": "SIM", "rows": 10, "loaded": "2024-03-01 12:00+00"})
    return made


def _rows_of(store: Rig) -> list[tuple[str]]:
    return store.rows("select e::text from raw.events as e order by e::text")


def test_month__goes_to_a_file_and_comes_back_the_same(store: Rig) -> None:
    store.owner.execute("truncate raw.events_2024_02")
    store.owner.execute(_ROWS, {"programme": "OPS", "rows": 21_000, "loaded": "2024-02-29 12:00+00"})
    before = _rows_of(store)
    indexes = "select count(*) from pg_indexes where tablename = 'events_2024_02'"
    had = store.number(indexes)

    path = archive_month(store.settings, MONTH)

    assert store.number("select count(*) from raw.events") == 10
    assert store.rows("select to_regclass('raw.events_2024_02')") == [(None,)]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert pq.read_metadata(path).num_rows == 21_000

    assert attach_month(store.settings, MONTH) == 21_000

    assert _rows_of(store) == before
    assert store.number(indexes) == had
    standing = {each.month: each for each in list_months(store.owner)}
    assert (standing[MONTH].in_database, standing[MONTH].rows, standing[MONTH].path) == (True, 21_000, path)
    assert store.number("select count(*) from raw.archives where attached_at > detached_at") == 1


def test_month__is_read_without_putting_it_back(store: Rig) -> None:
    archive_month(store.settings, MONTH)

    rows = [json.loads(line) for line in read_as_json(store.settings, MONTH)]
    table = list(csv.DictReader(read_as_csv(store.settings, MONTH)))

    assert len(rows) == len(table) == 40
    one = next(row for row in rows if row["id"] == "id-4")
    assert (one["source"], one["city"], one["record_version"]) == ("urn:é1", "ARUA", 9007199254740997)
    assert one["data"]["text"] == 'quote " tab \t 数'
    assert one["received_at"] == "2024-02-28T23:59:59.999999+00:00"
    assert next(row for row in table if row["id"] == "id-3")["city"] == ""
    assert next(row for row in rows if row["id"] == "id-1")["occurred_at"].endswith("us since 1970")


def test_month_that_results_are_computed_from__needs_to_be_asked_for(store: Rig) -> None:
    with pytest.raises(ArchiveProblem, match="the next build counts them no more"):
        archive_month(store.settings, OTHER)
    archive_month(store.settings, OTHER, keep=True)
    assert store.number("select count(*) from raw.events where load_id = 7 and programme = 'SIM'") == 10

    archive_month(store.settings, OTHER, even_though_read=True)

    assert store.number("select count(*) from raw.events where programme = 'SIM'") == 0


def test_file_that_does_not_read_back__leaves_the_month_alone(store: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    real = making.read_file

    def one_short(path: Path) -> Iterator[list[tuple[object, ...]]]:
        for chunk in real(path):
            yield chunk[1:]

    monkeypatch.setattr(making, "read_file", one_short)
    with pytest.raises(ArchiveProblem, match="does not read back"):
        archive_month(store.settings, MONTH)

    assert store.number("select count(*) from raw.events") == 50
    assert store.number("select count(*) from raw.archives") == 0


def test_month_that_gains_a_row_meanwhile__stays(store: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    real = making._record

    def late(*arguments: object) -> None:
        store.owner.execute(_ROWS, {"programme": "OPS", "rows": 1, "loaded": "2024-02-29 13:00+00"})
        real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(making, "_record", late)
    with pytest.raises(ArchiveProblem, match="changed while it was written"):
        archive_month(store.settings, MONTH)

    assert store.number("select count(*) from raw.events") == 51


def test_file_that_is_another__is_not_attached(store: Rig) -> None:
    path = archive_month(store.settings, MONTH)
    table = pq.read_table(path)
    pq.write_table(table.slice(1), path)

    with pytest.raises(ArchiveProblem, match="not what was archived"):
        attach_month(store.settings, MONTH)

    assert store.rows("select to_regclass('raw.events_2024_02')") == [(None,)]
    path.unlink()
    with pytest.raises(ArchiveProblem, match="from a backup"):
        attach_month(store.settings, MONTH)


def test_reader_in_the_way__is_waited_for_a_moment_only(store: Rig) -> None:
    with psycopg.connect(store.settings.dsn("warehouse")) as reader:
        reader.execute("select count(*) from raw.events")
        with pytest.raises(ArchiveProblem, match="could not be detached"):
            archive_month(store.settings, MONTH)

    assert store.number("select count(*) from raw.events") == 50


def test_archived_event_that_comes_again__is_a_duplicate(store: Rig) -> None:
    """The ledger stays, and so does what is known; reading the log again brings nothing back either."""
    store.send(*(accepted_event(f"e{n}", programme="OPS") for n in range(5)))
    store.load()
    # As if it had been loaded in that month.
    store.owner.execute("update raw.events set loaded_at = '2024-02-20 12:00+00' where id like 'e_'")
    archive_month(store.settings, MONTH)
    assert store.number("select count(*) from raw.events where programme = 'OPS'") == 0

    store.send(accepted_event("e1", programme="OPS"), accepted_event("e2", programme="OPS", content="other"))
    store.load()
    plan = open_reread(store.settings, "again", offsets={f"{store.accepted}/0": 0}, sources=store.sources)
    counts = load_ranges(store.settings, plan.load_id, plan.ranges)
    finish_load(store.settings, "again")

    assert store.number("select count(*) from raw.events where programme = 'OPS'") == 0
    assert (store.totals()["duplicates"], store.totals()["id_reused"]) == (1, 1)
    assert (counts.rows_landed, counts.duplicates) == (0, 6)


@pytest.mark.parametrize(
    ("month", "sentence"),
    [("2023-01", "is not in the database"), ("2024-13", "is no month"), ("last", "is no month")],
)
def test_wrong_month__is_told(store: Rig, month: str, sentence: str) -> None:
    with pytest.raises(ArchiveProblem, match=sentence):
        archive_month(store.settings, Month.parse(month))


def test_this_month__is_not_over(store: Rig) -> None:
    now = datetime.now(UTC)
    with pytest.raises(ArchiveProblem, match="not over"):
        archive_month(store.settings, Month(now.year, now.month))
    assert not MONTH.is_over(datetime(2024, 3, 1, 23, tzinfo=UTC))
    assert MONTH.is_over(datetime(2024, 3, 2, tzinfo=UTC))
    assert months_before(12, datetime(2026, 3, 31, tzinfo=UTC)) == Month(2025, 3)
    assert months_before(3, datetime(2026, 3, 31, tzinfo=UTC)) == Month(2025, 12)


def test_command__makes_lists_reads_and_attaches(store: Rig) -> None:
    def corridor(*words: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, **store.environment(), "COLUMNS": "200"}
        command = [sys.executable, "-m", "infra.cli", "archive", *words]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)

    refused = corridor("make", "--older-than", "1")
    assert refused.returncode == 1
    assert "2024-03 holds events that results are computed from" in refused.stderr
    assert store.number("select count(*) from raw.events") == 10, "the older month was taken before it"

    listed = corridor("list").stdout
    assert " 40 " in listed
    assert "about" in listed
    assert len(corridor("read", "2024-02").stdout.splitlines()) == 40
    assert corridor("attach", "2024-02").stdout == "2024-02: 40 events are in the database again.\n"
    assert store.number("select count(*) from raw.events") == 50
