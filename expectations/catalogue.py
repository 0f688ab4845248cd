"""The reference data that expectations check against, read from the seeds so that it is there before dbt has run."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from infra.settings import REPO

SEEDS = REPO / "dbt_project" / "seeds"


@dataclass(frozen=True)
class Catalogue:
    """Codes and rules of the programme; every member is read from its CSV when first asked for."""

    folder: Path = SEEDS

    @cached_property
    def indicators(self) -> dict[str, dict[str, str]]:
        """Indicator code to its row; codes of other frameworks have that of what is mapped to them, the strictest."""
        own = {row["indicator_code"]: row for row in self._rows("framework/indicators.csv")}
        found: dict[str, dict[str, str]] = {}
        for mapping in self._rows("framework/indicator_mappings.csv"):
            if mapping["strength"] == "exact":
                code = f"{mapping['framework_version']}:{mapping['reference_code']}"
                mapped = (own[mapping["indicator_code"]], *filter(None, [found.get(code)]))
                found[code] = max(mapped, key=lambda row: int(row["threshold"]))
        return own | found

    @cached_property
    def ruled_indicators(self) -> list[str]:
        """Codes with a unit of count and a rule over time, places and dimensions."""
        needed = ("unit_of_count", "time_rule", "place_rule", "dimension_rule")
        return sorted(code for code, row in self.indicators.items() if all(row[column] for column in needed))

    @cached_property
    def milestones(self) -> list[str]:
        """Codes of what reaches states and may fall back."""
        return sorted(code for code, row in self.indicators.items() if row["time_rule"] == "milestone")

    @cached_property
    def thresholds(self) -> dict[str, int]:
        """Indicator code to the smallest count that may be shown, where there is one."""
        return {code: int(row["threshold"]) for code, row in self.indicators.items() if int(row["threshold"] or 0) > 0}

    @cached_property
    def places(self) -> list[str]:
        """Every place code, of any level."""
        return sorted(row["place_code"] for row in self._rows("places/places.csv"))

    @cached_property
    def projects(self) -> list[str]:
        """Every project code."""
        return sorted(row["project_code"] for row in self._rows("programme/projects.csv"))

    @cached_property
    def countries(self) -> dict[str, str]:
        """City code to the code of its country."""
        rows = {row["place_code"]: row for row in self._rows("places/places.csv")}
        return {code: row["parent_code"] for code, row in rows.items() if row["level"] == "city"}

    @cached_property
    def simulated(self) -> dict[str, bool]:
        """Published programmes: code to whether its figures are simulated."""
        return {
            code: row["is_simulated"] == "true" for code, row in self._programmes.items() if row["published"] == "true"
        }

    @cached_property
    def computed(self) -> list[str]:
        """Published programmes whose figures are computed from individual events."""
        return sorted(code for code in self.simulated if self._programmes[code]["actual_source"] == "computed")

    @cached_property
    def reported(self) -> list[tuple[str, str, str, str, str]]:
        """Months that cities report in place of their events: programme, indicator, city, first and last day."""
        return [
            (
                row["programme_code"], row["indicator_code"], row["place_code"], row["valid_from"],
                row["valid_to"] or "infinity",
            )
            for row in self._rows("programme/actual_sources.csv")
            if row["actual_source"] == "reported"
        ]  # fmt: skip

    @cached_property
    def _programmes(self) -> dict[str, dict[str, str]]:
        return {row["programme_code"]: row for row in self._rows("programme/programmes.csv")}

    def _rows(self, name: str) -> list[dict[str, str]]:
        with (self.folder / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
