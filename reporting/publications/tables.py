"""Publications as tables for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from rich import box
from rich.markup import escape
from rich.table import Table

from reporting.publications.diff import CellDifference
from reporting.publications.model import Pointer, Publication
from reporting.publications.reasons import Reasons

MARKS = {"added": "[green]+[/]", "changed": "[yellow]~[/]", "removed": "[red]-[/]"}


def publications_table(publications: Sequence[Publication], pointer: Pointer) -> Table:
    """The list, with an arrow at the one that readers see."""
    table = _table("", "id>", "made at", "as of", "cells>", "+>", "~>", "->")
    for each in publications:
        table.add_row(
            "→" if each.publication_id == pointer.publication_id else "",
            str(each.publication_id),
            f"{each.created_at.astimezone():%Y-%m-%d %H:%M}",
            f"{each.as_of.astimezone():%Y-%m-%d %H:%M}",
            *(f"{count:,}" for count in (each.cells_total, each.cells_added, each.cells_changed, each.cells_removed)),
        )
    return table


def pointer_line(pointer: Pointer) -> str:
    """One sentence on what readers see."""
    if pointer.publication_id is None:
        seen = "Nothing has been published yet."
    else:
        seen = f"Readers see publication {pointer.publication_id}, checked up to load {pointer.watermark_load_id}."
    if not pointer.held:
        return seen
    why = f": {escape(pointer.held_reason)}" if pointer.held_reason else ""
    return (
        f"{seen} [yellow]Held[/] by {escape(pointer.held_by or '?')} since {_cell(pointer.held_at)}{why}. "
        "New ones wait for `corridor publications resume`."
    )


def facts_table(rows: Sequence[dict[str, Any]], columns: Sequence[str], title: str) -> Table:
    """Some columns of rows."""
    table = _table(*(column.replace("_", " ") for column in columns))
    table.title, table.title_justify = title, "left"
    for row in rows:
        table.add_row(*(escape(_cell(row[column])) for column in columns))
    return table


def diff_table(differences: Sequence[CellDifference]) -> Table:
    """A line a differing field of a cell; added and removed cells show their value."""
    table = _table("", "indicator", "place", "period", "group", "field", "old>", "new>")
    for column in table.columns[1:4]:
        column.no_wrap = True
    for each in differences:
        for position, (name, old, new) in enumerate(_lines(each)):
            who = [MARKS[each.what], *_names(each.cell)] if position == 0 else [""] * 5
            table.add_row(*who, name, escape(_cell(old)), escape(_cell(new)))
    return table


def diff_line(differences: Sequence[CellDifference], old_id: int, new_id: int) -> str:
    """How many cells differ, by what happened to them."""
    if not differences:
        return f"Publications {old_id} and {new_id} are the same."
    counts = Counter(each.what for each in differences)
    parts = ", ".join(f"{counts[what]} {what}" for what in MARKS if counts[what])
    return f"From publication {old_id} to {new_id}: {parts} cells."


def reasons_parts(why: Reasons) -> list[Table | str]:
    """Why two publications differ, as tables and sentences."""
    parts: list[Table | str] = []
    if why.rules_changed:
        parts.append("The rules or the reference data changed between them: cells may differ without a new event.")
    if why.events:
        came = ("programme", "city", "event_type", "operation", "events", "late", "first_month", "last_month")
        parts.append(facts_table(why.events, came, "Events that came between them"))
    if why.held:
        places = ("programme_code", "geography_code", "held_before", "held_after")
        parts.append(facts_table(why.held, places, "Cities held out"))
    return parts or ["No event came between them, and no rule changed."]


def _lines(difference: CellDifference) -> list[tuple[str, Any, Any]]:
    shown = difference.fields
    if difference.what != "changed":
        wanted = ("actual", "actual_text", "target", "baseline", "status", "suppression")
        shown = {name: shown[name] for name in wanted if any(value is not None for value in shown.get(name, ()))}
    lines = [(name, old, new) for name, (old, new) in shown.items()]
    return lines or [("exact value, hidden from readers", "…", "…")]


def _names(cell: dict[str, Any]) -> list[str]:
    start, end = cell["period_start"] or "", cell["period_end"] or ""
    group = "" if cell["dimension"] == "total" else f"{cell['dimension']} {cell['dimension_value']}"
    more = " ".join(str(cell[name]) for name in ("project_code", "phase", "funder") if cell[name])
    period = _period(str(start), str(end), cell["period_precision"])
    names = (f"{cell['programme_code']} {cell['indicator_code']}", cell["geography_code"], period, f"{group} {more}")
    return [escape(name.strip()) for name in names]


def _period(start: str, end: str, precision: str) -> str:
    if precision == "quarter" and start:
        return f"{start[:4]}-Q{(int(start[5:7]) + 2) // 3}"
    if precision in ("month", "year") and start:
        return start[:7] if precision == "month" else start[:4]
    return f"{start} – {end}" if start or end else precision


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        table.add_column(name.rstrip(">"), justify="right" if name.endswith(">") else "left")
    return table


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float | Decimal):
        return f"{value:,}"
    return value.isoformat() if isinstance(value, date) else str(value)
