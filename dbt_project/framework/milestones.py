"""The machines of milestones: their states are those that events can report, and their steps lead somewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from dbt_project.framework.finding import Finding
from dbt_project.framework.folder import Folder
from dbt_project.framework.table import Row
from ingestion.contracts.registry import contracts

#: Machine -> the type of event whose field `to_status` names its states.
EVENTS = {"plan": "plan.status_changed.v1", "office": "office.status_changed.v1"}
#: States of works: the model int_milestone_events tells them from how much is done and whether it was handed over.
WORKS = ("planned", "in_work", "completed", "handed_over")
LISTS = ("next_states", "next_states_if_said", "counts_as")


def check_milestones(folder: Folder) -> Iterator[Finding]:
    """States that nothing reports or nothing describes, steps to nowhere, ends that go on."""
    rows = folder.rows("milestone_states")
    machines: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in rows:
        machines[row["machine"]].setdefault(row["state"], row)
    known = _states()
    for row in rows:
        if row["machine"] in known:
            yield from _state(row, machines[row["machine"]], known[row["machine"]])
    for machine, states in machines.items():
        missing = [state for state in known.get(machine, ()) if state not in states]
        if missing:
            last = list(states.values())[-1]
            yield last.fault(
                f"The {machine} has no line for {', '.join(missing)}, which events report: add one, so that every step "
                "can be judged."
            )


def _states() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {"works": WORKS}
    for machine, event_type in EVENTS.items():
        found[machine] = tuple(contracts()[event_type].schema["properties"]["to_status"]["enum"])
    return found


def _state(row: Row, machine: dict[str, Row], known: tuple[str, ...]) -> Iterator[Finding]:
    state = row["state"]
    if state not in known:
        yield row.fault(f"No event reports the state {state} of a {row['machine']}: write one of {', '.join(known)}.")
    lists = {column: [each for each in row[column].split(";") if row[column]] for column in LISTS}
    for column, named in lists.items():
        for other in named:
            if other not in machine or other == state:
                yield row.fault(
                    f"The {column} hold {other or 'an empty one'}, which is no other state of a {row['machine']}: "
                    "write them as one;another."
                )
    steps = lists["next_states"] + lists["next_states_if_said"]
    for twice in sorted({each for each in steps if steps.count(each) > 1}):
        yield row.fault(f"The step to {twice} is allowed twice: keep it in one of the two columns.")
    if (row["is_terminal"] == "true") != (not steps):
        yield row.fault(
            f"The state {state} is {'an end and has next states' if steps else 'no end and has no next state'}: "
            "correct is_terminal or the steps."
        )
    if row["expected_next"] and row["expected_next"] not in lists["next_states"]:
        yield row.fault(f"The expected_next {row['expected_next']} is not among the next_states: add it or correct it.")
