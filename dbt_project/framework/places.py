"""Places lie in one another without end, in real time zones, and of all levels."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from zoneinfo import available_timezones

from dbt_project.framework.finding import Finding
from dbt_project.framework.folder import Folder

#: Levels that hold members by place_members.csv.
SETS = {"joint_set", "corridor"}


def check_places(folder: Folder) -> Iterator[Finding]:
    """Cycles, unknown time zones, members of what is no set, cities without a country."""
    places = folder.by("places", "place_code")
    parents = {code: row["parent_code"] for (code,), row in places.items()}
    for (code,), row in places.items():
        above, seen = parents.get(code, ""), {code}
        while above and above not in seen:
            seen.add(above)
            above = parents.get(above, "")
        if above == code:
            yield row.fault(f"{code} lies in itself by its parent_code: correct one of its parents.")
        if row["timezone"] not in _time_zones():
            yield row.fault(
                f"The timezone {row['timezone'] or '(empty)'} does not exist: write one such as Africa/Tunis."
            )
        if row["level"] == "city" and not row["country_code"]:
            yield row.fault(f"The city {code} has no country_code: its figures would reach no country. Fill it in.")
    for row in folder.rows("place_members"):
        parent = places.get((row["parent_code"],))
        if parent is not None and parent["level"] not in SETS:
            yield row.fault(f"{row['parent_code']} is a {parent['level']}: only joint sets and corridors list members.")


@cache
def _time_zones() -> set[str]:
    return available_timezones()
