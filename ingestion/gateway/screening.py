"""Find in free text what points at a person: telephone numbers, e-mail addresses, identity numbers, exact positions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from ingestion.contracts.registry import Contract
from ingestion.gateway.identifiers import Text
from ingestion.gateway.refusal import PERSONAL_DATA, Refusal, pointer_of
from ingestion.words import _t

_EMAIL = re.compile(r"[^\s@,;<>()]{1,64}@[^\s@,;<>()]{1,250}\.[^\W\d_]{2,24}")
_EMAIL_SPELT = re.compile(r"[(\[{]\s?(?:at|arroba|arobase)\s?[)\]}]", re.IGNORECASE)
_POSITION = re.compile(
    r"\d{1,3}[.,]\d{4,}(?:[\s,;/°NSEWO:=+-]|lat[a-z]*|lon[a-z]*|lng)+\d{1,3}[.,]\d{4,}"
    r"|\d{1,3}\s?°\s?\d{1,2}\s?['′’]\s?\d{1,2}(?:[.,]\d+)?\s?[\"″”]"
    r"|\b[2-9CFGHJMPQRVWX]{8}\+[2-9CFGHJMPQRVWX]{2,3}\b",  # a plus code
    re.IGNORECASE,
)
#: What every exact position holds.
_FINE = re.compile(r"\d[.,]\d{4}|°|\w\+\w")
_MANY_DIGITS = re.compile(r"\d(?:[ ().\-/+]{0,3}\d){6}")
_IDENTITY = re.compile(
    r"\bC[MF][0-9A-Z]{12}\b"  # Uganda's national identification number
    r"|\b[A-Z]{3}-?\d{2}-?[C]?\d{5,8}\b"  # UNHCR's individual and case numbers
    r"|\b\d{3}-\d{2}C\d{5}\b"
    r"|\b[A-Z]{1,2}\d{7,9}\b"  # passports
    r"|\b\d{4}[ -]\d{5}[ -]\d{4}\b"  # Guatemala's CUI
    r"|\b\d{4}[ -]\d{4}[ -]\d{4}(?:[ -]\d{4})?\b"  # Ethiopia's Fayda
)
#: With one of these words a shorter number is a document's too.
_DOCUMENT = re.compile(
    r"\b(?:kitambulisho|alien card|passport|passeport|pasaporte|c[eé]dula|carte d.identit[eé]|national id|CIN|DPI|CUI"
    r"|NIN|Fayda|بطاقة|جواز)\b\D{0,20}\d(?:[ -]?\d){4}",
    re.IGNORECASE,
)
_FIVE_DIGITS = re.compile(r"\d(?:[ -]?C?\d){4}")
_LINK = re.compile(r"https?://\S+")
_LONG_NUMBER = re.compile(r"(?<![\d.,])\d{8,}(?![\d]|[.,]\d)")
#: Days, spans of years, numbers of decrees, DOIs: in some countries eight digits are a telephone number.
_DATE = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d[-/.]?(?:0[1-9]|1[0-2])[-/.]?(?:0[1-9]|[12]\d|3[01])"
    r"|(?:19|20)\d\d\s?[-/–]\s?(?:19|20)\d\d"
    r"|(?:(?:19|20)\d\d[ ,;]+){2,}(?:19|20)\d\d"
    r"|(?<!\d[ -])(?<!-)[1-9]\d{0,2}[-/](?:19|20)\d\d(?!-))(?!\d)"
    r"|\b10\.\d{4,5}/[\w.()/-]+"
)
_NUMBER = r"(?:[1-9]\d{0,2}(?:[ .,\u00a0\u202f]\d{3})+|[1-9]\d{0,11})(?:[.,]\d{1,2})?"
_CURRENCY = (
    r"(?:USD|EUR|CHF|ETB|KES|UGX|TND|SOS|GTQ|DT|Q|KSh|USh|Ksh|Ush|[$€]|[Bb]irr|[Ss]hillings?|[Dd]inars?|[Qq]uetzal(?:es)?"
    r"|[Dd]ollars?|[Dd][oó]lares|[Ee]uros?|دينار|دولار|شلن|ብር)"
)
#: Sums of money, and round numbers in groups of three: in some countries eight digits in groups are a telephone number.
_QUANTITY = re.compile(
    rf"(?<![\w+]){_CURRENCY}\s?{_NUMBER}(?![\d])(?![ .,-]\d)"
    rf"|(?<![\d+.,-])(?<![\d+] ){_NUMBER}\s?{_CURRENCY}(?!\w)"
    r"|(?<![\d+.,-])(?<![\d+] )[1-9]\d{0,2}(?:([ .,\u00a0\u202f])\d{3})*\1?000(?![\d])"
)
#: A telephone number that stands for a record: +251..., never a plain counter.
_INTERNATIONAL = re.compile(r"\+\d[\d -]{7,}")
_DIALLED = re.compile(r"(?<![0-9A-Za-z])0\d{8,9}(?![0-9A-Za-z])", re.ASCII)

#: Without digits, signs and brackets there is no number, address or position; letters beyond ASCII may be digits.
NOTHING = re.compile(r"[A-Za-z\s.,;:!?'\"/_-]*")

_EMAIL_SAID = _t("{name} holds what looks like an e-mail address: leave it out, and write no names or contacts.")
_PHONE_SAID = _t("{name} holds what looks like a telephone number: leave it out, and write no names or contacts.")
_IDENTITY_SAID = _t(
    "{name} holds what looks like the number of an identity document: leave it out. "
    "If it is a quantity, write it in words or with separators."
)
_POSITION_SAID = _t("{name} holds what looks like an exact position: name the place instead.")


def screen(texts: Iterable[Text], country: str | None) -> Refusal | None:
    """A refusal if one of the free texts (x-corridor-free-text) of data points at a person; no text is repeated.

    `country` (ISO 3166 alpha-2) tells how telephone numbers are written without their international prefix.
    """
    for where, text in texts:
        said = trace_of_a_person(text, country)
        if said is not None:
            name = next((part for part in reversed(where) if isinstance(part, str)), "")
            return Refusal(PERSONAL_DATA, pointer_of(["data", *where]), said, {"name": name})
    return None


def screen_references(data: dict[str, Any], contract: Contract, country: str | None) -> Refusal | None:
    """A refusal if what names another record in data is a contact."""
    for name in contract.references:
        text = data.get(name)
        refusal = screen_record_id(name, text, country) if text else None
        if refusal is not None:
            return refusal._replace(pointer=f"/data/{name}")
    return None


def screen_record_id(name: str, text: str, country: str | None = None) -> Refusal | None:
    """A refusal if a record's id is an e-mail address or a telephone number; a counter with zeros before it is none."""
    if "@" in text and _EMAIL.search(text):
        return Refusal(PERSONAL_DATA, f"/{name}", _EMAIL_SAID, {"name": name})
    if ("+" in text and _INTERNATIONAL.search(text)) or ("0" in text and _is_dialled(text, country)):
        return Refusal(PERSONAL_DATA, f"/{name}", _PHONE_SAID, {"name": name})
    return None


def trace_of_a_person(text: str, country: str | None) -> str | None:
    """The English sentence about what was found in `text`, or None."""
    if NOTHING.fullmatch(text):
        return None  # nearly every text
    if not text.isascii():
        # Characters of full width, and those that nobody sees, do not hide anything.
        text = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    if ("@" in text and _EMAIL.search(text)) or _EMAIL_SPELT.search(text):
        return _EMAIL_SAID
    if _FINE.search(text) and _POSITION.search(text):
        return _POSITION_SAID
    if _FIVE_DIGITS.search(text) is None and _MANY_DIGITS.search(text) is None:
        return None  # no number of a person or document is shorter
    text = _QUANTITY.sub("·", _DATE.sub("·", text))
    if _MANY_DIGITS.search(text) and _holds_phone(text, country):
        return _PHONE_SAID
    if _IDENTITY.search(text) or _DOCUMENT.search(text) or _LONG_NUMBER.search(_LINK.sub("·", text)):
        return _IDENTITY_SAID
    return None


def _holds_phone(text: str, country: str | None) -> bool:
    from phonenumbers import PhoneNumberMatcher

    return PhoneNumberMatcher(text[:20_000], country).has_next()


def _is_dialled(text: str, country: str | None) -> bool:
    """True if a part of a record's id is a telephone number as it is dialled within the country."""
    found = _DIALLED.search(text)
    if found is None or country is None:
        return False
    from phonenumbers import is_valid_number, parse

    return is_valid_number(parse(found[0], country))
