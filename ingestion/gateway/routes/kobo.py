"""POST /v1/kobo/{form}: submissions that KoboToolbox pushes.

Kobo cannot sign and sends each submission once, when it is created; edits and deletions are for the pull. The version
of a submission comes from Postgres. Without Postgres an original submission is sent all the same, as what it surely
is: version 1, created. That needs no memory, because an original gets version 1 from the database too, so its events
have the same ids and the pull, which finds the submission unknown and sends it again, adds nothing. An edit does need
memory and is answered 503: Kobo still has it, tries again, and the pull fetches it in any case. One gap remains: a
submission that came while Postgres was away and was deleted in Kobo before the next pull is never voided.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ingestion.gateway import kobo_answers
from ingestion.gateway.answers import Problem, results_answer
from ingestion.gateway.database import DatabaseAway
from ingestion.gateway.decode import MAX_EVENTS
from ingestion.gateway.intake import Outcome
from ingestion.gateway.kobo_answers import for_kobo
from ingestion.gateway.kobo_request import Refused, key_headers, read_body, read_submission
from ingestion.gateway.problem_response import problem_response
from ingestion.gateway.refusal import Refusal
from ingestion.gateway.scope import Key
from ingestion.gateway.services import Services
from ingestion.gateway.spool_answers import problem_of
from ingestion.gateway.spool_errors import NotStored
from ingestion.kobo.events import digest_of, events_of, gone_of, live_of, voids_of
from ingestion.kobo.form import Form
from ingestion.kobo.forms import Forms
from ingestion.kobo.mapping import MappedEvent, map_submission
from ingestion.kobo.read_form import FormError
from ingestion.kobo.state import CLAIM, SETTLE, Claim, claim_parameters, settle_parameters
from ingestion.kobo.submission import Identity, identity_of, unknown_questions
from ingestion.words import language_of

logger = logging.getLogger("corridor.gateway.kobo")

_MOST_QUESTIONS = 5


class KoboRoute:
    """Takes one submission a request."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._forms = Forms.of(services.settings)

    async def answer(self, name: str, request: Request) -> Response:
        """Never raises; whatever may succeed later is 503."""
        try:
            return await self._take(name, request)
        except Refused as refused:
            known = {} if refused.receipt is None else {"receipt": refused.receipt}
            return problem_response(for_kobo(refused.problem), request, **known)
        except NotStored as trouble:
            return problem_response(for_kobo(problem_of(trouble)), request)
        except Exception as error:
            # The traceback may quote the submission, so only its kind is logged.
            logger.error("kobo submission failed error=%s", type(error).__name__)
            return problem_response(kobo_answers.FAILED, request)

    async def _take(self, name: str, request: Request) -> Response:
        key = await self._services.authenticator.authenticate(key_headers(request), request.scope)
        if isinstance(key, Problem):
            raise Refused(key)
        form = self._form(name, key)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise Refused(kobo_answers.XML)
        body = await read_body(request)
        try:
            outcome = await self._submission(form, key, body, language_of(request.headers.get("accept-language", "")))
        except Refused as refused:
            if refused.keep:
                refused.receipt = await self._keep(body, refused.problem, key)
            raise
        status, content, headers = results_answer(outcome, language_of(request.headers.get("accept-language", "")))
        return Response(content, status, headers={name.decode(): value.decode() for name, value in headers})

    def _form(self, name: str, key: Key) -> Form:
        try:
            form = self._forms.find(name)
        except FormError as error:
            logger.error("%s", error)
            raise Refused(kobo_answers.FORM_BROKEN) from error
        if form is None:
            raise Refused(kobo_answers.NO_SUCH_FORM)
        if (form.partner, form.programme) != (key.partner, key.programme):
            raise Refused(kobo_answers.OTHER_PARTNER)
        return form

    async def _submission(self, form: Form, key: Key, body: bytes, language: str) -> Outcome:
        submission = read_submission(form, body)
        identity = identity_of(form, submission)
        unknown = unknown_questions(form, submission)
        mapped = [] if unknown else map_submission(form, submission, identity.root)
        limited = self._services.limits.events(key, min(len(mapped), MAX_EVENTS))
        if limited is not None:
            raise Refused(limited)
        claim = await self._claim(form, identity, mapped)
        if claim.superseded:
            return Outcome()
        if unknown:
            problem = _unknown(unknown)
            refused = Refused(problem)
            refused.receipt = await self._keep(body, problem, key)
            # No event stands for it, so a stand-in carries the reason; what earlier versions left stays.
            stand_in = [{"type": "", "subject": "", "operation": "create"}]
            reason = [{"status": "rejected", "code": problem.code, "pointer": ""}]
            await self._settle(settle_parameters(form, identity.root, claim, stand_in, reason, refused.receipt))
            raise refused
        gone = gone_of(claim.live_before, mapped)
        events = events_of(form, identity, claim.version, mapped) + voids_of(form, identity.root, claim.version, gone)
        outcome = await self._services.intake.take(
            events, key, language=language, may_hold_nul=b"\\u0000" in body, may_be_large=True
        )
        _name_questions(outcome.results, mapped)
        receipt = outcome.receipt
        await self._settle(settle_parameters(form, identity.root, claim, events, outcome.results, receipt))
        return outcome

    async def _claim(self, form: Form, identity: Identity, mapped: Sequence[MappedEvent]) -> Claim:
        digest = digest_of(self._services.settings.secret("kobo_digest"), mapped)
        parameters = claim_parameters(form, identity, digest, live_of(mapped), "hook")
        try:
            row = (await self._services.database.fetch(CLAIM, parameters))[0]
        except DatabaseAway:
            if identity.is_edit:
                raise Refused(kobo_answers.STATE_AWAY) from None
            return Claim(1, {})
        return Claim(row["claimed_version"], row["live_before"], row["is_superseded"])

    async def _keep(self, body: bytes, problem: Problem, key: Key) -> str:
        """Keep the body, sealed, and return the receipt that shows the reason."""
        mark = self._services.receipts.mark()
        # The English title only: the detail may quote names from the form.
        await self._services.intake.keep_refused(body, Refusal(problem.code, "", problem.title), key, mark)
        return self._services.receipts.sign(mark, key.partner, 1)

    async def _settle(self, parameters: dict[str, Any]) -> None:
        try:
            await self._services.database.fetch(SETTLE, parameters)
        except DatabaseAway:
            logger.warning("kobo submission not settled form=%s: the pull sends it again", parameters["form"])


def _unknown(questions: Sequence[str]) -> Problem:
    names = ", ".join(name[:80] for name in questions[:_MOST_QUESTIONS])
    return kobo_answers.UNKNOWN_QUESTIONS._replace(params={"questions": names})


def _name_questions(results: Sequence[dict[str, Any]], mapped: Sequence[MappedEvent]) -> None:
    """Say which question of the form a refusal is about. Voids come after the mapped events and have none."""
    for result, each in zip(results, mapped, strict=False):
        if result["status"] == "rejected":
            result["question"] = each.question_at(result["pointer"])


def router(services: Services) -> APIRouter:
    """The route."""
    routes = APIRouter()
    kobo = KoboRoute(services)

    @routes.post(
        "/v1/kobo/{form}",
        summary="A submission from a REST Service of KoboToolbox",
        response_class=Response,
        status_code=202,
        responses={
            202: {"description": "Taken; see results.", "content": {"application/json": {}}},
            422: {"description": "Refused for good; says what to change.", "content": {"application/problem+json": {}}},
            503: {"description": "KoboToolbox tries again.", "content": {"application/problem+json": {}}},
        },
    )
    async def submission(form: str, request: Request) -> Response:
        return await kobo.answer(form, request)

    return routes
