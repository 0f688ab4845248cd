"""Sign in with the API key, sign out, and the first page."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from ingestion.gateway.answers import Problem
from ingestion.gateway.partner.desk import Desk
from ingestion.gateway.partner.guarded import add_pages
from ingestion.gateway.partner.session import COOKIE, COOKIE_PATH
from ingestion.words import _t

_WRONG_KEY = _t("This key does not open the pages")
_LOOK_AGAIN = _t(
    "Look whether all of it was copied, from ck_ to its last letter. A key may also have ended: then ask the "
    "programme office for a new one."
)


def router(desk: Desk) -> APIRouter:
    """/partner, /partner/sign-in, /partner/sign-out."""
    made = APIRouter()

    async def show_sign_in(request: Request) -> Response:
        return desk.page(request, "sign_in.html", problem=None)

    async def sign_in(request: Request) -> Response:
        presented = (await desk.form(request)).get("key", "").strip()
        key = await desk.services.authenticator.authenticate({b"x-api-key": presented.encode()}, request.scope)
        if isinstance(key, Problem):
            problem = key._replace(title=_WRONG_KEY, detail=_LOOK_AGAIN) if key.status == 401 else key
            return desk.page(request, "sign_in.html", status=key.status, problem=problem)
        return desk.signed_in(request, presented, "/partner")

    async def sign_out(request: Request) -> Response:
        await desk.visitor_with_form(request)
        response = RedirectResponse("/partner/sign-in", 303)
        response.delete_cookie(COOKIE, path=COOKIE_PATH)
        return response

    async def home(request: Request) -> Response:
        return desk.page(request, "home.html", await desk.visitor(request))

    add_pages(
        made,
        desk,
        [
            ("GET", "/partner", home),
            ("GET", "/partner/sign-in", show_sign_in),
            ("POST", "/partner/sign-in", sign_in),
            ("POST", "/partner/sign-out", sign_out),
        ],
    )
    return made
