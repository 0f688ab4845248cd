"""Numbers, days and spans of time as a language writes them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal

from ingestion.gateway.partner.periods import Period

#: English as the partner cities write it: the day before the month.
_LOCALES = {"en": "en_GB"}


class Writing:
    """One language's way; every method answers "" for None."""

    def __init__(self, language: str) -> None:
        self._locale = _LOCALES.get(language, language)
        self._comma = "، " if language == "ar" else ", "

    def number(self, value: float | None) -> str:
        """12,345."""
        return "" if value is None else format_decimal(value, locale=self._locale)

    def day(self, value: date | None) -> str:
        """1 July 2026."""
        return "" if value is None else format_date(value, "long", locale=self._locale)

    def short_day(self, value: date | None) -> str:
        """1 Jul."""
        return "" if value is None else format_date(value, "d MMM", locale=self._locale)

    def moment(self, value: datetime | None) -> str:
        """1 Jul 2026, 14:05 UTC."""
        if value is None:
            return ""
        shape = f"d MMM y'{self._comma}'HH:mm 'UTC'"
        return format_datetime(value, shape, locale=self._locale)

    def days(self, value: float | None) -> str:
        """3 days, 2 months: days in the unit that fits."""
        if value is None:
            return ""
        return format_timedelta(timedelta(days=round(value)), granularity="day", threshold=1.5, locale=self._locale)

    def period_name(self, name: str) -> str:
        """3rd quarter 2026; a year as it is."""
        period = Period.read(name)
        if period is None or period.precision == "year":
            return name
        return format_date(period.start, "QQQQ y", locale=self._locale)

    def for_templates(self) -> dict[str, Callable[..., Any]]:
        """The methods by their names."""
        names = ("number", "day", "short_day", "moment", "days", "period_name")
        return {name: getattr(self, name) for name in names}
