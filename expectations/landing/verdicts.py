"""From results on the facts to verdicts with a city's name on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from expectations.outcome import Verdict

if TYPE_CHECKING:
    from great_expectations.core import ExpectationValidationResult

#: Columns of the facts that name whose row it is, and what to look at.
KEYS = ["programme", "city", "events_landed", "indicator_examples", "place_examples"]

#: Which examples explain which expectation.
EXAMPLES = {"indicators_known": "indicator_examples", "places_known": "place_examples"}


def verdicts_of(suite: str, results: Sequence[ExpectationValidationResult], landed: dict[str, int]) -> list[Verdict]:
    """One verdict for an expectation that every city meets, else one for each city that does not.

    The volume's outcome also keeps `landed` (events by "programme/city").
    """
    verdicts: list[Verdict] = []
    for result in results:
        config = result.expectation_config
        assert config is not None
        name, severity = str((config.meta or {})["name"]), str(getattr(config.severity, "value", config.severity))
        sentence, column = str(config.description), str(config.kwargs["column"])
        memory: dict[str, Any] = {"events": landed} if name == "volume_as_usual" else {}
        if result.success or memory:
            rows = int(result.result.get("element_count", 0))
            verdicts.append(
                Verdict(suite, name, severity, bool(result.success), sentence, observed={"cities": rows, **memory})
            )
        if result.success:
            continue
        for row in result.result["unexpected_index_list"]:
            observed = {column: _plain(row[column]), "events_landed": row["events_landed"]}
            if EXAMPLES.get(name):
                observed["examples"] = row[EXAMPLES[name]]
            verdicts.append(Verdict(suite, name, severity, False, sentence, row["programme"], row["city"], observed))
    return verdicts


def _plain(value: Any) -> int | float:
    number = float(value)
    return int(number) if number.is_integer() else number
