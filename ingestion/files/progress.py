"""How far a file has been taken."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ingestion.gateway.answers import Problem

#: Refusals and warnings that are told one by one; all refused rows come back as a file.
MOST_TOLD = 100


@dataclass
class Progress:
    """Every row read so far is one of accepted, corrected, voided, unchanged, rejected; all but the rejected are
    durable. `problem` ends the file early; what was counted until then stays."""

    rows: int = 0
    #: New records.
    accepted: int = 0
    #: Records that were sent before and have changed.
    corrected: int = 0
    #: Records that were taken back.
    voided: int = 0
    #: Rows that say what is known already, and were not sent again.
    unchanged: int = 0
    rejected: int = 0
    warnings: int = 0
    done: bool = False
    receipt: str | None = None
    #: Names the refused rows for GET /v1/files/{id}/rejected.csv, if they are kept.
    file_id: str | None = None
    kept_until: str | None = None
    kept_rows: int = 0
    problem: Problem | None = None
    #: The first MOST_TOLD refusals: row, column, code, detail; `also` where there is more of the row to mend.
    results: list[dict[str, Any]] = field(default_factory=list)
    warned: list[dict[str, Any]] = field(default_factory=list)

    def counts(self) -> dict[str, Any]:
        """What a line of progress says."""
        names = ("rows", "accepted", "corrected", "voided", "unchanged", "rejected", "warnings")
        return {name: getattr(self, name) for name in names}

    def answer(self) -> dict[str, Any]:
        """The members of the answer."""
        kept = None
        if self.file_id is not None:
            address = f"/v1/files/{self.file_id}/rejected"
            kept = {
                "csv": f"{address}.csv",
                "xlsx": f"{address}.xlsx",
                "rows": self.kept_rows,
                "until": self.kept_until,
            }
        return {
            "receipt": self.receipt,
            **self.counts(),
            "rejected_rows": kept,
            "results": self.results,
            "warned": self.warned,
        }

    @property
    def none_taken(self) -> bool:
        """True if there were rows and every one was refused."""
        return 0 < self.rows == self.rejected
