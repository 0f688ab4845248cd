"""What is wrong with a line of the reference data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """A fault in `line` (1 is the header) of `file`, a path below the folder; `text` says what to do about it too."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"
