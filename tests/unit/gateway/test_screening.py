"""Free text that points at a person is refused with a reason; the texts that partners really write pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ingestion.gateway.check import Checker
from ingestion.gateway.refusal import Refusal
from ingestion.gateway.scope import Key
from ingestion.gateway.screening import trace_of_a_person
from ingestion.history.events import history_events
from ingestion.history.records import load_history

KEY = Key("00000000", "CM", "registry", "https://registry.example/")


@pytest.mark.parametrize(
    ("country", "text", "word"),
    [
        ("ET", "call 0911 223 344 after noon", "telephone"),
        ("ET", "+251 911 22 33 44", "telephone"),
        (None, "whatsapp +256772123456", "telephone"),
        ("KE", "her number is 0712345678", "telephone"),
        ("GT", "tel 2345-6789", "telephone"),
        ("SO", "room 061-5551234", "telephone"),
        ("UG", "write to amina.k@example.org", "e-mail"),
        ("GT", "CUI 2345 67890 0101", "identity"),
        ("GT", "DPI 2345678900101", "identity"),
        ("UG", "NIN CM90100123ABCD", "identity"),
        ("UG", "case 123-45C67890", "identity"),
        ("ET", "passport EP1234567", "identity"),
        ("ET", "Fayda 1234 5678 9012", "identity"),
        ("KE", "lives at 3.71234, 34.86123", "position"),
    ],
)
def test_trace_of_a_person__is_found(country: str | None, text: str, word: str) -> None:
    said = trace_of_a_person(text, country)
    assert said is not None
    assert word in said


@pytest.mark.parametrize(
    "text",
    [
        "over 1,200,000 people in 2019-2020",
        "12 June 2019, 5 desks, 3 wards",
        "USD 700,000 by 31 December 2020",
        "Phase I (2016-2018), 25 000 sessions",
        "registered between 2026-03-01 and 2026-06-30",
        "file of 20260301",
        "CM-O3-02, tranche 2",
        "3.5 km from the market",
        "élèves: 600; étudiants: 1 080",
    ],
)
@pytest.mark.parametrize("country", ["ET", "KE", "UG", "TN", "GT", "SO", None])
def test_ordinary_text__passes(text: str, country: str | None) -> None:
    assert trace_of_a_person(text, country) is None


def test_published_history__passes(checker: Checker) -> None:
    history = Key("00000000", "CM", "history", "")
    refused = [
        (event["id"], answer.pointer)
        for event in history_events(load_history())
        if isinstance(answer := checker.check(event, history), Refusal) and answer.code == "personal_data"
    ]
    assert refused == []


@pytest.mark.parametrize("attribute", ["subject", "id"])
@pytest.mark.parametrize("value", ["+251911223344", "amina@example.org"])
def test_record_id__may_not_be_a_contact(
    checker: Checker, event: Callable[..., dict[str, Any]], attribute: str, value: str
) -> None:
    answer = checker.check(event(**{attribute: value}), KEY)
    assert isinstance(answer, Refusal)
    assert (answer.code, answer.pointer) == ("personal_data", f"/{attribute}")
    assert value not in answer.say()


def test_free_text_in_an_event__is_refused_at_its_field(checker: Checker, event: Callable[..., dict[str, Any]]) -> None:
    sent = event("advisory.given.v1", {"partner_bank": "Micoope, ask 5512 3456"}, city="SAN-MARCOS")
    answer = checker.check(sent, KEY)
    assert isinstance(answer, Refusal)
    assert (answer.code, answer.pointer) == ("personal_data", "/data/partner_bank")
    assert "5512" not in answer.say()
