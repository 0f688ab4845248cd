"""Whatever a page cannot do becomes a page too: what happened, and what to do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.requests import ClientDisconnect

from ingestion.gateway.answers import BROKEN, Problem
from ingestion.gateway.database import DATABASE_AWAY, DatabaseAway
from ingestion.gateway.partner.forms import FOREIGN_FORM, is_foreign
from ingestion.gateway.reading import Gone
from ingestion.gateway.spool_answers import problem_of
from ingestion.gateway.spool_errors import NotStored
from ingestion.gateway.trouble import log_trouble

if TYPE_CHECKING:
    from ingestion.gateway.partner.desk import Desk

Page = Callable[[Request], Awaitable[Response]]


class SignInFirst(Exception):
    """Raised by a page that needs a visitor when there is none; `problem` says why a cookie no longer opens it."""

    def __init__(self, problem: Problem | None = None) -> None:
        super().__init__()
        self.problem = problem


class Refused(Exception):
    """Raised by a page that cannot do what was asked; answered as a page of its own."""

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self.problem = problem


def guarded(desk: Desk, page: Page) -> Page:
    """A page that sends strangers to the sign-in and shows every trouble as a page."""

    async def answer(request: Request) -> Response:
        try:
            if request.method == "POST" and is_foreign(request):
                raise Refused(FOREIGN_FORM)
            return await page(request)
        except SignInFirst as stranger:
            if stranger.problem is not None and stranger.problem.status != 401:
                return desk.problem(request, stranger.problem)
            return RedirectResponse("/partner/sign-in", 303, headers={"Cache-Control": "no-store"})
        except Refused as refused:
            return desk.problem(request, refused.problem)
        except DatabaseAway:
            return desk.problem(request, DATABASE_AWAY)
        except NotStored as trouble:
            return desk.problem(request, problem_of(trouble))
        except (Gone, ClientDisconnect):
            return Response(status_code=400)  # nobody waits for it
        except Exception as error:
            log_trouble(error)
            return desk.problem(request, BROKEN)

    return answer


def add_pages(router: APIRouter, desk: Desk, pages: Iterable[tuple[str, str, Page]]) -> None:
    """Add (method, path, page) to a router; pages stay out of the API's description."""
    for method, path, page in pages:
        router.add_api_route(path, guarded(desk, page), methods=[method], include_in_schema=False)
