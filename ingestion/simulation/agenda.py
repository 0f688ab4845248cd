"""Nobody is at two places in one second: keeps the times of one person or household apart."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random

from ingestion.simulation.places import City


class Agenda:
    """Times taken so far. Which fact of a period is a person's latest is then never a matter of chance."""

    def __init__(self) -> None:
        self._taken: set[tuple[str, str, datetime]] = set()

    def take(self, city: City, card: str, at: datetime) -> datetime:
        """The first free second from `at` on for this card of this city, in the city's time zone."""
        instant = at.astimezone(UTC)
        while (city.code, card, instant) in self._taken:
            instant += timedelta(seconds=1)
        self._taken.add((city.code, card, instant))
        return instant.astimezone(city.clock)


def moment(rng: Random, city: City, day: date, opens: int = 8, closes: int = 17) -> datetime:
    """A second of the day between two full hours (0 to 24) of the city's clock."""
    second = rng.randrange(opens * 3600, closes * 3600)
    return datetime.combine(day, time(second // 3600, second // 60 % 60, second % 60), city.clock)


def day_start(city: City, day: date, hour: int = 0) -> datetime:
    """A full hour of the day on the city's clock."""
    return datetime.combine(day, time(hour), city.clock)
