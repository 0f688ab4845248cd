"""Landing audits: a doubtful city is held out, the others go on, and it comes back by itself once its events pass."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from expectations.outcome import AuditReport
from expectations.run import run_landing
from infra.settings import Settings
from tests.integration.publishing import Desk, event, publishing_desk, void

pytestmark = pytest.mark.own_database

UNANSWERED = {"person_token": "t", "sex": "unknown", "age_band": "not_collected", "status": "idp"}
SAME = {"person_token": "t", "sex": "female", "age_band": "18-24", "status": "idp"}
NOON = (datetime.now(UTC) - timedelta(days=1)).replace(hour=12)
NEXT_YEAR = datetime.now(UTC) + timedelta(days=365)


@pytest.fixture
def desk(stack: Settings) -> Iterator[Desk]:
    with publishing_desk(stack, candidate=False) as made:
        yield made


def failed(report: AuditReport) -> set[tuple[str, str | None]]:
    return {(verdict.expectation, verdict.city) for verdict in report.verdicts if not verdict.success}


def stated(event_id: str, city: str | None, **data: Any) -> dict[str, Any]:
    figure = {"indicator_code": "CM-O2-04", "place": {"level": "city", "code": city}, **data}
    return event(event_id, city, type="result.reported.v1", data=figure)


def test_good_landing__holds_nobody_and_is_stored(desk: Desk) -> None:
    report = run_landing(desk.settings, desk.land([event("1", "ARUA"), stated("2", "JINJA"), event("3", None)]))
    assert report.passed
    assert (failed(report), desk.gates()) == (set(), {})
    stored = desk.owner.execute(
        "select count(*), bool_and(success), bool_and(sentence <> '') from ops.audit_results where audit_id = %s",
        [report.audit_id],
    ).fetchone()
    assert stored == (len(report.verdicts), True, True)
    assert desk.owner.execute("select passed, load_id from ops.audits").fetchall() == [(True, 1)]


def test_event_from_the_future__holds_its_city_alone_at_the_last_good_load(desk: Desk) -> None:
    run_landing(desk.settings, desk.land([event("1", "ARUA"), event("2", "JINJA")]))
    report = run_landing(desk.settings, desk.land([event("3", "ARUA", occurred_at=NEXT_YEAR), event("4", "JINJA")]))
    assert failed(report) == {("nothing_from_the_future", "ARUA")}
    assert report.held == (("SIM", "ARUA"),)
    assert "future" in report.problems()[0]
    gates = desk.owner.execute("select programme, city, state, admitted_to_load from ops.city_gate").fetchall()
    assert gates == [("SIM", "ARUA", "held", 1)]


def test_held_city__stays_held_through_good_loads_until_its_wrong_events_are_void(desk: Desk) -> None:
    run_landing(desk.settings, desk.land([event("1", "ARUA", occurred_at=NEXT_YEAR)]))
    later = run_landing(desk.settings, desk.land([event("2", "ARUA")]))
    assert (later.passed, later.held, desk.gates()) == (False, (), {"ARUA": "held"})
    voided = run_landing(desk.settings, desk.land([void("3", "ARUA", subject="1")]))
    assert (voided.passed, voided.opened, desk.gates()) == (True, (("SIM", "ARUA"),), {"ARUA": "open"})
    # What was let in is not judged again.
    assert run_landing(desk.settings, desk.land([event("4", "ARUA")])).passed


def test_held_city__keeps_the_load_it_was_held_at(desk: Desk) -> None:
    run_landing(desk.settings, desk.land([event("1", "ARUA")]))
    for number in (2, 3):
        run_landing(desk.settings, desk.land([event(str(number), "ARUA", occurred_at=NEXT_YEAR)]))
    assert desk.owner.execute("select admitted_to_load from ops.city_gate").fetchone() == (1,)


def test_same_landing_again__changes_nothing(desk: Desk) -> None:
    load_id = desk.land([event("1", "ARUA", occurred_at=NEXT_YEAR), event("2", "JINJA")])
    first, second = (run_landing(desk.settings, load_id) for _ in range(2))
    assert (first.held, second.held) == ((("SIM", "ARUA"),), ())
    assert desk.gates() == {"ARUA": "held"}


@pytest.mark.parametrize(
    ("expectation", "rows"),
    [
        ("indicators_known", [stated("1", "ARUA", indicator_code="CM-99")]),
        ("places_known", [stated("1", "ARUA", place={"level": "city", "code": "ATLANTIS"})]),
        ("no_plain_identifier", [event("1", "ARUA", data={"person_id": "AB 12"})]),
        ("nothing_before_the_programme", [event("1", "ARUA", occurred_at=datetime(1999, 1, 1, tzinfo=UTC))]),
        ("ages_plausible", [event("1", "ARUA", type="training.completed.v1", data={"age_band": "0-4"})]),
        (
            "answers_known",
            [event(str(number), "ARUA", data=UNANSWERED) for number in range(20)],
        ),
        ("projects_known", [stated("1", "ARUA", project_code="CM9-NOWHERE")]),
        (
            "events_arrive_in_time",
            [event(str(number), "ARUA", occurred_at=datetime.now(UTC) - timedelta(days=40)) for number in range(20)],
        ),
        (
            "one_person_is_not_everybody",
            [
                event(str(number), "ARUA", occurred_at=datetime.now(UTC) - timedelta(days=number % 25), data=SAME)
                for number in range(50)
            ],
        ),
        ("no_crowded_day_of_one_person", [event(str(n), "ARUA", occurred_at=NOON, data=SAME) for n in range(21)]),
    ],
)
def test_doubtful_events__are_named_with_their_city(desk: Desk, expectation: str, rows: list[dict[str, Any]]) -> None:
    report = run_landing(desk.settings, desk.land([*rows, event("good", "JINJA")]))
    assert failed(report) == {(expectation, "ARUA")}
    severity = next(verdict.severity for verdict in report.verdicts if not verdict.success)
    assert desk.gates() == ({"ARUA": "held"} if severity == "critical" else {})


def test_unknown_codes__are_told_as_examples(desk: Desk) -> None:
    report = run_landing(desk.settings, desk.land([stated("1", "ARUA", indicator_code="CM-99")]))
    observed = next(verdict.observed for verdict in report.verdicts if not verdict.success)
    assert observed == {"unknown_indicators": 1, "events_landed": 1, "examples": "CM-99"}


def test_doubtful_events__are_named_with_their_partner_and_type_in_the_contract(desk: Desk) -> None:
    rows = [event("1", "ARUA", partner="north", occurred_at=NEXT_YEAR), event("2", "ARUA", partner="south")]
    run_landing(desk.settings, desk.land(rows))
    stored = desk.owner.execute(
        "select partner, event_type from ops.v_audit_results where not success and city = 'ARUA'"
    ).fetchall()
    assert stored == [("north", "person.registered.v1")]


def test_facts__count_what_is_new_once_although_a_held_city_is_judged_again(desk: Desk) -> None:
    run_landing(desk.settings, desk.land([event("1", "ARUA", occurred_at=NEXT_YEAR)]))
    load_id = desk.land([event("2", "ARUA"), void("3", "ARUA", subject="1")])
    for _ in range(2):
        run_landing(desk.settings, load_id)
    counted = "select sum(new_events), sum(new_voids), sum(events_landed) from ops.landing_facts"
    assert desk.owner.execute(counted).fetchone() == (3, 1, 4)


def test_wrong_version__holds_nobody_if_it_was_mended_before_it_came(desk: Desk) -> None:
    wrong = event("1", "ARUA", subject="record", occurred_at=NEXT_YEAR)
    desk.warehouse.execute(
        """
        create table warehouse.int_records as
        select md5('SIM|urn:test|person.registered.v|record')::uuid as record_key, 2 as record_version
        """
    )
    assert run_landing(desk.settings, desk.land([wrong])).held == ()
    newest = {**wrong, "id": "3", "operation": "correct", "record_version": 3}
    assert run_landing(desk.settings, desk.land([newest])).held == (("SIM", "ARUA"),)


def test_city_nobody_knows__is_held(desk: Desk) -> None:
    run_landing(desk.settings, desk.land([event("1", "ATLANTIS"), event("2", "JINJA")]))
    assert desk.gates() == {"ATLANTIS": "held"}


def test_coarse_dates_and_targets__may_reach_beyond_today(desk: Desk) -> None:
    soon = datetime.now(UTC) + timedelta(days=20)
    rows = [
        {**stated("1", "ARUA"), "time_precision": "month", "occurred_at": soon},
        {**stated("2", "ARUA"), "type": "target.set.v1", "occurred_at": NEXT_YEAR},
    ]
    assert run_landing(desk.settings, desk.land(rows)).passed


def test_twenty_times_the_usual__is_a_warning(desk: Desk) -> None:
    usual = [event(f"usual {number}", "ARUA", type="arrival.counted.v1") for number in range(3)]
    run_landing(desk.settings, desk.land(usual))
    desk.owner.execute(
        """
        insert into raw.loads (run_id, finished_at) values ('bulk', now());
        insert into raw.events (
            source, id, type, subject, programme, city, operation, record_version, time_precision, occurred_at,
            received_at, partner, content_hash, data, topic, kafka_partition, kafka_offset, load_id
        )
        select
            'urn:test', 'b' || n, 'arrival.counted.v1', 'b' || n, 'SIM', 'ARUA', 'create', 1, 'hour', now(),
            now(), 'test', '', '{}', 'test', 0, 1000 + n, 2
        from generate_series(1, 20100) as n
        """
    )
    report = run_landing(desk.settings, 2)
    assert ("volume_as_usual", "ARUA") in failed(report)
    assert report.passed
