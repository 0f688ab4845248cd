"""Count the world: city by city from its records, then countries and the programme as sums of their cities."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

from ingestion.simulation.facts import ArrivalCount, Commitment, Fact, PersonFact, Proposal, ProposalFunding
from ingestion.simulation.truth.cells import Cell, periods
from ingestion.simulation.truth.geography import containers
from ingestion.simulation.truth.rates import rate_per_usd
from ingestion.simulation.truth.rules import Rule, breakdowns, card_of

#: City of a record and what is true of it in the end.
Standing = tuple[str, Fact]
Numbers = dict[Cell, Decimal]


class Share(NamedTuple):
    """A part of a whole; both are sums of the cities'."""

    part: Numbers
    whole: Numbers


def distinct(standing: Iterable[Standing], rule: Rule) -> Numbers:
    """People (or households) per cell, each under the last included note of the place and period."""
    counts: Counter[Cell] = Counter()
    for (city, start, precision), facts in _latest(standing, rule).items():
        for fact in facts:
            counts.update(Cell("city", city, start, precision, *dims) for dims in breakdowns(fact))
    return _numbers(counts)


def contacts(standing: Iterable[Standing], rule: Rule) -> Numbers:
    """Facts per cell, each under its own note."""
    counts: Counter[Cell] = Counter()
    for city, fact in standing:
        if rule.includes(fact):
            for start, precision in periods(fact.at.date()):
                counts.update(Cell("city", city, start, precision, *dims) for dims in breakdowns(fact))
    return _numbers(counts)


def arrivals(standing: Iterable[Standing]) -> Numbers:
    """People counted on their way in."""
    return _sums(
        (city, fact.at.date(), Decimal(fact.count), ())
        for city, fact in standing
        if isinstance(fact, ArrivalCount) and fact.direction == "in"
    )


def proposals(standing: Iterable[Standing]) -> Numbers:
    """Proposals submitted."""
    return _sums((city, fact.at.date(), Decimal(1), ()) for city, fact in standing if isinstance(fact, Proposal))


def proposals_funded(standing: Iterable[Standing]) -> dict[str | None, Numbers]:
    """Yeses to proposals, by who gave them; under None those of all funders."""
    found = [(city, fact) for city, fact in standing if isinstance(fact, ProposalFunding)]
    names: list[str | None] = [None, *sorted({fact.funder for _, fact in found})]
    return {
        name: _sums((city, fact.at.date(), Decimal(1), ()) for city, fact in found if name in (None, fact.funder))
        for name in names
    }


def funding(standing: Iterable[Standing]) -> Numbers:
    """US dollars committed; amounts of months without a rate are left out."""
    rows = []
    for city, fact in standing:
        if isinstance(fact, Commitment):
            rate = rate_per_usd(fact.currency, fact.at.date())
            if rate is not None:
                usd = (fact.amount / rate).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
                rows.append((city, fact.at.date(), usd, (("funding_source", fact.source),)))
    return _sums(rows)


def city_share(usd: Numbers) -> Share:
    """What cities commit themselves, of all that is committed."""
    whole = {cell: number for cell, number in usd.items() if cell.dimension == "total"}
    own = {cell._replace(dimension="total", value="total"): n for cell, n in usd.items() if cell.value == "city"}
    return Share({cell: own.get(cell, Decimal(0)) for cell in whole}, whole)


def female_share(standing: Iterable[Standing]) -> Share:
    """Women among the people of all activities whose sex is known."""
    part: Counter[Cell] = Counter()
    whole: Counter[Cell] = Counter()
    anybody = Rule(lambda fact: isinstance(fact, PersonFact), None)
    for (city, start, precision), facts in _latest(standing, anybody).items():
        sexes = [fact.noted.sex for fact in facts if isinstance(fact, PersonFact)]
        cell = Cell("city", city, start, precision)
        whole[cell] += sum(sex in ("female", "male", "other") for sex in sexes)
        part[cell] += sexes.count("female")
    wholes = _numbers(whole)
    parts = _rolled_up({cell: Decimal(part[cell]) for cell in whole})
    return Share({cell: parts[cell] for cell in wholes}, wholes)


def _latest(standing: Iterable[Standing], rule: Rule) -> Mapping[tuple[str, date, str], Iterable[Fact]]:
    found: dict[tuple[str, date, str], dict[str, Fact]] = defaultdict(dict)
    for city, fact in standing:
        if rule.includes(fact):
            for start, precision in periods(fact.at.date()):
                known = found[city, start, precision]
                card = card_of(fact)
                assert card not in known or known[card].at != fact.at, "the world gave one person two facts at once"
                if card not in known or known[card].at < fact.at:
                    known[card] = fact
    return {key: known.values() for key, known in found.items()}


def _sums(rows: Iterable[tuple[str, date, Decimal, tuple[tuple[str, str], ...]]]) -> Numbers:
    totals: dict[Cell, Decimal] = defaultdict(Decimal)
    for city, day, number, dims in rows:
        for start, precision in periods(day):
            for dimension in (("total", "total"), *dims):
                totals[Cell("city", city, start, precision, *dimension)] += number
    return _numbers(totals)


def _numbers(city_cells: Mapping[Cell, int] | Mapping[Cell, Decimal]) -> Numbers:
    rolled = _rolled_up({cell: Decimal(number) for cell, number in city_cells.items()})
    return {cell: number for cell, number in rolled.items() if number}


def _rolled_up(city_cells: Numbers) -> Numbers:
    totals: dict[Cell, Decimal] = defaultdict(Decimal)
    for cell, number in city_cells.items():
        for level, place in containers(cell.place):
            totals[cell._replace(level=level, place=place)] += number
    return dict(totals)
