"""Changes of an event by JSON pointer: add, replace, remove and test of RFC 6902."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import orjson

_OPERATIONS = ("add", "replace", "remove", "test")


class PatchError(ValueError):
    """A patch is wrong or does not fit; the message names the place and never a value."""


@dataclass(frozen=True)
class Change:
    """One operation; `value` is not used by remove."""

    op: str
    path: tuple[str, ...]
    value: Any = None

    @property
    def pointer(self) -> str:
        """The place as it was written."""
        return "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in self.path)


@dataclass(frozen=True)
class Patch:
    """Changes in their order."""

    changes: tuple[Change, ...] = ()

    @property
    def pointers(self) -> list[str]:
        """The places that it changes, without any value."""
        return [change.pointer for change in self.changes if change.op != "test"]

    def apply(self, event: Any) -> Any:
        """A changed copy of `event`. Raises PatchError."""
        changed = copy.deepcopy(event)
        for change in self.changes:
            _apply(changed, change)
        return changed


def read_patch(text: bytes | str) -> Patch:
    """A JSON list of operations such as {"op": "replace", "path": "/data/sex", "value": "female"}."""
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise PatchError("The patch is no JSON: write a list of operations as RFC 6902 has them.") from error
    if not isinstance(document, list):
        raise PatchError("The patch must be a list of operations.")
    return Patch(tuple(_change(number, each) for number, each in enumerate(document, 1)))


def set_value(text: str) -> Change:
    """`/data/sex=female`: the value is JSON if it can be read as such, else text; what is not there is added."""
    pointer, equals, value = text.partition("=")
    if not equals:
        raise PatchError(f"Write --set as pointer=value, such as /data/sex=female, not {pointer!r}.")
    try:
        parsed = orjson.loads(value)
    except orjson.JSONDecodeError:
        parsed = value
    return Change("add", _path(pointer), parsed)


def remove(pointer: str) -> Change:
    """Takes away what stands at `pointer`."""
    return Change("remove", _path(pointer))


def _change(number: int, document: Any) -> Change:
    if not isinstance(document, dict) or document.get("op") not in _OPERATIONS:
        raise PatchError(f"Operation {number} of the patch must have one of these as op: {', '.join(_OPERATIONS)}.")
    if document["op"] != "remove" and "value" not in document:
        raise PatchError(f"Operation {number} of the patch has no value.")
    return Change(document["op"], _path(document.get("path")), document.get("value"))


def _path(pointer: Any) -> tuple[str, ...]:
    if not isinstance(pointer, str) or not pointer.startswith("/"):
        raise PatchError(f"{pointer!r} is no place in an event: write a JSON pointer such as /data/sex.")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/"))


def _apply(event: Any, change: Change) -> None:
    at = event
    for part in change.path[:-1]:
        at = _within(at, part, change)
    last = change.path[-1]
    if isinstance(at, list):
        if change.op == "add" and last == "-":
            at.append(change.value)
            return
        index = _index(at, last, change, beyond=change.op == "add")
        if change.op == "add":
            at.insert(index, change.value)
        elif change.op == "remove":
            del at[index]
        elif change.op == "replace":
            at[index] = change.value
        elif at[index] != change.value:
            raise PatchError(f"What stands at {change.pointer} is not what the patch expects.")
        return
    if not isinstance(at, dict) or (change.op != "add" and last not in at):
        raise PatchError(f"There is nothing at {change.pointer}.")
    if change.op == "remove":
        del at[last]
    elif change.op in ("add", "replace"):
        at[last] = change.value
    elif at[last] != change.value:
        raise PatchError(f"What stands at {change.pointer} is not what the patch expects.")


def _within(at: Any, part: str, change: Change) -> Any:
    if isinstance(at, list):
        return at[_index(at, part, change)]
    if not isinstance(at, dict) or part not in at:
        raise PatchError(f"There is nothing at {change.pointer}.")
    return at[part]


def _index(at: list[Any], part: str, change: Change, *, beyond: bool = False) -> int:
    if not (part.isascii() and part.isdigit()) or int(part) >= len(at) + beyond:
        raise PatchError(f"There is nothing at {change.pointer}.")
    return int(part)
