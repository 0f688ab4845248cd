"""Each cell by itself: keys, codes of other tables, values, dates and numbers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation

from dbt_project.framework.finding import Finding
from dbt_project.framework.folder import Folder
from dbt_project.framework.rules import DATES, KEYS, NUMBERS, REFERENCES, VALUES
from dbt_project.framework.table import Row


def check_cells(folder: Folder) -> Iterator[Finding]:
    """Duplicated keys, codes that nothing has, values that nothing knows, what is no date or no number."""
    for name, key in KEYS.items():
        yield from _keys(folder, name, key)
    for (name, column), (other, its) in REFERENCES.items():
        known = folder.codes(other, its)
        for row in folder.rows(name):
            if row[column] and row[column] not in known:
                yield row.fault(f"The {column} {row[column]} is not in {other}.csv: add it there or correct it here.")
    for (name, column), allowed in VALUES.items():
        for row in folder.rows(name):
            if row[column] not in allowed:
                words = ", ".join(sorted(allowed - {""}))
                yield row.fault(f"The {column} {row[column] or '(empty)'} is not known: write one of {words}.")
    for table in folder.tables.values():
        for row in table.rows:
            yield from _kinds(row)


def _keys(folder: Folder, name: str, key: tuple[str, ...]) -> Iterator[Finding]:
    first: dict[tuple[str, ...], Row] = {}
    for row in folder.rows(name):
        found = tuple(row[column] for column in key)
        known = first.setdefault(found, row)
        if known is not row:
            yield row.fault(f"{' '.join(found)} already stands in line {known.line}: remove one of the two.")
        if not all(found):
            yield row.fault(f"{', '.join(key)} must not be empty: fill it in or remove the line.")


def _kinds(row: Row) -> Iterator[Finding]:
    for column, text in row.cells.items():
        if text and column in DATES and not is_date(text):
            yield row.fault(f"The {column} {text} is no date: write it as 2024-12-31.")
        if text and column in NUMBERS and not _is_number(text):
            yield row.fault(f"The {column} {text} is no number: write digits with a point for decimals.")


def is_date(text: str) -> bool:
    """True of a day as 2024-12-31."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False
