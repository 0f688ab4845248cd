"""One CSV file with the line of each row, and the damage that spreadsheets do to such files."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dbt_project.framework.finding import Finding

BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Row:
    """A line of a file: its texts by column, stripped of nothing."""

    file: str
    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def fault(self, text: str) -> Finding:
        """A finding in this line."""
        return Finding(self.file, self.line, text)


@dataclass
class Table:
    """Rows of one file, or what keeps it from being read."""

    file: str
    columns: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    damage: list[Finding] = field(default_factory=list)


def read_table(path: Path, folder: Path) -> Table:
    """The file at `path` below `folder`. Never raises: a file that is no CSV in UTF-8 with commas is damage."""
    table = Table(path.relative_to(folder).as_posix())
    content = path.read_bytes()
    if content.startswith(BOM):
        table.damage.append(
            Finding(table.file, 1, "The file begins with a byte order mark: save it as UTF-8 without BOM.")
        )
        content = content.removeprefix(BOM)
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        table.damage.append(Finding(table.file, line, "The line is not UTF-8: save the file with that encoding."))
        return table
    header = text.split("\n", 1)[0]
    if ";" in header and "," not in header:
        table.damage.append(
            Finding(
                table.file, 1, "The columns are parted by semicolons: save the file with commas (Excel: UTF-8 CSV)."
            )
        )
        return table
    _fill(table, text)
    return table


def _fill(table: Table, text: str) -> None:
    lines = _records(text)
    _, table.columns = next(lines, (1, []))
    for line, cells in lines:
        if len(cells) != len(table.columns):
            table.damage.append(
                Finding(
                    table.file, line,
                    f"The line has {len(cells)} cells, the header {len(table.columns)}: put a text that holds a comma "
                    "between quotation marks.",
                )
            )  # fmt: skip
            continue
        table.rows.append(Row(table.file, line, dict(zip(table.columns, cells, strict=True))))


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(text.splitlines(keepends=True))
    begins = 1
    for cells in reader:
        yield begins, cells
        begins = reader.line_num + 1
