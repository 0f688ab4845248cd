"""Whatever goes wrong in a page is answered as a problem too."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import HTTPException, RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException as StarletteHTTPException

from ingestion.gateway import answers
from ingestion.gateway.database import DATABASE_AWAY, DatabaseAway
from ingestion.gateway.problem_response import problem_response
from ingestion.gateway.spool_answers import problem_of
from ingestion.gateway.spool_errors import NotStored

_KNOWN = {404: answers.NOT_FOUND, 405: answers.NOT_THIS_METHOD}


def answer_errors(pages: FastAPI) -> None:
    """Add the handlers of all errors to `pages`."""

    @pages.exception_handler(NotStored)
    async def not_stored(request: Request, trouble: NotStored) -> Response:
        return problem_response(problem_of(trouble), request)

    @pages.exception_handler(DatabaseAway)
    async def database_away(request: Request, trouble: DatabaseAway) -> Response:
        return problem_response(DATABASE_AWAY, request)

    @pages.exception_handler(RequestValidationError)
    async def bad_parameters(request: Request, error: RequestValidationError) -> Response:
        # The names only: a value may be anything.
        names = sorted({str(part["loc"][-1]) for part in error.errors() if part["loc"][0] in ("path", "query")})
        problem = answers.BAD_PARAMETERS._replace(params={"names": ", ".join(names) or "body"})
        return problem_response(problem, request)

    @pages.exception_handler(StarletteHTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        problem = _KNOWN.get(error.status_code) or answers.INVALID_REQUEST._replace(
            status=error.status_code, detail=answers.NOT_FOUND.detail
        )
        response = problem_response(problem, request)
        response.headers.update(error.headers or {})
        return response

    @pages.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> Response:
        return problem_response(answers.BROKEN, request)
