"""Identifiers of people in what a partner's producer wrote: sealed ones are opened in memory, plain ones refused."""

from __future__ import annotations

from typing import Any

from ingestion.contracts.registry import Contract
from ingestion.gateway.refusal import PLAIN_IDENTIFIER, Refusal
from ingestion.sealing import SealingError, open_sealed
from ingestion.words import _t

#: The number is that of the form: a PyNaCl sealed box of the identifier in UTF-8, as base64.
SEALED = "sealed:1:"
UNOPENED = "sealed_identifier"

_PLAIN = _t(
    "A producer writes no plain identifier: seal {name} with the public key that you were given, or send a token. "
    "The record was deleted from your topic; send the event again."
)
_CANNOT_OPEN = _t("{name} cannot be opened: seal the identifier with the public key that you were given.")


class Opener:
    """Opens what was sealed for the intake. `private_keys` are tried in their order: the newest first."""

    def __init__(self, *private_keys: str) -> None:
        self._private_keys = private_keys

    def opened(self, event: dict[str, Any], contract: Contract) -> dict[str, Any] | Refusal:
        """`event` with its identifiers in plain, for memory only; itself if it holds none.

        A Refusal if one is plain already, which this way in does not take, or cannot be opened.
        """
        data = event.get("data")
        if not contract.identifiers or not isinstance(data, dict):
            return event
        found: dict[str, str] = {}
        for identifier in contract.identifiers:
            name = identifier.plain
            sealed = data.get(name)
            if sealed is None:
                continue
            if not isinstance(sealed, str) or not sealed.startswith(SEALED):
                return Refusal(PLAIN_IDENTIFIER, f"/data/{name}", _PLAIN, {"name": name})
            plain = self._open(sealed.removeprefix(SEALED))
            if plain is None:
                return Refusal(UNOPENED, f"/data/{name}", _CANNOT_OPEN, {"name": name})
            found[name] = plain
        return {**event, "data": {**data, **found}} if found else event

    def _open(self, sealed: str) -> str | None:
        for key in self._private_keys:
            try:
                return open_sealed(key, sealed).decode()
            except (SealingError, UnicodeDecodeError):
                continue
        return None
