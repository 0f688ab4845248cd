"""Receipt ids that say themselves what they are for, so that the gateway stores nothing to give one.

`rcp_<14 hex digits: microseconds since 1970><8 random hex digits>_<events>_<8 hex digits of a MAC>`. The first 26
characters are the mark that every record of the request carries; the rest is added when the answer is known. `<events>`
is followed by `d` and the number of those that were duplicates at once, and so not written again, and by `r` and the
number of those that were refused, where there are any.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from hmac import compare_digest
from random import getrandbits
from time import time_ns

_PATTERN = re.compile(
    r"(rcp_([0-9a-f]{14})[0-9a-f]{8})(?:(_([0-9]{1,9})(?:d([0-9]{1,9}))?(?:r([0-9]{1,9}))?)_([0-9a-f]{8}))?"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Receipt:
    """What an id says. `events` is None for a bare mark, whose partner is then not proven either."""

    mark: str
    taken_at: datetime
    events: int | None = None
    #: Of these, told at once that they had come before.
    repeated: int = 0
    #: Of these, refused at once.
    refused: int = 0


class ReceiptIds:
    """Makes and reads receipt ids with the secret `receipt_key`."""

    def __init__(self, secret: str) -> None:
        # Copied for each id: the key is then worked in already.
        self._keyed = blake2b(key=blake2b(secret.encode()).digest(), digest_size=4)
        self._last = 0

    def mark(self) -> str:
        """A new mark; later ones of a process sort after earlier ones."""
        now = time_ns() // 1000
        if now <= self._last:
            now = self._last + 1
        self._last = now
        # Not a secret: the MAC is what nobody can guess.
        return f"rcp_{now:014x}{getrandbits(32):08x}"

    def sign(self, mark: str, partner: str, events: int, repeated: int = 0, refused: int = 0) -> str:
        """The id of the receipt for `events` events of `partner`: so many duplicates and so many refused at once."""
        text = f"{mark}_{events}"
        if repeated:
            text = f"{text}d{repeated}"
        if refused:
            text = f"{text}r{refused}"
        return f"{text}_{self._mac(text, partner)}"

    def read(self, text: str, partner: str) -> Receipt | None:
        """What an id says, or None if it was not given to `partner` by this stack."""
        found = _PATTERN.fullmatch(text)
        if found is None:
            return None
        mark, microseconds, counted, events, repeated, refused, mac = found.groups()
        try:
            taken_at = _EPOCH + timedelta(microseconds=int(microseconds, 16))
        except OverflowError:
            return None
        if counted is None:
            return Receipt(mark, taken_at)
        if not compare_digest(mac, self._mac(mark + counted, partner)):
            return None
        return Receipt(mark, taken_at, int(events), int(repeated or 0), int(refused or 0))

    def _mac(self, text: str, partner: str) -> str:
        mac = self._keyed.copy()
        mac.update(f"{text}|{partner}".encode())
        return mac.hexdigest()
