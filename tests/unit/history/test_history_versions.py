"""A change without a higher version would be ignored as a conflict: the ledger finds it before it is sent."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from ingestion.history.records import History, HistoryError, load_history
from ingestion.history.versions import new_versions, read_ledger

HISTORY = load_history()


def changed(record_id: str, **changes: object) -> History:
    records = tuple(replace(r, **changes) if r.id == record_id else r for r in HISTORY.records)  # type: ignore[arg-type]
    return History(HISTORY.documents, records)


def test_the_ledger_is_up_to_date() -> None:
    assert new_versions(HISTORY, read_ledger()) == {}, "run: python -m ingestion.history.versions"


def test_a_change_without_a_higher_version_is_refused() -> None:
    with pytest.raises(HistoryError, match=r"row-039 was changed: set its version to 2"):
        new_versions(changed("row-039", value=Decimal(82)), read_ledger())


def test_a_change_with_a_higher_version_is_new() -> None:
    new = new_versions(changed("row-039", value=Decimal(82), version=2), read_ledger())
    assert list(new) == [("row-039", 2)]


def test_a_version_cannot_go_back_and_a_record_cannot_vanish() -> None:
    ledger = {**read_ledger(), ("row-039", 2): "0", ("row-999", 1): "0"}
    with pytest.raises(HistoryError, match=r"row-039 has version 1, but version 2 .*row-999 is gone"):
        new_versions(HISTORY, ledger)
