"""Which types count contacts, and below which count an hour of them is hidden: both from the contracts."""

from __future__ import annotations

import json
from typing import NamedTuple

from ingestion.contracts.resolve import FOLDER

#: Classes of data about one person or household. Counts of a whole month (P1) belong to no hour: such an event is one
#: event here, and no contact.
_ABOUT_SOMEBODY = ("P2", "P3")


class TypeRule(NamedTuple):
    """`counts_contacts`: each event of the type is one contact with one person."""

    counts_contacts: bool
    small_below: int


def type_rules() -> dict[str, TypeRule]:
    """By type; small cells about health or money are larger than others.

    Reads the annotations alone: the validators of all contracts would take 20 MB.
    """
    rules = {}
    for path in sorted(FOLDER.glob("*/v*/schema.json")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        unit, data_class = schema["x-corridor-unit"], schema["x-corridor-class"]
        rules[f"{path.parent.parent.name}.{path.parent.name}"] = TypeRule(
            unit == "contact" and data_class in _ABOUT_SOMEBODY, 10 if data_class == "P3" else 5
        )
    return rules
