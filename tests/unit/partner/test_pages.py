"""The partner pages over ASGI, with neither Postgres nor Kafka: what must hold then, and what holds always."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from infra.settings import Settings
from ingestion.gateway import database
from ingestion.gateway.receipt_ids import ReceiptIds
from tests.unit.gateway.in_process import API_KEY, leave_key_copy, running, settings_without_servers

PAGES = ("", "/files", "/try", "/receipts", "/data", "/period")
NEED_POSTGRES = ("/receipts", "/data", "/period")
WRONG_KEY = "ck_00000000_" + "B" * 43


@pytest.fixture(scope="module")
def stack_without_servers(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    home: Path = tmp_path_factory.mktemp("home")
    settings = settings_without_servers(home)
    leave_key_copy(home)
    return settings


Visit = Callable[[httpx.AsyncClient], Awaitable[None]]


@pytest.fixture
def visit(stack_without_servers: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """visit(what_to_do, signed_in=True): run a coroutine with a client of a gateway."""
    monkeypatch.setattr(database, "PATIENCE_SECONDS", 0.05)

    @asynccontextmanager
    async def client_of(signed_in: bool) -> AsyncIterator[httpx.AsyncClient]:
        async with running(stack_without_servers) as client:
            if signed_in:
                answer = await client.post("/partner/sign-in", data={"key": API_KEY})
                assert (answer.status_code, answer.headers["location"]) == (303, "/partner")
            yield client

    async def run(what: Visit, signed_in: bool) -> None:
        async with client_of(signed_in) as client:
            await what(client)

    return lambda what, signed_in=True: asyncio.run(run(what, signed_in))


def _token(page: str) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_stranger__is_led_to_the_sign_in_and_learns_nothing(visit: Callable[..., None]) -> None:
    async def what(client: httpx.AsyncClient) -> None:
        for path in PAGES:
            answer = await client.get(f"/partner{path}")
            assert (answer.status_code, answer.headers["location"]) == (303, "/partner/sign-in"), path
            assert answer.content == b""

    visit(what, signed_in=False)


def test_session_cookie__is_for_the_server_only(visit: Callable[..., None]) -> None:
    async def what(client: httpx.AsyncClient) -> None:
        answer = await client.post("/partner/sign-in", data={"key": f"  {API_KEY} "})
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert "Max-Age=28800" in cookie
        assert "Secure" not in cookie
        assert API_KEY not in cookie
        safe = await client.post("https://gateway/partner/sign-in", data={"key": API_KEY})
        assert "Secure" in safe.headers["set-cookie"]

    visit(what, signed_in=False)


def test_wrong_key__is_told_in_the_language_and_opens_nothing(visit: Callable[..., None]) -> None:
    async def what(client: httpx.AsyncClient) -> None:
        for presented in (WRONG_KEY, "", "é", "a" * 4000):
            answer = await client.post(
                "/partner/sign-in", data={"key": presented}, headers={"Accept-Language": "es-GT,es"}
            )
            # Without Postgres a key that the copy does not know may still be right.
            assert answer.status_code in (401, 503)
            assert "set-cookie" not in answer.headers
            assert 'lang="es"' in answer.text
            if len(presented) > 1:
                assert presented not in answer.text

    visit(what, signed_in=False)


def test_wrong_keys__are_limited(visit: Callable[..., None]) -> None:
    async def what(client: httpx.AsyncClient) -> None:
        tries = [client.post("/partner/sign-in", data={"key": WRONG_KEY}) for _ in range(60)]
        answer = max(await asyncio.gather(*tries), key=lambda each: each.status_code == 429)
        assert answer.status_code == 429
        assert "<h1>" in answer.text
        right = await client.post("/partner/sign-in", data={"key": API_KEY})
        assert right.status_code == 303, "others behind the same address stay served"

    visit(what, signed_in=False)


@pytest.mark.parametrize("path", PAGES)
def test_page__lets_no_script_run_and_is_kept_nowhere(visit: Callable[..., None], path: str) -> None:
    async def what(client: httpx.AsyncClient) -> None:
        answer = await client.get(f"/partner{path}")
        assert answer.headers["content-type"].startswith("text/html")
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "script" not in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["cache-control"] == "no-store"
        assert "<script" not in answer.text
        assert " style=" not in answer.text
        assert API_KEY not in answer.text

    visit(what)


@pytest.mark.parametrize("path", PAGES)
def test_page__without_postgres_works_or_says_why_not(visit: Callable[..., None], path: str) -> None:
    async def what(client: httpx.AsyncClient) -> None:
        answer = await client.get(f"/partner{path}", headers={"Accept-Language": "fr"})
        if path in NEED_POSTGRES:
            assert answer.status_code == 503
            assert "database_unavailable" in answer.text
            assert "retry-after" in answer.headers
            assert 'href="/partner"' in answer.text
        else:
            assert answer.status_code == 200
        assert 'lang="fr" dir="ltr"' in answer.text

    visit(what)


def test_every_form__needs_the_token_of_its_session(visit: Callable[..., None]) -> None:
    async def what(client: httpx.AsyncClient) -> None:
        token = _token((await client.get("/partner/try")).text)
        for path in ("/try", "/sign-out", "/period/ADAMA/2026-Q3"):
            for form in ({}, {"form_token": ""}, {"form_token": token[:-1]}):
                answer = await client.post(f"/partner{path}", data={"event": "{}", **form})
                assert answer.status_code == 403, path
                assert "stale_form" in answer.text
        await client.post("/partner/sign-in", data={"key": API_KEY})
        answer = await client.post("/partner/try", data={"event": "{}", "form_token": token})
        assert answer.status_code == 403, "another session's"

    visit(what)


def test_sign_out__ends_the_session(visit: Callable[..., None]) -> None:
    async def what(client: httpx.AsyncClient) -> None:
        token = _token((await client.get("/partner")).text)
        answer = await client.post("/partner/sign-out", data={"form_token": token})
        assert answer.headers["location"] == "/partner/sign-in"
        assert (await client.get("/partner")).status_code == 303

    visit(what)


def test_language__asked_for_is_kept_and_wins(visit: Callable[..., None]) -> None:
    async def what(client: httpx.AsyncClient) -> None:
        spanish = {"Accept-Language": "es"}
        assert 'lang="es" dir="ltr"' in (await client.get("/partner", headers=spanish)).text
        assert 'lang="ar" dir="rtl"' in (await client.get("/partner?lang=ar", headers=spanish)).text
        assert 'lang="ar" dir="rtl"' in (await client.get("/partner/try", headers=spanish)).text
        assert 'lang="fr"' in (await client.get("/partner?lang=fr", headers=spanish)).text
        assert 'lang="fr"' in (await client.get("/partner?lang=xx", headers=spanish)).text

    visit(what)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x89PNG a photograph of the list", "The file was not taken"),
        (b"name\nAbebe\n", "no column record_id"),
        (b"record_id,time,city,person_id,sex,age_band,status,course,hours,certificate\n", "no rows below the names"),
    ],
)
def test_file_without_rows__is_told_plainly(visit: Callable[..., None], content: bytes, said: str) -> None:
    async def what(client: httpx.AsyncClient) -> None:
        form = {"form_token": _token((await client.get("/partner/files")).text)}
        answer = await client.post("/partner/files?type=training.completed.v1", data=form, files={"file": content})
        assert said in answer.text
        assert "Every row was taken" not in answer.text
        assert "to its end" not in answer.text

    visit(what)


def test_wrong_key__is_told_in_the_words_of_who_types_it(visit: Callable[..., None]) -> None:
    async def what(client: httpx.AsyncClient) -> None:
        answer = await client.post("/partner/sign-in", data={"key": WRONG_KEY})
        assert answer.status_code == 401
        assert "from ck_ to its last letter" in answer.text
        assert "API" not in answer.text

    visit(what, signed_in=False)


def test_language_links__keep_the_page_and_its_question(visit: Callable[..., None]) -> None:
    async def what(client: httpx.AsyncClient) -> None:
        page = (await client.get("/partner/try?type=clinic.visit.v1&lang=ar")).text
        assert 'href="/partner/try?type=clinic.visit.v1&amp;lang=fr"' in page

    visit(what)


def test_try__answers_in_the_language_and_keeps_what_was_typed(visit: Callable[..., None]) -> None:
    async def what(client: httpx.AsyncClient) -> None:
        token = _token((await client.get("/partner/try")).text)
        typed = '{"data": "<script>alert(1)</script>"}'
        answer = await client.post("/partner/try?lang=fr", data={"event": typed, "form_token": token})
        assert answer.status_code == 200
        assert "&lt;script&gt;" in answer.text
        assert "<script" not in answer.text
        assert "invalid_envelope" in answer.text

    visit(what)


def test_form_of_another_site__is_refused_even_to_sign_in(visit: Callable[..., None]) -> None:
    async def what(client: httpx.AsyncClient) -> None:
        for headers in (
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site", "Origin": "http://gateway"},
            {"Origin": "https://elsewhere.example"},
            {"Origin": "null"},
        ):
            answer = await client.post("/partner/sign-in", data={"key": API_KEY}, headers=headers)
            assert answer.status_code == 403, headers
            assert "foreign_form" in answer.text
            assert "set-cookie" not in answer.headers
        for headers in ({"Origin": "http://gateway"}, {"Sec-Fetch-Site": "same-origin", "Origin": "https://proxy"}):
            answer = await client.post("/partner/sign-in", data={"key": API_KEY}, headers=headers)
            assert answer.status_code == 303, headers

    visit(what, signed_in=False)


def test_form__has_a_limit_before_anybody_is_known(visit: Callable[..., None]) -> None:
    async def what(client: httpx.AsyncClient) -> None:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        sent = 0

        async def endless() -> AsyncIterator[bytes]:
            nonlocal sent
            while sent < 50_000_000:
                sent += 65_536
                yield b"k" * 65_536

        chunked = await client.post("/partner/sign-in", content=endless(), headers=kind)
        assert chunked.status_code == 413
        many = await client.post("/partner/sign-in", content=b"a=1&" * 1000, headers=kind)
        assert many.status_code == 400
        parts = await client.post("/partner/sign-in", files={"key": b"x" * 1000})
        assert parts.status_code == 400
        assert "invalid_form" in parts.text

    visit(what, signed_in=False)


def test_unforeseen_trouble__is_a_page_that_tells_nothing(
    visit: Callable[..., None], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from ingestion.gateway.partner import try_event

    def break_down(*_: object) -> str:
        raise RuntimeError("what somebody sent")

    async def what(client: httpx.AsyncClient) -> None:
        monkeypatch.setattr(try_event, "sample_for", break_down)
        answer = await client.get("/partner/try", headers={"Accept-Language": "fr"})
        assert answer.status_code == 500
        assert 'lang="fr"' in answer.text
        assert "internal_error" in answer.text
        assert "what somebody sent" not in answer.text + caplog.text

    visit(what)


def test_address_that_is_no_page__is_told_on_a_page(visit: Callable[..., None]) -> None:
    async def what(client: httpx.AsyncClient) -> None:
        for path in ("/nothing", "/try/more", "/sign-out"):
            answer = await client.get(f"/partner{path}")
            assert answer.status_code == 404, path
            assert "no_such_page" in answer.text
            assert 'href="/partner/files"' in answer.text, "the way on is there"

    visit(what)


def test_receipt__without_postgres_says_what_it_says_by_itself(
    visit: Callable[..., None], stack_without_servers: Settings
) -> None:
    ids = ReceiptIds(stack_without_servers.secret("receipt_key"))
    own, others = (ids.sign(ids.mark(), partner, 10, 1, 2) for partner in ("registry", "another"))

    async def what(client: httpx.AsyncClient) -> None:
        answer = await client.get(f"/partner/receipts/{own}?state=nonsense&after=x")
        assert answer.status_code == 200
        assert re.findall(r">(\d+) <span class=\"state \w+\">([^<]+)", answer.text) == [
            ("7", "On its way"),
            ("1", "Known already"),
            ("2", "Refused"),
        ]
        assert "The database does not answer now" in answer.text
        for foreign in (others, own[:-1], "rcp_"):
            answer = await client.get(f"/partner/receipts/{foreign}")
            assert answer.status_code == 404, foreign
            assert "no_such_receipt" in answer.text

    visit(what)
