"""The fingerprint of a cell: every column by its name, numbers by their value."""

from __future__ import annotations

from reporting.publications.cells import content_hash


def test_content_hash__names_columns_in_an_order_of_their_own() -> None:
    one = content_hash({"note": "text", "actual": "numeric"}).as_string(None)
    other = content_hash({"actual": "numeric", "note": "text"}).as_string(None)
    assert one == other


def test_content_hash__compares_numbers_by_value_and_dates_without_locale() -> None:
    text = content_hash({"actual": "numeric", "period_start": "date", "is_simulated": "boolean"}).as_string(None)
    assert "'actual=' || trim_scale(\"actual\")::text" in text
    assert "to_char(\"period_start\", 'YYYY-MM-DD')" in text
    assert "'is_simulated=' || \"is_simulated\"::text" in text
