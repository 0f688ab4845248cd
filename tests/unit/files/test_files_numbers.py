"""Numbers as people write them."""

from __future__ import annotations

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.files.numbers import read_number
from ingestion.files.trouble import CellTrouble


@pytest.mark.parametrize(
    ("text", "declared", "number"),
    [
        ("1500", (), "1500"),
        ("-3", (), "-3"),
        ("1.5", (), "1.5"),
        ("1,5", (), "1.5"),
        ("0,125", (), "0.125"),
        ("0.125", (), "0.125"),
        ("1234.567", (), "1234.567"),
        ("1,234.50", (), "1234.50"),
        ("1.234,50", (), "1234.50"),
        ("1.234.567", (), "1234567"),
        ("1 234", (), "1234"),
        ("1\u202f234\u00a0567,5", (), "1234567.5"),
        ("1'234'567", (), "1234567"),
        ("1.234", (",",), "1234"),
        ("1,234", (",",), "1.234"),
        ("1,234", (".",), "1234"),
        ("1.234", (".",), "1.234"),
        ("1.234", (None, "."), "1234"),
        ("12.345,6", (",", "."), "12345.6"),
        ("١٢٣٤", (), "1234"),
        ("١٬٢٣٤٫٥", (), "1234.5"),
        ("۱۲", (), "12"),
        ("−5", (), "-5"),
        ("+5", (), "5"),
        (",5", (",",), "0.5"),
    ],
)
def test_one_reading(text: str, declared: tuple[str | None, ...], number: str) -> None:
    assert read_number(text, *declared) == number


@pytest.mark.parametrize("text", ["1.234", "1,234", "-12,345", "999.999"])
def test_two_readings__refused(text: str) -> None:
    with pytest.raises(CellTrouble) as refused:
        read_number(text)
    assert refused.value.code == "ambiguous_number"


@pytest.mark.parametrize(
    ("text", "declared"),
    [
        ("1.5", (",",)),
        ("1,5", (".",)),
        ("1,234.5", (",",)),
        ("1.234", (",", " ")),
        ("12.34.567", ()),
        ("1.2345.678", ()),
        ("1,23,456", ()),
        ("5.", ()),
        (".", ()),
        ("", ()),
        ("1e5", ()),
        ("45%", ()),
        ("about 5", ()),
        ("5 kg", ()),
        ("1 23", ()),
        ("--5", ()),
        ("٫", ()),
    ],
)
def test_no_reading__refused(text: str, declared: tuple[str, ...]) -> None:
    with pytest.raises(CellTrouble) as refused:
        read_number(text, *declared)
    assert refused.value.code == "invalid_number"


@given(
    st.integers(-(10**12), 10**12), st.integers(0, 4), st.sampled_from([(".", ","), (",", "."), (",", " "), (".", "'")])
)
def test_what_is_written_with_declared_signs__is_read_back(units: int, places: int, signs: tuple[str, str]) -> None:
    decimal, thousands = signs
    value = Decimal(units).scaleb(-places)
    written = f"{value:,.{places}f}".replace(",", "_").replace(".", decimal).replace("_", thousands)
    assert Decimal(read_number(written, decimal, thousands)) == value


@given(st.text(max_size=20) | st.text("0123456789.,' -+eE٫٬١", max_size=12))
def test_any_text__is_a_number_or_refused(text: str) -> None:
    with contextlib.suppress(CellTrouble):
        Decimal(read_number(text))
