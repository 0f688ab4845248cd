"""The reference page of every code that the gateway answers with: docs/reference/answers.md."""

from __future__ import annotations

import importlib
import pkgutil
import re

import ingestion.gateway
from infra.settings import REPO
from ingestion.gateway import refusal
from ingestion.gateway.answers import Problem

PAGE = REPO / "docs" / "reference" / "answers.md"
_PLACE = re.compile(r"\{(\w+)\}")

#: What each code of a refused event means. The sentence of an answer says more.
EVENTS = {
    refusal.INVALID_ENVELOPE: "An attribute of the envelope is missing, misspelt, or not written as expected.",
    refusal.UNKNOWN_TYPE: "No contract has this type.",
    refusal.OUT_OF_SCOPE: "The key may not write this source, programme, city or type.",
    refusal.SCHEMA_VIOLATION: "`data` does not fit the contract of the type.",
    refusal.PLAIN_IDENTIFIER: "An attribute gives away the identifier of a person or household.",
    refusal.PERSONAL_DATA: "A text holds what looks like a contact, a document number or a position.",
    refusal.EVENT_TOO_LARGE: "The event holds more than 256 KiB.",
    refusal.INVALID_JSON: "The body is not JSON; the request as a whole is refused with 400.",
    refusal.ID_REUSED: "The id was used before for other content.",
    refusal.LOG_REFUSED: "The log does not take the event: ask the programme's data engineer.",
}
_HOW = """# What the gateway answers

Every answer that is not a success is a problem document ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)):
`type`, `title`, `status`, `detail` and a `code` that never changes. `title` and `detail` come in English, French,
Spanish or Arabic, as `Accept-Language` asks. This page is made by `ingestion/gateway/answers_page.py`.

## Events

`POST /v1/events` answers 202 when at least one event is durable or came before. `results` has one entry for each
event, in the order of the request: `accepted`, `duplicate` (it came before, and counts once), or `rejected` with
`code`, `pointer` (where in the event) and `detail` (what to do). If all are rejected the status is 422, or 403 if all
lie outside what the key may write; `results` is there too, and the `code` is that of the events, or `all_rejected`
where they differ. `POST /v1/validate` takes the same requests, answers 200
with the same `results` and `"stored": false`, and keeps nothing.

Send again what is to be tried again with **the same ids**: each event counts once. Correct what was rejected; sending
it unchanged gives the same answer.

| code | meaning |
|---|---|
"""
_LIMITS = """
## What is taken

| | |
|---|---|
| Forms | CloudEvents 1.0: structured `application/cloudevents+json`, batch `application/cloudevents-batch+json`, \
binary (`ce-*` headers, percent-encoded or raw UTF-8; JSON in the body) |
| Compression | once, `gzip` or `zstd` |
| Body | 4 MiB as sent; 8 MiB unpacked, and above 1 MiB at most 100 times what was sent |
| Events | 1,000 in a request; 256 KiB each; 32 levels of objects and lists |
| Address, headers | 4 KiB, 32 KiB; headers within 10 s, the whole request within 30 s |
| Rates | 200 requests and 10,000 events a second for a key, unless it has its own; unused for 5 s at most is kept |
| Failed tries | 20 at once, then one a second for a client address; valid keys behind it stay served |
| Names given twice | in one JSON object: the last value counts |
| Extensions | those that CloudEvents documents (`partitionkey`, `sequence`, `traceparent` and so on) are taken and \
not stored; any other unknown attribute is refused |
| Not JSON | `NaN`, `Infinity`, halves of characters (`\\ud800`), bytes that are not UTF-8: the request is refused; \
`\\u0000`: the event |

## Signatures instead of a key

A sender of [Standard Webhooks](https://www.standardwebhooks.com) needs no API key in its headers.
`corridor keys create --webhook` shows a secret (`whsec_...`) and the address, `/v1/events?key_id=...`. The headers
`webhook-id`, `webhook-timestamp` (at most 5 minutes off) and `webhook-signature` (`v1`) are checked on the bytes of
the body as they were sent, before it is unpacked. `application/json` is taken for a structured event. A message that
comes again is answered like any event that comes again: `duplicate`. `corridor keys rotate` makes a second secret;
both are taken for a day.

## Requests as a whole

| status | code | again? | what happened, what to do |
|---|---|---|---|
"""


def problems() -> list[Problem]:
    """Every problem that a module of the gateway defines, by status and code."""
    found = {}
    for module in pkgutil.walk_packages(ingestion.gateway.__path__, "ingestion.gateway."):
        if not module.name.endswith("__main__"):
            for each in vars(importlib.import_module(module.name)).values():
                if isinstance(each, Problem):
                    found[each.status, each.code, each.detail] = each
    return [found[name] for name in sorted(found)]


def again(problem: Problem) -> str:
    """Whether sending the same again can help."""
    if any(name == b"retry-after" for name, _ in problem.headers) or problem.status == 429:
        return "yes, after `Retry-After`"
    return "yes" if problem.status in (408, 500) else "no"


def render() -> str:
    """The page."""
    events = "".join(f"| `{code}` | {meaning} |\n" for code, meaning in EVENTS.items())
    rows = "".join(f"| {each.status} | `{each.code}` | {again(each)} | {sentence(each)} |\n" for each in problems())
    return f"{_HOW}{events}{_LIMITS}{rows}"


def sentence(problem: Problem) -> str:
    """What a problem says, with the names of places in it where a value would stand."""

    def fill(text: str) -> str:
        return _PLACE.sub(lambda place: str(problem.params.get(place[1], f"_{place[1]}_")), text)

    return f"{fill(problem.title)}. {fill(problem.detail)}"


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
