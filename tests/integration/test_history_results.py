"""The numbers that the programme has published, as readers of results.indicator_results find them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

Cell = dict[str, Any]


def cells(reader: psycopg.Connection, indicator: str, place: str | None = None, **wanted: object) -> list[Cell]:
    """Published CM cells of an indicator (and place) whose columns have the `wanted` values."""
    with reader.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(
            """
            select * from results.indicator_results
            where programme_code = 'CM' and indicator_code = %s and (%s::text is null or geography_code = %s)
            order by geography_code, funder, period_end, target
            """,
            [indicator, place, place],
        ).fetchall()
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


def one(reader: psycopg.Connection, indicator: str, place: str | None = None, **wanted: object) -> Cell:
    """The only cell there is."""
    found = cells(reader, indicator, place, **wanted)
    assert len(found) == 1, [(c["geography_code"], c["actual"], c["target"], c["period_end"]) for c in found]
    return found[0]


def test_proposals_by_city_and_their_computed_sum(reader: psycopg.Connection) -> None:
    values = {c["geography_code"]: c["actual"] for c in cells(reader, "CM-O2-03-P")}
    assert values == {"KAIROUAN": 81, "JENDOUBA": 37, "JS-KAIROUAN-JENDOUBA": 118}
    total = one(reader, "CM-O2-03-P", "JS-KAIROUAN-JENDOUBA")
    assert total["geography_level"] == "joint_set"
    assert total["note"] == "computed: 37 JENDOUBA + 81 KAIROUAN"


@pytest.mark.parametrize(("indicator", "printed"), [("CM-O2-03-P", 118), ("CM-O2-10", 7)])
def test_the_printed_total_was_never_an_event(owner: psycopg.Connection, indicator: str, printed: int) -> None:
    stored = owner.execute(
        """
        select data ->> 'value' from raw.events
        where programme = 'CM' and data ->> 'indicator_code' = %s
        and data -> 'place' ->> 'level' = 'joint_set'
        """,
        [indicator],
    ).fetchall()
    assert stored == []


def test_the_computed_totals_agree_with_the_printed_ones(stack: Any) -> None:
    with psycopg.connect(stack.dsn("warehouse")) as warehouse:
        rows = warehouse.execute(
            "select indicator_code, printed_value, computed_value, difference from warehouse.recon_printed_totals"
        ).fetchall()
    assert sorted(rows) == [("CM-O2-03-P", 118, 118, 0), ("CM-O2-10", 7, 7, 0)]


def test_funded_by_the_project_and_by_others(reader: psycopg.Connection) -> None:
    found = {c["funder"]: c for c in cells(reader, "CM-O2-03-F")}
    assert {funder: c["actual"] for funder, c in found.items()} == {"project": 60, "other": 58}
    assert {c["geography_code"] for c in found.values()} == {"JS-KAIROUAN-JENDOUBA"}
    assert "118 - 60 = 58" in found["other"]["note"]
    assert "derived" in found["other"]["note"]


def test_the_share_of_women_stays_a_percentage_with_its_ambiguity(reader: psycopg.Connection) -> None:
    cell = one(reader, "CM-O2-03-W")
    assert (cell["actual"], cell["unit_of_count"]) == (65, "percent")
    assert (cell["numerator"], cell["denominator"]) == (None, None)
    assert "all 118 or the 37 of Jendouba" in cell["note"]
    women = reader.execute(
        """
        select count(*) from results.indicator_results
        where programme_code = 'CM' and geography_code in ('KAIROUAN', 'JENDOUBA', 'JS-KAIROUAN-JENDOUBA')
        and (actual in (76, 77, 24) or dimension_value = 'female')
        """
    ).fetchone()
    assert women == (0,)


def test_sites(reader: psycopg.Connection) -> None:
    values = {c["geography_code"]: c["actual"] for c in cells(reader, "CM-O2-10")}
    assert values == {"JENDOUBA": 4, "KAIROUAN": 3, "JS-KAIROUAN-JENDOUBA": 7}


def test_advisories_reached_their_target(reader: psycopg.Connection) -> None:
    cell = one(reader, "CM-O2-04", "SAN-MARCOS", actual_qualifier="exact")
    assert (cell["actual"], cell["target"], cell["achievement"], cell["status"]) == (25000, 25000, 1, "achieved")
    assert cell["unit_of_count"] == "contact"


def test_savings_of_the_two_phases_stay_apart(reader: psycopg.Connection) -> None:
    found = cells(reader, "CM-O2-06", "SAN-MARCOS")
    assert {(c["phase"], c["actual"], c["actual_qualifier"]) for c in found} == {
        ("I", Decimal(700_000), "nearly"),
        ("I", Decimal(2_400_000), "exact"),
        ("II", Decimal(5_000_000), "over"),
    }
    assert {c["basis"] for c in found} == {"to_date"}
    assert {c["currency"] for c in found} == {"USD"}
    assert cells(reader, "CM-O2-06") == found, "no sum of the phases anywhere"


def test_students(reader: psycopg.Connection) -> None:
    assert one(reader, "CM-O3-05-S", "SAN-MARCOS", actual_qualifier="exact")["actual"] == 600


def test_households_have_a_target_and_an_actual_in_words(reader: psycopg.Connection) -> None:
    cell = one(reader, "CM-O3-04")
    assert (cell["geography_code"], cell["target"]) == ("UG", 13000)
    assert (cell["actual"], cell["actual_text"], cell["status"]) == (None, "Almost all", "not_numeric")


def test_stakeholders_belong_to_both_cities_jointly(reader: psycopg.Connection) -> None:
    found = {c["geography_code"]: c["actual"] for c in cells(reader, "CM-O4-02-C")}
    assert found["JS-KAIROUAN-JENDOUBA"] == 40
    assert not {"KAIROUAN", "JENDOUBA"} & set(found)


def test_both_labour_targets_are_kept_and_one_is_current(reader: psycopg.Connection) -> None:
    found = {c["target"]: (c["target_qualifier"], c["target_is_current"]) for c in cells(reader, "CM-O2-01", "CM")}
    assert found == {60000: ("at_least", True), 70000: ("over", False)}


def test_a_revised_target_is_current_and_the_old_one_stays(reader: psycopg.Connection) -> None:
    found = {c["target"]: c["target_is_current"] for c in cells(reader, "CM-O3-06-K", "ADAMA")}
    assert found == {6: True, 3: False}


def test_a_missing_target_number_is_shown_as_missing(reader: psycopg.Connection) -> None:
    found = {c["target"]: c for c in cells(reader, "CM-O3-01", "CM")}
    assert set(found) == {None, 180000}
    assert found[None]["status"] == "target_missing"
    assert found[None]["source_phrase"] == "will gain access to basic municipal services."
    assert found[180000]["target_is_current"]


@pytest.mark.parametrize("indicator", ["CM-O4-03", "CM-O4-04", "CM-X-07"])
def test_a_target_in_words_is_not_a_missing_number(reader: psycopg.Connection, indicator: str) -> None:
    found = [c for c in cells(reader, indicator, "CM") if c["target_phrase"]]
    assert [(c["target"], c["status"]) for c in found] == [(None, "not_numeric")]


def test_money_without_a_currency_was_refused_and_all_other_money_passed(
    reader: psycopg.Connection, owner: psycopg.Connection
) -> None:
    refused = owner.execute(
        """
        select distinct split_part(event_id, '-', 2), code, sealed is not null from raw.rejected_events
        where source = 'urn:corridor:cm:programme-office/history'
        """
    ).fetchall()
    assert sorted(refused) == [
        ("072a", "money_without_currency", True),
        ("072b", "money_without_currency", True),
    ]
    assert cells(reader, "CM-C-72-S") + cells(reader, "CM-C-72-R") == []
    gdp = one(reader, "CM-C-F-MGD", "WORLD")
    assert (gdp["actual"], gdp["currency"], gdp["kind"]) == (6_700_000_000_000, "USD", "context")
    euros = one(reader, "CM-C-75-M", "LR")
    assert (euros["actual"], euros["currency"]) == (300_080_000, "EUR")


def test_one_number_with_two_meanings_stays_two(reader: psycopg.Connection) -> None:
    town, hosts = one(reader, "CM-C-57-U"), one(reader, "CM-C-57-H")
    assert (town["actual"], hosts["actual"]) == (46000, 46000)
    assert (town["source_document"], hosts["source_document"]) == ("000", "002")
    refugees = {c["geography_code"]: c["actual_qualifier"] for c in cells(reader, "CM-C-58", actual=187000)}
    assert refugees == {"KAKUMA": "exact", "KAKUMA-KALOBEYEI": "about"}


def test_a_range_stays_a_range(reader: psycopg.Connection) -> None:
    cell = one(reader, "CM-C-73-W", "WORLD")
    assert (cell["actual"], cell["actual_low"], cell["actual_high"]) == (None, 63, 70)


def test_every_stated_figure_shows_its_phrase_and_document(reader: psycopg.Connection) -> None:
    without = reader.execute(
        """
        select indicator_code, geography_code from results.indicator_results
        where programme_code = 'CM' and (source_phrase is null or source_document is null)
        """
    ).fetchall()
    assert without == []


def test_context_and_structure_are_not_results(reader: psycopg.Connection) -> None:
    rows = reader.execute(
        """
        select kind, count(*), count(target), count(achievement) from results.indicator_results
        where programme_code = 'CM' and kind != 'actual'
        group by kind
        order by kind
        """
    ).fetchall()
    assert [row[0] for row in rows] == ["context", "structure"]
    assert [row[2:] for row in rows] == [(0, 0), (0, 0)]
    assert rows[0][1] >= 84
    assert rows[1][1] >= 7
