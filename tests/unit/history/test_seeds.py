"""The reference data is whole: codes resolve, rules are never empty, every rate is there once."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import yaml

from ingestion.contracts.registry import contracts
from ingestion.history.reference import SEEDS, indicators, places, seed_rows

COMPUTED = {
    "CM-O3-02": ("person", "5"),
    "CM-O3-01": ("person", "5"),
    "CM-O2-01": ("person", "5"),
    "CM-O2-04": ("contact", "10"),
    "CM-O2-05": ("person", "10"),
    "CM-O3-03-V": ("contact", "10"),
    "CM-O3-03-P": ("person", "10"),
    "CM-O3-04": ("household", "5"),
    "CM-O2-08-C": ("person", "5"),
    "CM-O2-03-S": ("document", "0"),
    "CM-O2-03-P": ("person", "5"),
    "CM-O2-03-F": ("document", "0"),
    "CM-X-03": ("money", "0"),
    "CM-X-04": ("percent", "0"),
    "CM-X-01": ("percent", "5"),
    "CM-C-ARR": ("arrival", "5"),
    "CM-O2-02": ("person", "5"),
    "CM-O2-07-E": ("person", "10"),
    "CM-O2-08-E": ("person", "5"),
    "CM-O3-05-S": ("person", "5"),
    "CM-O4-02-C": ("contact", "5"),
    "CM-O1-02-P": ("document", "0"),
    "CM-O1-02-A": ("document", "0"),
    "CM-O4-05-A": ("document", "0"),
    "CM-O4-05-V": ("document", "0"),
    "CM-O4-05-S": ("document", "0"),
    "CM-O4-08": ("document", "0"),
    "CM-O2-10": ("place", "0"),
    "CM-O3-06-R": ("place", "0"),
    "CM-O3-06-K": ("place", "0"),
    "CM-O3-06-D": ("place", "0"),
    "CM-O3-06-M": ("place", "0"),
    "CM-O3-05-K": ("organisation", "0"),
    "CM-X-05": ("organisation", "0"),
    "CM-O4-01": ("event", "0"),
    "CM-O4-03": ("event", "0"),
    "CM-O4-07": ("event", "0"),
}


def column(seed: str, name: str) -> list[str]:
    return [row[name] for row in seed_rows(seed)]


@pytest.mark.parametrize(
    ("seed", "key"),
    [
        ("places", ("place_code",)),
        ("place_members", ("parent_code", "member_code")),
        ("indicators", ("indicator_code",)),
        ("indicator_mappings", ("indicator_code", "framework_version", "reference_code")),
        ("projects", ("project_code",)),
        ("project_places", ("project_code", "place_code")),
        ("organisations", ("organisation_code",)),
        ("place_aliases", ("alias",)),
        ("published_crosstabs", ("indicator_code", "dimension")),
        ("exchange_rates", ("currency", "month")),
    ],
)
def test_keys_are_unique(seed: str, key: tuple[str, ...]) -> None:
    counts = Counter(tuple(row[part] for part in key) for row in seed_rows(seed))
    assert [k for k, n in counts.items() if n > 1] == []


@pytest.mark.parametrize(
    ("seed", "name", "known"),
    [
        ("places", "parent_code", places),
        ("place_members", "parent_code", places),
        ("place_members", "member_code", places),
        ("project_places", "place_code", places),
        ("organisations", "place_code", places),
        ("place_aliases", "place_code", places),
        ("printed_totals", "place_code", places),
        ("printed_totals", "indicator_code", indicators),
        ("published_crosstabs", "indicator_code", indicators),
        ("indicator_mappings", "indicator_code", indicators),
    ],
)
def test_codes_resolve(seed: str, name: str, known: object) -> None:
    assert set(column(seed, name)) - {""} <= set(known())  # type: ignore[operator]


def test_every_column_is_described_and_typed() -> None:
    described = {s["name"]: s for s in yaml.safe_load((SEEDS / "_seeds.yml").read_text(encoding="utf-8"))["seeds"]}
    assert set(described) == {path.stem for path in SEEDS.glob("*/*.csv")}
    for name, seed in described.items():
        header = list(seed_rows(name)[0])
        assert [c["name"] for c in seed["columns"]] == header
        assert list(seed["config"]["column_types"]) == header
        assert all(c["description"] for c in seed["columns"])


def test_computed_indicators_and_their_thresholds() -> None:
    found = {
        code: (row["unit_of_count"], row["threshold"])
        for code, row in indicators().items()
        if row["source_type"] == "computed"
    }
    assert found == COMPUTED


@pytest.mark.parametrize("rule", ["time_rule", "place_rule", "dimension_rule", "data_class", "definition"])
def test_no_indicator_lacks_a_rule(rule: str) -> None:
    assert [code for code, row in indicators().items() if not row[rule]] == []


def test_units_are_those_of_the_contract() -> None:
    known = contracts()["result.reported.v1"].schema["properties"]["unit"]["enum"]
    assert set(column("indicators", "unit_of_count")) <= set(known)


def test_no_recalled_wording_is_in_the_catalogue() -> None:
    assert set(column("indicators", "wording_status")) == {"FOUND", "OWN"}
    assert {r["wording_status"] for r in seed_rows("indicator_mappings") if r["reference_framework"] == "SDC"} == {
        "RECALLED"
    }


def test_partner_cities_have_a_country_and_a_time_zone() -> None:
    cities = [row for row in places().values() if row["level"] == "city"]
    assert len(cities) == 17
    for city in cities:
        assert city["parent_code"] == city["country_code"]
        assert ZoneInfo(city["timezone"])
        assert city["phases"] in ("I", "II", "I;II")


def test_services_are_those_of_the_contract() -> None:
    known = contracts()["service.provided.v1"].schema["properties"]["service_type"]["enum"]
    assert set(column("service_types", "service_type")) == set(known)
    assert set(column("service_types", "serves")) <= {"work", "basic", "both", "none"}


@pytest.mark.parametrize(
    ("scheme", "event_type", "name"),
    [
        ("SEX-1", "service.provided.v1", "sex"),
        ("AGE-1", "service.provided.v1", "age_band"),
        ("STATUS-1", "service.provided.v1", "status"),
        ("DISABILITY-1", "service.provided.v1", "disability"),
        ("FUNDING-1", "funding.committed.v1", "funding_source"),
    ],
)
def test_atomic_members_are_those_of_the_contract(scheme: str, event_type: str, name: str) -> None:
    properties = contracts()[event_type].schema["properties"]
    known = properties[name]["enum"]
    found = [row["member_code"] for row in seed_rows("dimension_members") if row["scheme_code"] == scheme]
    assert sorted(found) == sorted(known)


def test_constituencies_are_those_of_the_contract() -> None:
    known = contracts()["stakeholder.engaged.v1"].schema["properties"]["constituency"]["enum"]
    assert set(column("constituencies", "constituency")) == set(known)


def test_each_currency_has_one_exact_rate_a_month() -> None:
    months = Counter(column("exchange_rates", "currency"))
    assert months == {"CHF": 72, "ETB": 72, "EUR": 72, "GTQ": 72, "KES": 72, "TND": 72, "UGX": 72, "SOS": 42}
    rates = {(row["currency"], row["month"]): row["rate_per_usd"] for row in seed_rows("exchange_rates")}
    assert rates[("ETB", "2015-01-01")] == "20.1716"
    assert all(Decimal(rate) > 0 for rate in rates.values())
    assert ("SOS", "2018-06-01") in rates
    assert ("SOS", "2018-07-01") not in rates


def test_published_breakdowns_are_only_of_computed_indicators() -> None:
    broken_down = {row["indicator_code"] for row in seed_rows("published_crosstabs") if row["dimension"] != "total"}
    assert broken_down <= set(COMPUTED)
    assert {row["indicator_code"] for row in seed_rows("published_crosstabs") if row["dimension"] == "total"} == set(
        indicators()
    )
