"""What every partner page shares: the language, the session, and how a page is rendered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ingestion.contracts.labels import label
from ingestion.gateway.answers import Problem
from ingestion.gateway.authenticate import KEY_ID
from ingestion.gateway.partner.forms import read_form
from ingestion.gateway.partner.guarded import Refused, SignInFirst
from ingestion.gateway.partner.places import city_name
from ingestion.gateway.partner.session import COOKIE, COOKIE_PATH, LIFETIME_SECONDS, Ticket, Tickets
from ingestion.gateway.partner.writing import Writing
from ingestion.gateway.scope import Key
from ingestion.gateway.services import Services
from ingestion.words import LANGUAGES, _t, language_of, say

TEMPLATES = Path(__file__).parent / "templates"
LANGUAGE_COOKIE = "corridor_language"
OWN_NAMES = {"en": "English", "fr": "Français", "es": "Español", "ar": "العربية"}
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
PAGE_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
STALE_FORM = Problem(
    403,
    "stale_form",
    _t("This form is too old"),
    _t("You signed in again since it was opened. Go back, load the page anew and send it once more."),
)


@dataclass(frozen=True)
class Visitor:
    """Who is signed in."""

    key: Key
    ticket: Ticket


class Desk:
    """Renders pages and knows visitors. One a gateway process."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.tickets = Tickets(services.settings.secret("session_key"))
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["city_name"] = city_name

    async def visitor(self, request: Request) -> Visitor:
        """The signed-in partner. Raises SignInFirst."""
        ticket = self.tickets.read(request.cookies.get(COOKIE))
        if ticket is None:
            raise SignInFirst
        key = await self.services.authenticator.authenticate({b"x-api-key": ticket.presented.encode()}, request.scope)
        if isinstance(key, Problem):
            raise SignInFirst(key)
        request.state.visitor = Visitor(key, ticket)
        return Visitor(key, ticket)

    async def visitor_with_form(self, request: Request) -> tuple[Visitor, dict[str, str]]:
        """The visitor and the fields of a form that this session was given. Raises SignInFirst or Refused."""
        visitor = await self.visitor(request)
        form = await self.form(request)
        if not visitor.ticket.owns(form.get("form_token")):
            raise Refused(STALE_FORM)
        return visitor, form

    async def form(self, request: Request) -> dict[str, str]:
        """The fields of a form. Raises Refused."""
        form = await read_form(request)
        if isinstance(form, Problem):
            raise Refused(form)
        return form

    def count_events(self, request: Request, visitor: Visitor, status: int, accepted: int, rejected: int) -> None:
        """Write into the log of key use how many events a page took."""
        request.scope.pop(KEY_ID, None)  # or the request would be counted again, without its events
        self.services.uses.count(visitor.key.key_id, request.scope["route"].path, status, accepted, rejected)

    def page(
        self, request: Request, name: str, visitor: Visitor | None = None, status: int = 200, **shown: Any
    ) -> HTMLResponse:
        """A whole page from its template."""
        language = self.language(request)
        response = HTMLResponse(self.render(request, name, visitor, **shown), status, headers=PAGE_HEADERS)
        if request.query_params.get("lang") in LANGUAGES:
            response.set_cookie(LANGUAGE_COOKIE, language, max_age=31_536_000, samesite="lax", httponly=True)
        return response

    def render(self, request: Request, name: str, visitor: Visitor | None = None, **shown: Any) -> str:
        """A template as text, with what every template may use."""
        language = self.language(request)
        return self._templates.get_template(name).render(
            {
                "t": lambda sentence, **params: say(language, sentence, **params),
                "label": lambda text: label(text, language),
                "city_name": city_name,
                **Writing(language).for_templates(),
                "language": language,
                "direction": "rtl" if language == "ar" else "ltr",
                "languages": [(code, OWN_NAMES[code], _in_language(request, code)) for code in LANGUAGES],
                "visitor": visitor,
                "key": visitor.key if visitor else None,
                "form_token": visitor.ticket.form_token if visitor else "",
                "path": request.url.path,
                **shown,
            }
        )

    def language(self, request: Request) -> str:
        """As asked for in the address, else as chosen before, else as the browser prefers."""
        for wanted in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
            if wanted in LANGUAGES:
                return str(wanted)
        return language_of(request.headers.get("accept-language", ""))

    def problem(self, request: Request, problem: Problem) -> Response:
        """What happened and what to do, as a page."""
        visitor = getattr(request.state, "visitor", None)
        response = self.page(request, "problem.html", visitor, problem.status, problem=problem)
        response.headers.update({name.decode(): value.decode() for name, value in problem.headers})
        return response

    def signed_in(self, request: Request, presented: str, to: str) -> Response:
        """Open a session and go on."""
        response = RedirectResponse(to, 303)
        # The header of a proxy that ends TLS can be made up, but only by who then does without the cookie.
        secure = "https" in (request.url.scheme, request.headers.get("x-forwarded-proto"))
        response.set_cookie(
            COOKIE,
            self.tickets.issue(presented),
            max_age=LIFETIME_SECONDS,
            httponly=True,
            samesite="strict",
            secure=secure,
            path=COOKIE_PATH,
        )
        return response


def _in_language(request: Request, code: str) -> str:
    query = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return f"{request.url.path}?{urlencode([*query, ('lang', code)])}"
