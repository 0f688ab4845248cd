"""Say a finished English sentence in another language: it is known again by the template that it was made from."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from string import Formatter

from ingestion.words.say import catalogue, say

#: Characters that a template must have beside its places, or it would know sentences again that are none of its own.
_FEWEST = 8


@lru_cache(maxsize=4096)
def say_again(language: str, sentence: str) -> str:
    """`sentence` in `language`, with what filled its places kept (or said too, if it is a sentence of its own).

    What no template made stays as it is.
    """
    known = catalogue(language) if language != "en" else {}
    if not known or sentence in known:
        return known.get(sentence, sentence)
    for template, shape in _shapes(language):
        found = shape.fullmatch(sentence)
        if found is not None:
            filled = {name: known.get(value, value) for name, value in found.groupdict().items()}
            return say(language, template, **filled)
    return sentence


@cache
def _shapes(language: str) -> list[tuple[str, re.Pattern[str]]]:
    """Templates with places, those that say the most by themselves first."""
    found = []
    for template in catalogue(language):
        parts = list(Formatter().parse(template))
        names = [name for _, name, _, _ in parts if name]
        weight = sum(len(text) for text, *_ in parts)
        if not names or weight < _FEWEST or len(set(names)) < len(names):
            continue
        shape = "".join(re.escape(text) + (f"(?P<{name}>.+)" if name else "") for text, name, _, _ in parts)
        found.append((weight, template, re.compile(shape, re.DOTALL)))
    found.sort(key=lambda each: (-each[0], each[1]))
    return [(template, shape) for _, template, shape in found]
