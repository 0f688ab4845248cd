"""Phases within which figures to date are counted: of whole years, in programmes that count from events."""

from __future__ import annotations

from collections.abc import Iterator

from dbt_project.framework.cells import is_date
from dbt_project.framework.finding import Finding
from dbt_project.framework.folder import Folder


def check_phases(folder: Folder) -> Iterator[Finding]:
    """Phases without dates or that cut a year in two, and those of programmes that report all their actuals."""
    programmes = folder.by("programmes", "programme_code")
    for row in folder.rows("phases"):
        for column, day in (("valid_from", "-01-01"), ("valid_to", "-12-31")):
            if not row[column]:
                yield row.fault(f"The {column} is empty: a figure to date needs the declared first and last day.")
            elif is_date(row[column]) and not row[column].endswith(day):
                yield row.fault(
                    f"The {column} {row[column]} cuts a year in two: a figure to date is judged by whole years, so use "
                    f"a date that ends with {day}."
                )
        programme = programmes.get((row["programme_code"],))
        if programme is not None and programme["actual_source"] != "computed":
            yield row.fault(
                f"{row['programme_code']} reports its actuals, figures to date too: remove the line, or write computed "
                "in programmes.csv first."
            )
