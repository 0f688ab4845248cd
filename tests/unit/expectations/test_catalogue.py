"""The codes that expectations check against come from the seeds."""

from __future__ import annotations

from pathlib import Path

import pytest

from expectations.catalogue import Catalogue

INDICATORS = """indicator_code,unit_of_count,time_rule,place_rule,dimension_rule,threshold
A,person,distinct,sum,partition,5
B,money,sum,sum,none,0
C,person,,sum,partition,10
"""
MAPPINGS = """indicator_code,framework_version,reference_code,strength
A,F-1,R,exact
C,F-1,R,exact
A,F-1,S,partial
"""
PLACES = """place_code,level,parent_code
UG,country,
ARUA,city,UG
ARUA-MARKET,site,ARUA
"""
PROGRAMMES = """programme_code,is_simulated,actual_source,published
CM,false,reported,true
SIM,true,computed,true
OPS,true,computed,false
"""


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    for name, text in (
        ("framework/indicators", INDICATORS), ("framework/indicator_mappings", MAPPINGS),
        ("places/places", PLACES), ("programme/programmes", PROGRAMMES),
    ):  # fmt: skip
        path = tmp_path / f"{name}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Catalogue(tmp_path)


def test_indicator_without_a_rule__is_not_ruled(catalogue: Catalogue) -> None:
    assert catalogue.ruled_indicators == ["A", "B"]
    assert catalogue.thresholds == {"A": 5, "C": 10, "F-1:R": 10}


def test_indicator_of_another_framework__takes_the_strictest_row_that_is_mapped_exactly(catalogue: Catalogue) -> None:
    assert catalogue.indicators["F-1:R"] == catalogue.indicators["C"]
    assert "F-1:S" not in catalogue.indicators


def test_places__of_every_level_and_cities_with_their_country(catalogue: Catalogue) -> None:
    assert catalogue.places == ["ARUA", "ARUA-MARKET", "UG"]
    assert catalogue.countries == {"ARUA": "UG"}


def test_programmes__that_reach_results(catalogue: Catalogue) -> None:
    assert catalogue.simulated == {"CM": False, "SIM": True}
    assert catalogue.computed == ["SIM"]
