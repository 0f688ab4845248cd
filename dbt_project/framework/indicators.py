"""An indicator says how it combines, and a result how it is judged."""

from __future__ import annotations

from collections.abc import Iterator

from dbt_project.framework.finding import Finding
from dbt_project.framework.folder import Folder
from dbt_project.framework.table import Row

RULES = ("unit_of_count", "time_rule", "place_rule", "dimension_rule", "direction", "data_class", "threshold")
#: Levels of what is a result of the programme.
RESULTS = {"output", "outcome", "impact"}
#: Breakdowns that are not a scheme of their own: all of it, and two schemes crossed.
CROSSED = {"sex_age": ("sex", "age_band")}
LANGUAGES = ("en", "fr", "es", "ar")


def check_indicators(folder: Folder) -> Iterator[Finding]:
    """Rules that are missing, breakdowns that nothing knows, and names that are missing in a language."""
    schemes = folder.by("dimension_schemes", "dimension")
    own = {row["part_dimension"] for row in folder.rows("indicators")}
    known = {"total", *CROSSED, *own, *(dimension for (dimension,) in schemes)}
    for row in folder.rows("indicators"):
        yield from _rules(row)
        for dimension in filter(None, row["required_dims"].split(";")):
            if dimension not in known:
                yield row.fault(f"The required breakdown {dimension} is no scheme: add it to dimension_schemes.csv.")
    for row in folder.rows("published_crosstabs"):
        yield from _crosstab(row, known, folder)
    yield from _names(folder)


def _rules(row: Row) -> Iterator[Finding]:
    code = row["indicator_code"]
    for rule in RULES:
        if not row[rule]:
            yield row.fault(f"The indicator {code} has no {rule}: it would be added up by chance. Fill it in.")
    if row["level"] in RESULTS and not row["track_rule"]:
        yield row.fault(f"The result {code} has no track_rule: write linear, milestone or floor.")
    if row["wording_status"] == "RECALLED":
        yield row.fault(
            f"The wording of {code} is only recalled: it may stand in reference_indicators.csv, never as our own."
        )
    share = row["unit_of_count"] == "percent"
    if share != (row["time_rule"] == "ratio") and row["level"] in RESULTS:
        yield row.fault(
            f"{code} counts {row['unit_of_count']} with the time_rule {row['time_rule']}: shares are ratio."
        )


def _crosstab(row: Row, known: set[str], folder: Folder) -> Iterator[Finding]:
    dimension = row["dimension"]
    if dimension not in known:
        yield row.fault(f"The breakdown {dimension} is no scheme: add it to dimension_schemes.csv or remove the line.")
    overlapping = {r["dimension"] for r in folder.rows("dimension_schemes") if r["is_multivalued"] == "true"}
    if overlapping & {dimension, *CROSSED.get(dimension, ())}:
        yield row.fault(
            f"Somebody may have several values of {dimension}, so its parts do not add up: it cannot be published."
        )


def _names(folder: Folder) -> Iterator[Finding]:
    if "indicator_names" not in folder.tables:
        return
    named = folder.by("indicator_names", "indicator_code", "language")
    for row in folder.rows("indicators"):
        if row["level"] not in RESULTS:
            continue
        code = row["indicator_code"]
        for language in LANGUAGES:
            name = named.get((code, language))
            if name is None or not name["name"].strip():
                yield row.fault(f"{code} has no name in {language}: add it to indicator_names.csv.")
        english = named.get((code, "en"))
        if english is not None and english["name"] != row["name_en"]:
            yield english.fault(f"The English name of {code} is another one in indicators.csv: make them the same.")
