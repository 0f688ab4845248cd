"""Ranges are shared out evenly, and counts add up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingestion.loading.counts import Counts
from ingestion.loading.ranges import Range, share_out


def ranges(sizes: list[int]) -> list[Range]:
    return [Range("accepted", "topic", number, 5, 5 + size) for number, size in enumerate(sizes)]


@given(sizes=st.lists(st.integers(1, 10_000), max_size=12), workers=st.integers(1, 5))
def test_share_out__everything_once_and_no_empty_share(sizes: list[int], workers: int) -> None:
    shares = share_out(ranges(sizes), workers)

    assert len(shares) == min(workers, len(sizes))
    assert all(shares)
    assert sorted(r.partition for share in shares for r in share) == list(range(len(sizes)))


def test_share_out__evenly() -> None:
    assert [sum(r.size for r in share) for share in share_out(ranges([60, 50, 40, 30, 10, 10]), 2)] == [100, 100]


def test_range__survives_the_way_through_a_task() -> None:
    one = Range("rejected", "topic", 1, 2, 9, is_reread=True)
    assert Range(**one.as_dict()) == one
    assert one.size == 7


def test_counts__add_field_by_field() -> None:
    assert Counts(1, 2, 3, 4, 5) + Counts(rows_landed=10, gaps=1) == Counts(11, 2, 3, 4, 6)
