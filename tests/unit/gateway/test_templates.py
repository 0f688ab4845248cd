"""GET /v1/templates: files that a partner fills in, over HTTP."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI
from openpyxl import load_workbook

from ingestion.contracts.columns import template_columns
from ingestion.contracts.registry import contracts
from ingestion.gateway.check import Checker
from ingestion.gateway.routes.templates import router
from ingestion.gateway.services import Services

NAME = "person.registered.v1"
COLUMNS = [column.name for column in template_columns(contracts()[NAME])]


Get = Callable[..., httpx.Response]


@pytest.fixture(scope="module")
def get(checker: Checker) -> Get:
    """get("person.registered.v1.csv?lang=fr", **headers) of the route."""
    application = FastAPI()
    application.include_router(router(cast(Services, SimpleNamespace(checker=checker))))

    async def ask(file: str, headers: dict[str, str]) -> httpx.Response:
        transport = httpx.ASGITransport(app=application)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            return await client.get(f"/v1/templates/{file}", headers=headers)

    return lambda file, accept="": asyncio.run(ask(file, {"Accept-Language": accept}))


def _book(content: bytes) -> Any:
    return load_workbook(io.BytesIO(content))


def test_csv__is_the_row_of_columns(get: Get) -> None:
    answer = get(f"{NAME}.csv")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="{NAME}.csv"'
    assert answer.text == ",".join(COLUMNS) + "\r\n"


@pytest.mark.parametrize(
    ("query", "accept", "sheet"),
    [("", "es-GT", "Datos"), ("?lang=ar", "es", "البيانات"), ("?lang=xx", "", "Data"), ("?lang=fr", "", "Données")],
)
def test_xlsx__speaks_the_language_asked_for(get: Get, query: str, accept: str, sheet: str) -> None:
    answer = get(f"{NAME}.xlsx{query}", accept)
    book = _book(answer.content)
    assert book.sheetnames[0] == sheet
    assert [cell.value for cell in book.worksheets[0][1]] == COLUMNS


def test_cities__limit_the_list(get: Get) -> None:
    def listed(query: str) -> list[str]:
        book = _book(get(f"{NAME}.xlsx{query}").content)
        return [row[1] for row in book.worksheets[2].iter_rows(values_only=True) if row[0] == "city"]

    assert listed("?cities=ARUA,ADAMA,NOWHERE") == ["ADAMA", "ARUA"]
    assert len(listed("")) > 5


def test_xlsform__asks_for_the_city_where_there_are_several(get: Get) -> None:
    def questions(query: str) -> list[str]:
        book = _book(get(f"{NAME}.xlsform.xlsx{query}").content)
        return [row[1] for row in book["survey"].iter_rows(min_row=2, values_only=True)]

    assert questions("") == [name for name in COLUMNS if name not in ("record_id", "city", "operation")]
    assert "city" in questions("?cities=ADAMA,ARUA")
    assert "city" not in questions("?cities=ADAMA")


@pytest.mark.parametrize("file", [f"{NAME}.pdf", "no.such.v1.csv", ".csv", "person.registered.xlsx", f"{NAME}.CSV"])
def test_unknown_template__says_what_to_ask_for(get: Get, file: str) -> None:
    answer = get(file, "fr")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "no_such_template"
    assert answer.json()["title"] == "Ce modèle n’existe pas"
