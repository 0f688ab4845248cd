"""All tables of a folder of reference data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dbt_project.framework.finding import Finding
from dbt_project.framework.table import Row, Table, read_table


class Folder:
    """The tables below `path`, by the names of their files without .csv. A table that is missing has no rows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tables: dict[str, Table] = {each.stem: read_table(each, path) for each in sorted(path.glob("*/*.csv"))}

    def rows(self, name: str) -> list[Row]:
        """Rows of the table `name`."""
        return self.tables[name].rows if name in self.tables else []

    def codes(self, name: str, column: str) -> set[str]:
        """What stands in a column of it."""
        return {row[column] for row in self.rows(name)}

    def by(self, name: str, *columns: str) -> dict[tuple[str, ...], Row]:
        """Its rows by what stands in `columns`; of several the first."""
        found: dict[tuple[str, ...], Row] = {}
        for row in self.rows(name):
            found.setdefault(tuple(row[column] for column in columns), row)
        return found

    def damage(self) -> Iterator[Finding]:
        """What keeps files from being read."""
        for table in self.tables.values():
            yield from table.damage
