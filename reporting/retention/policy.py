"""The policy of policy.yaml: each table with its class, and how what is too old goes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

POLICY = Path(__file__).with_name("policy.yaml")


@dataclass(frozen=True)
class Kept:
    """One table. `days` is None if its rows stay; else rows whose `age` is older go, or only their column `blank`."""

    table: str
    kind: str
    days: int | None
    why: str
    age: str | None = None
    blank: str | None = None


@cache
def policy() -> tuple[Kept, ...]:
    """Every table in order. Raises ValueError for one whose class has days and that does not say what its age is."""
    document = yaml.safe_load(POLICY.read_text(encoding="utf-8"))
    found = []
    for table, row in document["tables"].items():
        kind = document["classes"][row["class"]]
        kept = Kept(table, row["class"], kind["days"], kind["why"], row.get("age"), row.get("blank"))
        if (kept.days is None) != (kept.age is None):
            raise ValueError(
                f"{POLICY.name}: {table} needs `age`, the column of its time, exactly if its class has days."
            )
        found.append(kept)
    return tuple(found)
