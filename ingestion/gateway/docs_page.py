"""The page /docs: how to send, and every field of every event type; works without scripts and without the internet."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from html import escape
from typing import Any

from ingestion.contracts.reference import fields
from ingestion.contracts.registry import contracts, envelope_schema

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}
th,td{text-align:left;vertical-align:top;border-bottom:1px solid #ccc;padding:.3rem .6rem}
pre{background:#f4f4f4;padding:1rem;overflow:auto}
code{font-size:.95em}
summary{cursor:pointer;font-weight:600;padding:.3rem 0}
"""
_HOW = """
<p>Send events with <code>POST /v1/events</code> and your key in the header <code>X-API-Key</code>:
one event with the content type <code>application/cloudevents+json</code>, or an array of up to 1,000 events
with <code>application/cloudevents-batch+json</code>. An answer of 202 means that what is listed as accepted is stored.
After 503, or when the connection broke, send the same events with the same ids again: each counts once.</p>
<p><a href="/openapi.json">OpenAPI document</a></p>
"""


@cache
def page() -> str:
    """The whole page as HTML."""
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>",
        f"<title>Corridor: sending events</title><style>{_STYLE}</style><h1>Sending events</h1>{_HOW}",
        f"<h2>The envelope</h2>{_table(envelope_schema())}<h2>Event types</h2>",
    ]
    for contract in contracts().values():
        sample = next(iter(sorted(contract.folder.glob("*.pass.json"))))
        event = json.loads(sample.read_text(encoding="utf-8"))["event"]
        parts.append(
            f"<details id='{escape(contract.type)}'><summary>{escape(contract.type)}</summary>"
            f"<p>{escape(contract.schema['description'])}</p>{_table(contract.schema)}"
            f"<pre>{escape(json.dumps(event, indent=2, ensure_ascii=False))}</pre></details>"
        )
    return "".join(parts)


def _table(schema: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(field.name)}</code></td><td>{'yes' if field.required else ''}</td>"
        f"<td>{escape(field.shape.replace('`', ''))}</td><td>{escape(field.text.replace('*', ''))}</td></tr>"
        for field in fields(schema)
    )
    return f"<table><tr><th>field<th>required<th>shape<th>meaning</tr>{rows}</table>"
