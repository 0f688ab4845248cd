"""Read and check the file of a form; whatever is wrong is named with its file and line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema_rs import Draft202012Validator, ValidationError, ValidationErrorKind

from ingestion.contracts.columns import Column, columns, required_identifiers, template_columns
from ingestion.contracts.registry import Contract, contracts
from ingestion.kobo.form import Answer, Condition, EventRule, Field, Form
from ingestion.kobo.metadata import TIMES, is_forbidden
from ingestion.kobo.time_zones import time_zones
from ingestion.kobo.yaml_lines import Lines, YamlTrouble, read_yaml

_DEFAULT_TIME = ("start", "_submission_time")
#: A word that is missing -> the word that asks for it.
_ASKED_BY = {"why_ignored": "ignore", "ignore": "why_ignored", "repeat": "element_id"}
Where = tuple[str | int, ...]


class FormError(ValueError):
    """The file of a form cannot be used; the message names file and line and says what to change."""


def read_form(path: Path) -> Form:
    """The form that a file declares. Raises FormError."""
    try:
        raw = path.read_bytes()
        content, lines = read_yaml(raw.decode())
    except OSError as error:
        raise FormError(f"{path}: the file cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise FormError(f"{path}: the file is not UTF-8.") from error
    except YamlTrouble as trouble:
        raise FormError(f"{path}, line {trouble.line}: {trouble}.") from trouble
    for wrong in _validator().iter_errors(content):
        raise FormError(f"{path}, line {lines.of(_place(wrong))}: {_said(wrong)}")
    return _Reader(path, content, lines).form(hashlib.sha256(raw).hexdigest()[:16])


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(Path(__file__).with_name("form_schema.json").read_text(encoding="utf-8")))


def _place(error: ValidationError) -> Where:
    here = tuple(error.instance_path)
    kind = error.kind
    if "dependentRequired" in error.schema_path and isinstance(kind, ValidationErrorKind.Required):
        return (*here, _ASKED_BY[kind.property])
    return (*here, kind.unexpected[0]) if isinstance(kind, ValidationErrorKind.AdditionalProperties) else here


def _said(error: ValidationError) -> str:
    kind, here = error.kind, "/".join(str(part) for part in error.instance_path) or "the file"
    if isinstance(kind, ValidationErrorKind.Required):
        return f"{here} needs {kind.property!r}."
    if isinstance(kind, ValidationErrorKind.AdditionalProperties):
        return f"{kind.unexpected[0]!r} is no word of a mapping here: check its spelling."
    if isinstance(kind, (ValidationErrorKind.OneOfNotValid, ValidationErrorKind.OneOfMultipleValid)):
        return f"{here} must hold exactly one of the words that exclude each other (see docs/city-partner/kobo.md)."
    return f"{here}: {error.message[:200]}."


class _Reader:
    def __init__(self, path: Path, content: Mapping[str, Any], lines: Lines) -> None:
        self._path = path
        self._content = content
        self._lines = lines

    def form(self, mapping: str) -> Form:
        content = self._content
        if content["form"] != self._path.stem:
            raise self._error(("form",), f"the form {content['form']!r} must have the name of its file")
        city = content.get("city")
        if city is not None and city not in time_zones():
            raise self._error(("city",), f"there is no city {city!r} in the reference data of places")
        events: tuple[EventRule, ...]
        if "template" in content:
            events = (self._template(content["template"], city),)
        else:
            events = tuple(self._event(rule, ("events", n), city) for n, rule in enumerate(content["events"]))
        self._refuse_same_records(events)
        ignore = content.get("ignore", [])
        return Form(
            name=content["form"],
            programme=content["programme"],
            partner=content["partner"],
            source=content["source"],
            events=events,
            mapping=mapping,
            asset=content.get("asset"),
            identity=content.get("identity", "root_uuid"),
            wrapper=tuple(content["wrapper"].split("/")) if "wrapper" in content else (),
            ignored=None if ignore == "rest" else frozenset(ignore),
        )

    def _template(self, type_: str, city: str | None) -> EventRule:
        contract = self._contract(type_, ("template",))
        asked = {column.name: column for column in template_columns(contract)}
        fields = tuple(
            Field(column, Answer((column.name.replace(".", "__"),)))
            for column in asked.values()
            if column.path[0] == "data"
        )
        return EventRule(type_, fields, ("time",), Answer(("city",), default=city))

    def _event(self, rule: Mapping[str, Any], here: Where, city: str | None) -> EventRule:
        contract = self._contract(rule["type"], (*here, "type"))
        known = {column.name: column for column in columns(contract) if column.path[0] == "data"}
        fields = []
        for name, spec in rule["fields"].items():
            place = (*here, "fields", name)
            if name not in known:
                raise self._error(place, f"{name} is no field of {contract.type}; its fields: {', '.join(known)}")
            fields.append(Field(known[name], self._answer(spec, place, known[name])))
        self._refuse_gaps(contract, set(rule["fields"]), known, here)
        where = Answer(default=city)
        if "city" in rule:
            where = self._answer(rule["city"], (*here, "city"))
            for code in (*(where.choices or {}).values(), where.default):
                if code and code not in time_zones():
                    raise self._error((*here, "city"), f"there is no city {code!r} in the reference data of places")
        times = _several(rule.get("time", list(_DEFAULT_TIME)))
        for question in times:
            self._refuse_forbidden(question, (*here, "time"))
        for name in ("repeat", "element_id"):
            if name in rule:
                self._refuse_forbidden(rule[name], (*here, name), may_be_time=False)
        return EventRule(
            type=contract.type,
            fields=tuple(fields),
            time=times,
            city=where,
            when=tuple(self._condition(each, (*here, "when", n)) for n, each in enumerate(rule.get("when", ()))),
            repeat=rule.get("repeat"),
            element_id=rule.get("element_id"),
            part=rule.get("part"),
        )

    def _answer(self, spec: Any, here: Where, column: Column | None = None) -> Answer:
        if isinstance(spec, str):
            spec = {"question": spec}
        if "value" in spec:
            extra = sorted(set(spec) - {"value"})
            if extra:
                raise self._error(here, f"a constant value takes no {extra[0]!r}")
            answer = Answer(default=spec["value"])
        elif "count" in spec:
            answer = Answer(count=spec["count"], default=spec.get("default"))
        else:
            questions = _several(spec.get("age_in_years", spec.get("question")))
            for question in questions:
                self._refuse_forbidden(question, here, may_be_time=False)
            answer = Answer(questions, spec.get("choices"), spec.get("default"), age_band="age_in_years" in spec)
        if answer.age_band and (column is None or "60+" not in column.enum):
            raise self._error(here, "age_in_years gives an age band, which this field does not hold")
        if column is not None and column.enum:
            for code in (*(answer.choices or {}).values(), answer.default):
                if code and code not in column.enum:
                    line = (*here, "choices", next((k for k, v in (answer.choices or {}).items() if v == code), ""))
                    raise self._error(line, f"{code!r} is no code of {column.name}: {', '.join(column.enum)}")
        return answer

    def _condition(self, spec: Mapping[str, Any], here: Where) -> Condition:
        self._refuse_forbidden(spec["question"], here, may_be_time=False)
        wanted = [spec["is"]] if "is" in spec else spec.get("in")
        return Condition(
            spec["question"],
            answered=None if "answered" not in spec else spec["answered"] == "yes",
            any_of=None if wanted is None else frozenset(wanted),
            has=spec.get("has"),
        )

    def _contract(self, type_: str, here: Where) -> Contract:
        contract = contracts().get(type_)
        if contract is None:
            raise self._error(here, f"there is no event type {type_!r}; the page /docs of the gateway lists them")
        return contract

    def _refuse_gaps(self, contract: Contract, given: set[str], known: Mapping[str, Column], here: Where) -> None:
        tokens = {column.token_of: name for name, column in known.items() if column.token_of}
        asked = [name for name, column in known.items() if column.required]
        asked += [name for name in required_identifiers(contract) if tokens.get(name) not in given]
        missing = sorted(name for name in asked if name not in given)
        if missing:
            raise self._error((*here, "fields"), f"{contract.type} needs the fields {', '.join(missing)}")

    def _refuse_forbidden(self, question: str, here: Where, *, may_be_time: bool = True) -> None:
        if is_forbidden(question) or (question in TIMES and not may_be_time):
            advice = "use it only as time" if question in TIMES else "who, where and with which device is not passed on"
            raise self._error(here, f"{question} is added by KoboToolbox itself: {advice}")

    def _refuse_same_records(self, events: Sequence[EventRule]) -> None:
        seen: set[tuple[str, str | None, str | None]] = set()
        for n, rule in enumerate(events):
            record = (rule.type, rule.repeat, rule.part)
            if record in seen:
                advice = "two events of one type from the same place need a `part` each, to be two records"
                raise self._error(("events", n), advice)
            seen.add(record)

    def _error(self, here: Where, message: str) -> FormError:
        return FormError(f"{self._path}, line {self._lines.of(here)}: {message}.")


def _several(questions: str | Sequence[str]) -> tuple[str, ...]:
    return (questions,) if isinstance(questions, str) else tuple(questions)
