"""The small-cell rule, written a second time and as plainly as possible, to check the warehouse against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

#: A place and the sums that it is part of, each by a name and the place that it adds up to.
PLACES = {
    "ADAMA": [("cities", "ET"), ("cities", "COR-ETHIOPIAN-ECONOMIC")],
    "JIGJIGA": [("cities", "ET"), ("outside", "ET"), ("cities", "JS-JINJA-JIGJIGA")],
    "COR-ETHIOPIAN-ECONOMIC": [("outside", "ET")],
    "ARUA": [("cities", "UG"), ("cities", "COR-WEST-NILE")],
    "KOBOKO": [("cities", "UG"), ("cities", "COR-WEST-NILE")],
    "JINJA": [("cities", "UG"), ("outside", "UG"), ("cities", "JS-JINJA-JIGJIGA")],
    "COR-WEST-NILE": [("outside", "UG")],
    "ET": [("countries", "HORN-OF-AFRICA"), ("countries", "SIM")],
    "UG": [("countries", "HORN-OF-AFRICA"), ("countries", "SIM")],
    "HORN-OF-AFRICA": [("regions", "SIM")],
}


class Key(NamedTuple):
    """Place, period and part of a number."""

    place: str
    start: date
    precision: str
    dimension: str
    value: str

    @property
    def order(self) -> bytes:
        return "/".join((self.place, str(self.start), self.precision, self.dimension, self.value)).encode()


def hidden(numbers: Mapping[Key, Decimal], threshold: int, over_time: bool) -> set[Key]:
    """What must be hidden of the numbers of one indicator in the programme SIM; empty parts among it."""
    small = {key for key, number in numbers.items() if 0 < number < threshold}
    judged = dict(numbers)
    for key in _empty(numbers, {_component(key, over_time) for key in small}, over_time):
        judged[key] = Decimal(0)
    sums = _sums(judged, over_time)
    out = set(small)
    while picks := set().union(*(_pick(judged, out, threshold, parent, children) for parent, children in sums)) - out:
        out |= picks
    return out


def _component(key: Key, over_time: bool) -> tuple[object, ...]:
    return (key.start.year,) if over_time else (key.start, key.precision)


def _empty(numbers: Mapping[Key, Decimal], components: set[tuple[object, ...]], over_time: bool) -> set[Key]:
    totals = {k for k in numbers if k.dimension == "total" and _component(k, over_time) in components}
    parts = {(k.start, k.precision, k.dimension, k.value) for k in numbers if k.dimension not in ("total", "share")}
    possible = {
        total._replace(dimension=dimension, value=value)
        for total in totals
        for start, precision, dimension, value in parts
        if (start, precision) == (total.start, total.precision)
    }
    if over_time:  # a part that no month of a year can have is empty in the year, as everybody knows
        longer = {up for k in possible if k.precision == "month" for up in (_up(k), _up(_up(k)))}
        possible = {k for k in possible if k.precision == "month" or k in longer}
    return possible - set(numbers)


def _pick(numbers: Mapping[Key, Decimal], out: set[Key], threshold: int, parent: Key, children: list[Key]) -> set[Key]:
    gone = [child for child in children if child in out]
    shown = sorted((child for child in children if child not in out), key=lambda c: (numbers[c], c.order))
    if parent in out:
        return set(shown[:1]) if not gone else set()
    if gone and (len(gone) < 2 or sum(numbers[child] for child in gone) < threshold):
        return {shown[0] if shown else parent}
    return set()


def _sums(numbers: Mapping[Key, Decimal], over_time: bool) -> list[tuple[Key, list[Key]]]:
    found: dict[tuple[str, Key], list[Key]] = defaultdict(list)
    for key in numbers:
        for name, parent in _parents(key, over_time):
            found[name, parent].append(key)
    return [(parent, children) for (_, parent), children in found.items()]


def _parents(key: Key, over_time: bool) -> list[tuple[str, Key]]:
    parents = []
    if key.dimension == "sex_age":
        sex, age = key.value.split("|")
        parents += [("sex", key._replace(dimension="sex", value=sex))]
        parents += [("age", key._replace(dimension="age_band", value=age))]
    elif key.dimension != "total":
        parents += [(key.dimension, key._replace(dimension="total", value="total"))]
    parents += [(name, key._replace(place=place)) for name, place in PLACES.get(key.place, [])]
    if over_time and key.precision != "year":
        parents += [(key.precision, _up(key))]
    return parents


def _up(key: Key) -> Key:
    if key.precision == "month":
        return key._replace(start=date(key.start.year, 3 * ((key.start.month - 1) // 3) + 1, 1), precision="quarter")
    return key._replace(start=date(key.start.year, 1, 1), precision="year")
