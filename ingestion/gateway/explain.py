"""Find out why an event does not fit its contract, and say it without repeating what was sent."""

from __future__ import annotations

from typing import Any

from jsonschema_rs import Draft202012Validator, ValidationError, ValidationErrorKind

from ingestion.gateway.refusal import INVALID_ENVELOPE, SCHEMA_VIOLATION, Refusal, pointer_of

Kind = ValidationErrorKind
_MOST_OPTIONS = 30
_TYPES = {
    "string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false",
    "object": "an object", "array": "a list", "null": "null",
}  # fmt: skip


def explain(validator: Draft202012Validator, schema: dict[str, Any], event: Any) -> list[Refusal]:
    """What is wrong with `event`, the most useful to know first; troubles of the envelope before those of data."""
    errors = sorted(validator.iter_errors(event), key=_rank)
    return [_refusal(error, schema) for error in errors]


def _rank(error: ValidationError) -> tuple[bool, int, list[str]]:
    """A misspelt field explains a missing one, and a value of the wrong shape explains a broken rule."""
    kinds = (Kind.AdditionalProperties, Kind.Required)
    kind = next((n for n, each in enumerate(kinds) if isinstance(error.kind, each)), len(kinds))
    rule = "if" in error.schema_path or "then" in error.schema_path or "else" in error.schema_path
    return in_data(error), 10 * rule + kind, [str(part) for part in error.schema_path]


def in_data(error: ValidationError) -> bool:
    """True if the trouble lies within data."""
    return error.instance_path[:1] == ["data"]


def _refusal(error: ValidationError, schema: dict[str, Any]) -> Refusal:
    nodes = _nodes(schema, error.schema_path)
    code = next((node["x-corridor-error"] for node in nodes if "x-corridor-error" in node), None)
    advice = next((node["x-corridor-message"] for node in nodes[:3] if "x-corridor-message" in node), None)
    code = code or (SCHEMA_VIOLATION if in_data(error) else INVALID_ENVELOPE)
    path, kind = list(error.instance_path), error.kind
    if isinstance(kind, Kind.Required):
        return Refusal(code, pointer_of([*path, kind.property]), advice or f"{kind.property} is missing.")
    if isinstance(kind, Kind.AdditionalProperties):
        name = str(kind.unexpected[0])
        where = "a field of this event type" if in_data(error) else "an attribute of the envelope"
        return Refusal(
            code,
            pointer_of([*path, name]),
            f"{name[:80]!r} is not {where}: check its spelling, or leave it out.",
            stored_pointer=pointer_of(path),
            stored_detail=f"A field is not {where}.",
        )
    name = str(path[-1]) if path else "The event"
    return Refusal(code, pointer_of(path), advice or f"{name} {_sentence(kind, nodes)}.")


def _nodes(schema: Any, path: list[str | int]) -> list[dict[str, Any]]:
    """The schemas around a failing keyword, the innermost first."""
    nodes = []
    for part in path:
        if isinstance(schema, dict):
            nodes.append(schema)
        schema = schema[part]
    return nodes[::-1]


def _sentence(kind: Any, nodes: list[dict[str, Any]]) -> str:
    if isinstance(kind, Kind.Enum):
        options = [str(option) for option in kind.options if option is not None]
        more = " and so on" if len(options) > _MOST_OPTIONS else ""
        return f"must be one of: {', '.join(options[:_MOST_OPTIONS])}{more}"
    if isinstance(kind, Kind.Type):
        return f"must be {' or '.join(_TYPES[name] for name in kind.types)}"
    if isinstance(kind, Kind.Format):
        return f"must be a {kind.format} such as 2026-03-01" if kind.format == "date" else f"must be a {kind.format}"
    if isinstance(kind, Kind.FalseSchema):
        return "does not belong here"
    limits = (
        (Kind.Minimum, "at least"), (Kind.ExclusiveMinimum, "more than"),
        (Kind.Maximum, "at most"), (Kind.ExclusiveMaximum, "less than"),
    )  # fmt: skip
    for each, words in limits:
        if isinstance(kind, each):
            return f"must be {words} {kind.limit}"
    if isinstance(kind, Kind.MaxLength | Kind.MaxItems):
        return f"is too long: at most {kind.limit}"
    description = next((node["description"] for node in nodes[:1] if "description" in node), "")
    return f"is not written as expected: {description.rstrip('.')}" if description else "is not as expected"
