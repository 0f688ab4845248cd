"""My period: the city's focal point submits a period, the programme officer returns or validates it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from ingestion.gateway.answers import Problem
from ingestion.gateway.partner import periods
from ingestion.gateway.partner.desk import Desk, Visitor
from ingestion.gateway.partner.figures import current_publication, figures_of_period, in_language
from ingestion.gateway.partner.guarded import Refused, add_pages
from ingestion.gateway.partner.periods import NARRATIVE, RETURNED, SUBMITTED, VALIDATED, Period, Standing
from ingestion.gateway.refusal import PERSONAL_DATA
from ingestion.words import LANGUAGES, _t, say

_STEPS = {"submit": SUBMITTED, "return": RETURNED, "validate": VALIDATED}
_NO_PERIOD = Problem(
    404,
    "no_such_period",
    _t("There is no such period"),
    _t("Choose one of your cities and a quarter or year from the list."),
)
_CONTACT = _t(
    "Your text holds what looks like a telephone number, an e-mail address, a document number or a position: leave it "
    "out. Nothing was sent yet."
)
_NO_COMMENT = _t("Write a comment, so that the city knows what to mend. Nothing was sent yet.")
_NOT_NOW = Problem(
    409,
    "step_not_possible",
    _t("This is not possible now"),
    _t("Somebody changed the state of this period meanwhile. Open it again to see where it stands."),
)


def router(desk: Desk) -> APIRouter:
    """/partner/period, /partner/period/{city}/{period}."""
    made = APIRouter()

    async def choose(request: Request) -> Response:
        visitor = await desk.visitor(request)
        key = visitor.key
        wanted = request.query_params
        if wanted.get("city") and wanted.get("period"):
            return RedirectResponse(f"/partner/period/{wanted['city']}/{wanted['period']}", 303)
        cities = _cities(visitor)
        standings = await periods.all_standings(
            desk.services.database, key.programme, None if key.cities is None else cities
        )
        return desk.page(
            request,
            "periods.html",
            visitor,
            cities=cities,
            periods=periods.recent_periods(datetime.now(UTC).date()),
            standings=standings,
            words=periods.STATE_WORDS,
        )

    async def show(request: Request) -> Response:
        visitor = await desk.visitor(request)
        city, period = _named(request, visitor)
        return await _page(request, visitor, city, period)

    async def step(request: Request) -> Response:
        visitor, form = await desk.visitor_with_form(request)
        city, period = _named(request, visitor)
        type_ = _STEPS.get(str(form.get("step")))
        now = await periods.standing(desk.services.database, visitor.key.programme, city, period)
        if type_ is None or not now.allows(type_):
            raise Refused(_NOT_NOW)
        publication = await current_publication(desk.services.database)
        events = _events(visitor, city, period, type_, form, now, publication)
        trial = desk.services.intake.check(events, visitor.key, language=desk.language(request))
        if trial.rejected:  # neither of two events may land without the other
            language = desk.language(request)
            details = [_said(result, language) for result in trial.results if result["status"] == "rejected"]
            return await _page(request, visitor, city, period, status=422, form=form, details=details)
        outcome = await desk.services.intake.take(events, visitor.key)
        desk.count_events(request, visitor, 303, outcome.accepted, outcome.rejected)
        if outcome.rejected:
            raise Refused(_NOT_NOW)
        return RedirectResponse(f"/partner/period/{city}/{period.name}?recorded={events[-1]['id']}", 303)

    async def _page(
        request: Request, visitor: Visitor, city: str, period: Period, status: int = 200, **more: Any
    ) -> Response:
        database = desk.services.database
        now = await periods.standing(database, visitor.key.programme, city, period)
        figures = await figures_of_period(database, visitor.key.programme, [city], period.start, period.end)
        recorded = request.query_params.get("recorded")
        return desk.page(
            request,
            "period.html",
            visitor,
            status,
            city=city,
            period=period,
            standing=now,
            words=periods.STATE_WORDS,
            is_officer=visitor.key.role == "programme_officer",
            figures=in_language(figures, desk.language(request)),
            publication=await current_publication(database),
            is_waiting=recorded is not None and recorded not in now.recorded,
            step_types={"submit": SUBMITTED, "return": RETURNED, "validate": VALIDATED},
            **{"form": {}, "details": [], **more},
        )

    def _cities(visitor: Visitor) -> list[str]:
        return sorted(visitor.key.cities or desk.services.checker.places.cities)

    def _named(request: Request, visitor: Visitor) -> tuple[str, Period]:
        city, period = request.path_params["city"], Period.read(request.path_params["period"])
        if city not in _cities(visitor) or period is None:
            raise Refused(_NO_PERIOD)
        return city, period

    add_pages(
        made,
        desk,
        [
            ("GET", "/partner/period", choose),
            ("GET", "/partner/period/{city}/{period}", show),
            ("POST", "/partner/period/{city}/{period}", step),
        ],
    )
    return made


def _said(result: dict[str, Any], language: str) -> str:
    """Why a text is not taken, without the name that its field has in the event."""
    if result["code"] == PERSONAL_DATA:
        return say(language, _CONTACT)
    if result["pointer"] == "/data/comment":
        return say(language, _NO_COMMENT)
    return str(result["detail"])


def _events(
    visitor: Visitor,
    city: str,
    period: Period,
    type_: str,
    form: dict[str, Any],
    now: Standing,
    publication: dict[str, Any] | None,
) -> list[dict[str, Any]]:
    """The event of a step, after the narrative that goes with a submission. Their ids follow from what they are."""
    is_officer = visitor.key.role == "programme_officer"
    place = f"{city}/{period.name}"
    language = form.get("language") if form.get("language") in LANGUAGES else "en"
    role = "programme_officer" if is_officer else "focal_point"
    data: dict[str, Any] = {
        "period": period.as_data(),
        "as_of": str(publication["publication_id"]) if publication else _now(),
        "by_role": role,
    }
    comment = str(form.get("comment") or "").strip()
    if comment:
        data |= {"comment": comment, "language": language}
    made = []
    text = str(form.get("narrative") or "").replace("\r\n", "\n").strip()
    if type_ == SUBMITTED:
        told = {"period": period.as_data(), "language": language, "text": text, "author_role": role}
        made.append(_event(visitor, city, NARRATIVE, f"narrative/{place}", now.version_of(NARRATIVE), told))
        data["narrative_ref"] = f"narrative/{place}"
    made.append(_event(visitor, city, type_, f"report/{place}", now.version_of(type_), data))
    return made


def _event(visitor: Visitor, city: str, type_: str, subject: str, version: int, data: dict[str, Any]) -> dict[str, Any]:
    prefix = visitor.key.source_prefix
    return {
        "specversion": "1.0",
        "id": f"{type_}/{subject}/{version}/{datetime.now(UTC):%Y%m%dT%H%M%S}",
        "source": f"{prefix}:partner-pages" if prefix[-1].isalnum() else f"{prefix}partner-pages",
        "type": type_,
        "time": _now(),
        "subject": subject,
        "programme": visitor.key.programme,
        "city": city,
        "operation": "create" if version == 1 else "correct",
        "recordversion": version,
        "data": data,
    }


def _now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
