"""What holds for a time begins before it ends, and nothing holds twice on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from dbt_project.framework.cells import is_date
from dbt_project.framework.finding import Finding
from dbt_project.framework.folder import Folder
from dbt_project.framework.table import Row

#: Table -> the columns of which two rows must not hold on the same day.
ONE_AT_A_TIME = {
    "framework_versions": ("framework_code",),
    "indicator_mappings": ("indicator_code", "framework_version", "reference_code"),
    "places": ("place_code",),
    "place_members": ("parent_code", "member_code"),
    "actual_sources": ("programme_code", "indicator_code", "place_code"),
    "phases": ("programme_code",),
}
EVER, NEVER = "0000-00-00", "9999-99-99"


def check_validity(folder: Folder) -> Iterator[Finding]:
    """Ends before beginnings, overlaps, and exact mappings that would cut a year in two."""
    for table in folder.tables.values():
        for row in table.rows:
            if row["valid_from"] and row["valid_to"] and row["valid_to"] < row["valid_from"]:
                yield row.fault(f"It ends on {row['valid_to']}, before it begins on {row['valid_from']}: correct one.")
    for name, key in ONE_AT_A_TIME.items():
        yield from _overlaps(folder.rows(name), key)
    mapped = {r["framework_version"] for r in folder.rows("indicator_mappings") if r["strength"] == "exact"}
    yield from _whole_years(
        [r for r in folder.rows("framework_versions") if r["framework_version"] in mapped]
        + [r for r in folder.rows("indicator_mappings") if r["strength"] == "exact"]
    )


def _overlaps(rows: list[Row], key: tuple[str, ...]) -> Iterator[Finding]:
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[tuple(row[column] for column in key)].append(row)
    for found, group in groups.items():
        group.sort(key=lambda row: (row["valid_from"] or EVER, row.line))
        until: Row | None = None
        for row in group:
            if until is not None and (row["valid_from"] or EVER) <= (until["valid_to"] or NEVER):
                yield row.fault(
                    f"{' '.join(found)} holds here and in line {until.line} on the same days: end one before the other "
                    "begins."
                )
            until = row


def _whole_years(rows: list[Row]) -> Iterator[Finding]:
    for row in rows:
        for column, day in (("valid_from", "-01-01"), ("valid_to", "-12-31")):
            if row[column] and is_date(row[column]) and not row[column].endswith(day):
                yield row.fault(
                    f"The {column} {row[column]} cuts a year in two, which exact mappings cannot: use a date "
                    f"ending in {day}."
                )
