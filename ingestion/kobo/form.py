"""What a form of KoboToolbox becomes: the rules that a file of ingestion/kobo/forms/ declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ingestion.contracts.columns import Column


@dataclass(frozen=True)
class Answer:
    """A value taken from the first of `questions` that is answered, else `default`; or a constant (no questions).

    `choices` replaces codes of the form by ours; a code that is not listed stays as it is, and one that becomes ""
    counts as not answered.
    """

    questions: tuple[str, ...] = ()
    choices: Mapping[str, str] | None = None
    default: str | None = None
    #: The answer is an age in years, and its band is wanted.
    age_band: bool = False
    #: The number of elements of this repeat is wanted.
    count: str | None = None


@dataclass(frozen=True)
class Field:
    """One field of an event and where its value comes from."""

    column: Column
    answer: Answer


@dataclass(frozen=True)
class Condition:
    """True if the answer is given (`answered`), is one of `any_of`, or holds the code `has`."""

    question: str
    answered: bool | None = None
    any_of: frozenset[str] | None = None
    has: str | None = None


@dataclass(frozen=True)
class EventRule:
    """One event of each submission, or of each element of `repeat`, if all of `when` hold."""

    type: str
    fields: tuple[Field, ...]
    time: tuple[str, ...]
    city: Answer
    when: tuple[Condition, ...] = ()
    repeat: str | None = None
    #: The question that names an element of the repeat; without it its place does (the first is 1).
    element_id: str | None = None
    #: Tells two events of one type apart that come from the same submission or element.
    part: str | None = None


@dataclass(frozen=True)
class Form:
    """A form as the gateway and the pull know it. `mapping` is the digest of its file."""

    name: str
    programme: str
    partner: str
    source: str
    events: tuple[EventRule, ...]
    mapping: str
    #: Asset uid of the project in KoboToolbox; None = it is not pulled.
    asset: str | None = None
    #: "root_uuid": meta/rootUuid names the submission; "id": Kobo's _id does (servers before 2024).
    identity: str = "root_uuid"
    #: Keys that lead to the submission within a custom wrapper.
    wrapper: tuple[str, ...] = ()
    #: Questions that are left out, `group/*` for a whole group; None = all that no event uses.
    ignored: frozenset[str] | None = frozenset()

    @property
    def used(self) -> frozenset[str]:
        """Every question that a rule reads."""
        found: set[str] = set()
        for rule in self.events:
            found.update(rule.time, rule.city.questions, (condition.question for condition in rule.when))
            for field in rule.fields:
                found.update(field.answer.questions)
            found.update(name for name in (rule.repeat, rule.element_id) if name)
            found.update(field.answer.count for field in rule.fields if field.answer.count)
        return frozenset(found)
