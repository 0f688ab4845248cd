"""Before anything is hidden, parts add up to their totals at every level, and money is converted or left out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from ingestion.simulation.facts import Commitment
from ingestion.simulation.simulation import Simulation
from ingestion.simulation.truth import rates, rules, tallies
from ingestion.simulation.truth.cells import Cell
from ingestion.simulation.truth.small_cells import sums_of_breakdowns, sums_of_places, sums_of_time


def _standing(simulation: Simulation) -> list[tallies.Standing]:
    return [(record.city, record.standing) for record in simulation.world.records if record.standing]


#: The world of these tests ends before the second version of the simulated framework begins.
LATER = "SIMF-2:"
CODES = [code for code in (*rules.DISTINCT, *rules.CONTACTS) if not code.startswith(LATER)]


@pytest.mark.parametrize("code", CODES)
def test_parts__add_up(faulty: Simulation, code: str) -> None:
    count = tallies.distinct if code in rules.DISTINCT else tallies.contacts
    numbers = count(_standing(faulty), (rules.DISTINCT | rules.CONTACTS)[code])
    equations = [*sums_of_breakdowns(numbers), *sums_of_places(numbers)]
    if code in rules.CONTACTS:
        equations += sums_of_time(numbers)
    assert numbers
    for parent, children in equations:
        assert numbers[parent] == sum(numbers[child] for child in children)


def test_people_of_a_year__are_fewer_than_those_of_its_months(faulty: Simulation) -> None:
    numbers = tallies.distinct(_standing(faulty), rules.DISTINCT["CM-O2-05"])
    total = Cell("programme", "SIM", date(2018, 1, 1), "year")
    months = [numbers[total._replace(start=date(2018, month, 1), precision="month")] for month in (6, 7)]
    assert max(months) < numbers[total] < sum(months)


def test_money__of_a_month_without_a_rate_is_left_out(faulty: Simulation) -> None:
    somali = [
        fact
        for city, fact in _standing(faulty)
        if city in ("GABILEY", "BORAMA") and isinstance(fact, Commitment) and fact.currency == "SOS"
    ]
    assert {fact.at.month for fact in somali} == {6, 7}
    usd = tallies.funding(_standing(faulty))
    july = sum(n for cell, n in usd.items() if cell.place == "SO" and cell.start == date(2018, 7, 1))
    others = [
        fact
        for city, fact in _standing(faulty)
        if city in ("GABILEY", "BORAMA")
        and isinstance(fact, Commitment)
        and fact.currency != "SOS"
        and fact.at.month == 7
    ]
    assert (july > 0) == bool(others)


def test_rates__are_known_until_their_series_ends() -> None:
    assert rates.rate_per_usd("USD", date(2031, 1, 1)) == 1
    assert rates.rate_per_usd("SOS", date(2018, 6, 30)) == Decimal("24305.0")
    assert rates.rate_per_usd("SOS", date(2018, 7, 1)) is None
    assert rates.rate_per_usd("ETB", date(2021, 1, 1)) is None
    assert rates.rate_per_usd("EUR", date(2018, 1, 31)) == Decimal("0.802761499558481")


def test_city_share__is_part_of_the_whole(faulty: Simulation) -> None:
    share = tallies.city_share(tallies.funding(_standing(faulty)))
    assert share.whole
    assert all(0 <= share.part[cell] <= whole for cell, whole in share.whole.items())
