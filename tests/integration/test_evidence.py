"""Readers see what is behind a shown figure, and learn from it nothing that the figures do not say themselves."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from infra.settings import Settings
from reporting.publications.build import build
from reporting.publications.pointer import restore
from tests.dbt_events import Events
from tests.dbt_world import computed_events, random_events, stated_events
from tests.integration.publishing import Desk, event, publishing_desk

pytestmark = pytest.mark.own_database

#: Places in a row of Events.
TYPE, AT, LOAD = 2, 9, 17
REGISTERED = "CM-O3-02"
#: In Arua two months are large and one small; in Jinja one person came in both months, in Adama nobody did.
COMING = (
    ("ARUA", 1, 12), ("ARUA", 2, 7), ("ARUA", 3, 2), ("JINJA", 1, 9), ("JINJA", 2, 8),
    ("ADAMA", 1, 12), ("ADAMA", 2, 7),
)  # fmt: skip


def _coming() -> Iterator[dict[str, Any]]:
    for city, month, people in COMING:
        for number in range(people):
            at = {"occurred_at": datetime(2019, month, 15, 9, tzinfo=UTC)}
            yield event(f"{city}-{month}-{number}", city, **at)
    again = event("again", "JINJA", occurred_at=datetime(2019, 2, 20, 9, tzinfo=UTC))
    again["data"].obj["person_token"] = "tok1_k1_JINJA-1-0"
    yield again


@pytest.fixture(scope="module")
def desk(stack: Settings) -> Iterator[Desk]:
    """Two publications; the second adds three people to Arua's January."""
    events = Events()
    for add in (computed_events, random_events, stated_events):
        add(events)
    # What lies in the future would hold its city, and the gate is not what is tested here.
    events.rows = [row for row in events.rows if row[LOAD] == 1 and (row[AT] < "2019" or "result" in row[TYPE])]
    with publishing_desk(stack, candidate=False) as made:
        made.land([])
        events.insert(made.settings.dsn("owner"))
        made.land(_coming())
        assert build(made.settings, "one").state == "published"
        more = {"occurred_at": datetime(2019, 1, 16, 9, tzinfo=UTC)}
        made.land(event(f"more{number}", "ARUA", **more) for number in range(3))
        assert build(made.settings, "two").state == "published"
        yield made
    shutil.rmtree(stack.home / "dbt" / made.settings.warehouse_database, ignore_errors=True)


def rows(desk: Desk, query: str, *values: Any, login: str = "bi_programme") -> list[dict[str, Any]]:
    """What a login reads."""
    with (
        psycopg.connect(desk.settings.dsn(login), autocommit=True) as conn,
        conn.cursor(row_factory=dict_row) as cursor,
    ):
        return cursor.execute(query.encode(), values).fetchall()


def evidence(desk: Desk, place: str, period: str) -> list[dict[str, Any]]:
    """Rows of the registrations of a place, in a year or month as YYYY or YYYY-MM."""
    start, precision = (f"{period}-01", "month") if "-" in period else (f"{period}-01-01", "year")
    return rows(
        desk,
        "select * from results.evidence where programme_code = 'SIM' and indicator_code = %s and place_code = %s "
        "and period_start = %s and period_precision = %s order by reference",
        REGISTERED, place, start, precision,
    )  # fmt: skip


def months(found: list[dict[str, Any]]) -> Counter[str | None]:
    """How many rows each month has."""
    return Counter(row["month"] for row in found)


def test_shown_total__has_a_row_for_each_that_counts(desk: Desk) -> None:
    cells = rows(
        desk,
        """
        select r.cell_id, r.unit_of_count, r.actual as figure, r.dimension, count(e.reference) as told
        from results.indicator_results as r left join results.evidence as e on r.cell_id = e.cell_id
        where r.origin = 'computed' and r.actual is not null
        group by r.cell_id, r.unit_of_count, r.actual, r.dimension
        """,
    )
    people = [
        c for c in cells if c["unit_of_count"] in ("person", "household", "contact") and c["dimension"] == "total"
    ]
    assert len(people) > 20
    assert all(cell["told"] == cell["figure"] for cell in people), people
    assert all(cell["told"] == 0 for cell in cells if cell["dimension"] != "total")


def test_hidden_cell__has_none(desk: Desk) -> None:
    query = "select cell_id from results.indicator_results where suppression not in ('exempt')"
    hidden = {row["cell_id"] for row in rows(desk, query)}
    assert hidden
    told = rows(desk, "select distinct cell_id from results.evidence where cell_id = any(%s)", list(hidden))
    assert told == []
    assert evidence(desk, "ARUA", "2019-03") == []


def test_same_event__has_another_reference_and_place_in_every_cell(desk: Desk) -> None:
    month, year, country = (
        [row["reference"] for row in found]
        for found in (evidence(desk, "ARUA", "2019-01"), evidence(desk, "ARUA", "2019"), evidence(desk, "UG", "2019"))
    )
    assert (len(month), len(year), len(country)) == (15, 24, 41)
    assert len({*month, *year, *country}) == 15 + 24 + 41
    shown = rows(
        desk,
        "select reference from results.evidence where programme_code = 'SIM' and indicator_code = %s "
        "and place_code = 'ARUA' and period_start = '2019-01-01' and period_precision = 'month'",
        REGISTERED,
    )
    assert [row["reference"] for row in shown] == month, "the order of the rows would tell which event is which"


def test_month__is_withheld_where_its_own_figure_is_hidden(desk: Desk) -> None:
    assert months(evidence(desk, "ARUA", "2019-01")) == {"2019-01": 15}
    # Without the hidden month the year's 24 would tell how many came in it only then.
    assert months(evidence(desk, "ARUA", "2019")) == {None: 24}


def test_month__is_withheld_where_it_would_tell_who_came_again(desk: Desk) -> None:
    # Nine came in January; counted once a year by their last month, eight of them would be January's.
    assert months(evidence(desk, "JINJA", "2019")) == {None: 17}


def test_month__is_told_where_the_shown_months_add_up_to_the_figure(desk: Desk) -> None:
    assert months(evidence(desk, "ADAMA", "2019")) == {"2019-01": 12, "2019-02": 7}


def test_people__tell_no_type_source_or_finer_place(desk: Desk) -> None:
    country = evidence(desk, "UG", "2019")
    assert {(row["event_type"], row["source"], row["place_code"]) for row in country} == {(None, None, "UG")}
    money = rows(desk, "select event_type, source from results.evidence where unit = 'money' and phrase is null")
    assert all(row["event_type"] and row["source"] for row in money)


def test_stated_figure__has_its_document_and_words(desk: Desk) -> None:
    query = "select phrase, document, reference, month from results.evidence where phrase is not null"
    stated = rows(desk, query)
    assert stated
    assert len({row["reference"] for row in stated}) == len(stated)
    assert all(row["document"] and row["month"] is None for row in stated)


@pytest.mark.parametrize("login", ["bi_steering", "bi_engineer", "reader"])
def test_staff__may_read_it(desk: Desk, login: str) -> None:
    assert rows(desk, "select * from results.evidence limit 1", login=login)


def test_guest__may_not(desk: Desk) -> None:
    for query in ("select * from results.evidence limit 1", "select * from results.evidence_of('a')"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            rows(desk, query, login="bi_none")


@pytest.mark.parametrize("login", ["bi_programme", "bi_steering", "bi_engineer", "reader", "warehouse", "bi_none"])
def test_salt__is_read_by_no_login(desk: Desk, login: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        rows(desk, "select * from ops.evidence_salt", login=login)


def test_earlier_publication__tells_nothing_of_what_changed_since(desk: Desk) -> None:
    before = evidence(desk, "JINJA", "2019")
    restore(desk.warehouse, 1, reason="a test", by="test")
    assert evidence(desk, "ARUA", "2019-01") == []
    assert [row["reference"] for row in evidence(desk, "JINJA", "2019")] == [row["reference"] for row in before]
