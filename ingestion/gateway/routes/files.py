"""POST /v1/files: CSV and XLSX, row by row; and the refused rows of a file, to mend."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import aclosing, suppress

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from starlette.requests import ClientDisconnect

from ingestion.files import problems
from ingestion.files.form_data import FormData
from ingestion.files.problems import Stopped
from ingestion.files.progress import Progress
from ingestion.files.rejections import refused_rows
from ingestion.files.returned import as_csv, as_xlsx
from ingestion.files.taking import Sent, take_file
from ingestion.gateway.answers import UNKNOWN_ENCODING, Problem
from ingestion.gateway.authenticate import KEY_ID
from ingestion.gateway.growing import GrowingResponse
from ingestion.gateway.problem_response import problem_response
from ingestion.gateway.scope import Key
from ingestion.gateway.services import Services
from ingestion.words import _t, language_of

PATH = "/v1/files"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LINES = "application/x-ndjson"
_KINDS = {"csv": "text/csv; charset=utf-8", "xlsx": _XLSX}
_CHUNK_SECONDS = 30.0
#: Of a file that was given up: read and passed over, or its sender would see no answer but a broken line.
_PASSED_OVER, _PASSING_SECONDS = 64 * 1024 * 1024, 10.0
_NONE_TAKEN = _t("No row was accepted")
_SEE_RESULTS = _t("Every row was refused: see results for the reason of each.")


class FilesRoute:
    """Takes one file a request."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def take(self, request: Request) -> Response:
        """The answer to a file, in the form that Accept asks for."""
        key, api_key = await self._who(request)
        if request.headers.get("content-encoding", "identity").lower() != "identity":
            raise Stopped(UNKNOWN_ENCODING)
        fields, stream = await file_of(request)
        sent = Sent(
            key,
            fields.get("type", "").strip(),
            language_of(request.headers.get("accept-language", "")),
            api_key,
            fields.get("source", "").strip() or None,
            fields.get("city", "").strip() or None,
        )
        if _LINES in request.headers.get("accept", ""):
            return GrowingResponse(self._lines(request, sent, stream), 200, media_type=_LINES)
        async with aclosing(take_file(self._services, sent, stream)) as steps:
            async for progress in steps:
                last = progress
        await _pass_over(stream)
        return await self._answer(request, sent, last)

    async def rejected(self, request: Request, file_id: str, kind: str) -> Response:
        """The refused rows of a file, for the key that sent it."""
        key, api_key = await self._who(request)
        language = language_of(request.headers.get("accept-language", ""))
        made = await self._rejected_file(key, api_key, file_id, kind, language) if api_key is not None else None
        if made is None:
            raise Stopped(problems.NOT_KEPT)
        return made

    async def _who(self, request: Request) -> tuple[Key, bytes | None]:
        headers = dict(request.scope["headers"])
        key = await self._services.authenticator.authenticate(headers, request.scope)
        if isinstance(key, Problem):
            raise Stopped(key)
        presented = headers.get(b"x-api-key") or headers.get(b"authorization", b"").partition(b" ")[2]
        return key, presented.strip()

    async def _lines(self, request: Request, sent: Sent, stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """A line of JSON for every batch, and the whole answer as the last one."""
        async with aclosing(take_file(self._services, sent, stream)) as steps:
            async for progress in steps:
                members = progress.counts()
                if progress.done:
                    await _pass_over(stream)
                    status, body = _answer_of(progress, sent.language)
                    members = {"done": True, "status": status, **body}
                    count_file(self._services, request, sent.key, PATH, status, progress)
                yield orjson.dumps(members) + b"\n"

    async def _answer(self, request: Request, sent: Sent, progress: Progress) -> Response:
        status, members = _answer_of(progress, sent.language)
        count_file(self._services, request, sent.key, PATH, status, progress)
        headers = {name.decode(): value.decode() for name, value in (progress.problem or _NO_PROBLEM).headers}
        if progress.receipt is not None:
            headers["Location"] = f"/v1/receipts/{progress.receipt}"
        kind = _kind(request.headers.get("accept", ""))
        if kind is not None and progress.file_id is not None and sent.api_key is not None and not progress.problem:
            made = await self._rejected_file(sent.key, sent.api_key, progress.file_id, kind, sent.language)
            if made is not None:
                made.status_code = status
                counts = {f"Corridor-{name.capitalize()}": str(value) for name, value in progress.counts().items()}
                made.headers.update({**headers, **counts})
                return made
        media = "application/problem+json" if status >= 400 else "application/json"
        return JSONResponse(members, status, headers=headers, media_type=media)

    async def _rejected_file(self, key: Key, api_key: bytes, file_id: str, kind: str, language: str) -> Response | None:
        found = await refused_rows(self._services.database, key.partner, api_key, file_id)
        if found is None:
            return None
        table, rows = found
        content = await (as_csv if kind == "csv" else as_xlsx)(table, rows, language)
        name = f'attachment; filename="rejected.{kind}"'
        headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
        return Response(content, 200, media_type=_KINDS[kind], headers=headers)


_NO_PROBLEM = Problem(202, "", "", "")


def _answer_of(progress: Progress, language: str) -> tuple[int, dict[str, object]]:
    """Status and members of the answer."""
    problem = progress.problem
    if problem is None and progress.none_taken:
        problem = Problem(422, "all_rejected", _NONE_TAKEN, _SEE_RESULTS)
    if problem is None:
        return 202, progress.answer()
    body: dict[str, object] = orjson.loads(problem.body(language))
    return problem.status, {**body, **progress.answer()}


def _kind(accept: str) -> str | None:
    if "text/csv" in accept:
        return "csv"
    return "xlsx" if _XLSX in accept else None


def count_file(services: Services, request: Request, key: Key, route: str, status: int, progress: Progress) -> None:
    """Write into the log of key use what a file was taken for."""
    request.scope.pop(KEY_ID, None)  # or the request would be counted again, without its rows
    taken = progress.accepted + progress.corrected + progress.voided
    services.uses.count(key.key_id, route, status, taken, progress.rejected)


async def file_of(request: Request) -> tuple[dict[str, str], AsyncIterator[bytes]]:
    """What was said about the file, and its bytes: of the body, or of the file in a form."""
    fields = dict(request.query_params)
    stream = _chunks(request)
    content_type = request.headers.get("content-type", "")
    if not content_type.lower().startswith("multipart/form-data"):
        return fields, stream
    form = FormData(stream, content_type)
    await form.open()
    return {**form.fields, **fields}, form.file()


async def _pass_over(stream: AsyncIterator[bytes]) -> None:
    size = 0
    with suppress(Stopped, ClientDisconnect, TimeoutError):
        async with asyncio.timeout(_PASSING_SECONDS):
            async for chunk in stream:
                size += len(chunk)
                if size > _PASSED_OVER:
                    return


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    stream = aiter(request.stream())
    while True:
        try:
            async with asyncio.timeout(_CHUNK_SECONDS):
                chunk = await anext(stream, None)
        except (TimeoutError, ClientDisconnect):  # who went away hears no answer, but what came whole is stored
            raise Stopped(problems.TOO_SLOW) from None
        if chunk is None:
            return
        if chunk:
            yield chunk


def router(services: Services) -> APIRouter:
    """The routes."""
    routes = APIRouter()
    files = FilesRoute(services)

    async def answered(request: Request, answer: Awaitable[Response]) -> Response:
        try:
            return await answer
        except Stopped as stopped:
            return problem_response(stopped.problem, request)
        except ClientDisconnect:
            return Response(status_code=400)

    @routes.post(
        PATH,
        summary="A CSV or XLSX file, one record a row",
        response_class=Response,
        status_code=202,
        responses={
            202: {"description": "Taken; see the counts and results.", "content": {"application/json": {}}},
            413: {"description": "Too large.", "content": {"application/problem+json": {}}},
            422: {
                "description": "The file, or every row of it, is refused.",
                "content": {"application/problem+json": {}},
            },
            503: {"description": "Send the whole file again later.", "content": {"application/problem+json": {}}},
        },
        openapi_extra={
            "parameters": [
                {"name": name, "in": "query", "required": name == "type", "schema": {"type": "string"}}
                for name in ("type", "source", "city")
            ],
            "requestBody": {
                "required": True,
                "content": {
                    "text/csv": {"schema": {"type": "string"}},
                    _XLSX: {"schema": {"type": "string", "format": "binary"}},
                    "multipart/form-data": {
                        "schema": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
                    },
                },
            },
        },
    )
    async def take(request: Request) -> Response:
        return await answered(request, files.take(request))

    @routes.get(
        PATH + "/{file_id}/rejected.{kind}",
        summary="The refused rows of a file in its own columns, with what to mend",
        response_class=Response,
        responses={
            200: {"description": "The rows.", "content": {"text/csv": {}, _XLSX: {}}},
            404: {"description": "Not kept, or not for this key.", "content": {"application/problem+json": {}}},
        },
    )
    async def rejected(request: Request, file_id: str, kind: str) -> Response:
        if kind not in _KINDS or len(file_id) > 64:
            return problem_response(problems.NOT_KEPT, request)
        return await answered(request, files.rejected(request, file_id, kind))

    return routes
