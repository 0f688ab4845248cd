"""The audit of the next publication: a sound one passes, and each thing that could go wrong is caught by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from expectations.outcome import AuditReport
from expectations.run import run_candidate
from infra.settings import Settings
from tests.integration.publishing import Desk, cell, event, hidden, publishing_desk

pytestmark = pytest.mark.own_database

Cells = list[dict[str, Any]]

SHARE = {"indicator_code": "CM-X-01", "unit_of_count": "percent", "numerator": 30, "denominator": 60}
COUNTRY = {"geography_level": "country", "geography_code": "UG"}
ADVICE = {"indicator_code": "CM-O2-04", "unit_of_count": "contact"}
ADVISED = {"indicator_code": "CM-O2-05", "unit_of_count": "person"}


def sex(value: str) -> dict[str, str]:
    return {"dimension": "sex", "dimension_value": value}


def sound() -> Cells:
    """A small publication with nothing wrong: totals, groups, a hidden pair, a country, a share, people, contacts."""
    return [
        cell("total", 60),
        cell("female", 40, **sex("female")),
        cell("male", 20, **sex("male")),
        cell("uganda", 90, **COUNTRY),
        cell("jinja", 30, geography_code="JINJA"),
        hidden("jinja female", 4, geography_code="JINJA", **sex("female")),
        hidden("jinja male", 26, geography_code="JINJA", **sex("male")),
        cell("share", 50, **SHARE, numerator_exact=30, denominator_exact=60),
        cell("advice", 70, **ADVICE),
        cell("advised", 50, **ADVISED),
        cell("stated", 3, programme_code="CM", is_simulated=False, suppression="exempt", source_document="000"),
    ]


@pytest.fixture(scope="module")
def desk(stack: Settings) -> Iterator[Desk]:
    with publishing_desk(stack) as made:
        yield made


def change(cell_id: str, **columns: Any) -> Callable[[Cells], Cells]:
    return lambda cells: [{**each, **columns} if each["cell_id"] == cell_id else each for each in cells]


def add(*more: dict[str, Any]) -> Callable[[Cells], Cells]:
    return lambda cells: [*cells, *more]


def failed(report: AuditReport) -> set[str]:
    return {verdict.expectation for verdict in report.verdicts if not verdict.success}


def test_sound_publication__passes_everything(desk: Desk) -> None:
    desk.fill(sound())
    report = run_candidate(desk.settings)
    assert failed(report) == set(), report.problems()
    assert report.passed
    stored = desk.owner.execute("select count(*) from ops.audit_results where audit_id = %s", [report.audit_id])
    assert stored.fetchone() == (len(report.verdicts),)


@pytest.mark.parametrize(
    ("expectation", "break_it"),
    [
        ("cells_unique", add(cell("total", 60, indicator_code="CM-O3-01"))),
        ("unit_and_rule_known", add(cell("x", 60, indicator_code="CM-99"))),
        ("unit_and_rule_known", change("advice", unit_of_count="person")),
        ("periods_in_order", change("share", period_end=date(2025, 1, 1))),
        ("groups_add_up", change("male", actual=21, actual_exact=21)),
        ("groups_add_up", change("jinja male", actual_exact=25)),
        ("people_not_above_contacts", change("advised", actual=71, actual_exact=71)),
        ("people_not_above_contacts", change("advice", period_start=date(2025, 12, 1))),
        ("shares_within_bounds", change("share", actual=101, actual_exact=101)),
        ("shares_within_bounds", change("share", numerator_exact=61)),
        ("small_counts_hidden", add(cell("x", 4, indicator_code="CM-O3-01"))),
        ("small_counts_hidden", add(cell("x", 9, **ADVICE, geography_code="JINJA"))),
        ("hidden_shows_nothing", change("jinja female", numerator=4)),
        ("small_parts_of_shares_hidden", change("share", numerator=58)),
        ("programmes_apart", change("stated", is_simulated=True)),
        ("programmes_apart", add(cell("x", 60, programme_code="OPS"))),
        ("programmes_apart", add(cell("x", 60, geography_level="programme", geography_code="CM"))),
    ],
)
def test_unsound_publication__is_refused_by_name(
    desk: Desk, expectation: str, break_it: Callable[[Cells], Cells]
) -> None:
    desk.fill(break_it(sound()))
    report = run_candidate(desk.settings)
    assert failed(report) == {expectation}
    assert not report.passed
    assert len(report.problems()) == 1


def test_single_hidden_group__is_found_by_subtraction(desk: Desk) -> None:
    desk.fill(change("jinja male", actual=26, suppression=None)(sound()))
    assert failed(run_candidate(desk.settings)) == {"hidden_groups_not_found_by_subtraction"}


def test_two_hidden_groups_below_the_threshold_together__are_refused(desk: Desk) -> None:
    groups = [
        hidden("young", 1, dimension="age_band", dimension_value="0-4"),
        hidden("old", 2, dimension="age_band", dimension_value="60+"),
        cell("grown", 57, dimension="age_band", dimension_value="35-59"),
    ]
    desk.fill([*sound(), *groups])
    assert failed(run_candidate(desk.settings)) == {"hidden_groups_not_found_by_subtraction"}


def test_single_hidden_city__is_found_by_subtraction(desk: Desk) -> None:
    cells = change("uganda", actual=63, actual_exact=63)(sound())
    cells = [each for each in cells if not each["cell_id"].startswith("jinja")]
    desk.fill([*cells, hidden("jinja", 3, geography_code="JINJA")])
    assert failed(run_candidate(desk.settings)) == {"hidden_cities_not_found_by_subtraction"}


def test_examples__name_cells_and_no_hidden_value(desk: Desk) -> None:
    desk.fill(change("jinja male", actual_exact=25)(sound()))
    report = run_candidate(desk.settings)
    observed = next(verdict.observed for verdict in report.verdicts if not verdict.success)
    assert observed["rows"] == 1
    assert set(observed["examples"][0]) == {"cell_id", "indicator_code", "geography_code", "period_start", "dimension"}


def test_stated_share_out_of_bounds__is_a_warning(desk: Desk) -> None:
    desk.fill(add(cell("x", 120, **SHARE, programme_code="CM", is_simulated=False))(sound()))
    report = run_candidate(desk.settings)
    assert failed(report) == {"stated_shares_within_bounds"}
    assert report.passed


def test_target_that_was_set__must_be_there(stack: Settings) -> None:
    with publishing_desk(stack) as desk:
        target = event("1", "ARUA", type="target.set.v1", data={"indicator_code": "CM-O3-02"})
        load_id = desk.land([target])
        desk.owner.execute(
            "insert into ops.audits (subject, finished_at, passed, load_id) values ('landing', now(), true, %s)",
            [load_id],
        )
        desk.fill(sound())
        assert failed(run_candidate(desk.settings)) == {"targets_present"}
        desk.fill(change("total", target_phrase="as many as possible", status="target_missing")(sound()))
        assert failed(run_candidate(desk.settings)) == set()


def test_last_publication__is_compared_with(stack: Settings) -> None:
    with publishing_desk(stack) as desk:
        desk.fill(change("stated", basis="to_date", actual=9)(sound()))
        desk.publish()
        desk.fill(
            change("stated", basis="to_date", actual=8)([each for each in sound() if "jinja" not in each["cell_id"]])
        )
        report = run_candidate(desk.settings)
        assert failed(report) >= {"figures_to_date_do_not_fall", "programme_keeps_its_cells"}
        desk.fill([])
        assert "cells_not_all_lost" in failed(run_candidate(desk.settings))


def test_computed_total_to_date__falls_only_with_a_correction(stack: Settings) -> None:
    to_date = {"basis": "to_date", "origin": "computed"}
    with publishing_desk(stack) as desk:
        desk.fill(change("total", **to_date)(sound()))
        desk.publish(desk.land([event("1", "ARUA")]))
        less = [each for each in sound() if each["dimension"] == "total" and each["cell_id"] != "uganda"]
        desk.fill(change("total", **to_date, actual=59, actual_exact=59)(less))
        assert "sums_to_date_fall_only_by_corrections" in failed(run_candidate(desk.settings))
        desk.land([event("2", "ARUA", programme="CM", operation="void")])
        assert "sums_to_date_fall_only_by_corrections" in failed(run_candidate(desk.settings))
        desk.land([event("3", "ARUA", subject="1", operation="correct", record_version=2)])
        assert "sums_to_date_fall_only_by_corrections" not in failed(run_candidate(desk.settings))


def test_plan_that_falls_back__may_lower_its_total(stack: Settings) -> None:
    plans = {"indicator_code": "CM-O1-02-A", "unit_of_count": "document", "basis": "to_date", "origin": "computed"}
    with publishing_desk(stack) as desk:
        desk.fill([*sound(), cell("plans", 3, **plans)])
        desk.publish()
        desk.fill([*sound(), cell("plans", 2, **plans)])
        assert failed(run_candidate(desk.settings)) == set()


def test_total_to_date__may_fall_when_the_rules_changed(stack: Settings) -> None:
    to_date = {"basis": "to_date", "origin": "computed"}
    with publishing_desk(stack) as desk:
        desk.fill(change("advice", **to_date)(sound()))
        desk.publish()
        desk.fill(change("advice", **to_date, actual=69, actual_exact=69)(sound()))
        assert failed(run_candidate(desk.settings)) == {"sums_to_date_fall_only_by_corrections"}
        desk.owner.execute(
            "insert into ops.builds (run_id, upto_load_id, rules_hash, state) values ('test', 1, 'others', 'running')"
        )
        assert failed(run_candidate(desk.settings)) == set()
