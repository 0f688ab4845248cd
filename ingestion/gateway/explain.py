"""Find out why an event does not fit its contract, and say it without repeating what was sent."""

from __future__ import annotations

from typing import Any

from jsonschema_rs import Draft202012Validator, ValidationError, ValidationErrorKind

from ingestion.gateway.refusal import INVALID_ENVELOPE, SCHEMA_VIOLATION, Refusal, pointer_of
from ingestion.words import _t

Kind = ValidationErrorKind
_MOST_OPTIONS = 30
_TYPES = {
    "string": _t("{name} must be text."),
    "integer": _t("{name} must be a whole number."),
    "number": _t("{name} must be a number."),
    "boolean": _t("{name} must be true or false."),
    "object": _t("{name} must be an object."),
    "array": _t("{name} must be a list."),
}
_LIMITS = (
    (Kind.Minimum, _t("{name} must be at least {limit}.")),
    (Kind.ExclusiveMinimum, _t("{name} must be more than {limit}.")),
    (Kind.Maximum, _t("{name} must be at most {limit}.")),
    (Kind.ExclusiveMaximum, _t("{name} must be less than {limit}.")),
    (Kind.MaxLength, _t("{name} is too long: at most {limit}.")),
    (Kind.MaxItems, _t("{name} is too long: at most {limit}.")),
)
_NO_SUCH_FIELD = _t("{name} is not a field of this event type: check its spelling, or leave it out.")
_NO_SUCH_ATTRIBUTE = _t("{name} is not an attribute of the envelope: check its spelling, or leave it out.")
_BASE64 = _t("Send data as JSON in data, not in data_base64.")
_WHOLE = "The event"


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
        name = kind.property
        return Refusal(code, pointer_of([*path, name]), advice or _t("{name} is missing."), {"name": name})
    if isinstance(kind, Kind.AdditionalProperties):
        name = str(kind.unexpected[0])
        if path == [] and "data_base64" in kind.unexpected:
            return Refusal(code, "/data_base64", _BASE64)
        return Refusal(
            code,
            pointer_of([*path, name]),
            _NO_SUCH_FIELD if in_data(error) else _NO_SUCH_ATTRIBUTE,
            {"name": repr(name[:80])},
            stored_pointer=pointer_of(path),
            stored_detail=f"A field is not {'a field of this event type' if in_data(error) else 'of the envelope'}.",
        )
    name = str(path[-1]) if path else _WHOLE
    if advice:
        return Refusal(code, pointer_of(path), advice)
    template, params = _sentence(kind, nodes)
    return Refusal(code, pointer_of(path), template, {"name": name, **params})


def _nodes(schema: Any, path: list[str | int]) -> list[dict[str, Any]]:
    """The schemas around a failing keyword, the innermost first."""
    nodes = []
    for part in path:
        if isinstance(schema, dict):
            nodes.append(schema)
        schema = schema[part]
    return nodes[::-1]


def _sentence(kind: Any, nodes: list[dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    if isinstance(kind, Kind.Enum):
        options = [str(option) for option in kind.options if option is not None]
        more = ", …" if len(options) > _MOST_OPTIONS else ""
        return _t("{name} must be one of: {options}."), {"options": ", ".join(options[:_MOST_OPTIONS]) + more}
    if isinstance(kind, Kind.Type):
        wanted = next(name for name in kind.types if name != "null" or len(kind.types) == 1)
        return _TYPES.get(wanted, _t("{name} must be empty.")), {}
    if isinstance(kind, Kind.Format):
        if kind.format == "date":
            return _t("{name} must be a date such as 2026-03-01."), {}
        return _t("{name} must be a {format}."), {"format": kind.format}
    if isinstance(kind, Kind.FalseSchema):
        return _t("{name} does not belong here."), {}
    for each, template in _LIMITS:
        if isinstance(kind, each):
            return template, {"limit": kind.limit}
    description = next((node["description"] for node in nodes[:1] if "description" in node), "")
    if description:
        return _t("{name} is not written as expected: {description}"), {"description": f"{description.rstrip('.')}."}
    return _t("{name} is not as expected."), {}
