"""The sentences that contracts hold for people exist in every language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ingestion.contracts.registry import contracts, envelope_schema
from ingestion.words import LANGUAGES, say

OTHERS = [language for language in LANGUAGES if language != "en"]


def _messages(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for item in schema:
            yield from _messages(item)
    elif isinstance(schema, dict):
        if isinstance(schema.get("x-corridor-message"), str):
            yield schema["x-corridor-message"]
        for value in schema.values():
            yield from _messages(value)


MESSAGES = sorted(set(_messages([envelope_schema(), *(contract.schema for contract in contracts().values())])))


def test_messages__are_found() -> None:
    assert "Name the person once: either person_id or person_token, not both." in MESSAGES


@pytest.mark.parametrize("language", OTHERS)
def test_message__is_translated(language: str) -> None:
    missing = [message for message in MESSAGES if say(language, message) == message]
    assert not missing, f"add to ingestion/words/locales/{language}/contracts.po: {missing}"
