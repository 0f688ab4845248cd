"""The policy of policy.yaml: each store with its class, and how what is too old goes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

POLICY = Path(__file__).with_name("policy.yaml")


@dataclass(frozen=True)
class Kept:
    """One table. `days` is None if its rows stay; else rows whose `age` is older go, or only their column `blank`.

    `people`: P1 to P3, or None if it tells of nobody.
    """

    table: str
    kind: str
    days: int | None
    why: str
    age: str | None = None
    blank: str | None = None
    people: str | None = None

    @property
    def how_long(self) -> str:
        """In words: always; 180 days; sealed 180 days, where only a column goes."""
        if self.days is None:
            return "overwritten" if self.kind == "state" else "always"
        return f"{self.blank} {self.days} days" if self.blank else f"{self.days} days"


@dataclass(frozen=True)
class Other:
    """A store that is no table, with the words of how long; of topics of the list they stand in ingestion/topics.py."""

    name: str
    people: str | None
    kept: str
    why: str


@cache
def policy() -> tuple[Kept, ...]:
    """Every table in order. Raises ValueError for one whose class has days and that does not say what its age is."""
    document = _document()
    found = []
    for table, row in document["tables"].items():
        kind = document["classes"][row["class"]]
        kept = Kept(table, row["class"], kind["days"], kind["why"], row.get("age"), row.get("blank"), row.get("people"))
        if (kept.days is None) != (kept.age is None):
            raise ValueError(
                f"{POLICY.name}: {table} needs `age`, the column of its time, exactly if its class has days."
            )
        found.append(kept)
    return tuple(found)


@cache
def people_in_topics() -> dict[str, str]:
    """What each topic tells of people: P1 to P3."""
    return {topic: row["people"] for topic, row in _document()["topics"].items()}


@cache
def others() -> tuple[Other, ...]:
    """Stores that are neither tables nor topics of the list."""
    return tuple(Other(name, row.get("people"), row["kept"], row["why"]) for name, row in _document()["others"].items())


def _document() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(POLICY.read_text(encoding="utf-8"))
    return document
