"""Which types count contacts, and below which count an hour of them is hidden: both from the contracts."""

from __future__ import annotations

from typing import NamedTuple

from ingestion.contracts.registry import contracts

#: Classes of data about one person or household. Counts of a whole month (P1) belong to no hour: such an event is one
#: event here, and no contact.
_ABOUT_SOMEBODY = ("P2", "P3")


class TypeRule(NamedTuple):
    """`counts_contacts`: each event of the type is one contact with one person."""

    counts_contacts: bool
    small_below: int


def type_rules() -> dict[str, TypeRule]:
    """By type; small cells about health or money are larger than others."""
    return {
        name: TypeRule(
            contract.unit == "contact" and contract.data_class in _ABOUT_SOMEBODY,
            10 if contract.data_class == "P3" else 5,
        )
        for name, contract in contracts().items()
    }
