"""From an answer as KoboToolbox writes it to the value of a field.

Nothing is refused here and nothing is guessed: what cannot be read as the field wants it stays as it came, so that the
contract refuses it with its own sentence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ingestion.contracts.columns import LIST_SEPARATOR, Column
from ingestion.kobo.time_zones import time_zones

_INTEGER = re.compile(r"[+-]?\d{1,18}")
_NUMBER = re.compile(r"[+-]?\d{1,18}(\.\d{1,12})?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2}(?:\.\d{1,9})?)?(Z|[+-]\d{2}(?::?\d{2})?)?", re.IGNORECASE
)
_BAND = re.compile(r"(\d+)-(\d+)|(\d+)\+")
_TRUTH = {"yes": True, "true": True, "1": True, "ok": True, "no": False, "false": False, "0": False}


def value_of(column: Column, answer: Any, city: str | None) -> Any:
    """The value of a field from an answer that is given."""
    if not isinstance(answer, str):
        return answer
    text = answer.strip()
    if column.nullable and text == "null":
        return None
    if column.kind == "integer" and _INTEGER.fullmatch(text):
        return int(text)
    if column.kind == "number" and _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    if column.kind == "boolean":
        return _TRUTH.get(text.lower(), text)
    if column.kind == "list":
        return codes_of(text)
    if column.kind == "date" and _TIME.fullmatch(text):
        return text[:10]
    if column.kind == "time":
        return time_of(text, city)[0]
    return text


def codes_of(text: str) -> list[str]:
    """The codes of a select_multiple (spaces between them) or of a text (`;` between them), each once."""
    parts = text.split(LIST_SEPARATOR) if LIST_SEPARATOR in text else text.split()
    return list(dict.fromkeys(part.strip() for part in parts if part.strip()))


def choose(answer: Any, choices: Mapping[str, str], is_list: bool) -> Any:
    """The answer with our codes for the form's; None if nothing is left of it."""
    if not isinstance(answer, str):
        return answer
    if not is_list:
        return choices.get(answer.strip(), answer) or None
    kept = [choices.get(code, code) for code in codes_of(answer)]
    return LIST_SEPARATOR.join(code for code in kept if code) or None


def age_band(answer: Any, bands: Sequence[str]) -> Any:
    """The band of an age in completed years; the answer itself if it is no age."""
    text = str(answer).strip()
    if _INTEGER.fullmatch(text) and 0 <= int(text) <= 130:
        for band in bands:
            found = _BAND.fullmatch(band)
            if found is None:
                continue
            low, high, from_ = found.groups()
            if int(from_ or low) <= int(text) <= int(high or text):
                return band
    return answer


def time_of(answer: Any, city: str | None, *, utc: bool = False) -> tuple[Any, str | None]:
    """RFC 3339 and its precision (None: second) of a time; a time without offset is the city's, or UTC."""
    text = answer.strip() if isinstance(answer, str) else answer
    if not isinstance(text, str):
        return text, None
    zone = ZoneInfo(time_zones().get(city or "", "Etc/UTC") if not utc else "Etc/UTC")
    try:
        if _DATE.fullmatch(text):
            return datetime.fromisoformat(text).replace(tzinfo=zone).isoformat(), "day"
        found = _TIME.fullmatch(text)
        if found is None:
            return text, None
        day, minute, second, offset = found.groups()
        whole = f"{day}T{minute}{second or ':00'}"
        if offset is None:
            local = datetime.fromisoformat(whole[:19]).replace(tzinfo=zone)
            return f"{whole}{local.strftime('%z')[:3]}:{local.strftime('%z')[3:]}", None
    except (ValueError, OverflowError):
        return text, None
    return f"{whole}{_full_offset(offset)}", None


def _full_offset(offset: str) -> str:
    """`+03` and `+0300` are written +03:00 in RFC 3339."""
    if offset in "Zz":
        return "Z"
    return f"{offset[:3]}:{offset[3:].lstrip(':') or '00'}"
