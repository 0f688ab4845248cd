"""From results on the facts to verdicts with the name of a city, partner and event type on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from expectations.outcome import Verdict

if TYPE_CHECKING:
    from great_expectations.core import ExpectationValidationResult

#: Columns of the facts that name whose row it is, and what to look at.
KEYS = [
    "programme", "city", "partner", "event_type", "events_landed", "indicator_examples", "place_examples",
    "project_examples",
]  # fmt: skip

#: Which examples explain which expectation.
EXAMPLES = {
    "indicators_known": "indicator_examples",
    "places_known": "place_examples",
    "projects_known": "project_examples",
}


def verdicts_of(suite: str, results: Sequence[ExpectationValidationResult]) -> list[Verdict]:
    """One verdict for an expectation that all meet, else one for each city, partner and event type that does not."""
    verdicts: list[Verdict] = []
    for result in results:
        config = result.expectation_config
        assert config is not None
        name, severity = str((config.meta or {})["name"]), str(getattr(config.severity, "value", config.severity))
        sentence, column = str(config.description), str(config.kwargs["column"])
        if result.success:
            looked_at = int(result.result.get("element_count", 0))
            verdicts.append(Verdict(suite, name, severity, True, sentence, observed={"looked_at": looked_at}))
            continue
        for row in result.result["unexpected_index_list"]:
            observed = {column: _plain(row[column]), "events_landed": row["events_landed"]}
            if EXAMPLES.get(name):
                observed["examples"] = row[EXAMPLES[name]]
            whose = {key: row[key] for key in ("programme", "city", "partner", "event_type")}
            verdicts.append(Verdict(suite, name, severity, False, sentence, observed=observed, **whose))
    return verdicts


def _plain(value: Any) -> int | float:
    number = float(value)
    return int(number) if number.is_integer() else number
