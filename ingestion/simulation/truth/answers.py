"""All cells that must be published for a world: numbers, shares, what is hidden, targets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from ingestion.simulation.facts import Target
from ingestion.simulation.truth import rules, tallies
from ingestion.simulation.truth.cells import Cell, ExpectedCell
from ingestion.simulation.truth.small_cells import (
    apart,
    hidden_cells,
    sums_of_breakdowns,
    sums_of_places,
    sums_of_time,
    with_empty_parts,
)
from ingestion.simulation.truth.to_date import contacts_to_date, people_to_date, split
from ingestion.simulation.world import World

#: What a cell says that does not show its number; whether it is small itself is not told.
HIDDEN = "complementary"


def expected_cells(world: World) -> list[ExpectedCell]:
    """Every published cell, sorted; a number of zero has no cell, a share of nothing neither."""
    standing = [(record.city, record.standing) for record in world.records if record.standing is not None]
    return _with_targets(sorted(_all(standing), key=_order), world.targets)


def _all(standing: list[tallies.Standing]) -> Iterator[ExpectedCell]:
    for code, rule in rules.DISTINCT.items():
        yield from _counted(code, tallies.distinct(standing, rule), rule.threshold, over_time=False)
    for code, rule in rules.CONTACTS.items():
        yield from _counted(code, tallies.contacts(standing, rule), rule.threshold, over_time=True)
    yield from _counted(rules.ARRIVALS, tallies.arrivals(standing), rules.USUAL_THRESHOLD, over_time=True)
    yield from _counted(rules.PROPOSALS_SUBMITTED, tallies.proposals(standing), None, over_time=True)
    for funder, numbers in tallies.proposals_funded(standing).items():
        yield from _counted(rules.PROPOSALS_FUNDED, numbers, None, over_time=True, funder=funder)
    usd = tallies.funding(standing)
    yield from _counted(rules.FUNDING, usd, None, over_time=True)
    yield from _shares(rules.CITY_SHARE, tallies.city_share(usd), None)
    yield from _shares(rules.FEMALE_SHARE, tallies.female_share(standing), rules.USUAL_THRESHOLD)


def _counted(
    indicator: str, numbers: tallies.Numbers, threshold: int | None, over_time: bool, funder: str | None = None
) -> Iterator[ExpectedCell]:
    hidden: set[Cell] = set()
    if threshold is not None:
        shorter, phases = split(numbers)
        parts = list(apart(with_empty_parts(shorter, threshold, over_time), over_time))
        for cells in parts:
            sums = [*sums_of_breakdowns(cells), *sums_of_places(cells), *(sums_of_time(cells) if over_time else ())]
            hidden |= hidden_cells(cells, sums, threshold)
        to_date, gone = contacts_to_date(phases, hidden) if over_time else people_to_date(phases, shorter, hidden)
        parts.append(to_date)
        hidden |= gone
        numbers = {cell: number for cells in parts for cell, number in cells.items()}
    for cell, number in numbers.items():
        if cell in hidden:
            yield ExpectedCell(indicator, funder, cell, None, suppression=HIDDEN)
        elif number:
            yield ExpectedCell(indicator, funder, cell, number)


def _shares(indicator: str, share: tallies.Share, threshold: int | None) -> Iterator[ExpectedCell]:
    """Percentages. A share is hidden where its part, its rest or its whole would have to be."""
    # Shares of people are not made to date.
    wholes = share.whole if threshold is None else split(share.whole)[0]
    hidden = set() if threshold is None else _hidden_shares(tallies.Share(share.part, wholes), threshold)
    for cell, whole in wholes.items():
        part = share.part[cell]
        if cell in hidden:
            yield ExpectedCell(indicator, None, cell, None, suppression=HIDDEN)
        else:
            percent = (100 * part / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)
            yield ExpectedCell(indicator, None, cell, percent, part, whole)


def _hidden_shares(share: tallies.Share, threshold: int) -> set[Cell]:
    hidden: set[Cell] = set()
    for wholes in apart(share.whole, over_time=False):
        numbers: tallies.Numbers = {}
        triples = []
        for cell, whole in wholes.items():
            part, rest = (cell._replace(dimension="share", value=name) for name in ("1 part", "2 rest"))
            numbers |= {cell: whole, part: share.part[cell], rest: whole - share.part[cell]}
            triples.append((cell, part, rest))
        sums = [*((whole, tuple(parts)) for whole, *parts in triples), *sums_of_places(numbers)]
        together = {cell: triple for triple in triples for cell in triple}
        hidden |= hidden_cells(numbers, sums, threshold, together) & wholes.keys()
    return hidden


def _with_targets(cells: list[ExpectedCell], targets: list[Target]) -> list[ExpectedCell]:
    """Targets beside the yearly totals they speak about, and alone where nothing happened."""
    wanted: dict[tuple[str, str | None, Cell], Decimal] = {}
    for target in targets:
        cell = Cell(target.level, target.place, date(target.year, 1, 1), "year")
        wanted[target.indicator, None, cell] = target.values[-1]
    found = []
    for expected in cells:
        value = wanted.pop((expected.indicator, expected.funder, expected.cell), None)
        if value is not None:
            expected = replace(expected, target=value, achievement=_ratio(expected, value))
        found.append(expected)
    found += [ExpectedCell(code, funder, cell, None, target=value) for (code, funder, cell), value in wanted.items()]
    return sorted(found, key=_order)


def _ratio(expected: ExpectedCell, target: Decimal) -> Decimal | None:
    if expected.actual is None:
        return None
    return (expected.actual / target).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def _order(expected: ExpectedCell) -> tuple[str, str, str, str, bytes]:
    cell = expected.cell
    return expected.indicator, expected.funder or "", cell.level, cell.place, cell.order_key
