"""Try an event: the answers of the real thing, and nothing is stored."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response

from ingestion.contracts.registry import contracts
from ingestion.gateway.decode import MAX_EVENT
from ingestion.gateway.partner.desk import Desk, Visitor
from ingestion.gateway.partner.event_types import event_types
from ingestion.gateway.partner.guarded import add_pages
from ingestion.gateway.scope import Key
from ingestion.words import _t

_NOT_JSON = _t("This is not JSON: line {line}, column {column}. Check commas, quotes and brackets there.")
_TOO_LONG = _t("One event may hold 256 KiB.")


def router(desk: Desk) -> APIRouter:
    """/partner/try."""
    made = APIRouter()

    async def show(request: Request) -> Response:
        visitor = await desk.visitor(request)
        return _page(request, visitor, sample_for(visitor.key, _chosen(request.query_params.get("type"))))

    async def check(request: Request) -> Response:
        visitor, form = await desk.visitor_with_form(request)
        text = str(form.get("event") or "")
        if len(text) > MAX_EVENT:
            return _page(request, visitor, "", trouble=_TOO_LONG)
        try:
            event = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            return _page(
                request, visitor, text, trouble=_NOT_JSON, params={"line": error.lineno, "column": error.colno}
            )
        outcome = desk.services.intake.check([event], visitor.key, language=desk.language(request))
        return _page(request, visitor, text, result=outcome.results[0])

    def _page(request: Request, visitor: Visitor, text: str, **more: Any) -> Response:
        shown: dict[str, Any] = {"trouble": None, "params": {}, "result": None, **more}
        chosen = _chosen(request.query_params.get("type"))
        groups = event_types(visitor.key, desk.language(request))
        return desk.page(request, "try.html", visitor, text=text, groups=groups, chosen=chosen, **shown)

    add_pages(made, desk, [("GET", "/partner/try", show), ("POST", "/partner/try", check)])
    return made


def _chosen(name: str | None) -> str:
    return name if name in contracts() else "arrival.counted.v1"


def sample_for(key: Key, name: str) -> str:
    """An event of the type that this key could send, as indented JSON."""
    event = json.loads(_sample(name))
    event["source"] = f"{key.source_prefix}:desk-1" if key.source_prefix[-1].isalnum() else f"{key.source_prefix}desk-1"
    event["programme"] = key.programme
    if key.only_city is not None:
        if contracts()[name].place_from_data:
            event["data"]["place"] = {"level": "city", "code": key.only_city}
            event.pop("city", None)
        elif "city" in event:
            event["city"] = key.only_city
    return json.dumps(event, indent=2, ensure_ascii=False)


@cache
def _sample(name: str) -> str:
    folder = contracts()[name].folder
    path = folder / "minimal.pass.json"
    path = path if path.exists() else sorted(folder.glob("*.pass.json"))[0]
    return json.dumps(json.loads(path.read_text(encoding="utf-8"))["event"])
