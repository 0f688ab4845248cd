"""The search for identifiers in stores finds them, however they are written."""

from __future__ import annotations

import json

import pytest

from tests.planting import Identifiers
from tests.spellings import Search, spellings

PLANTED = Identifiers()


@pytest.mark.parametrize("spelling", spellings("x"))
def test_every_identifier__is_found_in_every_spelling(spelling: str) -> None:
    search = Search(PLANTED.cores(), PLANTED.whole())
    missed = [text for text in PLANTED.whole() if not search.find(spellings(text)[spelling])]
    assert missed == []


def test_other_things__are_not_found() -> None:
    search = Search(PLANTED.cores(), PLANTED.whole())
    others = json.dumps([Identifiers().whole() for _ in range(100)], ensure_ascii=False).encode()
    assert search.find(others) == []
    assert search.find(f"7{PLANTED.digits}5 123{PLANTED.number}4".encode()) == []
