"""The check by topic partition: last - first + 1 = rows + rejected + duplicates + control records, and no holes."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from ingestion.loading.counts import Counts
from ingestion.reconciling.counted import Place, count_closed
from ingestion.reconciling.difference import MOST_NAMED, Difference, spans
from ingestion.reconciling.missing import Records, missing_offsets

_HOW_TO_MEND = (
    "Find out what removed them (nothing of Corridor deletes rows of raw). To bring them back: see "
    "docs/data-engineer/reconciliation.md, 'Rows are missing'."
)


@dataclass(frozen=True)
class Checked:
    """What was looked at, and what does not add up."""

    offsets: int
    rows: int
    differences: list[Difference]


def check_loads(connection: psycopg.Connection, after: int, upto: int, again: list[int], records: Records) -> Checked:
    """Hold the rows of closed loads against the ledger: loads behind `after` up to `upto`, and those in `again`."""
    ledger, rows = count_closed(connection, after, upto, again)
    differences = []
    for place in sorted(ledger.keys() | rows.keys()):
        said, there = ledger.get(place), rows.get(place, Counts())
        if said is None or said.rows == there.rows:
            continue
        differences += _differences(connection, place, said, there, records)
    return Checked(
        offsets=sum(each.offsets for each in ledger.values()),
        rows=sum(sum(each.rows) for each in rows.values()),
        differences=differences,
    )


def _differences(
    connection: psycopg.Connection, place: Place, said: Counts, there: Counts, records: Records
) -> list[Difference]:
    load_id, topic, partition = place
    lacking = {
        what: have - found
        for what, have, found in zip(
            ("landed", "duplicate", "id_reused", "refused"), said.rows, there.rows, strict=True
        )
        if have != found
    }
    words = ", ".join(f"{abs(n)} {what} {'too few' if n > 0 else 'too many'}" for what, n in lacking.items())
    common = {
        "place": f"{topic}/{partition}/load {load_id}",
        "load_id": load_id,
        "topic": topic,
        "partition": partition,
        "expected": sum(said.rows),
        "found": sum(there.rows),
    }
    if sum(there.rows) > sum(said.rows):
        detail = f"Load {load_id} holds rows that its ledger does not know: {words}. Nobody else may write to raw."
        return [Difference(kind="unexpected_rows", detail=detail, **common)]  # type: ignore[arg-type]
    missing, certain = missing_offsets(connection, place, records)
    if not missing:
        # A later load that read the stretch again holds them.
        return []
    named = spans(missing)
    told = f"Rows are missing: {words}. Offsets without a row: {named}."
    if not certain:
        told += " Transaction markers are among them, and the log no longer holds this stretch to tell them apart."
    return [
        Difference(
            kind="missing_rows",
            detail=f"{told} {_HOW_TO_MEND}",
            first_offset=min(missing),
            next_offset=max(missing) + 1,
            offsets=tuple(missing[:MOST_NAMED]),
            **common,  # type: ignore[arg-type]
        )
    ]
