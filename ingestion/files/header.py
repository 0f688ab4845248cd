"""The first row of a table: which column of the contract each of its names means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ingestion.contracts.columns import Column, columns, template_columns
from ingestion.contracts.labels import label
from ingestion.contracts.registry import Contract
from ingestion.files.profile import Profile
from ingestion.files.trouble import FileTrouble
from ingestion.words import LANGUAGES, _t, say

MOST_COLUMNS = 256
_LONGEST_NAME = 200
_MOST_NAMED = 5
#: Of the column in which refused rows come back with their reason; it is passed over when they are sent again.
REASON = _t("What to mend")
_GAPS = re.compile(r"[\s_]+")

EMPTY = _t("The file is empty: its first row must name the columns, as in the template of the type.")
_TOO_MANY = _t("The file has more than {most} columns: delete those to the right of your table.")
_NO_RECORD_ID = _t(
    "The file has no column record_id: your own number of each record. The first row must name the columns, as in "
    "the template of the type."
)
_UNKNOWN = _t(
    "The type {type} has no column for: {names}. Nothing was read. Delete these columns, or name them as in the "
    "template; leave out what names people."
)
_TWICE = _t("Two columns of the file mean {name}: delete one of them.")
_MISSING = _t("Columns that every row needs are missing: {names}. Add them, as in the template of the type.")


@dataclass(frozen=True)
class Header:
    """`names` as they were written; `columns` in the same order, None for one that is passed over."""

    names: tuple[str, ...]
    columns: tuple[Column | None, ...]

    @cached_property
    def _by_pointer(self) -> dict[str, str]:
        return {
            "/" + "/".join(column.path): name
            for name, column in zip(self.names, self.columns, strict=True)
            if column is not None
        }

    def name_at(self, pointer: str) -> str | None:
        """The sender's name of the column that a JSON pointer into the event leads to."""
        while pointer:
            found = self._by_pointer.get(pointer)
            if found is not None:
                return found
            pointer = pointer.rpartition("/")[0]
        return None


def known_names(contract: Contract, profile: Profile) -> dict[str, Column | None]:
    """Every name by which a column may be called, as `plain` gives it; None = such a column is passed over.

    A title that two columns share stands for neither.
    """
    found: dict[str, Column | None] = {}
    shared: set[str] = set()
    for column in columns(contract):
        for text in {column.title, *(label(column.title, language) for language in LANGUAGES)}:
            name = plain(text)
            if name in found and found[name] is not column:
                shared.add(name)
            found[name] = column
    for name in shared:
        del found[name]
    named = {column.name: column for column in columns(contract)}
    for name, column in named.items():
        found[plain(name)] = column
        if column.path[0] == "data":
            found[plain(f"data.{name}")] = column
    found["subject"] = named["record_id"]
    found |= {plain(say(language, REASON)): None for language in LANGUAGES}
    found |= {plain(name): None for name in profile.ignore_columns}
    found |= {plain(alias): named[name] for alias, name in profile.columns.items() if name in named}
    return found


def read_header(cells: Sequence[str], contract: Contract, profile: Profile, *, needs_city: bool) -> Header:
    """The columns of a table. Raises FileTrouble, with every name that is not known."""
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise FileTrouble("empty_file", EMPTY)
    if len(names) > MOST_COLUMNS:
        raise too_many_columns()
    known = known_names(contract, profile)
    unknown = [name for name in names if name and plain(name) not in known]
    found = tuple(known.get(plain(name)) if name else None for name in names)
    given = [column.name for column in found if column is not None]
    if "record_id" not in given:
        raise FileTrouble("no_record_id", _NO_RECORD_ID)
    if unknown:
        shown = ", ".join(name[:_LONGEST_NAME] for name in unknown[:_MOST_NAMED])
        raise FileTrouble("unknown_columns", _UNKNOWN, type=contract.type, names=shown)
    for name in given:
        if given.count(name) > 1:
            raise FileTrouble("column_twice", _TWICE, name=name)
    missing = _missing(set(given), contract, needs_city=needs_city)
    if missing and "operation" not in given:
        raise FileTrouble("missing_columns", _MISSING, names=", ".join(missing))
    return Header(tuple(names), found)


def _missing(given: set[str], contract: Contract, *, needs_city: bool) -> list[str]:
    tokens = {column.token_of for column in columns(contract) if column.token_of and column.name in given}
    return [
        column.name
        for column in template_columns(contract)
        if (column.required or (column.name == "city" and needs_city))
        and column.name not in given
        and column.name not in tokens
    ]


def too_many_columns() -> FileTrouble:
    """The table is wider than any contract."""
    return FileTrouble("too_many_columns", _TOO_MANY, most=MOST_COLUMNS)


def plain(name: str) -> str:
    """A name without what people write differently: letter case, spaces, underscores, a star for what is required."""
    return _GAPS.sub(" ", name.replace("*", " ")).strip().casefold()
