"""A change without a higher version would be ignored as a conflict: the ledger finds it before it is sent."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from ingestion.history.records import History, HistoryError, load_history
from ingestion.history.send import check_versions, main
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


def test_the_sender_refuses_a_change_without_a_higher_version_before_anything_is_sent(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def must_not_be_called(*_: object) -> None:
        raise AssertionError("the sender went on")

    monkeypatch.setattr("ingestion.history.send.load_history", lambda: changed("row-039", value=Decimal(82)))
    monkeypatch.setattr("ingestion.history.send.history_key", must_not_be_called)
    monkeypatch.setattr("ingestion.history.send.send_history", must_not_be_called)
    assert main([]) == 1
    said = capsys.readouterr().err
    assert "row-039 was changed: set its version to 2" in said
    assert ".venv/pipeline/bin/python -m ingestion.history.versions" in said


def test_the_sender_wants_a_higher_version_written_down() -> None:
    with pytest.raises(
        HistoryError, match=r"does not have row-039 version 2 yet: run `.*ingestion\.history\.versions`"
    ):
        check_versions(changed("row-039", value=Decimal(82), version=2))
