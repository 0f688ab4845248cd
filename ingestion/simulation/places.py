"""The partner cities as the simulated world knows them: clocks, market days, money, size, what they mostly do."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class City:
    """`market_day` counts from Monday = 0; `size` is relative; `leaning` multiplies the usual mix of activities."""

    code: str
    country: str
    zone: str
    currency: str
    market_day: int
    size: float
    points: tuple[str, ...]
    leaning: dict[str, float] = field(default_factory=dict)

    @property
    def slug(self) -> str:
        """Name of the city in sources and record ids."""
        return self.code.lower()

    @cached_property
    def clock(self) -> ZoneInfo:
        """Time zone of the city."""
        return ZoneInfo(self.zone)


def _city(
    code: str, country: str, market_day: int, size: float, points: str, leaning: dict[str, float] | None = None
) -> City:
    zone, currency = _COUNTRIES[country]
    return City(code, country, zone, currency, market_day, size, tuple(points.split("|")), leaning or {})


_COUNTRIES = {
    "ET": ("Africa/Addis_Ababa", "ETB"),
    "KE": ("Africa/Nairobi", "KES"),
    "UG": ("Africa/Kampala", "UGX"),
    "TN": ("Africa/Tunis", "TND"),
    "GT": ("America/Guatemala", "GTQ"),
    "SO": ("Africa/Mogadishu", "SOS"),
}

_ALL = [
    _city("ADAMA", "ET", 3, 10, "bus station|resource centre|rail terminal", {"registration": 2.0, "clinic": 1.5}),
    _city("JIGJIGA", "ET", 5, 7, "eastern gate|airport road", {"commitment": 2.0}),
    _city("KAKUMA-KALOBEYEI", "KE", 1, 12, "reception centre|Kalobeyei village 1|Kakuma 3 gate", {"arrival": 2.0}),
    _city("ARUA", "UG", 4, 12, "main bus park|Ediofe junction", {"household": 2.5, "clinic": 1.5}),
    _city("JINJA", "UG", 2, 8, "source road|railway station", {"training": 2.0}),
    _city("KAIROUAN", "TN", 0, 5, "medina gate|louage station", {"proposal": 3.0}),
    _city("JENDOUBA", "TN", 2, 3, "louage station", {"proposal": 3.0}),
    _city("AMATITLAN", "GT", 6, 6, "lake road|central market", {"service": 1.5}),
    _city("SAN-MARCOS", "GT", 1, 9, "terminal|border road", {"advisory": 4.0}),
    _city("KOBOKO", "UG", 0, 5, "border post|town council", {"household": 2.0}),
    _city("MEDENINE", "TN", 6, 3, "louage station"),
    _city("TATAOUINE", "TN", 0, 2, "southern road"),
    _city("GABILEY", "SO", 3, 2, "market square", {"commitment": 5.0}),
    _city("BORAMA", "SO", 0, 2, "north gate", {"commitment": 5.0}),
    _city("BISHOFTU", "ET", 5, 3, "lake junction"),
    _city("DUKEM", "ET", 1, 2, "industrial park"),
    _city("MODJO", "ET", 3, 2, "dry port"),
]

CITIES: dict[str, City] = {city.code: city for city in _ALL}
