"""What happened, as the world knows it: one class a kind of fact, and the record that holds its versions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from ingestion.simulation.people import Household, Noted, Person


@dataclass(frozen=True)
class Fact:
    """`at` is an instant in the city's own time zone."""

    at: datetime


@dataclass(frozen=True)
class PersonFact(Fact):
    """Something that happened to a person, and what was noted about the person then."""

    person: Person
    noted: Noted


@dataclass(frozen=True)
class Registration(PersonFact):
    """A visit to a resource centre's desk."""

    renewal: bool
    desk: str
    household_size: int


@dataclass(frozen=True)
class Service(PersonFact):
    """A service given."""

    kind: str
    channel: str


@dataclass(frozen=True)
class ClinicVisit(PersonFact):
    """A visit to a clinic."""

    line: str
    is_first: bool


@dataclass(frozen=True)
class Advisory(PersonFact):
    """One session of financial advice."""

    session: int
    gets_remittances: bool
    minutes: int


@dataclass(frozen=True)
class Training(PersonFact):
    """A course that somebody finished."""

    course: str
    hours: int
    certificate: bool


@dataclass(frozen=True)
class Proposal(PersonFact):
    """A business proposal handed in; amounts in the city's currency."""

    sector: str
    asked: Decimal | None


@dataclass(frozen=True)
class ProposalFunding(PersonFact):
    """One funder's yes to a proposal; several may fund the same one."""

    proposal: str
    funder: str
    granted: Decimal


@dataclass(frozen=True)
class HouseholdVisit(Fact):
    """An enumerator at a door."""

    household: Household
    head_sex: str
    status: str
    members: int
    result: str


@dataclass(frozen=True)
class Commitment(Fact):
    """Money promised, in the currency it was promised in."""

    source: str
    amount: Decimal
    currency: str
    in_kind: bool


@dataclass(frozen=True)
class ArrivalCount(Fact):
    """People counted at a point in one hour."""

    direction: str
    count: int
    point: str
    is_estimate: bool


@dataclass
class Record:
    """One thing that happened: version n is `versions[n - 1]`; a voided record never happened."""

    subject: str
    city: str
    versions: list[Fact] = field(default_factory=list)
    is_voided: bool = False

    @property
    def standing(self) -> Fact | None:
        """What is true in the end: the last version, or nothing after a void."""
        return None if self.is_voided else self.versions[-1]


@dataclass(frozen=True)
class Target:
    """What a place wants to reach in a calendar year; `values` holds first and corrected ones."""

    subject: str
    indicator: str
    unit: str
    level: str
    place: str
    year: int
    set_on: date
    values: tuple[Decimal, ...]
