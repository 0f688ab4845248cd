"""What a publication is, and the error that its commands raise."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from psycopg import sql


class PublicationError(RuntimeError):
    """A publication command cannot be done; the message says why and what to do."""


@dataclass(frozen=True)
class Publication:
    """One row of ops.publications; the counts are cells (rows of results.indicator_results)."""

    publication_id: int
    created_at: datetime
    created_by: str
    as_of: datetime
    as_of_load_id: int
    revision: str
    dbt_invocation_id: str
    audit_id: int | None
    cells_total: int
    cells_added: int
    cells_changed: int
    cells_removed: int

    def as_dict(self) -> dict[str, Any]:
        """Column name to value, in the order of the table."""
        return asdict(self)


#: Columns of ops.publications in the order of Publication's fields.
COLUMNS = sql.SQL(", ").join(map(sql.Identifier, Publication.__dataclass_fields__))


@dataclass(frozen=True)
class Pointer:
    """What readers see now, and up to which load the facts behind it were checked."""

    publication_id: int | None
    watermark_load_id: int
    watermark_at: datetime | None
    held: bool
    held_reason: str
    held_by: str | None
    held_at: datetime | None
