"""The page /docs: how to send, and every field of every event type; works without scripts and without the internet."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from html import escape
from typing import Any

from ingestion.contracts.reference import fields
from ingestion.contracts.registry import contracts, envelope_schema
from ingestion.gateway.answers_page import EVENTS, again, problems, sentence
from ingestion.gateway.limits import EVENTS_PER_SECOND, REQUESTS_PER_SECOND

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
<p>To try, use <code>POST /v1/validate</code>: the same answers, and nothing is stored.
Errors come in the language of <code>Accept-Language</code>: en, fr, es, ar.</p>
<pre>curl -H "X-API-Key: $KEY" -H "Content-Type: application/cloudevents+json" \\
  --data-binary @event.json {url}/v1/validate</pre>
<p><a href="/openapi.json">OpenAPI document</a></p>
<h2>What is taken</h2>
<ul>
<li>4 MiB in a request (compressed with gzip or zstd: 8 MiB unpacked), 1,000 events, 256 KiB for one event,
32 levels of objects and lists.</li>
<li>CloudEvents 1.0: structured, batched, or binary (<code>ce-*</code> headers, the body is <code>data</code>).
Of a name given twice in an object, the last value counts. The extensions that CloudEvents documents are ignored.</li>
<li>{requests:g} requests and {events:g} events a second, unless your key has limits of its own. After 429 wait as long
as <code>Retry-After</code> says.</li>
<li>Signatures of Standard Webhooks instead of a key: ask for a key that signs, and send to
<code>/v1/events?key_id=…</code>.</li>
</ul>
"""
_AN_ANSWER = {
    "receipt": "rcp_…",
    "accepted": 1,
    "duplicates": 0,
    "rejected": 1,
    "results": [
        {"index": 0, "id": "1", "status": "accepted"},
        {
            "index": 1,
            "id": "2",
            "status": "rejected",
            "code": "schema_violation",
            "pointer": "/data/sex",
            "detail": "sex must be one of: female, male, other, unknown, not_collected.",
        },
    ],
}


@cache
def page() -> str:
    """The whole page as HTML."""
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>",
        f"<title>Corridor: sending events</title><style>{_STYLE}</style><h1>Sending events</h1>",
        _HOW.format(url="https://…", requests=REQUESTS_PER_SECOND, events=EVENTS_PER_SECOND),
        f"<h2>Answers</h2>{_answers()}",
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


def _answers() -> str:
    """An answer as it comes, the codes of refused events, and what a request as a whole may meet."""
    example = escape(json.dumps(_AN_ANSWER, indent=2, ensure_ascii=False))
    codes = "".join(
        f"<tr><td><code>{code}</code></td><td>{_plain(meaning)}</td></tr>" for code, meaning in EVENTS.items()
    )
    rows = "".join(
        f"<tr><td>{each.status}</td><td><code>{each.code}</code></td><td>{_plain(again(each))}</td>"
        f"<td>{_plain(sentence(each))}</td></tr>"
        for each in problems()
    )
    return (
        f"<pre>{example}</pre><table><tr><th>code of an event<th>meaning</tr>{codes}</table>"
        f"<table><tr><th>status<th>code<th>send again?<th>what happened, what to do</tr>{rows}</table>"
    )


def _plain(text: str) -> str:
    return escape(text.replace("`", ""))


def _table(schema: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(field.name)}</code></td><td>{'yes' if field.required else ''}</td>"
        f"<td>{escape(field.shape.replace('`', ''))}</td><td>{escape(field.text.replace('*', ''))}</td></tr>"
        for field in fields(schema)
    )
    return f"<table><tr><th>field<th>required<th>shape<th>meaning</tr>{rows}</table>"
