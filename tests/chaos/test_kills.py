"""Nothing that was acknowledged is lost and nothing is stored twice, whichever process is killed under load."""

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

VICTIMS = ("gateway", "kafka", "streaming", "airflow-scheduler", "airflow-triggerer", "postgres")
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


@pytest.mark.timeout(1500)
def test_kills__acknowledged_events_are_stored_exactly_once(stack: Settings, make_key: Callable[..., str]) -> None:
    source = new_source()
    key = make_key(programme="OPS", partner="chaos", source_prefix=source)
    sender = Sender(stack, key, source, batches=400)
    thread = sender.start()
    order = list(VICTIMS)
    random.Random(SEED).shuffle(order)
    for number, victim in enumerate(order):
        wait_for(lambda n=number: len(sender.acknowledged) > n * 500 or not thread.is_alive(), 240, "progress")  # type: ignore[misc]
        _kill(stack, victim)
    thread.join(timeout=600)
    assert not thread.is_alive(), "the sender did not come to its end"
    sent = 400 * sender.size
    assert len(sender.acknowledged) == sent
    wait_for(lambda: _stored(stack, source)[0] >= sent, 300, "all acknowledged events in raw.events")
    rows, distinct = _stored(stack, source)
    assert rows == distinct == sent, f"{rows} rows, {distinct} ids, {sent} acknowledged"


@pytest.mark.timeout(900)
def test_kills__live_counts_equal_what_was_sent(stack: Settings, make_key: Callable[..., str]) -> None:
    source = new_source()
    key = make_key(programme="OPS", partner="chaos", source_prefix=source)

    def counted() -> int:
        with psycopg.connect(stack.dsn("owner")) as connection:
            row = connection.execute(
                "select coalesce(sum(events), 0) from live.events_hourly where programme = 'OPS' and city = 'ARUA'"
            ).fetchone()
        assert row is not None
        return int(row[0])

    before = counted()
    sender = Sender(stack, key, source, batches=100)
    thread = sender.start()
    wait_for(lambda: len(sender.acknowledged) > 1000, 120, "a thousand acknowledged events")
    _kill(stack, "streaming")
    thread.join(timeout=300)
    sent = 100 * sender.size
    wait_for(lambda: counted() >= before + sent, 120, "all events in the live counters")
    assert counted() == before + sent
