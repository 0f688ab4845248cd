"""Does a phrase show a number? Knows digits with scales (`5 million`, `300.08€m`) and the words the documents use."""

from __future__ import annotations

import re
from decimal import Decimal

_WORDS = {
    "a": 1, "the": 1, "one": 1, "first": 1, "two": 2, "twice": 2, "double": 2, "three": 3, "four": 4, "five": 5,
    "six": 6, "seven": 7, "nine": 9, "ten": 10, "eleven": 11, "dozen": 12, "thirteen": 13, "thirty": 30, "half": 50,
}  # fmt: skip
_SCALES = {"million": 10**6, "m": 10**6, "billion": 10**9, "bn": 10**9, "trillion": 10**12}
_NUMBER = re.compile(r"(?P<digits>\d[\d,]*(\.\d+)?)|(?P<word>[A-Za-z]+)")
_SCALE = re.compile(r"\s*[€]?(?P<scale>million|billion|trillion|bn|m)\b")


def shows(phrase: str, value: Decimal) -> bool:
    """True if one of the numbers that `phrase` shows, in digits or words, is `value`."""
    return value in set(_numbers(phrase))


def _numbers(phrase: str) -> list[Decimal]:
    found = []
    for match in _NUMBER.finditer(phrase):
        if match["digits"]:
            number = Decimal(match["digits"].rstrip(",").replace(",", ""))
        elif match["word"].lower() in _WORDS:
            number = Decimal(_WORDS[match["word"].lower()])
        else:
            continue
        scale = _SCALE.match(phrase, match.end())
        found.append(number * _SCALES[scale["scale"]] if scale else number)
    return found
