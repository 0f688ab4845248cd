"""Free text that points at a person is refused with a reason; the texts that partners really write pass."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from ingestion.gateway.check import Checker
from ingestion.gateway.records import Accepted
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
        ("TN", "الهاتف: 22 333 444", "telephone"),
        ("ET", "ስልክ፦ ٠٩١١٢٢٣٣٤٤", "telephone"),
        ("ET", "０９１１２２３３４４", "telephone"),
        ("ET", "0911\u200b223344", "telephone"),
        ("TN", "tél 22.333.444", "telephone"),
        ("KE", "simu 0712-345-678", "telephone"),
        ("GT", "teléfono (502) 5512-3456", "telephone"),
        ("KE", "KES 500 to 0712345678", "telephone"),
        ("TN", "+216 20 000 000", "telephone"),
        ("ET", "https://wa.me/251911223344", "telephone"),
        ("ET", "amina.k＠example.org", "e-mail"),
        ("ET", "amina (at) example (dot) org", "e-mail"),
        ("GT", "amina [arroba] ejemplo.org", "e-mail"),
        ("TN", "n° CIN : 01234567", "identity"),
        ("TN", "جواز سفر 12345", "identity"),
        ("KE", "kitambulisho 2345678", "identity"),
        ("KE", "alien card 123456", "identity"),
        ("ET", "9.03456° N, 38.74689° E", "position"),
        ("ET", "lat 9.03456 lon 38.74689", "position"),
        ("ET", "9,03456; 38,74689", "position"),
        ("ET", "9°02'04.4\"N 38°44'48.8\"E", "position"),
        ("ET", "house 6GXR2PXR+XX", "position"),
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
        "UGX 350000000 for the road",
        "UGX 85000000; 20 000 000 dinars; 25 000 000 DT sur 2017-2020; Q 1,250,000.00",
        "الميزانية 1250000 شلن لسنة 2017/2018، من 12/03/2017 إلى 14/03/2017",
        "Mkutano wa tarehe 12/03/2017, washiriki 1,250; bajeti KES 2,500,000",
        "Kifungu 12(3)(a) cha Sheria Na. 17 ya 2011",
        "Décret n° 2016-1120 du 25 août 2016, article 12; total : 1.250.000 TND (12,5 %)",
        "Acuerdo gubernativo 123-2017 del 5 de mayo de 2017: 2.500 personas, 45 talleres",
        "2015 2016 2017 2018",
        "1 2 3 4 5 6 7 8 9 10",
        "https://www.example.org/node/12345678",
        "doi:10.1016/j.cities.2017.03.012",
        "SDG 11.3.1; A/RES/71/256, para 12-14",
        "workshop (at Adama), scores 0.12 and 0.345",
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


@pytest.mark.parametrize(
    "text", ["a", "a.b", "1 ", "9 000 ", "x[at", "CIN 1234", "passport 1", "12.3456 ", "2017 ", "ብር "]
)
def test_long_text__is_looked_through_at_once(text: str) -> None:
    began = time.perf_counter()
    trace_of_a_person(text * (60_000 // len(text)), "ET")
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize("attribute", ["subject", "id", "source"])
@pytest.mark.parametrize("value", ["+251911223344", "amina@example.org", "0911223344", "client-0911223344-2"])
def test_record_id__may_not_be_a_contact(
    checker: Checker, event: Callable[..., dict[str, Any]], attribute: str, value: str
) -> None:
    value = f"{KEY.source_prefix}{value}" if attribute == "source" else value
    answer = checker.check(event(**{attribute: value}), KEY)
    assert isinstance(answer, Refusal)
    assert (answer.code, answer.pointer) == ("personal_data", f"/{attribute}")
    assert value not in answer.say()


@pytest.mark.parametrize("value", ["0000012345", "2026-0311223344", "record-20260301-0001", "00112233", "r0911223344x"])
def test_record_id__may_be_a_counter(checker: Checker, event: Callable[..., dict[str, Any]], value: str) -> None:
    assert isinstance(checker.check(event(subject=value, id=value), KEY), Accepted)


@pytest.mark.parametrize("value", ["+251911223344", "amina@example.org", "0911223344"])
def test_reference_to_a_record__may_not_be_a_contact(
    checker: Checker, event: Callable[..., dict[str, Any]], value: str
) -> None:
    answer = checker.check(event("product.opened.v1", {"advisory_ref": value}, city="ADAMA"), KEY)
    assert isinstance(answer, Refusal)
    assert (answer.code, answer.pointer) == ("personal_data", "/data/advisory_ref")
    assert value not in answer.say()


def test_free_text_in_an_event__is_refused_at_its_field(checker: Checker, event: Callable[..., dict[str, Any]]) -> None:
    sent = event("advisory.given.v1", {"partner_bank": "Micoope, ask 5512 3456"}, city="SAN-MARCOS")
    answer = checker.check(sent, KEY)
    assert isinstance(answer, Refusal)
    assert (answer.code, answer.pointer) == ("personal_data", "/data/partner_bank")
    assert "5512" not in answer.say()
