"""When a field must be given and when it must not, as expressions of a form, from the rules of a contract's schema."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

#: Path within data -> the name of the question.
Name = Callable[[tuple[str, ...]], str]


@dataclass
class Conditions:
    """By question: expressions of which one makes it required, and of which one makes it out of place."""

    required: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    absent: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


def conditions(schema: Mapping[str, Any], name: Name) -> Conditions:
    """The rules of `schema` (data, resolved) that a form can ask for: if/then/else over codes, and dependentRequired.

    A rule of another form is left out; the gateway checks it.
    """
    found = Conditions()
    _collect(schema, (), name, found)
    return found


def _collect(schema: Mapping[str, Any], path: tuple[str, ...], name: Name, found: Conditions) -> None:
    dependent = schema.get("dependentRequired", {})
    order = list(schema.get("properties", {}))
    for given, needed in dependent.items():
        for other in needed:
            # Of two fields that need each other only the second asks for the first: forms refuse circles.
            if given in dependent.get(other, ()) and order.index(other) < order.index(given):
                continue
            found.required[name((*path, other))].append(f"${{{name((*path, given))}}} != ''")
    if "if" in schema:
        test = _test(schema["if"], path, name)
        if test is not None:
            _consequence(schema.get("then", {}), test, path, name, found)
            _consequence(schema.get("else", {}), f"not({test})", path, name, found)
    for part in schema.get("allOf", ()):
        _collect(part, path, name, found)
    for property_name, definition in schema.get("properties", {}).items():
        if isinstance(definition, dict):
            _collect(definition, (*path, property_name), name, found)


def _test(condition: Mapping[str, Any], path: tuple[str, ...], name: Name) -> str | None:
    """The condition as an expression; None if it asks for more than the codes of some fields."""
    if set(condition) == {"not"}:
        inner = _test(condition["not"], path, name)
        return None if inner is None else f"not({inner})"
    if not set(condition) <= {"properties", "required"}:
        return None
    parts = []
    for property_name, definition in condition.get("properties", {}).items():
        if not isinstance(definition, dict) or not set(definition) <= {"const", "enum"} or not definition:
            return None
        codes = definition.get("enum", [definition.get("const")])
        question = f"${{{name((*path, property_name))}}}"
        parts.append("(" + " or ".join(f"{question} = '{_word(code)}'" for code in codes) + ")")
    parts += [
        f"${{{name((*path, needed))}}} != ''"
        for needed in condition.get("required", ())
        if needed not in condition.get("properties", {})
    ]
    return " and ".join(parts) or None


def _word(code: Any) -> str:
    return {True: "yes", False: "no"}[code] if isinstance(code, bool) else str(code)


def _consequence(rule: Mapping[str, Any], test: str, path: tuple[str, ...], name: Name, found: Conditions) -> None:
    for needed in rule.get("required", ()):
        found.required[name((*path, needed))].append(test)
    for property_name, definition in rule.get("properties", {}).items():
        question = name((*path, property_name))
        if definition is False or (isinstance(definition, dict) and definition.get("type") == "null"):
            found.absent[question].append(test)
        elif isinstance(definition, dict) and definition.get("type") == "string":
            found.required[question].append(test)
