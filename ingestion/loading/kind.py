"""What differs between the topics that are loaded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """Statements and the line maker of one topic. Statements take load_id, topic and partition as parameters."""

    #: Creates the stage, a temporary table that empties itself on commit.
    create: str
    #: Fills it.
    copy: str
    #: Moves it into raw; its row count is what landed.
    land: str
    #: Keeps records that reuse an identity with other content, and selects their number; None if there are none.
    reused: str | None
    #: Records that an identity came again with the same content; None if there are none.
    duplicates: str | None
    #: Empties it within a transaction.
    clear: str
    #: The record's value and offset as a line for `copy`; raises Refused.
    line: Callable[[bytes, int], bytes]
