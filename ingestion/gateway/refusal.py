"""Why one event was refused, in words for its sender and in words that may be stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ingestion.words import say

INVALID_ENVELOPE = "invalid_envelope"
UNKNOWN_TYPE = "unknown_type"
OUT_OF_SCOPE = "out_of_scope"
SCHEMA_VIOLATION = "schema_violation"
PLAIN_IDENTIFIER = "plain_identifier"
PERSONAL_DATA = "personal_data"
EVENT_TOO_LARGE = "event_too_large"
INVALID_JSON = "invalid_json"
LOG_REFUSED = "log_refused"
ID_REUSED = "id_reused"


class Refusal(NamedTuple):
    """A stable code, the JSON pointer of the trouble within the event, and a sentence that says what to do.

    `detail` is the English sentence with {named} places, which `params` fill. It never repeats a value. A field's
    name that the sender made up may be personal too: where `pointer` and `params` hold one, `stored_pointer` and
    `stored_detail` replace them in the log.
    """

    code: str
    pointer: str
    detail: str
    params: Mapping[str, Any] = {}
    stored_pointer: str | None = None
    stored_detail: str | None = None

    def say(self, language: str = "en") -> str:
        """The sentence for the sender, in one of ingestion.words.LANGUAGES."""
        return say(language, self.detail, **self.params)


def pointer_of(path: list[str | int]) -> str:
    """JSON pointer (RFC 6901) of a path of property names and list positions."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)
