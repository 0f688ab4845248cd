"""`corridor send`: a file of events to the gateway, with a receipt for every one."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from ingestion.event_files import Row
    from ingestion.partner_client.corridor_client import SendSummary

#: Refused events that the summary shows; the receipts hold all.
_SHOWN = 10


def command(
    file: Annotated[Path, typer.Argument(help="JSON lines of CloudEvents, or CSV.", exists=True, dir_okay=False)],
    key: Annotated[str | None, typer.Option(help="API key. Better: CORRIDOR_API_KEY or --key-file.")] = None,
    key_file: Annotated[Path | None, typer.Option(help="File that holds the API key.", exists=True)] = None,
    url: Annotated[str | None, typer.Option(help="Base address of the gateway, if not this stack's.")] = None,
    batch_size: Annotated[int, typer.Option(help="Events a request.", min=1, max=1000)] = 100,
    receipts: Annotated[Path | None, typer.Option(help="Write a JSON line a row: what became of it.")] = None,
    source: Annotated[str | None, typer.Option(help="Source of rows that name none.")] = None,
    event_type: Annotated[str | None, typer.Option("--type", help="Type of rows that name none.")] = None,
) -> None:
    """Send a file of events and show what became of them.

    A CSV file names attributes and fields of data in its header: type,time,subject,data.sex,data.age_band,...
    Lists are separated by semicolons. Rows without an id get one from their content, so the same file may be
    sent again: each event counts once. Exit code 0: all accepted; 2: some refused; 1: the sending failed.

    Example: corridor send registrations.csv --key-file my.key --receipts receipts.jsonl
    """
    from infra.local.files import open_private
    from infra.settings import Settings
    from ingestion.event_files import EventFileError, read_events
    from ingestion.partner_client.corridor_client import SendError, send_events

    secret = _key(key, key_file)
    defaults = {name: value for name, value in (("source", source), ("type", event_type)) if value is not None}
    lines: list[int] = []
    began = time.monotonic()
    out = open_private(receipts) if receipts is not None else None

    def note(index: int, result: dict[str, Any]) -> None:
        if out is not None:
            out.write(json.dumps({"line": lines[index], **result}, ensure_ascii=False) + "\n")

    try:
        events = _events(read_events(file, defaults), lines)
        summary = send_events(events, secret, url or Settings.load().gateway_url, note, batch_size=batch_size)
    except (SendError, EventFileError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from None
    finally:
        if out is not None:
            out.close()
    _show(summary, lines, time.monotonic() - began)
    if summary.rejected:
        raise typer.Exit(2)


def _key(key: str | None, key_file: Path | None) -> str:
    found = key or (key_file.read_text(encoding="utf-8") if key_file else os.environ.get("CORRIDOR_API_KEY", ""))
    if not found.strip():
        print("No API key: set CORRIDOR_API_KEY, or name a file with --key-file.", file=sys.stderr)
        raise typer.Exit(1)
    return found.strip()


def _events(rows: Iterator[Row], lines: list[int]) -> Iterator[dict[str, Any]]:
    for row in rows:
        lines.append(row.line)
        yield row.event


def _show(summary: SendSummary, lines: list[int], seconds: float) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    refused = len(summary.rejected)
    known = f", {summary.duplicates} known already" if summary.duplicates else ""
    console.print(f"{summary.accepted} accepted{known}, {refused} refused, {seconds:.1f} s", highlight=False)
    if summary.receipts:
        console.print(f"last receipt: {summary.receipts[-1]}", highlight=False)
    if not refused:
        return
    table = Table(pad_edge=False)
    for column in ("line", "id", "code", "where", "what to do"):
        table.add_column(column, overflow="fold")
    for each in summary.rejected[:_SHOWN]:
        line = str(lines[each["index"]])
        table.add_row(line, *(str(each[name] or "") for name in ("id", "code", "pointer", "detail")))
    console.print(table)
    if refused > _SHOWN:
        console.print(f"and {refused - _SHOWN} more: --receipts FILE keeps them all", highlight=False)
