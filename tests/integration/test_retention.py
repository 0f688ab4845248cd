"""Every table says how long it keeps its rows, and what is older goes."""

from __future__ import annotations

import psycopg
import pytest

from infra.retention import enforcing
from infra.retention.enforcing import enforce
from infra.retention.policy import people_in_topics, policy
from infra.settings import Settings
from ingestion.topics import TOPICS
from tests.support import scratch_database

TABLES = r"""
select n.nspname || '.' || c.relname
from pg_class as c
inner join pg_namespace as n on c.relnamespace = n.oid
where n.nspname in ('live', 'ops', 'published', 'raw', 'releases') and c.relkind in ('r', 'p') and not c.relispartition
"""


def test_every_table__stands_in_the_policy(stack: Settings) -> None:
    with scratch_database(stack) as database, psycopg.connect(database.dsn("owner")) as owner:
        assert {table for (table,) in owner.execute(TABLES)} == {kept.table for kept in policy()}


def test_every_topic__stands_in_the_policy() -> None:
    assert set(people_in_topics()) == {topic.name for topic in TOPICS}


def test_rows_go_in_batches(stack: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enforcing, "BATCH", 2)
    with scratch_database(stack) as database, psycopg.connect(database.dsn("owner"), autocommit=True) as owner:
        owner.execute(
            """
            insert into ops.key_use (minute, key_id, route, status, requests, accepted, rejected, first_at, last_at)
            select t, 'k', 'events', 200, 1, 1, 0, t, t
            from generate_series(now() - interval '181 days', now() - interval '260636 minutes', '1 min') as t
            """
        )
        assert enforce(database.settings)["ops.key_use"] == 5
        assert owner.execute("select count(*) from ops.key_use").fetchone() == (0,)


def test_what_is_too_old__goes_and_the_rest_stays(stack: Settings) -> None:
    with scratch_database(stack) as database, psycopg.connect(database.dsn("owner"), autocommit=True) as owner:
        owner.execute(
            """
            insert into ops.key_use (minute, key_id, route, status, requests, accepted, rejected, first_at, last_at)
            select t, 'k', 'events', 200, 1, 1, 0, t, t
            from (values (now() - interval '181 days'), (now() - interval '179 days')) as v (t)
            """
        )
        owner.execute(
            """
            insert into raw.rejected_events
            (received_at, partner, code, detail, sealed, rejected_by, topic, kafka_partition, kafka_offset, load_id)
            select t, 'adama', 'unknown_place', 'x', 'body', 'gateway', 't', 0, n, 1
            from (values (1, now() - interval '181 days'), (2, now() - interval '179 days')) as v (n, t)
            """
        )
        foreseen = enforce(database.settings, dry_run=True)
        assert (foreseen["ops.key_use"], foreseen["raw.rejected_events"]) == (1, 1)
        assert enforce(database.settings) == foreseen
        assert set(enforce(database.settings).values()) == {0}
        assert owner.execute("select count(*) from ops.key_use").fetchone() == (1,)
        kept = owner.execute("select sealed is not null from raw.rejected_events order by received_at").fetchall()
        assert kept == [(False,), (True,)]
