"""Send a file: its template, and its rows being checked on a page that grows while they are."""

from __future__ import annotations

import html
from collections.abc import AsyncIterator
from contextlib import aclosing

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ingestion.contracts.descriptions import first_paragraph
from ingestion.contracts.labels import label
from ingestion.contracts.registry import contracts
from ingestion.files import problems
from ingestion.files.problems import Stopped
from ingestion.files.progress import Progress
from ingestion.files.rejections import refused_rows
from ingestion.files.returned import as_csv, as_xlsx
from ingestion.files.taking import Sent, take_file
from ingestion.gateway.growing import GrowingResponse
from ingestion.gateway.partner.desk import PAGE_HEADERS, STALE_FORM, Desk, Visitor
from ingestion.gateway.partner.event_types import event_types
from ingestion.gateway.partner.guarded import Refused, add_pages
from ingestion.gateway.partner.writing import Writing
from ingestion.gateway.routes.files import count_file, file_of
from ingestion.words import _t, say

_PATH = "/partner/files"
#: Where the page is cut: what comes before is sent at once, what comes after when the file has been read.
_MARK = "<!--rows-->"
_ROWS_CHECKED = _t("{count} rows checked")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def router(desk: Desk) -> APIRouter:
    """/partner/files, and the refused rows of a file."""
    made = APIRouter()

    async def show(request: Request) -> Response:
        visitor = await desk.visitor(request)
        chosen, language = _chosen(request.query_params.get("type")), desk.language(request)
        return desk.page(
            request,
            "files.html",
            visitor,
            groups=event_types(visitor.key, language),
            chosen=chosen,
            title=_title(chosen, language),
            description=first_paragraph(contracts()[chosen], language),
            cities=sorted(visitor.key.cities or ()),
        )

    async def take(request: Request) -> Response:
        visitor = await desk.visitor(request)
        try:
            fields, stream = await file_of(request)
        except Stopped as stopped:
            raise Refused(stopped.problem) from None
        if not visitor.ticket.owns(fields.get("form_token")):
            raise Refused(STALE_FORM)
        chosen = _chosen(fields.get("type"))
        sent = Sent(visitor.key, chosen, desk.language(request), visitor.ticket.presented.encode())
        pages = _growing(request, visitor, sent, stream)
        return GrowingResponse(pages, 200, headers=PAGE_HEADERS, media_type="text/html; charset=utf-8")

    async def _growing(
        request: Request, visitor: Visitor, sent: Sent, stream: AsyncIterator[bytes]
    ) -> AsyncIterator[str]:
        title = _title(sent.type, sent.language)
        whole = desk.render(request, "checking.html", visitor, title=title, mark=_MARK)
        before, _, after = whole.partition(html.escape(_MARK))
        yield before
        last, shown = Progress(), -1
        async with aclosing(take_file(desk.services, sent, stream)) as steps:
            async for last in steps:
                if last.rows != shown and not last.done:
                    shown = last.rows
                    counted = say(sent.language, _ROWS_CHECKED, count=Writing(sent.language).number(shown))
                    yield f'<p class="counting">{html.escape(counted)}</p>\n'
        count_file(desk.services, request, sent.key, _PATH, 200, last)
        yield desk.render(request, "checked.html", visitor, progress=last, chosen=sent.type)
        yield after

    async def rejected(request: Request) -> Response:
        visitor = await desk.visitor(request)
        kind, file_id = str(request.path_params["kind"]), str(request.path_params["file_id"])
        presented = visitor.ticket.presented.encode()
        found = await refused_rows(desk.services.database, visitor.key.partner, presented, file_id[:64])
        if found is None or kind not in ("csv", "xlsx"):
            raise Refused(problems.NOT_KEPT)
        content = await (as_csv if kind == "csv" else as_xlsx)(*found, desk.language(request))
        return Response(
            content,
            media_type="text/csv; charset=utf-8" if kind == "csv" else _XLSX,
            headers={"Content-Disposition": f'attachment; filename="rejected.{kind}"', "Cache-Control": "no-store"},
        )

    add_pages(
        made,
        desk,
        [
            ("GET", _PATH, show),
            ("POST", _PATH, take),
            ("GET", "/partner/files/{file_id}/rejected.{kind}", rejected),
        ],
    )
    return made


def _chosen(name: str | None) -> str:
    return name if name in contracts() else "person.registered.v1"


def _title(name: str, language: str) -> str:
    return label(contracts()[name].schema["title"], language)
