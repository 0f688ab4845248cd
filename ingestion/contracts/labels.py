"""What types, fields and codes are called in the four languages: labels.csv, one row an English label."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache

from ingestion.contracts.resolve import FOLDER

FILE = FOLDER / "labels.csv"


def label(text: str, language: str) -> str:
    """The English label `text` (a title, or what english_label says) in `language`; itself if it has no row."""
    return labels().get(text, {}).get(language) or text


def code_label(code: str, language: str) -> str:
    """What a code says, such as `Refus` for refused in French."""
    return label(english_label(code), language)


def english_label(code: str) -> str:
    """`Asylum seeker` of asylum_seeker."""
    words = code.replace("_", " ")
    return words[:1].upper() + words[1:]


@cache
def labels() -> Mapping[str, Mapping[str, str]]:
    """English label -> column of labels.csv -> text. Read once."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return {row["en"]: row for row in csv.DictReader(file)}
