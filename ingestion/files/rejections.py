"""Refused rows, kept for a day so that their partner can fetch and mend them: encrypted, and only it has the key.

The key is derived (HKDF-SHA-256) from the whole API key as it was presented, of which the platform keeps a hash only,
and the random id of the file. Nobody else can open them: no operator, and no other key of the partner. Each part is
sealed with ChaCha20-Poly1305, with its place as the nonce: a key derived so is used for one file only.
"""

from __future__ import annotations

import secrets
import zlib
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ingestion.files.cells import Cell
from ingestion.gateway.database import Database
from ingestion.gateway.refusal import Refusal

KEPT = timedelta(hours=24)
#: Of one file; what is refused beyond comes back when the first are mended.
MOST_ROWS = 20_000
_PART_BYTES = 128 * 1024
_LARGEST_PART = 64 * 1024 * 1024
_PURPOSE = b"corridor refused rows of a file v1"

_FORGET = "delete from ops.file_rejections where kept_until < now()"
_KEEP = """
insert into ops.file_rejections (file_id, part, partner, kept_until, sealed)
values (%(file_id)s, %(part)s, %(partner)s, %(kept_until)s, %(sealed)s)"""
_READ = """
select sealed from ops.file_rejections
where file_id = %(file_id)s and part = %(part)s and partner = %(partner)s and kept_until >= now()"""


class Table(NamedTuple):
    """How the file was written, so that its rows can come back in the same way."""

    names: Sequence[str]
    delimiter: str
    decimal: str | None


class Refused(NamedTuple):
    """A refused row: its number in the sent file, the sender's name of the column if one is to blame, its cells, and
    what else of it is to be mended, as (column, refusal)."""

    number: int
    column: str | None
    refusal: Refusal
    cells: Sequence[Cell]
    others: Sequence[tuple[str | None, Refusal]] = ()


class Keeper:
    """Keeps the refused rows of one file as they come. Raises DatabaseAway."""

    def __init__(self, database: Database, partner: str, api_key: bytes, table: Table) -> None:
        self.file_id = f"file_{secrets.token_hex(16)}"
        self.kept_until = datetime.now(UTC).replace(microsecond=0) + KEPT
        self.rows = 0
        self._database = database
        self._partner = partner
        self._cipher = _cipher(api_key, self.file_id)
        self._lines = [orjson.dumps([list(table.names), table.delimiter, table.decimal])]
        self._bytes = 0
        self._part = 0

    async def keep(self, refused: Sequence[Refused]) -> None:
        """Keep these too, up to MOST_ROWS."""
        for row in refused[: MOST_ROWS - self.rows]:
            others = [[column, _parts(refusal)] for column, refusal in row.others]
            cells = [as_json(cell) for cell in row.cells]
            line = orjson.dumps([row.number, row.column, _parts(row.refusal), cells, others])
            self._lines.append(line)
            self._bytes += len(line)
            self.rows += 1
            if self._bytes >= _PART_BYTES:
                await self.flush()

    async def flush(self) -> None:
        """Write down what waits."""
        if not self._lines or not self.rows:
            return
        if self._part == 0:
            await self._database.fetch(_FORGET)
        plain = zlib.compress(b"\n".join(self._lines), 1)
        sealed = self._cipher.encrypt(_nonce(self._part), plain, self.file_id.encode())
        parameters = {"file_id": self.file_id, "part": self._part, "partner": self._partner}
        await self._database.fetch(_KEEP, {**parameters, "kept_until": self.kept_until, "sealed": sealed})
        self._lines, self._bytes = [], 0
        self._part += 1


async def refused_rows(
    database: Database, partner: str, api_key: bytes, file_id: str
) -> tuple[Table, AsyncIterator[Refused]] | None:
    """What was kept of a file, None if nothing is there for this key. Raises DatabaseAway."""
    cipher = _cipher(api_key, file_id)

    async def part(number: int) -> list[Any] | None:
        found = await database.fetch(_READ, {"file_id": file_id, "part": number, "partner": partner})
        if not found:
            return None
        try:
            plain = cipher.decrypt(_nonce(number), bytes(found[0]["sealed"]), file_id.encode())
        except InvalidTag:
            return None
        text = zlib.decompressobj().decompress(plain, _LARGEST_PART)
        return [orjson.loads(line) for line in text.split(b"\n")]

    first = await part(0)
    if first is None:
        return None

    async def rows() -> AsyncIterator[Refused]:
        lines: list[Any] | None = first[1:]
        number = 0
        while lines is not None:
            for row, column, refusal, cells, others in lines:
                more = [(name, Refusal(*parts)) for name, parts in others]
                yield Refused(row, column, Refusal(*refusal), [_unpacked(cell) for cell in cells], more)
            number += 1
            lines = await part(number)

    return Table(*first[0]), rows()


def _parts(refusal: Refusal) -> list[Any]:
    return [refusal.code, refusal.pointer, refusal.detail, dict(refusal.params)]


def _cipher(api_key: bytes, file_id: str) -> ChaCha20Poly1305:
    key = HKDF(algorithm=SHA256(), length=32, salt=file_id.encode(), info=_PURPOSE).derive(api_key)
    return ChaCha20Poly1305(key)


def _nonce(part: int) -> bytes:
    return part.to_bytes(12, "big")


def as_json(cell: Cell) -> Any:
    """A cell as JSON: dates stay apart from text, and text that is no Unicode stays readable."""
    if isinstance(cell, datetime | date | time):
        return {"at": cell.isoformat()}
    if isinstance(cell, int) and not isinstance(cell, bool) and abs(cell) >= 2**63:
        return str(cell)
    if cell is None or isinstance(cell, str | bool | int | float):
        return cell
    return str(getattr(cell, "text", ""))  # a formula over several cells


def _unpacked(cell: Any) -> Cell:
    if not isinstance(cell, dict):
        return cell
    text = cell["at"]
    try:
        return datetime.fromisoformat(text) if len(text) > 8 else time.fromisoformat(text)
    except ValueError:
        return str(text)
