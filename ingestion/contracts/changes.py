"""What changed between two states of the contracts, and whether it breaks those who send events."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

#: Keyword -> (+1: a higher bound accepts less, -1: a lower one does; what it bounds, in words).
_BOUNDS = {
    "minimum": (1, "the least value"),
    "exclusiveMinimum": (1, "the value that must be exceeded"),
    "minLength": (1, "the least number of characters"),
    "minItems": (1, "the least number of entries"),
    "minProperties": (1, "the least number of fields"),
    "maximum": (-1, "the greatest value"),
    "exclusiveMaximum": (-1, "the value that must not be reached"),
    "maxLength": (-1, "the greatest number of characters"),
    "maxItems": (-1, "the greatest number of entries"),
    "maxProperties": (-1, "the greatest number of fields"),
}
_FORMS = {"pattern": "the pattern", "format": "the format", "multipleOf": "the step"}
_RULES = ("allOf", "anyOf", "oneOf", "not", "if", "dependentRequired", "x-corridor-ordered")
_MEANINGS = {
    "x-corridor-unit": "what it counts",
    "x-corridor-identifier": "whom it identifies",
    "x-corridor-class": "its class of personal data",
}
_JSON_TYPES = {"string", "number", "boolean", "object", "array", "null"}


class Change(NamedTuple):
    """One difference. `breaking`: an event that was accepted may now be refused, or would mean something else."""

    type: str
    pointer: str
    breaking: bool
    sentence: str

    def __str__(self) -> str:
        kind = "BREAKING" if self.breaking else "compatible"
        return f"{kind}: {self.type}{self.pointer and ' ' + self.pointer}: {self.sentence}"


def changes(old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]) -> list[Change]:
    """Every difference between two sets of resolved schemas by type name (release.released and release.present)."""
    found = []
    for name in sorted({*old, *new}):
        if name not in new:
            found.append(Change(name, "", True, "the type is gone: partners still send it."))
        elif name not in old:
            found.append(Change(name, "", False, "the type is new."))
        else:
            found += [Change(name, *difference) for difference in _compare(old[name], new[name], "")]
    return found


Difference = tuple[str, bool, str]


def _compare(old: Mapping[str, Any], new: Mapping[str, Any], at: str) -> Iterator[Difference]:
    yield from _types(old, new, at)
    yield from _codes(old, new, at)
    yield from _bounds(old, new, at)
    yield from _forms(old, new, at)
    yield from _fields(old, new, at)
    yield from _rules(old, new, at)
    yield from _meanings(old, new, at)
    if "items" in old and "items" in new:
        yield from _compare(old["items"], new["items"], f"{at}/items")
    elif "items" in new:
        yield at, True, "its entries are now checked."


def _types(old: Mapping[str, Any], new: Mapping[str, Any], at: str) -> Iterator[Difference]:
    before, now = _kinds(old), _kinds(new)
    if before - now:
        yield at, True, f"the type is narrowed: {', '.join(sorted(before - now))} was accepted and is refused now."
    if now - before:
        yield at, False, f"{', '.join(sorted(now - before))} is accepted too."


def _kinds(schema: Mapping[str, Any]) -> set[str]:
    """JSON types that a schema lets through; whole numbers count as `integer`, others as `number`."""
    kinds = schema.get("type", [])
    found = {kinds} if isinstance(kinds, str) else set(kinds)
    found = found or set(_JSON_TYPES)
    return found | {"integer"} if "number" in found else found


def _codes(old: Mapping[str, Any], new: Mapping[str, Any], at: str) -> Iterator[Difference]:
    before, now = _values(old), _values(new)
    if now is None:
        if before is not None:
            yield at, False, "other values than those of the list are accepted too."
    elif before is None:
        yield at, True, "only the values of a list are accepted now."
    else:
        gone, more = [v for v in before if v not in now], [v for v in now if v not in before]
        if gone:
            yield at, True, f"the values {_listed(gone)} are refused now."
        if more:
            yield at, False, f"the values {_listed(more)} are new."


def _values(schema: Mapping[str, Any]) -> list[Any] | None:
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _listed(values: list[Any]) -> str:
    return ", ".join(str(value) for value in values)


def _bounds(old: Mapping[str, Any], new: Mapping[str, Any], at: str) -> Iterator[Difference]:
    for keyword, (direction, words) in _BOUNDS.items():
        before, now = old.get(keyword), new.get(keyword)
        if before == now:
            continue
        if now is None:
            yield at, False, f"{words} ({before}) is no longer asked for."
        elif before is None:
            yield at, True, f"{words} is {now} now."
        else:
            yield at, (now - before) * direction > 0, f"{words} was {before} and is {now} now."


def _forms(old: Mapping[str, Any], new: Mapping[str, Any], at: str) -> Iterator[Difference]:
    for keyword, words in _FORMS.items():
        before, now = old.get(keyword), new.get(keyword)
        if before != now:
            yield at, now is not None, f"{words} is {'another' if now is not None else 'no longer checked'} now."
    if new.get("uniqueItems", False) and not old.get("uniqueItems", False):
        yield at, True, "repeated entries are refused now."


def _fields(old: Mapping[str, Any], new: Mapping[str, Any], at: str) -> Iterator[Difference]:
    before, now = old.get("properties", {}), new.get("properties", {})
    needed_before, needed_now = set(old.get("required", ())), set(new.get("required", ()))
    for name in before:
        if name not in now:
            yield f"{at}/{name}", True, "the field is removed, so events that have it are refused."
    for name, definition in now.items():
        here = f"{at}/{name}"
        if name in needed_now and name not in needed_before:
            yield here, True, "the field is required now."
        if name not in before:
            if name not in needed_now:
                yield here, False, "the field is new, and may be left out."
            continue
        if name in needed_before and name not in needed_now:
            yield here, False, "the field may be left out now."
        if isinstance(definition, dict) and isinstance(before[name], dict):
            yield from _compare(before[name], definition, here)
    if new.get("additionalProperties", True) is False and old.get("additionalProperties", True) is not False:
        yield at, True, "unknown fields are refused now."


def _rules(old: Mapping[str, Any], new: Mapping[str, Any], at: str) -> Iterator[Difference]:
    before, now = _rule_texts(old), _rule_texts(new)
    if now - before:
        yield at, True, f"a rule is new or another: {', '.join(sorted(name for name, _ in now - before))}."
    elif before - now:
        yield at, False, f"a rule is gone: {', '.join(sorted(name for name, _ in before - now))}."


def _rule_texts(schema: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Every rule of an object by its keyword, in one spelling; those of `allOf` and orders one by one."""
    found = set()
    for keyword in _RULES:
        if keyword in schema:
            rule = schema[keyword]
            if keyword == "if":
                rule = {part: schema[part] for part in ("if", "then", "else") if part in schema}
            parts = rule if keyword in ("allOf", "x-corridor-ordered") else [rule]
            found |= {(keyword, json.dumps(part, sort_keys=True)) for part in parts}
    return found


def _meanings(old: Mapping[str, Any], new: Mapping[str, Any], at: str) -> Iterator[Difference]:
    for keyword, words in _MEANINGS.items():
        before, now = old.get(keyword), new.get(keyword)
        if before is None and keyword == "x-corridor-unit" and at:
            continue  # the unit of a field was only not written down
        if before != now:
            yield at, True, f"{words} was {before or 'not said'} and is {now or 'not said'} now."
    if old.get("x-corridor-city") != new.get("x-corridor-city"):
        stricter = new.get("x-corridor-city") != "optional"
        yield at, stricter, f"the city was {old.get('x-corridor-city')} and is {new.get('x-corridor-city')} now."
    if old.get("x-corridor-role") != new.get("x-corridor-role"):
        role = new.get("x-corridor-role")
        yield at, role is not None, f"only keys with the role {role} may send it now." if role else "any key may now."
    if new.get("x-corridor-free-text") and not old.get("x-corridor-free-text"):
        yield at, False, "the text is screened for what points at a person."
