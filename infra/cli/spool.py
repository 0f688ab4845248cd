"""`corridor spool`: what the gateway keeps for Kafka while Kafka cannot answer."""

from __future__ import annotations

import json
import time
from typing import Annotated, Any

import typer


def command(as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of lines.")] = False) -> None:
    """Show how many events wait in the gateway's spool, since when, and whether Kafka gets them.

    It reads the spool's file, so it works while the gateway is down too. The exit code is 0 if nothing waits and
    nothing was put aside, else 1.

    Example: corridor spool
    """
    from infra.local.problems import Problem
    from infra.settings import Settings
    from ingestion.gateway.spool_look import SpoolLookError, look, spool_path

    settings = Settings.load()
    path = spool_path(settings)
    try:
        held = look(path)
    except SpoolLookError as error:
        raise Problem(str(error)) from error
    live = _ask_gateway(settings.gateway_url)
    age = max(0.0, time.time() - held.oldest) if held.oldest is not None else 0.0
    document: dict[str, Any] = {
        "file": str(path),
        "exists": path.exists(),
        "events": held.events,
        "bytes": held.size,
        "oldest_seconds": round(age, 1),
        "put_aside": held.put_aside,
        "gateway": live,
    }
    if as_json:
        print(json.dumps(document, indent=2))
    else:
        print("\n".join(_lines(document)))
    raise typer.Exit(1 if held.events or held.put_aside else 0)


def _ask_gateway(url: str) -> dict[str, Any] | None:
    """The state that the running gateway gives, or None if it does not answer."""
    import httpx

    try:
        state = httpx.get(f"{url}/v1/health/ready", timeout=5).json().get("spool")
    except (httpx.HTTPError, ValueError, AttributeError):
        return None
    return state if isinstance(state, dict) else None


def _lines(document: dict[str, Any]) -> list[str]:
    lines = [f"file      {document['file']}{'' if document['exists'] else ' (none: Kafka has everything)'}"]
    if document["events"]:
        size = document["bytes"] / 2**20
        lines.append(f"waiting   {document['events']:,} events, {size:,.1f} MB, the oldest for {_age(document)}")
    else:
        lines.append("waiting   nothing")
    if document["put_aside"]:
        lines.append(f"put aside {document['put_aside']:,} records that no topic takes: table put_aside of the file")
    live = document["gateway"]
    if live is None:
        lines.append("gateway   does not answer: what waits is sent when it runs again (make restart S=gateway)")
    else:
        meaning = {
            "closed": "events go to Kafka",
            "draining": "Kafka answers and gets what waits",
            "open": "Kafka does not answer; events wait here (make logs S=kafka)",
        }
        lines.append(f"gateway   {live['breaker']}: {meaning.get(live['breaker'], '')}")
        if live["trouble"]:
            lines.append(f"trouble   {live['trouble']}")
    return lines


def _age(document: dict[str, Any]) -> str:
    minutes, seconds = divmod(int(document["oldest_seconds"]), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"
