"""Say an English sentence in another language: translations are gettext .po files, one folder a language."""

from __future__ import annotations

import logging
from functools import cache, lru_cache
from pathlib import Path
from string import Formatter
from typing import Any

logger = logging.getLogger("corridor.words")

LANGUAGES = ("en", "fr", "es", "ar")
LOCALES = Path(__file__).resolve().parent / "locales"
_formatter = Formatter()


def _t(template: str) -> str:
    """Mark an English sentence as one that is said to people; it is returned as it is."""
    return template


def say(language: str, template: str, **params: Any) -> str:
    """`template` in `language`, with its {named} places filled; in English where no translation is known."""
    sentence = catalogue(language).get(template, template) if language != "en" else template
    return _formatter.vformat(sentence, (), params) if params else sentence


@cache
def catalogue(language: str) -> dict[str, str]:
    """The translations of one language: every .po file of its folder together."""
    from babel.messages.pofile import read_po

    found: dict[str, str] = {}
    for path in sorted((LOCALES / language).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id and message.string and isinstance(message.id, str):
                    found[message.id] = str(message.string)
    return found


@lru_cache(maxsize=256)
def language_of(accept_language: str) -> str:
    """The language to answer in, from the header Accept-Language (RFC 9110); English if none of ours is asked for."""
    wanted: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept_language.split(",")):
        name, _, quality = part.strip().partition(";")
        primary = name.strip().lower().split("-")[0]
        try:
            weight = float(quality.strip().removeprefix("q=")) if quality else 1.0
        except ValueError:
            continue
        if primary in LANGUAGES and weight > 0:
            wanted.append((-weight, place, primary))
    return min(wanted)[2] if wanted else "en"
