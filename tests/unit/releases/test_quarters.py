"""A release speaks of whole quarters."""

from __future__ import annotations

from datetime import date

import pytest

from reporting.releases.missing import quarters
from reporting.releases.model import ReleaseError, Window


def test_quarters__of_half_a_year_and_over_its_end() -> None:
    window = Window("SIM", date(2018, 10, 1), date(2019, 6, 30))
    assert list(quarters(window)) == [
        (date(2018, 10, 1), date(2018, 12, 31)),
        (date(2019, 1, 1), date(2019, 3, 31)),
        (date(2019, 4, 1), date(2019, 6, 30)),
    ]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2019, 1, 2), date(2019, 3, 31)),
        (date(2019, 2, 1), date(2019, 3, 31)),
        (date(2019, 1, 1), date(2019, 3, 30)),
        (date(2019, 4, 1), date(2019, 3, 31)),
    ],
)
def test_quarters__refuse_what_is_none(start: date, end: date) -> None:
    with pytest.raises(ReleaseError, match="whole quarters"):
        list(quarters(Window("SIM", start, end)))
