"""What differs between the topics that are loaded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
import psycopg


class Row(msgspec.Struct, gc=False):
    """One record that can be landed: where it lay, the value as it was read, and its line for COPY, with its end."""

    offset: int
    value: bytes
    line: bytes


class Landed(NamedTuple):
    """What became of rows: how many landed, and how many reuse an identity with other content."""

    rows: int
    reused: int

    def plus(self, other: Landed) -> Landed:
        """Both together."""
        return Landed(self.rows + other.rows, self.reused + other.reused)


@dataclass(frozen=True)
class Place:
    """Where rows come from, and the load that brings them."""

    load_id: int
    topic: str
    partition: int


@dataclass(frozen=True)
class Manner:
    """How rows are landed, beyond what they are."""

    #: Identities that are known already are likely among them: look before entering any.
    look_first: bool = False
    #: What is known is there because it was loaded before, not because it was sent twice.
    is_reread: bool = False


@dataclass(frozen=True)
class Kind:
    """The row maker and the landing of one topic."""

    #: Makes its stages, temporary tables that empty themselves on commit.
    create: Sequence[str]
    #: Empties them within a transaction.
    clear: str
    #: Makes the row maker of a place, which gives the row of a value at an offset, or raises Refused.
    maker: Callable[[Place, Sequence[tuple[int, bytes]]], Callable[[int, bytes], Any]]
    #: Lands rows within the open transaction, all or none; raises what Postgres raises.
    land: Callable[[psycopg.Connection, list[Any], Place, Manner], Landed]
