"""Apply the rules of a form to a submission: which events it stands for. Pure, and the same for hook and pull."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ingestion.kobo.form import Answer, Condition, EventRule, Field, Form
from ingestion.kobo.submission import Element, answer_of, elements
from ingestion.kobo.values import age_band, choose, codes_of, time_of, value_of


@dataclass(frozen=True)
class MappedEvent:
    """An event that has no id and no version yet."""

    rule: EventRule
    subject: str
    time: Any
    precision: str | None
    city: Any
    data: dict[str, Any]

    def question_at(self, pointer: str) -> str | None:
        """The question of the form behind a JSON pointer of a refusal, if one is."""
        if pointer == "/time":
            return self.rule.time[0]
        if pointer == "/city":
            return next(iter(self.rule.city.questions), None)
        for field in self.rule.fields:
            here = "/" + "/".join(field.column.path)
            if pointer == here or pointer.startswith(f"{here}/"):
                return field.answer.count or next(iter(field.answer.questions), None)
        return None


def map_submission(form: Form, submission: Mapping[str, Any], root: str) -> list[MappedEvent]:
    """The events of a submission; none where no condition holds."""
    found: dict[tuple[str, str], MappedEvent] = {}
    for rule in form.events:
        for subject, place, around in _places(rule, submission, root):
            if not all(_holds(condition, around) for condition in rule.when):
                continue
            if (rule.type, subject) in found:  # two elements with one id: both are kept apart
                subject = f"{subject}#{place}"
            found[rule.type, subject] = _event(rule, subject, around)
    return list(found.values())


def _places(
    rule: EventRule, submission: Mapping[str, Any], root: str
) -> Iterator[tuple[str, str, tuple[Element, ...]]]:
    """Subject, place and surroundings of each event that the rule may give."""
    suffix = f"/{rule.part}" if rule.part else ""
    if rule.repeat is None:
        yield f"{root}{suffix}", "", (submission,)
        return
    for place, around in elements((submission,), rule.repeat):
        named = answer_of(around, rule.element_id) if rule.element_id else None
        name = place if named is None else str(named).strip()
        yield f"{root}/{rule.repeat}/{name}{suffix}", place, around


def _event(rule: EventRule, subject: str, around: Sequence[Element]) -> MappedEvent:
    city = _answer(rule.city, around)
    zone = city if isinstance(city, str) else None
    time, precision = _time(rule, around, zone)
    data: dict[str, Any] = {}
    for field in rule.fields:
        value = _value(field, around, zone)
        if value is not _NOTHING:
            _put(data, field.column.path[1:], value)
    return MappedEvent(rule, subject, time, precision, city, data)


_NOTHING = object()


def _value(field: Field, around: Sequence[Element], city: str | None) -> Any:
    answer, column = field.answer, field.column
    found = _answer(answer, around, is_list=column.kind == "list")
    if found is None:
        return _NOTHING
    if answer.age_band:
        found = age_band(found, column.enum)
    return value_of(column, found, city)


def _answer(answer: Answer, around: Sequence[Element], *, is_list: bool = False) -> Any:
    if answer.count is not None:
        return sum(1 for _ in elements(around, answer.count)) or answer.default
    for question in answer.questions:
        found = answer_of(around, question)
        if found is not None and answer.choices is not None:
            found = choose(found, answer.choices, is_list)
        if found is not None:
            return found
    return answer.default


def _time(rule: EventRule, around: Sequence[Element], city: str | None) -> tuple[Any, str | None]:
    for question in rule.time:
        found = answer_of(around, question)
        if found is not None:
            # The time of submission is the server's, which writes UTC without saying so.
            return time_of(found, city, utc=question == "_submission_time")
    return None, None


def _holds(condition: Condition, around: Sequence[Element]) -> bool:
    found = answer_of(around, condition.question)
    if condition.answered is not None:
        return (found is not None) == condition.answered
    if found is None:
        return False
    if condition.has is not None:
        return condition.has in codes_of(str(found))
    return str(found).strip() in (condition.any_of or ())


def _put(data: dict[str, Any], path: Sequence[str], value: Any) -> None:
    for name in path[:-1]:
        data = data.setdefault(name, {})
    data[path[-1]] = value
