"""Plain identifiers within an event: replaced by tokens, and found where they do not belong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from ingestion.contracts.registry import Contract, Identifier
from ingestion.tokens import CityKey, make_token_of_normal, normalise

#: A shorter identifier, such as "12", is part of many record ids by chance: it counts only as a word of its own.
_TELLING = 6
#: Anything shorter within the data of a refused event may stand in its attributes by chance.
_SHORTEST = 4
_BREAKS = re.compile(r"[\s\"'`,:;=<>(){}\[\]]+")


#: A plain identifier of valid data, normalised.
Plain = tuple[Identifier, str]


def plain_identifiers(data: dict[str, Any], contract: Contract) -> list[Plain]:
    """The plain identifiers that valid data gives."""
    found = []
    for identifier in contract.identifiers:
        plain = data.get(identifier.plain)
        if plain is not None:
            found.append((identifier, normalise(plain)))
    return found


def tokenise(data: dict[str, Any], plains: Iterable[Plain], city_key: CityKey) -> dict[str, Any]:
    """A copy of `data` with a token in place of each of its plain identifiers."""
    data = data.copy()
    for identifier, normal in plains:
        del data[identifier.plain]
        data[identifier.token] = make_token_of_normal(city_key, identifier.kind, normal)
    return data


def attribute_with_identifier(event: dict[str, Any], contract: Contract) -> str | None:
    """`subject`, `id` or `source` if it gives away the plain identifier of the person or household in data, else None.

    These attributes are stored as they come, so an identifier within them would be stored too.
    """
    data = event.get("data")
    if not isinstance(data, dict):
        return None
    for identifier in contract.identifiers:
        plain = data.get(identifier.plain)
        if isinstance(plain, (str, int)):  # a refused event may hold anything
            found = _attribute_with(normalise(str(plain)), event)
            if found is not None:
                return found
    return None


Text = tuple[list[str | int], str]


def text_with_identifier(data: dict[str, Any], contract: Contract, texts: Iterable[Text]) -> list[str | int] | None:
    """Where one of the `texts` within `data` repeats the plain identifier that stands beside it, else None."""
    for identifier in contract.identifiers:
        plain = data.get(identifier.plain)
        wanted = normalise(plain) if isinstance(plain, str) else ""
        if len(wanted) < _TELLING:
            continue
        for where, text in texts:
            if " " not in wanted and text.isascii() and wanted not in text.lower():
                continue  # nearly every text: it need not be normalised
            if wanted in normalise(text):
                return where
    return None


def texts_within(data: dict[str, Any], paths: Iterable[tuple[str, ...]]) -> list[Text]:
    """The texts at `paths` within data, each with its own path."""
    found: list[Text] = []
    for path in paths:
        value = data.get(path[0])
        if value is None:
            continue
        if len(path) == 1 and isinstance(value, str):
            found.append(([path[0]], value))
        else:
            found += texts_at(data, path)
    return found


def texts_at(
    value: Any, path: tuple[str, ...], where: tuple[str | int, ...] = ()
) -> Iterator[tuple[list[str | int], str]]:
    """The texts at `path` within parsed JSON, each with its own path; "*" stands for every member of a list."""
    if isinstance(value, str):
        if not path:
            yield list(where), value
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from texts_at(item, path[1:] if path[:1] == ("*",) else path, (*where, place))
    elif isinstance(value, dict) and path and path[0] in value:
        yield from texts_at(value[path[0]], path[1:], (*where, path[0]))


def holds_sent_value(text: str, values: Iterable[Any]) -> bool:
    """True if a text or number anywhere within `values` occurs in `text`: for events that no contract explains."""
    text = normalise(text)
    return any(len(leaf) >= _SHORTEST and leaf in text for value in values for leaf in _leaves(value))


def _attribute_with(wanted: str, event: dict[str, Any]) -> str | None:
    together = f"{event.get('subject')}\n{event.get('id')}\n{event.get('source')}"
    if not wanted or (" " not in wanted and together.isascii() and wanted not in together.lower()):
        return None  # nearly every event: its attributes need not be normalised
    for name in ("subject", "id", "source"):
        text = normalise(str(event.get(name, "")))
        if wanted in text and (len(wanted) >= _TELLING or _is_word(wanted, text)):
            return name
    return None


def _is_word(wanted: str, text: str) -> bool:
    """True if `wanted` stands somewhere in `text` with no letter or digit right before or after it."""
    start = text.find(wanted)
    while start >= 0:
        end = start + len(wanted)
        if not text[max(start - 1, 0) : start].isalnum() and not text[end : end + 1].isalnum():
            return True
        start = text.find(wanted, start + 1)
    return False


def _leaves(value: Any) -> Iterator[str]:
    """Every text and number within a parsed JSON value, normalised; of field names those with a digit."""
    if isinstance(value, str):  # data sent as one text, such as JSON within JSON
        yield from map(normalise, _BREAKS.split(value))
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield normalise(item)
        elif isinstance(item, float):
            yield str(int(item)) if item.is_integer() else str(item)
        elif isinstance(item, int):
            yield str(item)
        elif isinstance(item, dict):
            waiting.extend(name for name in item if any(map(str.isdigit, name)))
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
