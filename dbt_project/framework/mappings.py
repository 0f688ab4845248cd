"""A mapping leads from an indicator to something that exists, and an exact one between the same things."""

from __future__ import annotations

from collections.abc import Iterator

from dbt_project.framework.finding import Finding
from dbt_project.framework.folder import Folder
from dbt_project.framework.table import Row

#: All indicators that are mapped exactly to one other must agree on these.
SHARED = ("place_rule", "time_rule", "dimension_rule")


def check_mappings(folder: Folder) -> Iterator[Finding]:
    """Mappings to nothing, exact ones between different things, and wording that claims more than it is."""
    references = folder.by("reference_indicators", "framework_version", "reference_code")
    indicators = folder.by("indicators", "indicator_code")
    versions = folder.by("framework_versions", "framework_version")
    frameworks = folder.by("frameworks", "framework_code")
    exact: dict[tuple[str, ...], Row] = {}
    for row in folder.rows("indicator_mappings"):
        key = (row["framework_version"], row["reference_code"])
        reference, indicator = references.get(key), indicators.get((row["indicator_code"],))
        if reference is None:
            yield row.fault(
                f"{row['indicator_code']} is mapped to {' '.join(key)}, which is not in reference_indicators.csv: "
                "add it there or correct the code."
            )
            continue
        version = versions.get((row["framework_version"],))
        if version is not None and row["reference_framework"] != version["framework_code"]:
            yield row.fault(f"{row['framework_version']} is a version of {version['framework_code']}: correct one.")
        if row["wording_status"] != reference["wording_status"]:
            yield row.fault(
                f"The wording of {' '.join(key)} is {reference['wording_status']} in reference_indicators.csv, here "
                f"{row['wording_status']}: nothing may be shown as more official than it is. Make them the same."
            )
        if row["strength"] != "exact" or indicator is None:
            continue
        yield from _exact(row, indicator, reference)
        first = exact.setdefault(key, indicator)
        if first is not indicator:
            yield from _together(row, first, indicator)
            framework = frameworks.get((row["reference_framework"],))
            programme = folder.by("programmes", "programme_code").get(
                (framework["programme_code"] if framework else "",)
            )
            if indicator["threshold"] != "0" and (programme is None or programme["is_simulated"] != "true"):
                yield row.fault(
                    f"{' '.join(key)} already counts {first['indicator_code']}: the two counted together, less one of "
                    "them, would show small numbers of people. Map one of them as partial."
                )


def _exact(row: Row, indicator: Row, reference: Row) -> Iterator[Finding]:
    if reference["wording_status"] == "RECALLED":
        yield row.fault(
            "The wording that it is mapped to is only recalled: no mapping to it can be exact. Write partial."
        )
    if indicator["unit_of_count"] != reference["unit_of_count"]:
        yield row.fault(
            f"{indicator['indicator_code']} counts {indicator['unit_of_count']}, {row['reference_code']} counts "
            f"{reference['unit_of_count'] or 'nothing known'}: only the same unit is exact. Write partial."
        )


def _together(row: Row, first: Row, indicator: Row) -> Iterator[Finding]:
    if indicator["unit_of_count"] == "percent":
        yield row.fault("Two shares cannot be counted together: map only one of them as exact.")
    for rule in SHARED:
        if first[rule] != indicator[rule]:
            yield row.fault(
                f"{indicator['indicator_code']} and {first['indicator_code']} are mapped to the same indicator and "
                f"differ in their {rule}: map only one of them as exact."
            )
