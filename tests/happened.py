"""What happened in cities of the simulated programme in July 2019 that its world does not live, with its right answers.

Some of it does not count: an office that is only identified, a plan that is told of twice, a market still in work.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from itertools import count
from typing import Any

from ingestion.contracts.registry import contracts
from ingestion.gateway.check import Checker
from ingestion.gateway.places import read_places
from ingestion.gateway.receipt_ids import ReceiptIds
from ingestion.gateway.records import Accepted, now_text
from ingestion.gateway.scope import Key
from ingestion.tokens import CityKey

Happening = tuple[str, str, dict[str, Any], tuple[str, ...]]
SOURCE = "urn:corridor:happened"
WORKSHOP = {"days": 1, "trainer_organisation": "Foundation", "participants": {"female": 9, "male": 8}}


def _office(city: str, office: str, kind: str, status: str, feeds: str) -> Happening:
    return city, "office.status_changed", {"office": office, "office_type": kind, "to_status": status}, (feeds,)


def _plan(city: str, title: str, status: str, feeds: str) -> Happening:
    data = {"document_title": title, "document_type": "urban_expansion_plan", "to_status": status}
    if status == "adopted":
        data |= {"adopting_body": "City Council", "evidence": "https://www.example.org/minutes.pdf"}
    return city, "plan.status_changed", data, (feeds,)


def _forum(city: str, women: int, men: int) -> Happening:
    data = {
        "level": "city",
        "mode": "in_person",
        "topics": ["Reception"],
        "participants": {"female": women, "male": men},
    }
    return city, "forum.held", data, ("CM-O4-01", "CM-O4-02-C")


def _site(city: str, name: str) -> Happening:
    data = {"site_name": name, "site_type": "monument", "heritage_type": "cultural"}
    return city, "site.mapped", data, ("CM-O2-10",)


def _product(city: str, kind: str, title: str, feeds: str) -> Happening:
    found_at = {"publication_language": "en", "url": "https://www.example.org/product"}
    return city, "knowledge.published", {"knowledge_type": kind, "publication_title": title, **found_at}, (feeds,)


def _person(city: str, type_: str, number: int, feeds: tuple[str, ...], **data: Any) -> Happening:
    dims = {"person_id": f"{city}-{type_}-{number}", "sex": "female", "age_band": "18-24", "status": "host_community"}
    return city, type_, {**dims, **data}, feeds


HAPPENED: list[Happening] = [
    *(_office("JIGJIGA", name, "diaspora_office", "equipped", "CM-O3-06-D") for name in ("One", "Two", "Three")),
    _office("JIGJIGA", "Four", "diaspora_office", "identified", "CM-O3-06-D"),
    _office("ADAMA", "Centre", "resource_centre", "operational", "CM-O3-06-R"),
    *(_office("ADAMA", name, "migration_desk", "operational", "CM-O3-06-K") for name in ("Desk A", "Desk B")),
    _plan("JIGJIGA", "Diaspora strategy", "drafted", "CM-O1-02-P"),
    _plan("JIGJIGA", "Diaspora strategy", "adopted", "CM-O1-02-A"),
    _plan("JIGJIGA", "Diaspora strategy", "adopted", "CM-O1-02-A"),
    _plan("GABILEY", "Growth plan", "drafted", "CM-O1-02-P"),
    _plan("BORAMA", "Growth plan", "drafted", "CM-O1-02-P"),
    _plan("BORAMA", "Growth plan", "adopted", "CM-O1-02-A"),
    *(("AMATITLAN", "workshop.held", WORKSHOP | {"topic": topic}, ("CM-O4-07",)) for topic in ("Law", "Work", "Care")),
    (
        "AMATITLAN", "agreement.signed",
        {"agreement_type": "memorandum_of_understanding", "parties": ["Municipality", "Ministry"],
         "purpose": "Reception", "valid_from": "2019-07-01"}, ("CM-O4-08",),
    ),
    _product("KAKUMA-KALOBEYEI", "report", "Desk review", "CM-O4-05-S"),
    _product("KAKUMA-KALOBEYEI", "case_study", "Feasibility", "CM-O4-05-S"),
    _product("JINJA", "report", "Baseline", "CM-O4-05-S"),
    _product("ARUA", "video", "Arua", "CM-O4-05-V"),
    _forum("ARUA", 12, 9),
    _forum("ADAMA", 11, 10),
    _forum("KAIROUAN", 14, 6),
    _forum("JENDOUBA", 12, 8),
    *(_site("KAIROUAN", name) for name in ("Basins", "Medina", "Mosque")),
    *(_site("JENDOUBA", name) for name in ("Bulla Regia", "Chemtou", "Ain Draham", "Tabarka road")),
    ("JINJA", "works.progress", {"asset": "Market", "asset_type": "market", "percent_complete": 100,
                                 "handover_date": "2019-07-01"}, ("CM-O3-06-M",)),
    ("ADAMA", "works.progress", {"asset": "Market", "asset_type": "market", "percent_complete": 60}, ("CM-O3-06-M",)),
    *(
        _person("SAN-MARCOS", "student.enrolled", n, ("CM-O3-05-S", "CM-O3-05-K"), school=f"School {n % 2}",
                school_level="lower_secondary", mode="mixed")
        for n in range(30)
    ),
    *(
        _person("MEDENINE", "job.matched", n, ("CM-O2-02",), job_change="new_job" if n else "similar_job",
                employer_type="household", sector="domestic_work", contract_type="casual", start_date="2019-07-01")
        for n in range(13)
    ),
]  # fmt: skip

#: Indicator and place -> the number of the year 2019.
RIGHT: dict[tuple[str, str], int] = {
    ("CM-O3-06-D", "JIGJIGA"): 3,
    ("CM-O3-06-R", "ADAMA"): 1,
    ("CM-O3-06-K", "ADAMA"): 2,
    ("CM-O1-02-P", "JIGJIGA"): 1,
    ("CM-O1-02-A", "JIGJIGA"): 1,
    ("CM-O1-02-P", "COR-BERBERA"): 2,
    ("CM-O1-02-A", "COR-BERBERA"): 1,
    ("CM-O4-07", "AMATITLAN"): 3,
    ("CM-O4-08", "AMATITLAN"): 1,
    ("CM-O4-05-S", "KAKUMA-KALOBEYEI"): 2,
    ("CM-O4-05-S", "JINJA"): 1,
    ("CM-O4-05-V", "ARUA"): 1,
    ("CM-O4-01", "ARUA"): 1,
    ("CM-O4-02-C", "ADAMA"): 21,
    ("CM-O4-01", "JS-KAIROUAN-JENDOUBA"): 2,
    ("CM-O4-02-C", "JS-KAIROUAN-JENDOUBA"): 40,
    ("CM-O2-10", "KAIROUAN"): 3,
    ("CM-O2-10", "JENDOUBA"): 4,
    ("CM-O2-10", "JS-KAIROUAN-JENDOUBA"): 7,
    ("CM-O3-06-M", "JINJA"): 1,
    ("CM-O3-05-S", "SAN-MARCOS"): 30,
    ("CM-O3-05-S", "COR-SAN-MARCOS-AMATITLAN"): 30,
    ("CM-O3-05-K", "SAN-MARCOS"): 2,
    ("CM-O2-02", "COR-KAIROUAN-MEDENINE-TATAOUINE"): 12,
}


def happened_lines(lived: Set[str | None]) -> Iterator[bytes]:
    """As the accepted topic would hold it; without what feeds indicators that the world itself `lived` through."""
    places = read_places()
    checker = Checker(
        contracts(), places, {city: CityKey("k1", city.encode().ljust(32, b"x")) for city in places.cities}
    )
    key = Key("test", "SIM", "test", SOURCE)
    receipt, now, numbers = ReceiptIds("x" * 32).mark(), now_text(), count()
    for city, type_, data, feeds in HAPPENED:
        number = next(numbers)
        if lived & set(feeds):
            continue
        event = {
            "specversion": "1.0", "id": f"happened-{number}", "source": f"{SOURCE}/{city.lower()}",
            "type": f"{type_}.v1", "time": "2019-07-01T10:00:00Z", "timeprecision": "second",
            "subject": f"happened-{number}", "programme": "SIM", "city": city, "operation": "create",
            "recordversion": 1, "data": data,
        }  # fmt: skip
        verdict = checker.check(event, key)
        assert isinstance(verdict, Accepted), (event, verdict)
        yield verdict.record("test", now, receipt, 0).value
