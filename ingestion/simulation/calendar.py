"""How busy a city is on a day: market days, days of rest, public holidays, seasons."""

from __future__ import annotations

from datetime import date

from ingestion.simulation.places import City

_REST = {"ET": {6: 0.3, 5: 0.8}, "KE": {6: 0.3}, "UG": {6: 0.3}, "TN": {5: 0.5, 6: 0.3}, "GT": {6: 0.4}, "SO": {4: 0.3}}
#: Month and day; feasts that move are left out, the world does not need them.
_HOLIDAYS = {
    "ET": {(1, 7), (1, 19), (3, 2), (5, 1), (5, 5), (5, 28), (9, 11), (9, 27)},
    "KE": {(1, 1), (5, 1), (6, 1), (10, 10), (10, 20), (12, 12), (12, 25), (12, 26)},
    "UG": {(1, 1), (1, 26), (2, 16), (3, 8), (5, 1), (6, 3), (6, 9), (10, 9), (12, 25), (12, 26)},
    "TN": {(1, 1), (1, 14), (3, 20), (4, 9), (5, 1), (7, 25), (8, 13), (10, 15)},
    "GT": {(1, 1), (5, 1), (6, 30), (9, 15), (10, 20), (11, 1), (12, 25)},
    "SO": {(1, 1), (5, 1), (6, 26), (7, 1)},
}
#: Harvest and heavy rain keep people at home; the months before planting bring them to town.
_SEASON = {
    "ET": (1.2, 1.2, 1.1, 1.0, 0.9, 0.8, 0.7, 0.7, 0.9, 1.0, 1.1, 1.2),
    "KE": (1.1, 1.1, 0.9, 0.7, 0.8, 1.0, 1.2, 1.2, 1.1, 0.9, 0.8, 1.0),
    "UG": (1.1, 1.1, 0.9, 0.8, 0.8, 1.0, 1.2, 1.1, 0.9, 0.8, 0.8, 1.1),
    "TN": (0.8, 0.9, 1.0, 1.1, 1.1, 1.2, 1.3, 1.2, 1.1, 1.0, 0.8, 0.7),
    "GT": (1.2, 1.2, 1.1, 1.0, 0.8, 0.8, 0.9, 0.9, 0.8, 0.8, 1.1, 1.3),
    "SO": (1.0, 1.1, 1.0, 0.8, 0.8, 1.0, 1.1, 1.2, 1.1, 0.9, 0.9, 1.0),
}


def activity(city: City, day: date) -> float:
    """Relative number of records that the city makes on this day."""
    level = city.size * _SEASON[city.country][day.month - 1]
    level *= _REST[city.country].get(day.weekday(), 1.0)
    if day.weekday() == city.market_day:
        level *= 1.6
    if (day.month, day.day) in _HOLIDAYS[city.country]:
        level *= 0.15
    return level
