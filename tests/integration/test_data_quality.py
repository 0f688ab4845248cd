"""Quality over time and partners' scorecards, from real audits of planted landings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from expectations.run import run_landing
from infra.settings import Settings
from tests.integration.publishing import Desk, event, publishing_desk, void

pytestmark = pytest.mark.own_database

LONG_AGO = datetime.now(UTC) - timedelta(days=40)


@pytest.fixture
def desk(stack: Settings) -> Iterator[Desk]:
    with publishing_desk(stack, candidate=False) as made:
        yield made


def refuse(desk: Desk, number: int, **other: Any) -> None:
    row = {"partner": "north", "programme": "SIM", "city": "ARUA", "type": "person.registered.v1", **other}
    for offset in range(number):
        desk.owner.execute(
            """
            insert into raw.rejected_events
            (partner, programme, city, type, code, rejected_by, topic, kafka_partition, kafka_offset, load_id)
            values (%(partner)s, %(programme)s, %(city)s, %(type)s, 'x', 'gateway', 'rejected', 0, %(offset)s, 1)
            """,
            {**row, "offset": offset},
        )


def scorecard(desk: Desk, partner: str) -> dict[str, Any]:
    row = desk.reader.execute(
        """
        select to_jsonb(s) from ops.v_partner_scorecards as s where partner = %s
        """,
        [partner],
    ).fetchone()
    assert row is not None
    found: dict[str, Any] = row[0]
    return found


def test_quality__counts_each_event_once_and_adds_landings_of_a_month(desk: Desk) -> None:
    unknown = {"person_token": "u", "sex": "unknown", "age_band": "not_collected", "status": "idp"}
    for number in (1, 2):
        rows = [event(f"{number} in time", "ARUA"), event(f"{number} late", "ARUA", occurred_at=LONG_AGO)]
        run_landing(desk.settings, desk.land([*rows, event(f"{number} open", "ARUA", data=unknown)]))
    run_landing(desk.settings, desk.land([void("void", "ARUA", subject="1 late")]))
    refuse(desk, 2, partner="test")
    counted = desk.owner.execute(
        """
        select events, rejected, corrections, voids, within_2_days, within_30_days, later, answers_unknown,
            answers_not_collected
        from ops.v_data_quality where event_type = 'person.registered.v1'
        """
    ).fetchone()
    assert counted == (7, 2, 0, 1, 5, 0, 2, 2, 2)


def test_good_partner__needs_no_sentence(desk: Desk) -> None:
    run_landing(desk.settings, desk.land([event(str(number), "ARUA", partner="north") for number in range(12)]))
    found = scorecard(desk, "north")
    assert (found["verdict"], found["sentence"], found["events_about"]) == ("good", "", 20)
    assert (found["in_time_percent"], found["rejected_percent"]) == (100, 0)


def test_poor_partner__is_told_why(desk: Desk) -> None:
    run_landing(desk.settings, desk.land([event(str(n), "ARUA", partner="north") for n in range(8)]))
    refuse(desk, 2)
    found = scorecard(desk, "north")
    assert (found["verdict"], found["rejected_percent"]) == ("poor", 20)
    assert found["sentence"] == "20% of what was sent was refused: the receipts say why, row by row."


def test_held_city__makes_the_card_poor_and_the_others_stay_good(desk: Desk) -> None:
    next_year = datetime.now(UTC) + timedelta(days=365)
    rows = [event("1", "ARUA", partner="north", occurred_at=next_year), event("2", "JINJA", partner="south")]
    run_landing(desk.settings, desk.land(rows))
    poor, good = scorecard(desk, "north"), scorecard(desk, "south")
    assert (poor["verdict"], poor["is_held"], good["verdict"]) == ("poor", True, "good")
    assert "future" in poor["sentence"]


def test_exact_counts_of_events__are_not_for_readers(desk: Desk) -> None:
    readable = desk.owner.execute(
        """
        select has_table_privilege('corridor_reader', 'ops.v_data_quality', 'select'),
            has_table_privilege('bi_engineer', 'ops.v_data_quality', 'select')
        """
    ).fetchone()
    assert readable == (False, True)
