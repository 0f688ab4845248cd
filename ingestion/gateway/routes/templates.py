"""GET /v1/templates/{type}.{csv|xlsx|xlsform.xlsx}: what a partner fills in, made from the contract."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from ingestion.contracts.registry import Contract, contracts
from ingestion.gateway.answers import Problem
from ingestion.gateway.services import Services
from ingestion.words import LANGUAGES, _t, language_of

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NO_TEMPLATE = Problem(
    404,
    "no_such_template",
    _t("There is no such template"),
    _t(
        "Ask for a type and a form of file, such as person.registered.v1.xlsx, .csv or .xlsform.xlsx: "
        "the page /docs lists the types."
    ),
)

Make = Callable[[Contract, str, tuple[str, ...]], bytes]


def _csv(contract: Contract, language: str, cities: tuple[str, ...]) -> bytes:
    from ingestion.contracts.generate.csv_header import csv_header

    return csv_header(contract).encode()


def _xlsx(contract: Contract, language: str, cities: tuple[str, ...]) -> bytes:
    from ingestion.contracts.generate.xlsx_template import xlsx_template

    return xlsx_template(contract, language, cities)


def _xlsform(contract: Contract, language: str, cities: tuple[str, ...]) -> bytes:
    from ingestion.contracts.generate.xlsform import xlsform

    return xlsform(contract, cities)


#: Ending -> how the file is made, and its media type. The longer ending comes first.
_FORMS: dict[str, tuple[Make, str]] = {
    ".xlsform.xlsx": (_xlsform, _XLSX),
    ".xlsx": (_xlsx, _XLSX),
    ".csv": (_csv, "text/csv; charset=utf-8"),
}


@lru_cache(maxsize=256)
def _made(name: str, ending: str, language: str, cities: tuple[str, ...]) -> bytes:
    return _FORMS[ending][0](contracts()[name], language, cities)


def router(services: Services) -> APIRouter:
    """The route. It needs no key: a template says what the documentation says."""
    routes = APIRouter()

    @routes.get(
        "/v1/templates/{file}",
        summary="A CSV header, an XLSX template or an XLSForm of an event type",
        response_class=Response,
        responses={
            200: {"description": "The file.", "content": {_XLSX: {}, "text/csv": {}}},
            404: {"description": "No such type or form of file.", "content": {"application/problem+json": {}}},
        },
    )
    def template(  # not async: a workbook takes 50 ms, which must not hold up the events of others
        request: Request,
        file: str,
        lang: Annotated[str | None, Query(description="en, fr, es or ar; else by Accept-Language")] = None,
        cities: Annotated[
            str | None, Query(description="City codes with commas between, for the list of cities")
        ] = None,
    ) -> Response:
        language = lang if lang in LANGUAGES else language_of(request.headers.get("accept-language", ""))
        ending = next((ending for ending in _FORMS if file.endswith(ending)), None)
        name = file.removesuffix(ending or "")
        if ending is None or name not in contracts():
            return Response(_NO_TEMPLATE.body(language), 404, media_type="application/problem+json")
        known = services.checker.places.cities
        wanted = known if cities is None and ending == ".xlsx" else known & set((cities or "").split(","))
        spoken = language if ending == ".xlsx" else "en"
        return Response(
            _made(name, ending, spoken, tuple(sorted(wanted))),
            media_type=_FORMS[ending][1],
            headers={"Content-Disposition": f'attachment; filename="{file}"', "Vary": "Accept-Language"},
        )

    return routes
