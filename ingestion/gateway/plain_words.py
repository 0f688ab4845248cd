"""A quick look at an event's own words, which lets nearly every event past the ones that cost ten times as much."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ingestion.contracts.registry import Contract
from ingestion.gateway.identifiers import Plain
from ingestion.gateway.screening import NOTHING

#: Digits become 0, a plus becomes @: what a contact holds is then found without a regular expression.
_SIGNS = bytes.maketrans(b"123456789+", b"000000000@")
_NINE_DIGITS = "0" * 9


def is_plain(event: dict[str, Any], data: dict[str, Any], contract: Contract, plains: Iterable[Plain]) -> bool:
    """True if attribute_with_identifier, text_with_identifier and all of screening would find nothing.

    `event` is valid and `data` is its own. False says nothing: it is a reason to look properly.
    """
    named = f"{event['subject']}\n{event['id']}\n{event['source']}"
    try:
        if contract.references:
            named = "\n".join([named, *[data[name] for name in contract.references if name in data]])
        worded = "\n".join([data[name] for name in contract.free_names if name in data])
    except TypeError:  # texts within lists, or none at all
        return False
    together = f"{named}\n{worded}"
    if not together.isascii() or NOTHING.fullmatch(worded) is None:
        return False
    signs = named.encode().translate(_SIGNS).decode()
    # A contact begins with an @ or a plus, or is a number of nine digits or more.
    if "@" in signs or _NINE_DIGITS in signs:
        return False
    if plains:
        together = together.lower()
        for _, normal in plains:
            # Of two words it could be written in other ways; an empty one is within everything.
            if " " in normal or normal in together:
                return False
    return True
