"""Find in free text what points at a person: telephone numbers, e-mail addresses, identity numbers, exact positions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ingestion.contracts.registry import Contract
from ingestion.gateway.refusal import PERSONAL_DATA, Refusal, pointer_of
from ingestion.words import _t

_EMAIL = re.compile(r"[^\s@,;<>()]{1,64}@[^\s@,;<>()]{1,250}\.[^\W\d_]{2,24}")
_POSITION = re.compile(r"-?\d{1,3}\.\d{4,}\s*[,;/ ]\s*-?\d{1,3}\.\d{4,}")
_MANY_DIGITS = re.compile(r"\d(?:[ ().\-/+]{0,3}\d){6}")
_IDENTITY = re.compile(
    r"\bC[MF][0-9A-Z]{12}\b"  # Uganda's national identification number
    r"|\b[A-Z]{3}-?\d{2}-?[C]?\d{5,8}\b"  # UNHCR's individual and case numbers
    r"|\b\d{3}-\d{2}C\d{5}\b"
    r"|\b[A-Z]{1,2}\d{7,9}\b"  # passports
    r"|\b\d{4}[ -]\d{5}[ -]\d{4}\b"  # Guatemala's CUI
    r"|\b\d{4}[ -]\d{4}[ -]\d{4}(?:[ -]\d{4})?\b"  # Ethiopia's Fayda
)
_LONG_NUMBER = re.compile(r"(?<![\d.,])\d{8,}(?![\d]|[.,]\d)")
#: Days, and spans of years: in some countries eight digits are a telephone number.
_DATE = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d[-/.]?(?:0[1-9]|1[0-2])[-/.]?(?:0[1-9]|[12]\d|3[01])"
    r"|(?:19|20)\d\d\s?[-/–]\s?(?:19|20)\d\d)(?!\d)"
)
#: A telephone number that stands for a record: +251..., never a plain counter.
_INTERNATIONAL = re.compile(r"\+\d[\d -]{7,}")

_EMAIL_SAID = _t("{name} holds what looks like an e-mail address: leave it out, and write no names or contacts.")
_PHONE_SAID = _t("{name} holds what looks like a telephone number: leave it out, and write no names or contacts.")
_IDENTITY_SAID = _t(
    "{name} holds what looks like the number of an identity document: leave it out. "
    "If it is a quantity, write it in words or with separators."
)
_POSITION_SAID = _t("{name} holds what looks like an exact position: name the place instead.")


def screen(data: dict[str, Any], contract: Contract, country: str | None) -> Refusal | None:
    """A refusal if a free text of `data` (x-corridor-free-text) points at a person; it never repeats the text.

    `country` (ISO 3166 alpha-2) tells how telephone numbers are written without their international prefix.
    """
    for path in contract.free_texts:
        for where, text in _texts(data, path, ()):
            said = trace_of_a_person(text, country)
            if said is not None:
                return Refusal(PERSONAL_DATA, pointer_of(["data", *where]), said, {"name": str(path[-1])})
    return None


def screen_record_id(name: str, text: str) -> Refusal | None:
    """A refusal if a record's id is an e-mail address or an international telephone number."""
    if "@" in text and _EMAIL.search(text):
        return Refusal(PERSONAL_DATA, f"/{name}", _EMAIL_SAID, {"name": name})
    if "+" in text and _INTERNATIONAL.search(text):
        return Refusal(PERSONAL_DATA, f"/{name}", _PHONE_SAID, {"name": name})
    return None


def trace_of_a_person(text: str, country: str | None) -> str | None:
    """The English sentence about what was found in `text`, or None."""
    if "@" in text and _EMAIL.search(text):
        return _EMAIL_SAID
    text = _DATE.sub("·", text)
    if _MANY_DIGITS.search(text) is None:  # nearly every text: nothing below is shorter than seven digits
        return _IDENTITY_SAID if _IDENTITY.search(text) else None
    if _POSITION.search(text):
        return _POSITION_SAID
    if _holds_phone(text, country):
        return _PHONE_SAID
    return _IDENTITY_SAID if _IDENTITY.search(text) or _LONG_NUMBER.search(text) else None


def _holds_phone(text: str, country: str | None) -> bool:
    from phonenumbers import PhoneNumberMatcher

    return PhoneNumberMatcher(text[:20_000], country).has_next()


def _texts(value: Any, path: tuple[str, ...], where: tuple[str | int, ...]) -> Iterator[tuple[list[str | int], str]]:
    """The texts at `path` within parsed JSON; "*" stands for every member of a list."""
    if isinstance(value, str) and not path:
        yield list(where), value
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _texts(item, path[1:] if path[:1] == ("*",) else path, (*where, place))
    elif isinstance(value, dict) and path and path[0] in value:
        yield from _texts(value[path[0]], path[1:], (*where, path[0]))
