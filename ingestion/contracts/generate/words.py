"""What templates and forms say to those who fill them in, in four languages."""

from __future__ import annotations

from typing import Any

from ingestion.contracts.columns import Column, Kind
from ingestion.contracts.labels import code_label as code_label
from ingestion.contracts.labels import label as label
from ingestion.contracts.registry import Contract
from ingestion.words import _t, say

KINDS: dict[Kind, str] = {
    "text": _t("text"),
    "integer": _t("whole number"),
    "number": _t("number"),
    "boolean": _t("yes or no"),
    "date": _t("date, such as 2026-03-01"),
    "time": _t("date, or date and time"),
    "list": _t("codes with ; between them"),
}
_CODE = _t("a code of the list")
_BETWEEN = _t("from {low} to {high}")
_USUALLY = _t("usually from {low} to {high}")
UNITS = {
    "hours": _t("hours"),
    "minutes": _t("minutes"),
    "days": _t("days"),
    "kg": _t("kilograms"),
    "people": _t("people"),
    "percent": _t("percent"),
    "visits": _t("visits"),
    "households": _t("households"),
    "months": _t("months"),
    "loans": _t("loans"),
    "GB": _t("gigabytes"),
}


def kind_words(column: Column, language: str) -> str:
    """What a cell of the column holds, with its bounds and unit."""
    parts = [say(language, _CODE if column.enum and column.kind != "list" else KINDS[column.kind])]
    low, high = bounds(column)
    if low is not None and high is not None:
        parts.append(say(language, _BETWEEN, low=plain(low), high=plain(high)))
    if column.plausible is not None:
        parts.append(say(language, _USUALLY, low=plain(column.plausible[0]), high=plain(column.plausible[1])))
    if column.unit is not None:
        parts.append(say(language, UNITS.get(column.unit, column.unit)))
    return ("، " if language == "ar" else ", ").join(parts)


def bounds(column: Column) -> tuple[float | None, float | None]:
    """Least and greatest value, if the column holds numbers."""
    if column.kind not in ("integer", "number"):
        return None, None
    low = column.definition.get("minimum", column.definition.get("exclusiveMinimum"))
    return low, column.definition.get("maximum")


def plain(number: float) -> str:
    """A number as people write it: 1000000000, not 1e+09."""
    return str(int(number)) if float(number).is_integer() else str(number)


def told(contract: Contract, language: str) -> list[str]:
    """The paragraphs of the description in a language (English if there is none), without marks and without example."""
    path = contract.folder / ("description.md" if language == "en" else f"description.{language}.md")
    text: str = path.read_text(encoding="utf-8") if path.exists() else contract.description
    paragraphs = [part.strip().replace("**", "").replace("`", "") for part in text.split("\n\n")]
    return [part for part in paragraphs if part and "](" not in part]


def words_of(value: Any, kind: Kind) -> str:
    """An example's value as a cell of a column of that kind holds it."""
    if kind == "time" and isinstance(value, str):
        return value[:16].replace("T", " ")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ";".join(str(item) for item in value)
    return "" if value is None else str(value)
