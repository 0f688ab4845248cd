"""What the published rows say together: unknown numbers with their bounds, and the equations between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

#: Everyone who was counted has at least one contact.
PEOPLE_OF_CONTACTS = {"CM-O3-03-V": "CM-O3-03-P", "CM-O2-04": "CM-O2-05"}
OVER_TIME = ("contact", "arrival")
#: Unknowns that only say how far a bound is off.
SLACK = "slack"


#: Of a place, each sum that it is a part of: what tells sums of one total apart, and the place of the total.
Places = Mapping[str, Sequence[tuple[str, str]]]


class Name(NamedTuple):
    """One number of one indicator."""

    indicator: str
    place: str
    start: date
    precision: str
    dimension: str = "total"
    value: str = "total"


@dataclass
class Knowledge:
    """`shown` numbers; `unknown` ones with their bounds; `equations`: terms of unknowns and what they add up to."""

    shown: dict[Name, float] = field(default_factory=dict)
    unknown: dict[Name, tuple[float, float | None]] = field(default_factory=dict)
    equations: list[tuple[dict[Name, int], float]] = field(default_factory=list)
    ends: dict[Name, date] = field(default_factory=dict)


def learn(rows: Iterable[Mapping[str, Any]], places: Places) -> Knowledge:
    """All that follows from rows of results.indicator_results of one programme with computed figures.

    What has no row is zero. A hidden cell may be zero too, unless it is a total.
    """
    known = Knowledge()
    units: dict[str, str] = {}
    for row in rows:
        _note(known, row)
        units[row["indicator_code"]] = row["unit_of_count"]
    sums: dict[tuple[Name, str], list[Name]] = defaultdict(list)
    for name in (*known.shown, *known.unknown):
        for what, total in _totals(name, places, units[name.indicator] in OVER_TIME):
            sums[total, what].append(name)
    for (total, _), parts in sums.items():
        if total in known.shown or total in known.unknown:  # else it is not published, for its places do not add up
            _equate(known, {total: -1, **dict.fromkeys(parts, 1)})
    _learn_to_date(known, units)
    for name in list(known.unknown):
        _compare(known, name)
    return known


def _learn_to_date(known: Knowledge, units: Mapping[str, str]) -> None:
    """Figures to date against their years: contacts add up to them, and people are neither more than all years' nor
    fewer than any year's; people are told to date in all only."""
    phases = {name.start: known.ends[name] for name in known.ends if name.precision == "phase"}
    years: dict[Name, list[Name]] = defaultdict(list)
    for name in (*known.shown, *known.unknown):
        for start, end in phases.items():
            if name.precision == "year" and name.dimension != SLACK and start <= name.start <= end:
                years[name._replace(start=start, precision="phase")].append(name)
    for to_date, parts in years.items():
        is_told = to_date in known.shown or to_date in known.unknown
        if units[to_date.indicator] in OVER_TIME:
            if not is_told:
                known.shown[to_date] = 0.0
            _equate(known, {to_date: -1, **dict.fromkeys(parts, 1)})
        elif is_told and to_date.dimension == "total":
            _bound(known, to_date, parts)


def _bound(known: Knowledge, to_date: Name, years: list[Name]) -> None:
    most = to_date._replace(dimension=SLACK, value="most")
    known.unknown[most] = (0.0, None)
    _equate(known, {to_date: 1, most: 1, **dict.fromkeys(years, -1)})
    for year in years:
        least = to_date._replace(dimension=SLACK, value=f"least {year.start}")
        known.unknown[least] = (0.0, None)
        _equate(known, {to_date: 1, least: -1, year: -1})


def _note(known: Knowledge, row: Mapping[str, Any]) -> None:
    name = Name(
        row["indicator_code"], row["geography_code"], row["period_start"], row["period_precision"],
        row["dimension"], row["dimension_value"],
    )  # fmt: skip
    if name.precision == "phase":
        known.ends[name] = row["period_end"]
    shares = [name._replace(dimension="share", value=value) for value in ("part", "rest")]
    if row["suppression"] == "complementary":
        known.unknown[name] = (float(name.dimension == "total"), None)
        if row["unit_of_count"] == "percent":
            known.unknown |= dict.fromkeys(shares, (0.0, None))
    elif row["suppression"] == "bottom_coded":
        known.unknown[name] = (float(row["actual_low"]), float(row["actual_high"]))
    elif row["denominator"] is not None:
        part, whole = float(row["numerator"]), float(row["denominator"])
        known.shown |= {name: whole, shares[0]: part, shares[1]: whole - part}
    elif row["actual"] is not None:
        known.shown[name] = float(row["actual"])
    for column in ("actual", "numerator"):
        if name in known.unknown and row[column] is not None:
            known.unknown[name] = (float(row[column]), float(row[column]))
    if name in known.unknown and row["achievement"] is not None and row["target"]:
        number = float(row["achievement"]) * float(row["target"])
        known.unknown[name] = (number, number)


def _totals(name: Name, places: Places, over_time: bool) -> list[tuple[str, Name]]:
    found: list[tuple[str, Name]] = []
    if name.dimension == "sex_age":
        sex, age = name.value.split("|")
        found += [("ages", name._replace(dimension="sex", value=sex))]
        found += [("sexes", name._replace(dimension="age_band", value=age))]
    elif name.dimension != "total":
        found += [(name.dimension, name._replace(dimension="total", value="total"))]
    found += [(f"places {what}", name._replace(place=place)) for what, place in places.get(name.place, ())]
    if over_time and name.precision == "month":
        first = name.start.replace(month=name.start.month - (name.start.month - 1) % 3)
        found += [("months", name._replace(start=first, precision="quarter"))]
    if over_time and name.precision == "quarter":
        found += [("quarters", name._replace(start=name.start.replace(month=1), precision="year"))]
    return found


def _equate(known: Knowledge, terms: Mapping[Name, int]) -> None:
    unknown = {name: sign for name, sign in terms.items() if name in known.unknown}
    if unknown:
        constant = -sum(sign * known.shown.get(name, 0.0) for name, sign in terms.items() if name not in unknown)
        known.equations.append((unknown, constant))


def _compare(known: Knowledge, name: Name) -> None:
    """People are not more than their contacts: what is shown of one bounds the other."""
    low, high = known.unknown[name]
    for contacts, people in PEOPLE_OF_CONTACTS.items():
        if name.indicator == people:
            most = known.shown.get(name._replace(indicator=contacts))
            high = high if most is None else min(most, most if high is None else high)
        elif name.indicator == contacts:
            low = max(low, known.shown.get(name._replace(indicator=people), low))
    known.unknown[name] = (low, high)
