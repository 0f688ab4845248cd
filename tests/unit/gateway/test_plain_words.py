"""The quick look lets nothing past that the proper looks would refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingestion.contracts.registry import contracts
from ingestion.gateway.check import Checker
from ingestion.gateway.identifiers import plain_identifiers
from ingestion.gateway.plain_words import is_plain

Make = Callable[..., dict[str, Any]]
IDENTIFIERS = ["AD-000123", "ad 000123", "ＡＤ-000123", "12", "4711-x", "Ñ-77", "x"]
ODD = ["Bole", "OROMIA", "é", "\u200b", "0٩١١٢٣٤٥٦٧", "9.0234", "38.1234", "(at)", "passport ", "\u212a", "\u017f"]
PARTS = ["AD-", "000123", "0911", "234567", "+251", "911", "a", "@b", ".org", " ", "-", ":", "\n", "\u00a0"]
PIECES = st.sampled_from([*IDENTIFIERS, *PARTS, *ODD])
WORDS = st.lists(PIECES, max_size=5).map("".join)


@given(WORDS, WORDS, WORDS, WORDS, WORDS, st.sampled_from(IDENTIFIERS))
@example("person-1", "e-1", "urn:desk", "Bole sub-city", "Oromia", "AD-000123")
def test_is_plain__finds_no_less_than_the_proper_looks(
    checker: Checker, event: Make, subject: str, id: str, source: str, desk: str, area: str, person: str
) -> None:
    contract = contracts()["person.registered.v1"]
    data = {"person_id": person, "desk": desk, "origin_area": area}
    sent = event(type=contract.type, subject=subject, id=id, source=source, data=data)
    if is_plain(sent, sent["data"], contract, plain_identifiers(sent["data"], contract)):
        assert checker._refuse_traces(sent, contract, sent["data"], "ADAMA") is None


@given(WORDS, WORDS)
def test_is_plain__looks_at_references(checker: Checker, event: Make, reference: str, place: str) -> None:
    contract = next(each for each in contracts().values() if each.references and each.identifiers)
    name = contract.references[0]
    sent = event(type=contract.type, data={name: reference, contract.identifiers[0].plain: place or "x"})
    if is_plain(sent, sent["data"], contract, plain_identifiers(sent["data"], contract)):
        assert checker._refuse_traces(sent, contract, sent["data"], "ADAMA") is None


@pytest.mark.parametrize(
    "changes",
    [{"subject": "person-0000123"}, {"id": "0911-234-567"}, {"data": {"desk": "Bole, sub-city", "needs": ["legal"]}}],
)
def test_usual_event__is_plain(event: Make, changes: dict[str, Any]) -> None:
    contract = contracts()["person.registered.v1"]
    sent = event(type=contract.type, **changes)
    assert is_plain(sent, sent["data"], contract, plain_identifiers(sent["data"], contract))
