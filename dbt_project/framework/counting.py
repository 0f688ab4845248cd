"""An indicator that is computed says from which events; one that is stated counts none."""

from __future__ import annotations

from collections.abc import Iterator

from dbt_project.framework.finding import Finding
from dbt_project.framework.folder import Folder
from dbt_project.framework.table import Row
from ingestion.contracts.registry import contracts

#: What a rule may name instead of one type: every event that is about one person.
ANY_PERSON = "any event of a person"


def check_counting(folder: Folder) -> Iterator[Finding]:
    """Computed indicators without a rule, rules of stated ones, and rules of events that no contract describes."""
    rules = folder.by("counting_rules", "indicator_code")
    indicators = folder.by("indicators", "indicator_code")
    for row in folder.rows("indicators"):
        if row["source_type"] == "computed" and (row["indicator_code"],) not in rules:
            yield row.fault(
                f"{row['indicator_code']} is computed from events, but no line of counting_rules.csv says from which."
            )
    types = {ANY_PERSON, *(contract.type for contract in contracts().values())}
    for rule in folder.rows("counting_rules"):
        yield from _rule(rule, types)
        indicator = indicators.get((rule["indicator_code"],))
        if indicator is not None and indicator["source_type"] != "computed":
            yield rule.fault(
                f"{rule['indicator_code']} is stated, so no event counts for it: write computed in indicators.csv, "
                "or remove the line."
            )


def _rule(rule: Row, types: set[str]) -> Iterator[Finding]:
    if rule["event_type"] not in types:
        yield rule.fault(f"No contract describes {rule['event_type']}: correct it, or write: {ANY_PERSON}.")
    if any(kind != kind.strip() or not kind for kind in rule["kinds"].split(";") if rule["kinds"]):
        yield rule.fault("The kinds hold an empty one or a space too many: write them as one;another.")
