"""The history file says what the documents say, in codes that the catalogue knows."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from ingestion.history.records import HistoryError, Record, load_history
from ingestion.history.reference import indicators, places, seed_rows
from tests.unit.history.numbers_in_words import shows

HISTORY = load_history()
RECORDS = {record.id: record for record in HISTORY.records}


def each(*kinds: str) -> pytest.MarkDecorator:
    """Run a test once for each record of these kinds (default: all)."""
    chosen = [record for record in HISTORY.records if not kinds or record.kind in kinds]
    return pytest.mark.parametrize("record", chosen, ids=lambda record: record.id)


def test_every_row_of_the_list_of_quantities_is_covered() -> None:
    rows = {int(match[1]) for name in RECORDS if (match := re.fullmatch(r"row-(\d{3})[a-z]?", name))}
    assert rows == set(range(1, 76))


def test_later_and_further_figures_are_there() -> None:
    assert sum(name.startswith("later-") for name in RECORDS) == 25
    assert sum(name.startswith("further-000-") for name in RECORDS) == 5
    assert sum(name.startswith("further-001-") for name in RECORDS) == 34


@each()
def test_codes_exist_and_the_unit_is_that_of_the_indicator(record: Record) -> None:
    assert indicators()[record.indicator]["unit_of_count"] == record.unit
    assert record.place is None or record.place in places()
    assert record.project is None or record.project in {row["project_code"] for row in seed_rows("projects")}


@each()
def test_money_has_a_currency_and_nothing_else_has_one(record: Record) -> None:
    assert (record.unit == "money") == (record.currency is not None)


@each()
def test_kind_fits_the_level_of_the_indicator(record: Record) -> None:
    level = indicators()[record.indicator]["level"]
    if record.kind == "actual":
        assert level in ("output", "outcome")
    elif record.kind == "structure":
        assert level == "structure"


@each("actual", "context", "structure", "baseline")
def test_a_figure_says_whether_it_is_a_flow_to_date_or_a_stock(record: Record) -> None:
    assert record.basis in ("flow", "to_date", "stock")


@each()
def test_the_phrase_shows_the_number(record: Record) -> None:
    if record.evidence == "DERIVED":
        assert record.note, "a derived figure says how it was derived"
        return
    for value in (record.value, record.low, record.high):
        # A single thing that happened ("Video: ...") is one without the word.
        if value is not None and value != Decimal(1):
            assert record.expect_rejected or shows(record.phrase, value)
    if record.words:
        assert all(word in record.phrase for word in re.findall(r"[A-Za-z]{4,}", record.words) if word != "preparation")


def test_printed_totals_are_not_sent() -> None:
    for total in seed_rows("printed_totals"):
        same = [r for r in HISTORY.records if (r.indicator, r.place) == (total["indicator_code"], total["place_code"])]
        assert same == []


@pytest.mark.parametrize(("first", "second"), [("row-046a", "row-046b"), ("row-047a", "row-047b")])
def test_the_repeated_paragraph_is_there_twice_with_one_business_key(first: str, second: str) -> None:
    fields = ("indicator", "place", "period", "value", "basis", "phase", "project", "funder", "kind", "phrase")
    assert [getattr(RECORDS[first], f) for f in fields] == [getattr(RECORDS[second], f) for f in fields]


def test_only_the_garbled_sums_are_expected_to_be_refused() -> None:
    refused = {record.id: record.expect_rejected for record in HISTORY.records if record.expect_rejected}
    assert refused == {"row-072a": "money_without_currency", "row-072b": "money_without_currency"}


def test_no_two_other_records_state_the_same_figure() -> None:
    seen: dict[tuple[object, ...], str] = {}
    repeated = set()
    for record in HISTORY.records:
        what = (record.indicator, record.place, record.project, record.phase, record.funder, record.kind)
        when = (record.period, record.basis, record.dated, record.value if record.kind == "target" else None)
        key = (*what, *when)
        if key in seen:
            repeated.add((seen[key], record.id))
        seen[key] = record.id
    assert repeated == {("row-046a", "row-046b"), ("row-047a", "row-047b"), ("row-070c", "row-070d")}


def test_a_wrong_record_is_named(tmp_path: pytest.TempPathFactory) -> None:
    path = tmp_path / "history.yaml"  # type: ignore[operator]
    record = "{id: row-900, kind: actual, indicator: X, place: Y, unit: person, document: d, phrase: p, period: "
    path.write_text("documents: {d: {title: t, date: 2020 (year)}}\nsections: [{records: [" + record + "soon}]}]")
    with pytest.raises(HistoryError, match=r"row-900: give exactly one of value, range, words, missing"):
        load_history(path)
    path.write_text(path.read_text().replace("soon", "soon, value: 3"))
    with pytest.raises(HistoryError, match=r"row-900: the period 'soon' cannot be read: write unknown, 2007 \(year\)"):
        load_history(path)
