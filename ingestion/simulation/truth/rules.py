"""What each indicator counts, in the truth's own words: which facts, which unit, which small-cell threshold.

Written from the definitions in docs/reference/simulation.md; shares no table with contracts, seeds or dbt.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ingestion.simulation.facts import (
    Advisory,
    ClinicVisit,
    Fact,
    HouseholdVisit,
    PersonFact,
    Proposal,
    Registration,
    Service,
    Training,
)

WORK_SERVICES = frozenset({"job_matching", "career_guidance"})
BASIC_SERVICES = frozenset({"identity_documents", "legal", "psychosocial", "housing", "water_sanitation"})

#: Below it a number of people is hidden; health and finance are more sensitive.
USUAL_THRESHOLD = 5
SENSITIVE_THRESHOLD = 10


@dataclass(frozen=True)
class Rule:
    """`includes` picks the facts; `threshold` None means that nothing is ever hidden."""

    includes: Callable[[Fact], bool]
    threshold: int | None


def _is(kind: type[Fact]) -> Callable[[Fact], bool]:
    return lambda fact: isinstance(fact, kind)


def _serves(kinds: frozenset[str]) -> Callable[[Fact], bool]:
    return lambda fact: isinstance(fact, Service) and fact.kind in kinds


def _in_years(first: int, last: int, includes: Callable[[Fact], bool]) -> Callable[[Fact], bool]:
    return lambda fact: first <= fact.at.year <= last and includes(fact)


#: Distinct people or households; each is counted under what was noted last within place, period and indicator.
DISTINCT = {
    "CM-O3-02": Rule(_is(Registration), USUAL_THRESHOLD),
    "CM-O3-01": Rule(_serves(BASIC_SERVICES), USUAL_THRESHOLD),
    "CM-O2-01": Rule(_serves(WORK_SERVICES), USUAL_THRESHOLD),
    "CM-O2-05": Rule(_is(Advisory), SENSITIVE_THRESHOLD),
    "CM-O3-03-P": Rule(_is(ClinicVisit), SENSITIVE_THRESHOLD),
    "CM-O2-08-C": Rule(_is(Training), USUAL_THRESHOLD),
    "CM-O2-03-P": Rule(_is(Proposal), USUAL_THRESHOLD),
    "CM-O3-04": Rule(lambda fact: isinstance(fact, HouseholdVisit) and fact.result == "complete", USUAL_THRESHOLD),
    "SIMF-1:R1": Rule(_in_years(2017, 2020, _serves(BASIC_SERVICES)), USUAL_THRESHOLD),
    "SIMF-2:R1": Rule(_in_years(2021, 2028, _serves(BASIC_SERVICES | WORK_SERVICES)), USUAL_THRESHOLD),
    "SIMF-2:R3": Rule(_in_years(2021, 2028, lambda fact: isinstance(fact, Training | Proposal)), USUAL_THRESHOLD),
}
#: Contacts: every fact counts, under what was noted at it.
CONTACTS = {
    "CM-O2-04": Rule(_is(Advisory), SENSITIVE_THRESHOLD),
    "CM-O3-03-V": Rule(_is(ClinicVisit), SENSITIVE_THRESHOLD),
    "SIMF-1:R2": Rule(_in_years(2017, 2020, _is(Advisory)), SENSITIVE_THRESHOLD),
    "SIMF-2:R2": Rule(_in_years(2021, 2028, _is(Advisory)), SENSITIVE_THRESHOLD),
}
ARRIVALS = "CM-C-ARR"
PROPOSALS_SUBMITTED = "CM-O2-03-S"
PROPOSALS_FUNDED = "CM-O2-03-F"
FUNDING = "CM-X-03"
CITY_SHARE = "CM-X-04"
FEMALE_SHARE = "CM-X-01"


def card_of(fact: Fact) -> str:
    """Whom a distinct count takes as one: a person or a household."""
    if isinstance(fact, PersonFact):
        return fact.person.card
    assert isinstance(fact, HouseholdVisit)
    return fact.household.card


def breakdowns(fact: Fact) -> list[tuple[str, str]]:
    """Every declared cross-tab that the fact is part of: dimension and value."""
    if isinstance(fact, HouseholdVisit):
        return [("total", "total"), ("sex", fact.head_sex), ("status", fact.status)]
    assert isinstance(fact, PersonFact)
    noted = fact.noted
    return [
        ("total", "total"),
        ("sex", noted.sex),
        ("age_band", noted.age_band),
        ("status", noted.status),
        ("sex_age", f"{noted.sex}|{noted.age_band}"),
    ]
