"""A submission as KoboToolbox gives it, by hook and by data API alike: who it is, and the answers in it.

Questions have the names of their groups before them (`visit/sex`); a repeat is a list of objects whose names are whole
again (`members/age`), and a question without an answer is not there at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ingestion.kobo.form import Form
from ingestion.kobo.metadata import is_metadata

Element = Mapping[str, Any]
_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")


@dataclass(frozen=True)
class Identity:
    """`root` stays through edits, `uuid` is of this edit, `number` is Kobo's _id (None if it was left out)."""

    root: str
    uuid: str
    number: int | None
    is_edit: bool


def open_wrapper(form: Form, payload: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The submission within a payload: where the form says its wrapper holds it, or bare; None if it is not there."""
    if "_uuid" in payload or "_id" in payload:
        return payload
    inner: Any = payload
    for name in form.wrapper:
        inner = inner.get(name) if isinstance(inner, Mapping) else None
    return inner if isinstance(inner, Mapping) else None


def find_wrapped(payload: Mapping[str, Any]) -> str | None:
    """The name under which something that looks like a submission stands, if any: a wrapper nobody declared."""
    for name, value in payload.items():
        if isinstance(value, Mapping):
            if "_uuid" in value or "_id" in value:
                return name
            deeper = find_wrapped(value)
            if deeper is not None:
                return f"{name}/{deeper}"
    return None


def missing_ids(form: Form, submission: Mapping[str, Any]) -> list[str]:
    """The ids that the submission must hold and does not."""
    root = "meta/rootUuid" if form.identity == "root_uuid" else "_id"
    return [name for name in ("_uuid", root) if not _bare(submission.get(name))]


def identity_of(form: Form, submission: Mapping[str, Any]) -> Identity:
    """Who the submission is; only for one without `missing_ids`."""
    uuid = _bare(submission["_uuid"])
    number = _bare(submission.get("_id"))
    if form.identity == "root_uuid":
        root = _bare(submission["meta/rootUuid"])
        is_edit = root != uuid
    else:
        root, is_edit = number, bool(submission.get("meta/deprecatedID"))
    return Identity(root, uuid, int(number) if number.isdigit() and len(number) < 19 else None, is_edit)


def _bare(value: Any) -> str:
    """`uuid:1234` and `1234` are the same; "" for what cannot be an id."""
    text = str(value).strip().removeprefix("uuid:") if isinstance(value, (str, int)) else ""
    return text if _ID.fullmatch(text) else ""


def unknown_questions(form: Form, submission: Mapping[str, Any]) -> list[str]:
    """The questions that no rule reads and that the form does not declare ignored."""
    if form.ignored is None:
        return []
    used = form.used
    groups = tuple(name[:-1] for name in form.ignored if name.endswith("/*"))
    found = dict.fromkeys(
        name
        for name in _questions(submission)
        if name not in used and name not in form.ignored and not name.startswith(groups)
    )
    return list(found)


def _questions(submission: Mapping[str, Any]) -> Iterator[str]:
    for name, value in submission.items():
        if is_metadata(name):
            continue
        if is_repeat(value):
            for element in value:
                yield from _questions(element)
        else:
            yield name


def is_repeat(value: Any) -> bool:
    """True for a list of objects."""
    return isinstance(value, list) and bool(value) and all(isinstance(each, Mapping) for each in value)


def elements(around: Sequence[Element], repeat: str) -> Iterator[tuple[str, tuple[Element, ...]]]:
    """The elements of a repeat, each with its place (`2`, or `2.1` within another repeat) and what it stands in."""
    for name, value in around[0].items():
        if not is_repeat(value) or is_metadata(name):
            continue
        for place, element in enumerate(value, start=1):
            inside = (element, *around)
            if name == repeat:
                yield str(place), inside
            elif repeat.startswith(f"{name}/"):
                for deeper, found in elements(inside, repeat):
                    yield f"{place}.{deeper}", found


def answer_of(around: Sequence[Element], question: str) -> Any:
    """The answer in the innermost element that has one; None if there is none."""
    for element in around:
        value = element.get(question)
        if value is not None and value != "":
            return value
    return None


def nested_deeper_than(value: Any, levels: int) -> bool:
    """True if lists and objects stand within one another more than `levels` times."""
    level = [value]
    for _ in range(levels):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, (dict, list))
        ]
        if not level:
            return False
    return True
