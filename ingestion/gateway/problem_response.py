"""A problem as the answer of a FastAPI route."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import Response

from ingestion.gateway.answers import Problem
from ingestion.words import language_of


def problem_response(problem: Problem, request: Request, **more: object) -> Response:
    """`problem` in the language that the request asks for, with further members."""
    language = language_of(request.headers.get("accept-language", ""))
    return Response(
        problem.body(language, **more),
        problem.status,
        headers={name.decode(): value.decode() for name, value in problem.headers},
        media_type="application/problem+json",
    )
