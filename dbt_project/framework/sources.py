"""A city reports a month or counts it from events: only what adds up month by month can change its source."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date

from dbt_project.framework.cells import is_date
from dbt_project.framework.finding import Finding
from dbt_project.framework.folder import Folder
from dbt_project.framework.table import Row


def check_sources(folder: Folder) -> Iterator[Finding]:
    """Sources of what does not add up over time, of no city, of programmes that report all, or of parts of months."""
    indicators = folder.by("indicators", "indicator_code")
    places = folder.by("places", "place_code")
    programmes = folder.by("programmes", "programme_code")
    shared = _shared_references(folder)
    by_funder = {r["indicator_code"] for r in folder.rows("counting_rules") if r["counts"] == "records_by_funder"}
    for row in folder.rows("actual_sources"):
        indicator = indicators.get((row["indicator_code"],))
        if indicator is not None and (
            indicator["source_type"] != "computed"
            or indicator["time_rule"] != "sum"
            or indicator["unit_of_count"] == "money"
        ):
            yield row.fault(
                f"{row['indicator_code']} is not counted from events month by month, so reported months cannot stand "
                "in for them: remove the line, and let it change its source with a year."
            )
        if row["indicator_code"] in by_funder and row["actual_source"] == "reported":
            yield row.fault(
                f"{row['indicator_code']} is shown by funder, which a reported total does not tell: its parts would "
                "look complete and are not. Remove the line."
            )
        for reference, others in shared.get(row["indicator_code"], {}).items():
            yield row.fault(
                f"{row['indicator_code']} is counted under {reference} together with {', '.join(sorted(others))}, "
                "where an event that counts for both counts once; a reported total cannot be told apart so. Remove the "
                "line, or make one of the mappings partial."
            )
        place = places.get((row["place_code"],))
        if place is not None and place["level"] != "city":
            yield row.fault(f"{row['place_code']} is no city: declare each of its cities.")
        programme = programmes.get((row["programme_code"],))
        if programme is not None and programme["actual_source"] != "computed":
            yield row.fault(
                f"{row['programme_code']} reports all its actuals: write computed in programmes.csv first, and declare "
                "here the cities that still report."
            )
        yield from _months(row)


def _shared_references(folder: Folder) -> dict[str, dict[str, set[str]]]:
    """By indicator: the references it is mapped to exactly, each with the other indicators counted under it."""
    counted: dict[str, set[str]] = {}
    for row in folder.rows("indicator_mappings"):
        if row["strength"] == "exact":
            counted.setdefault(f"{row['framework_version']} {row['reference_code']}", set()).add(row["indicator_code"])
    found: dict[str, dict[str, set[str]]] = {}
    for reference, codes in counted.items():
        for code in codes if len(codes) > 1 else ():
            found.setdefault(code, {})[reference] = codes - {code}
    return found


def _months(row: Row) -> Iterator[Finding]:
    if is_date(row["valid_from"]) and not row["valid_from"].endswith("-01"):
        yield row.fault(f"The valid_from {row['valid_from']} cuts a month in two: use the first day of a month.")
    if is_date(row["valid_to"]):
        last = date.fromisoformat(row["valid_to"])
        if last.day != calendar.monthrange(last.year, last.month)[1]:
            yield row.fault(f"The valid_to {row['valid_to']} cuts a month in two: use the last day of a month.")
