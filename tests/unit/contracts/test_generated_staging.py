"""Staging models: one for all versions of a type, one column for a field, and no room for doubt."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.contracts.generate.staged import staged_columns
from ingestion.contracts.generate.staging_models import model_sql, staging_files
from ingestion.contracts.registry import Contract, contracts, read_contracts
from ingestion.contracts.resolve import ContractError
from ingestion.gateway.check import Checker
from ingestion.gateway.places import Places
from ingestion.gateway.records import Accepted
from ingestion.gateway.scope import Key
from tests.unit.contracts.two_versions import FIRST, SECOND, write_version


@pytest.fixture
def both(tmp_path: Path) -> dict[str, Contract]:
    write_version(tmp_path, 1, FIRST)
    write_version(tmp_path, 2, SECOND, required=["visits"])
    return read_contracts(tmp_path)


def test_both_versions__are_accepted(both: dict[str, Contract]) -> None:
    checker = Checker(both, Places(frozenset({"ADAMA"})), {})
    key = Key("00000000", "CM", "registry", "https://registry.example/")
    event = {
        "specversion": "1.0", "id": "1", "source": "https://registry.example/a", "subject": "k-1", "city": "ADAMA",
        "time": "2026-03-01T08:00:00Z",
    }  # fmt: skip
    first = {**event, "type": "kiosk.counted.v1", "data": {"kiosk": "Station", "visits": 3}}
    second = {**event, "type": "kiosk.counted.v2", "data": {"place": {"kiosk": "Station"}, "visits": 3}}
    assert isinstance(checker.check(first, key), Accepted)
    assert isinstance(checker.check(second, key), Accepted)
    assert not isinstance(checker.check({**second, "data": first["data"]}, key), Accepted)


def test_both_versions__land_in_one_model(both: dict[str, Contract], tmp_path: Path) -> None:
    files = {path.name: text for path, text in staging_files(both, tmp_path).items()}
    assert set(files) == {"stg_events__kiosk_counted.sql", "_staging.yml"}
    sql = files["stg_events__kiosk_counted.sql"]
    assert "where event_type in ('kiosk.counted.v1', 'kiosk.counted.v2')" in sql
    assert "when event_type in ('kiosk.counted.v1') then data ->> 'kiosk'" in sql
    assert "when event_type in ('kiosk.counted.v2') then data -> 'place' ->> 'kiosk'" in sql
    assert [column.name for column in staged_columns(both.values())] == ["kiosk", "visits", "spent", "spent_currency"]
    assert "(v1, v2)" in files["_staging.yml"]


def test_one_column_with_two_types__is_refused(tmp_path: Path) -> None:
    write_version(tmp_path, 1, FIRST)
    write_version(tmp_path, 2, {"visits": {**FIRST["kiosk"], "title": "Visits"}})
    with pytest.raises(ContractError, match=r"visits is text here and numeric in kiosk\.counted\.v1"):
        staged_columns(read_contracts(tmp_path).values())


@pytest.mark.parametrize("field", ["subject", "event_type"])
def test_a_field_with_the_name_of_an_event_column__is_refused(field: str, tmp_path: Path) -> None:
    write_version(tmp_path, 1, {field: FIRST["kiosk"]})
    with pytest.raises(ContractError, match="x-corridor-column"):
        staged_columns(read_contracts(tmp_path).values())


@pytest.mark.parametrize("name", sorted(contracts()))
def test_model__never_reads_a_plain_identifier(name: str) -> None:
    contract = contracts()[name]
    sql = model_sql([contract])
    for identifier in contract.identifiers:
        assert f"'{identifier.plain}'" not in sql
        assert f"data ->> '{identifier.token}' as {identifier.token}" in sql


def test_model__keeps_the_names_that_indicators_read() -> None:
    expected = {
        "arrival.counted.v1": {"direction", "arrivals", "is_estimate"},
        "funding.committed.v1": {"funding_source", "amount", "currency", "is_in_kind"},
        "training.completed.v1": {"course", "hours", "has_certificate"},
        "result.reported.v1": {"geography_level", "geography_code", "period_start", "is_period_inferred", "value_low"},
        "target.set.v1": {"is_quoted_by_indicator", "geography_code", "dimension"},
        "proposal.funded.v1": {"person_token", "funder", "amount_granted"},
    }
    for name, columns in expected.items():
        assert columns <= {column.name for column in staged_columns([contracts()[name]])}
    absent = {column.name: column.if_absent for column in staged_columns([contracts()["target.set.v1"]])}
    assert (absent["geography_code"], absent["dimension"], absent["is_quoted_by_indicator"]) == ("NONE", "total", False)
