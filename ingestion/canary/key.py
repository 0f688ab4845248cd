"""The canary's own API key: made when the stack is brought up, kept as a secret, never shown."""

from __future__ import annotations

from infra.settings import Settings
from ingestion.canary.canary import PARTNER, PROGRAMME, SOURCE, TYPE
from ingestion.gateway.places import read_places

KEY_NAME = "key_canary"


def city() -> str:
    """The city that canaries name: an event of this type needs one, and any will do."""
    return min(read_places().cities)


def make_canary_key(settings: Settings) -> None:
    """Make the key, unless there is one that is active."""
    from ingestion.kept_keys import kept_key

    kept_key(
        settings, KEY_NAME, label="canary", programme=PROGRAMME, partner=PARTNER, source_prefix=SOURCE,
        cities=[city()], types=[TYPE],
    )  # fmt: skip
