"""Receipt ids: nobody makes one but the gateway, and nobody reads another partner's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ingestion.gateway.receipt_ids import ReceiptIds

IDS = ReceiptIds("a secret of this test")
partners = st.text(min_size=1, max_size=30)
counts = st.integers(0, 999_999_999)


@given(partner=partners, events=counts, repeated=counts, refused=counts)
def test_id__says_what_it_was_given_for(partner: str, events: int, repeated: int, refused: int) -> None:
    mark = IDS.mark()
    found = IDS.read(IDS.sign(mark, partner, events, repeated, refused), partner)
    assert found is not None
    assert (found.mark, found.events, found.repeated, found.refused) == (mark, events, repeated, refused)
    assert abs(datetime.now(UTC) - found.taken_at) < timedelta(minutes=1)


@given(partner=partners, other=partners, events=counts, repeated=counts)
def test_id_of_another_partner__is_none(partner: str, other: str, events: int, repeated: int) -> None:
    found = IDS.read(IDS.sign(IDS.mark(), partner, events, repeated), other)
    assert (found is None) == (partner != other)


@given(data=st.data(), events=counts, repeated=st.integers(0, 20))
def test_id_that_was_changed__is_none(data: st.DataObject, events: int, repeated: int) -> None:
    made = IDS.sign(IDS.mark(), "registry", events, repeated, 5)
    place = data.draw(st.integers(0, len(made) - 1))
    change = data.draw(st.sampled_from("0123456789abcdefdr_Z٣\n") | st.just(""))
    changed = made[:place] + change + made[place + 1 :]
    assert changed == made or IDS.read(changed, "registry") is None


@given(events=counts)
def test_id_that_was_cut__is_none(events: int) -> None:
    made = IDS.sign(IDS.mark(), "registry", events)
    for length in range(len(made)):
        found = IDS.read(made[:length], "registry")
        assert found is None if length != 26 else found is not None and found.events is None


@given(
    text=st.text(max_size=60)
    | st.from_regex(r"rcp_[0-9a-f]{22}_[0-9]{1,9}(d[0-9]{1,9})?(r[0-9]{1,9})?_[0-9a-f]{8}", fullmatch=True)
)
def test_invented_id__is_none(text: str) -> None:
    assert IDS.read(text, "registry") is None


def test_id_of_another_secret__is_none() -> None:
    assert IDS.read(ReceiptIds("another").sign(IDS.mark(), "registry", 3), "registry") is None


def test_marks__are_in_the_order_of_time_and_each_another() -> None:
    marks = [IDS.mark() for _ in range(5_000)]
    assert marks == sorted(set(marks))
    assert {len(mark) for mark in marks} == {26}
