"""What a receipt says of events that the warehouse does not know yet."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.gateway.database import DatabaseAway
from ingestion.gateway.receipt_ids import Receipt
from ingestion.gateway.receipts import _add_missing, standing_without_details

AT = datetime(2026, 1, 1, tzinfo=UTC)
small = st.integers(0, 5)


def _receipt(events: int | None, repeated: int = 0, refused: int = 0) -> Receipt:
    return Receipt("rcp_x", AT, events, repeated, refused)


@given(accepted=small, repeated=small, refused=small, data=st.data())
def test_counts__are_complete_whatever_has_arrived(
    accepted: int, repeated: int, refused: int, data: st.DataObject
) -> None:
    landed, kept = data.draw(st.integers(0, accepted)), data.draw(st.integers(0, refused))
    counts = {name: number for name, number in (("landed", landed), ("rejected", kept)) if number}
    _add_missing(_receipt(accepted + repeated + refused, repeated, refused), counts)
    expected = {"accepted": accepted - landed, "landed": landed, "duplicate": repeated, "rejected": refused}
    assert counts == {name: number for name, number in expected.items() if number}


@pytest.mark.parametrize(
    ("receipt", "known", "missing"),
    [
        (_receipt(3), {}, "accepted"),
        (_receipt(3), {"landed": 3}, None),
        (_receipt(3, repeated=1), {"landed": 2}, "duplicate"),
        (_receipt(3, repeated=1), {"landed": 1}, None),
        (_receipt(3, refused=3), {}, "rejected"),
        (_receipt(3, refused=1), {"landed": 1}, None),
        (_receipt(3, refused=1), {"rejected": 1}, "accepted"),
        (_receipt(None), {"landed": 3}, None),
    ],
)
def test_missing__are_named_only_if_they_stand_the_same(
    receipt: Receipt, known: dict[str, int], missing: str | None
) -> None:
    assert _add_missing(receipt, dict(known)) == missing


def test_without_a_database__the_id_counts() -> None:
    found = standing_without_details(_receipt(9, 2, 3))
    assert (found.events, found.counts) == (9, {"accepted": 4, "duplicate": 2, "rejected": 3})
    with pytest.raises(DatabaseAway):
        standing_without_details(_receipt(None))
