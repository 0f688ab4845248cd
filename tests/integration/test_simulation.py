"""20,000 events of a simulated world, faults included, against the cells that they must become.

The world is the same in every run, so that sending it again to a used stack changes nothing. It lives in 2018, of
which no other test sends events of the programme SIM.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from infra.settings import Settings
from ingestion.keys import create_key
from ingestion.simulation.config import SimulationConfig
from ingestion.simulation.sender_keys import key_scopes
from ingestion.simulation.sending import Receipt, send
from ingestion.simulation.simulation import Simulation, simulate
from tests.support import wait_for

CONFIG = SimulationConfig(
    seed=2018, days=100, start=date(2018, 4, 29), events=12_000, source_prefix="urn:corridor:sim-check"
)
#: Bounds, not expectations: a slow machine may need them.
LOADED_WITHIN = 300
PUBLISHED_WITHIN = 420

Cell = tuple[Any, ...]
NUMBERS = ("actual", "numerator", "denominator", "target", "achievement")
KEY = (
    "indicator_code",
    "geography_level",
    "geography_code",
    "funder",
    "period_start",
    "period_end",
    "period_precision",
    "dimension",
    "dimension_value",
)


@dataclass(frozen=True)
class Sent:
    """The simulation, the keys it was sent with (their ids), and the gateway's answers."""

    simulation: Simulation
    keys: dict[str, str]
    receipt: Receipt

    @property
    def key_ids(self) -> list[str]:
        """Public part of each key, as it stands beside refused events."""
        return [key.split("_")[1] for key in self.keys.values()]

    @property
    def accepted_ids(self) -> set[str]:
        """Ids that must be in the warehouse once each."""
        return {d.event["id"] for d in self.simulation.dispatches if d.code is None}


@pytest.fixture(scope="module")
def db(stack: Settings) -> Iterator[psycopg.Connection]:
    with psycopg.connect(stack.dsn("owner"), autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def sent(stack: Settings, db: psycopg.Connection) -> Sent:
    """Everything sent once, each city with its own key."""
    simulation = simulate(CONFIG)
    _refuse_a_world_with_others(db)
    keys = {
        sender: create_key(stack.dsn("owner"), label="test_simulation", **scope)
        for sender, scope in key_scopes(CONFIG).items()
    }
    return Sent(simulation, keys, send(simulation.dispatches, keys, stack.gateway_url))


@pytest.fixture(scope="module")
def loaded(db: psycopg.Connection, sent: Sent) -> int:
    """The load that brought the last of the accepted events."""
    wanted = len(sent.accepted_ids)
    wait_for(lambda: _landed(db) >= wanted, LOADED_WITHIN, f"{wanted} events in raw.events", every=1)
    row = db.execute("select max(load_id) from raw.events where source like %s", [_sources()]).fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture(scope="module")
def published(db: psycopg.Connection, loaded: int) -> dict[Cell, dict[str, Any]]:
    """Every cell of SIM in 2018, once the publication has passed the last load."""

    def passed() -> bool:
        row = db.execute("select watermark_load_id from ops.current_publication").fetchone()
        return row is not None and row[0] >= loaded

    wait_for(passed, PUBLISHED_WITHIN, f"a publication that includes load {loaded}", every=1)
    return _published(db)


def test_gateway__accepts_what_is_right_and_names_what_is_wrong(sent: Sent) -> None:
    assert len(sent.simulation.dispatches) == 12_000
    assert sent.receipt.surprises(sent.simulation.dispatches) == []
    assert sent.receipt.accepted + sent.receipt.duplicates == 11_640
    assert sent.receipt.duplicates > 0, "the gateway tells duplicates at once"
    assert len(sent.receipt.refused) == 360


def test_warehouse__holds_each_event_once(db: psycopg.Connection, sent: Sent, loaded: int) -> None:
    rows = db.execute("select id, count(*) from raw.events where source like %s group by id", [_sources()]).fetchall()
    assert {row[0] for row in rows} == sent.accepted_ids
    assert {row[1] for row in rows} == {1}
    conflicts = db.execute("select count(*) from raw.id_conflicts where source like %s", [_sources()]).fetchone()
    assert conflicts == (0,)


def test_warehouse__holds_each_refusal_with_its_code(db: psycopg.Connection, sent: Sent) -> None:
    expected = Counter(d.code for d in sent.simulation.dispatches if d.code)

    def found() -> Counter[str]:
        rows = db.execute(
            "select code, count(*) from raw.rejected_events where key_id = any(%s) group by code", [sent.key_ids]
        ).fetchall()
        return Counter(dict(rows))

    wait_for(lambda: found().total() >= expected.total(), LOADED_WITHIN, "all refusals in raw.rejected_events", every=1)
    assert found() == expected


def test_results__are_the_truth_in_every_cell(published: dict[Cell, dict[str, Any]], sent: Sent) -> None:
    # Figures to date hold years of other tests too; `make verify` compares them on a database of its own.
    rows = (cell.as_row() for cell in sent.simulation.truth())
    truth = {_key(row): _comparable(row) for row in rows if row["period_precision"] != "phase"}
    shown = {key: _comparable(row) for key, row in published.items()}
    assert len(published) > 12_000
    missing = [(key, truth[key]) for key in truth if key not in shown]
    invented = [(key, shown[key]) for key in shown if key not in truth]
    different = [(key, truth[key], shown[key]) for key in truth if key in shown and truth[key] != shown[key]]
    assert (len(missing), len(invented), len(different)) == (0, 0, 0), _excerpt(missing, invented, different)


def test_results__say_that_they_are_simulated(db: psycopg.Connection, published: dict[Cell, dict[str, Any]]) -> None:
    labels = db.execute("select distinct programme_code, is_simulated from results.indicator_results").fetchall()
    assert ("SIM", True) in labels
    assert ("SIM", False) not in labels
    assert ("CM", True) not in labels
    held = {row["held_cities"] for row in published.values()}
    assert held == {None}, "a simulated city is held out, so its figures cannot be compared"


def test_sending_again__changes_nothing(
    stack: Settings, db: psycopg.Connection, sent: Sent, published: dict[Cell, dict[str, Any]]
) -> None:
    valid = [dispatch for dispatch in sent.simulation.dispatches if dispatch.code is None][:2000]
    before = _landed(db)
    duplicates = _duplicates(db)
    receipt = send(valid, sent.keys, stack.gateway_url)
    assert receipt.accepted + receipt.duplicates == 2000
    wait_for(
        lambda: _duplicates(db) >= duplicates + receipt.accepted, LOADED_WITHIN, "the others to be loaded", every=1
    )
    assert _landed(db) == before
    assert _published(db) == published


def _sources() -> str:
    return f"{CONFIG.source_prefix}:%"


def _landed(db: psycopg.Connection) -> int:
    row = db.execute("select count(*) from raw.events where source like %s", [_sources()]).fetchone()
    return int(row[0]) if row else 0


def _duplicates(db: psycopg.Connection) -> int:
    row = db.execute("select coalesce(sum(duplicates), 0) from raw.load_ranges").fetchone()
    return int(row[0]) if row else 0


def _refuse_a_world_with_others(db: psycopg.Connection) -> None:
    others = db.execute(
        """
        select source, count(*) from raw.events
        where programme = 'SIM' and occurred_at >= '2017-12-31' and occurred_at < '2019-01-02'
            and not starts_with(subject, %s)
        group by source order by 2 desc limit 5
        """,
        [CONFIG.fingerprint],
    ).fetchall()
    if others:
        pytest.fail(
            f"This stack already holds other events of SIM in 2018, from {others}: every cell could not be compared. "
            "Run on a fresh stack (`make test` makes one)."
        )


def _published(db: psycopg.Connection) -> dict[Cell, dict[str, Any]]:
    columns = [*KEY, *NUMBERS, "suppression", "held_cities"]
    rows = db.execute(
        f"""
        select {", ".join(columns)} from results.indicator_results
        where programme_code = 'SIM' and period_start between date '2018-01-01' and date '2018-12-31'
        """
    ).fetchall()
    named = [dict(zip(columns, row, strict=True)) for row in rows]
    cells = {_key(row): row for row in named}
    assert len(cells) == len(rows), "two published rows share one key"
    return cells


def _key(row: dict[str, Any]) -> Cell:
    return tuple(str(row[name]) if isinstance(row[name], date) else row[name] for name in KEY)


def _comparable(row: dict[str, Any]) -> tuple[Any, ...]:
    return (*(None if row[name] is None else Decimal(row[name]) for name in NUMBERS), row["suppression"])


def _excerpt(*lists: list) -> str:
    names = ("only in the truth", "only published", "different (truth, published)")
    return "\n".join(
        f"{len(rows)} {name}:\n" + "\n".join(f"  {row}" for row in rows[:8])
        for name, rows in zip(names, lists, strict=True)
        if rows
    )
