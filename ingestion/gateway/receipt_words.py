"""What a receipt says to people."""

from __future__ import annotations

from typing import Any

from ingestion.gateway.receipts import ACCEPTED, DUPLICATE, HELD, ID_REUSED, LANDED, PUBLISHED, REJECTED, Standing
from ingestion.words import _t, say, say_again

MEANINGS = {
    ACCEPTED: _t("Safely stored, and on its way to the warehouse: ask again in a minute."),
    LANDED: _t("In the warehouse. It will be in the results after the next check, within minutes."),
    HELD: _t("In the warehouse, but its city is held back until somebody has looked at its data."),
    PUBLISHED: _t("In the facts behind the results that readers see now."),
    DUPLICATE: _t("The same event had come before. It counts once, and nothing is to be done."),
    ID_REUSED: _t("The id was used before for other content. It is kept apart for review and does not count."),
    REJECTED: _t("Refused for the reason that stands beside it. Correct it and send it again."),
}
_AWAY = _t(
    "The database does not answer now, so this is only what the receipt itself says. Ask again in a few seconds."
)
_ON_THEIR_WAY = _t("Some events are on their way. Each of them will stand in this list when it has arrived.")
_WHAT_TO_DO = _t(
    "Look which of the two events is right. If this one is another event, send it with an id of its own; if it changes "
    "the first one, send it with a new id, the same subject and operation correct."
)
_HELD_BECAUSE = _t("The data of {place} is held back until somebody has looked at it. What was found: {reason}")
_WHOLE = _t("the whole programme")


def in_words(standing: Standing, language: str) -> dict[str, Any]:
    """`meanings` of the statuses that occur, a `note` if something is missing, and the `results` with sentences."""
    said: dict[str, Any] = {
        "meanings": {status: say(language, MEANINGS[status]) for status in standing.counts},
        "results": [_result(result, language) for result in standing.results],
    }
    if not standing.details or not standing.is_settled:
        said["note"] = say(language, _ON_THEIR_WAY if standing.details else _AWAY)
    return said


def _result(result: dict[str, Any], language: str) -> dict[str, Any]:
    told = {name: value for name, value in result.items() if name != "city"}
    if result["status"] == HELD:
        place = result.get("city") or say(language, _WHOLE)
        told["detail"] = say(language, _HELD_BECAUSE, place=place, reason=result.get("detail") or "")
    elif result["status"] == ID_REUSED:
        told["detail"] = say(language, _WHAT_TO_DO)
    elif result.get("detail"):
        told["detail"] = say_again(language, result["detail"])  # it was kept in English
    return told
