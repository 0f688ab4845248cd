"""What is behind a published cell, put together for people and for JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from reporting.explain.cells import find_cell
from reporting.explain.evidence import Evidence, evidence
from reporting.explain.openings import log_opening
from reporting.explain.parts import parts
from reporting.publications.history import get_publication
from reporting.publications.model import PublicationError
from reporting.publications.pointer import read_pointer

HIDDEN = (
    "This figure is hidden to protect people: it is small, or another small figure could be worked out from it. "
    "What is behind it is for engineers: `--engineer REASON`, which is logged."
)
_CELL = (
    "cell_id", "programme_code", "framework_version", "indicator_code", "indicator_name", "unit_of_count",
    "geography_level", "geography_code", "geography_name", "phase", "funder", "period_start", "period_end",
    "period_precision", "basis", "dimension", "dimension_value", "kind", "origin", "actual", "actual_low",
    "actual_high", "actual_qualifier", "actual_text", "currency", "numerator", "denominator", "status", "suppression",
    "completeness", "note", "is_simulated",
)  # fmt: skip
_TARGET = ("target", "target_qualifier", "target_phrase", "baseline", "baseline_text", "achievement")
_RULE = (
    "definition", "unit_of_count", "time_rule", "place_rule", "dimension_rule", "direction", "data_class", "threshold",
    "small_cell_policy", "source_type", "source_ref", "wording_status",
)  # fmt: skip


@dataclass(frozen=True)
class Explanation:
    """`agrees` is None where there is nothing to count again or the figure is hidden; `because` then says why.

    `events` are only there for an engineer, whose opening is in ops.cell_openings.
    """

    publication_id: int
    cell: dict[str, Any]
    rule: dict[str, Any]
    target: dict[str, Any]
    document: dict[str, Any]
    held_cities: str | None
    parts: list[dict[str, Any]]
    agrees: bool | None
    because: str
    events: list[dict[str, Any]] | None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def explain(
    conn: psycopg.Connection,
    words: Sequence[str],
    *,
    publication_id: int | None = None,
    engineer: str | None = None,
    by: str = "",
) -> Explanation:
    """Explain the cell that `words` name, in the publication that readers see or in another.

    With a reason in `engineer`, also its events, after `by` has been logged. Raises PublicationError if there is no
    such publication or cell.
    """
    chosen = publication_id if publication_id is not None else read_pointer(conn).publication_id
    if chosen is None:
        raise PublicationError("Nothing was published yet: `corridor publications list` shows what is.")
    get_publication(conn, chosen)
    cell = find_cell(conn, words, chosen)
    if engineer is not None:
        log_opening(conn, cell, chosen, by, engineer)
    is_hidden = cell["suppression"] not in (None, "exempt")
    found = evidence(conn, cell) if cell["origin"] == "computed" and (engineer or not is_hidden) else None
    agrees, because = _compare(cell, found, is_hidden and not engineer)
    return Explanation(
        publication_id=chosen,
        cell={name: cell[name] for name in _CELL},
        rule=_rule(conn, cell["indicator_code"]),
        target={name: cell[name] for name in _TARGET if cell[name] is not None},
        document={"phrase": cell["source_phrase"], "document": cell["source_document"]},
        held_cities=_held(conn, cell, chosen),
        parts=parts(conn, cell, chosen) if cell["origin"] == "computed" else [],
        agrees=agrees,
        because=because,
        events=found.events if found and engineer is not None else None,
    )


def _compare(cell: dict[str, Any], found: Evidence | None, is_refused: bool) -> tuple[bool | None, str]:
    """What an unprotected later count would be is never said, only whether it is that of the publication."""
    if is_refused:
        return None, HIDDEN
    if found is None:
        return None, "No events are counted for this figure: it comes from the document named here, or has no actual."
    if cell["valid_to_publication"] is not None:
        return None, (
            f"This cell changed in publication {cell['valid_to_publication']}; the warehouse counts what is known now. "
            f"`corridor publications diff` with {cell['valid_to_publication']} says what came between."
        )
    if (found.value(cell["unit_of_count"]) or 0) == (cell["actual_exact"] or 0):
        return True, "The events that the warehouse holds, counted again, give this figure."
    return False, (
        "The events that the warehouse holds give another figure: a later build took events in and was not published. "
        "`corridor publications list` shows whether publications are held or a build was refused."
    )


def _rule(conn: psycopg.Connection, indicator: str) -> dict[str, Any]:
    with conn.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute("select * from warehouse.dim_indicators where indicator_code = %s", [indicator]).fetchone()
    return {name: row[name] for name in _RULE} if row else {}


def _held(conn: psycopg.Connection, cell: dict[str, Any], publication_id: int) -> str | None:
    if cell["component"] is None and cell["geography_level"] not in ("city", "joint_set"):
        return None
    row = conn.execute(
        """
        select held_cities from published.held_places
        where
            programme_code = %s and geography_code = %s and valid_from_publication <= %s
            and (valid_to_publication is null or valid_to_publication > %s)
        """,
        [cell["programme_code"], cell["geography_code"], publication_id, publication_id],
    ).fetchone()
    return row[0] if row else None
