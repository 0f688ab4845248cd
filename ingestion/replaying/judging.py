"""What a refused event would be today, as it was sent or with a patch: the gateway's own code decides."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import orjson
import psycopg

from infra.settings import Settings
from ingestion.contracts.registry import contracts
from ingestion.gateway.check import Checker
from ingestion.gateway.places import read_places
from ingestion.gateway.records import Accepted
from ingestion.gateway.refusal import Refusal
from ingestion.replaying.patch import Patch, PatchError
from ingestion.replaying.rejection import Rejection
from ingestion.replaying.scope import scope_of
from ingestion.sealing import SealingError, open_sealed
from ingestion.streaming.intake.opening import Opener
from ingestion.tokens import read_keyring

#: What the gateway adds to an accepted event; the loader keeps a refused record with it.
_ADDED = ("contenthash", "firsttokens", "receiptindex", "partner", "receivedat", "receipt")


@dataclass(frozen=True)
class Judged:
    """`accepted` if it may be stored now, else why not: a code, the place, and a sentence without any value."""

    rejection: Rejection
    accepted: Accepted | None
    code: str = ""
    pointer: str = ""
    sentence: str = ""


class Judge:
    """Judges refused events with the contracts, places and keys of today. `private_key` opens what was kept sealed."""

    def __init__(self, settings: Settings, connection: psycopg.Connection, private_key: str) -> None:
        self._connection = connection
        self._private_key = private_key
        self._checker = Checker(contracts(), read_places(), read_keyring(settings.home / "secrets" / "city_keys.json"))
        self._opener = Opener(*settings.secret("intake_private").split())

    def judge(self, rejection: Rejection, patch: Patch) -> Judged:
        """Never raises for what was sent; whoever calls it has logged that the body is opened."""
        if rejection.sealed is None:
            return _not(rejection, "no_body", "No body was kept of it.")
        try:
            body = open_sealed(self._private_key, bytes(rejection.sealed))
            event = orjson.loads(body)
            if rejection.rejected_by == "loader" and isinstance(event, dict) and "sealed" in event:
                # What the loader could not land was itself a refused event, sealed within.
                rejection = replace(rejection, rejected_by="gateway", key_id=event.get("keyid"))
                body = open_sealed(self._private_key, str(event["sealed"]))
                event = orjson.loads(body)
        except SealingError as error:
            return _not(rejection, "sealed", str(error))
        except orjson.JSONDecodeError:
            return _not(rejection, "invalid_json", "What was sent is no JSON, or was cut off: it must be sent anew.")
        if not isinstance(event, dict):
            return _not(rejection, "invalid_envelope", "What was sent is no single event: it must be sent anew.")
        if rejection.rejected_by == "loader":
            event = {name: value for name, value in event.items() if name not in _ADDED and value is not None}
        try:
            event = patch.apply(event)
        except PatchError as error:
            return _not(rejection, "patch", str(error))
        return self._verdict(rejection, event, b"\\u0000" in body)

    def _verdict(self, rejection: Rejection, event: dict[str, Any], may_hold_nul: bool) -> Judged:
        key = scope_of(self._connection, rejection, event.get("source"))
        if key is None:
            return _not(rejection, "no_scope", "The key or producer that sent it is not known any more.")
        if rejection.rejected_by == "intake":
            contract = self._checker.contract_of(event)
            opened = event if contract is None else self._opener.opened(event, contract)
            if not isinstance(opened, dict):
                return _refused(rejection, opened)
            event = opened
        verdict = self._checker.check(event, key, may_hold_nul=may_hold_nul)
        if isinstance(verdict, Accepted):
            return Judged(rejection, verdict)
        return _refused(rejection, verdict)


def _refused(rejection: Rejection, refusal: Refusal) -> Judged:
    """As the log words it: a name that the sender made up may be personal."""
    pointer = refusal.pointer if refusal.stored_pointer is None else refusal.stored_pointer
    return Judged(rejection, None, refusal.code, pointer, refusal.stored_detail or refusal.say())


def _not(rejection: Rejection, code: str, sentence: str) -> Judged:
    return Judged(rejection, None, code, "", sentence)
