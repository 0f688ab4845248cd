"""Nothing acknowledged is lost, nothing is stored or counted twice, whichever process is killed under load."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable

import psutil
import psycopg
import pytest

from infra.local.supervisor import Supervisor
from infra.settings import Settings
from tests.chaos.under_load import Sender, new_source
from tests.support import wait_for

VICTIMS = ("gateway", "kafka", "stream-live", "airflow-scheduler", "airflow-triggerer", "postgres")
SEED = 20_211


def _kill(settings: Settings, name: str) -> None:
    """kill -9 the service with its children, and wait until the supervisor has a new one running."""
    supervisor = Supervisor(settings)
    before = supervisor.processes()[name]["pid"]
    for process in [*psutil.Process(before).children(recursive=True), psutil.Process(before)]:
        try:
            os.kill(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    wait_for(
        lambda: (info := supervisor.processes()[name])["statename"] == "RUNNING" and info["pid"] != before,
        90,
        f"a new {name}",
    )


def _stored(settings: Settings, source: str) -> tuple[int, int]:
    with psycopg.connect(settings.dsn("owner")) as connection:
        row = connection.execute(
            "select count(*), count(distinct id) from raw.events where source = %s", (source,)
        ).fetchone()
    assert row is not None
    return row[0], row[1]


def _counted(settings: Settings, city: str) -> int:
    """Events of March 2016 in the live counters: no other test and no partner sends any."""
    with psycopg.connect(settings.dsn("owner")) as connection:
        row = connection.execute(
            "select coalesce(sum(events), 0) from live.events_hourly"
            " where programme = 'OPS' and city = %s and hour_start between '2016-02-28' and '2016-04-02'",
            (city,),
        ).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.timeout(1500)
def test_kills__acknowledged_events_are_stored_and_counted_once(stack: Settings, make_key: Callable[..., str]) -> None:
    source = new_source()
    key = make_key(programme="OPS", partner="chaos", source_prefix=source)
    sender = Sender(stack, key, source, "ARUA", batches=400)
    before = _counted(stack, "ARUA")
    thread = sender.start()
    order = list(VICTIMS)
    random.Random(SEED).shuffle(order)
    for number, victim in enumerate(order):
        wait_for(lambda n=number: len(sender.acknowledged) > n * 3_000 or not thread.is_alive(), 240, "progress")  # type: ignore[misc]
        _kill(stack, victim)
    thread.join(timeout=600)
    assert not thread.is_alive(), "the sender did not come to its end"
    sent = 400 * sender.size
    assert len(sender.acknowledged) == sent
    wait_for(lambda: _stored(stack, source)[0] >= sent, 300, "all acknowledged events in raw.events")
    rows, distinct = _stored(stack, source)
    assert rows == distinct == sent, f"{rows} rows, {distinct} ids, {sent} acknowledged"
    wait_for(lambda: _counted(stack, "ARUA") >= before + sent, 180, "all acknowledged events in the live counters")
    assert _counted(stack, "ARUA") == before + sent
