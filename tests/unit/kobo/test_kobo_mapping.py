"""From submissions to events: groups, repeats, choices, conditions, times, and what never passes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.contracts.columns import template_columns
from ingestion.contracts.generate.xlsform import question_name, xlsform_sheets
from ingestion.contracts.registry import contracts
from ingestion.gateway.check import Checker
from ingestion.gateway.places import read_places
from ingestion.gateway.records import Accepted
from ingestion.gateway.scope import Key
from ingestion.kobo.events import digest_of, events_of, gone_of, live_of, voids_of
from ingestion.kobo.form import Form
from ingestion.kobo.forms import FOLDER
from ingestion.kobo.mapping import map_submission
from ingestion.kobo.read_form import read_form
from ingestion.kobo.submission import identity_of, unknown_questions
from ingestion.tokens import CityKey
from tests.unit.kobo.conftest import ROOT

MakeForm = Callable[[str], Form]
MakeSubmission = Callable[..., dict[str, Any]]
REGISTRATION: dict[str, Any] = {
    "consent/agrees": "yes",
    "consent/signature": "signature.png",
    "visit/visit_date": "2026-03-01",
    "visit/first_time": "yes",
    "visit/desk": "Adama 3",
    "visit/clerk": "Hirut",
    "person/full_name": "Amina Yusuf Ali",
    "person/phone": "+251911223344",
    "person/centre_card": "ADM-10442",
    "person/sex": "f",
    "person/age": "34",
    "person/situation": "displaced",
    "person/difficulty": "a_lot",
    "person/household_size": "5",
    "person/needs": "water none papers water",
    "services": [
        {"services/kind": "info", "services/outcome": "solved"},
        {"services/kind": "papers"},
    ],
}
HOUSEHOLDS: dict[str, Any] = {
    "day/area": "Pajulu 4",
    "day/enumerator": "Joel",
    "households": [
        {
            "households/exists": "yes",
            "households/visited_at": "2026-04-10T14:05:00.000+03",
            "households/census_number": "P4-001",
            "households/head/name": "Grace",
            "households/head/sex": "female",
            "households/head/status": "refugee",
            "households/size": "4",
            "households/members": [{"households/members/name": "A"}, {"households/members/name": "B"}],
            "households/result": "done",
        },
        {"households/exists": "no"},
        {
            "households/exists": "unclear",
            "households/census_number": "P4-003",
            "households/size": "2",
            "households/result": "nobody_home",
        },
    ],
}


def shipped(name: str) -> Form:
    return read_form(FOLDER / f"{name}.yaml")


@pytest.fixture(scope="module")
def checker() -> Checker:
    places = read_places()
    return Checker(contracts(), places, {city: CityKey("k1", city.encode() * 32) for city in places.cities})


def checked(checker: Checker, form: Form, submission: dict[str, Any]) -> list[Accepted]:
    """What the gateway would store of a submission; fails if it refuses one event."""
    identity = identity_of(form, submission)
    events = events_of(form, identity, 1, map_submission(form, submission, identity.root))
    key = Key("k", form.programme, form.partner, form.source)
    found = []
    for event in events:
        verdict = checker.check(event, key, may_hold_nul=True)
        assert isinstance(verdict, Accepted), verdict
        found.append(verdict)
    return found


def test_registration__gives_a_person_and_two_services(checker: Checker, submission: MakeSubmission) -> None:
    person, first, second = checked(checker, shipped("adama-registration"), submission(REGISTRATION))
    assert person.attributes["type"] == "person.registered.v1"
    assert person.attributes["subject"] == ROOT
    assert person.attributes["time"] == "2026-02-28T21:00:00Z"
    assert person.attributes["timeprecision"] == "day"
    data = person.attributes["data"]
    assert data.pop("person_token").startswith("tok1_k1_")
    assert data == {
        "sex": "female",
        "age_band": "25-34",
        "status": "idp",
        "disability": "yes",
        "registration_type": "new",
        "desk": "Adama 3",
        "household_size": 5,
        "needs": ["water_sanitation", "identity_documents"],
    }
    assert [first.attributes["subject"], second.attributes["subject"]] == [f"{ROOT}/services/1", f"{ROOT}/services/2"]
    assert first.attributes["data"]["service_type"] == "information"
    assert "outcome" not in second.attributes["data"]


def test_nothing_of_people_devices_and_positions__passes(checker: Checker, submission: MakeSubmission) -> None:
    sent = submission(REGISTRATION)
    form = shipped("adama-registration")
    mapped = map_submission(form, sent, ROOT)
    said = json.dumps(events_of(form, identity_of(form, sent), 1, mapped))
    for trace in ("Amina", "+251911223344", "Hirut", "field_worker_7", "collect:", "8.54", "signature"):
        assert trace not in said
    stored = json.dumps([each.attributes for each in checked(checker, form, sent)]) + json.dumps(live_of(mapped))
    assert "ADM-10442" not in stored


def test_no_consent__gives_nothing(submission: MakeSubmission) -> None:
    sent = submission({**REGISTRATION, "consent/agrees": "no"})
    assert map_submission(shipped("adama-registration"), sent, ROOT) == []


def test_households__are_one_event_each(checker: Checker, submission: MakeSubmission) -> None:
    first, third = checked(checker, shipped("arua-households"), submission(HOUSEHOLDS))
    assert first.attributes["subject"] == f"{ROOT}/households/1"
    assert third.attributes["subject"] == f"{ROOT}/households/3"
    assert first.attributes["time"] == "2026-04-10T11:05:00Z"
    assert first.attributes["data"]["members"] == 4
    assert first.attributes["data"]["enumeration_area"] == "Pajulu 4"
    assert third.attributes["data"]["result_code"] == "absent"
    assert third.attributes["data"]["head_sex"] == "unknown"


def test_clinic__takes_the_city_from_the_site(checker: Checker, submission: MakeSubmission) -> None:
    answers = {
        "visit/patient_came": "yes",
        "visit/site": "lobule",
        "visit/seen_at": "2026-05-04T10:30",
        "visit/service": "antenatal",
        "visit/new_or_again": "again",
        "patient/clinic_number": "KC/2291",
        "patient/sex": "female",
        "patient/age": "17",
        "medical/diagnosis": "malaria",
    }
    (visit,) = checked(checker, shipped("west-nile-clinic"), submission(answers))
    assert visit.attributes["city"] == "KOBOKO"
    assert visit.attributes["time"] == "2026-05-04T07:30:00Z"
    assert visit.attributes["data"]["age_band"] == "15-17"
    assert "malaria" not in json.dumps(visit.attributes)


@pytest.mark.parametrize("type_", sorted(contracts()))
def test_template__reads_the_questions_of_our_own_form(form: MakeForm, type_: str) -> None:
    made = form(f"template: {type_}\n")
    asked = {row["name"] for row in xlsform_sheets(contracts()[type_], ("ADAMA", "ARUA"))["survey"]}
    assert asked <= made.used | {"start", "end"}
    fields = {column.name for column in template_columns(contracts()[type_]) if column.path[0] == "data"}
    assert {question_name(name) for name in fields} <= made.used


def test_template__gives_the_sample_back(checker: Checker, submission: MakeSubmission) -> None:
    answers = {
        "time": "2026-03-01T08:30:00.000+03:00",
        "person_id": "A-1044",
        "sex": "female",
        "age_band": "18-24",
        "status": "idp",
        "registration_type": "new",
        "household_size": "3",
        "needs": "housing;legal",
    }
    (event,) = checked(checker, shipped("adama-desk"), submission(answers))
    assert event.attributes["time"] == "2026-03-01T05:30:00Z"
    assert event.attributes["data"]["household_size"] == 3
    assert event.attributes["data"]["needs"] == ["housing", "legal"]


def test_what_cannot_be_read__is_left_for_the_contract(checker: Checker, submission: MakeSubmission) -> None:
    form = shipped("adama-registration")
    sent = submission({**REGISTRATION, "person/household_size": "many", "person/situation": "astronaut"})
    identity = identity_of(form, sent)
    mapped = map_submission(form, sent, ROOT)
    verdict = checker.check(events_of(form, identity, 1, mapped)[0], Key("k", "CM", form.partner, form.source))
    assert not isinstance(verdict, Accepted)
    assert mapped[0].question_at(verdict.pointer) in ("person/situation", "person/household_size")


def test_unknown_question__is_told(submission: MakeSubmission) -> None:
    form = shipped("adama-registration")
    assert unknown_questions(form, submission(REGISTRATION)) == []
    sent = submission({**REGISTRATION, "person/new": "x"})
    sent["services"][0] = {**sent["services"][0], "services/price": "3"}
    assert sorted(unknown_questions(form, sent)) == ["person/new", "services/price"]


def test_ignore_rest__ignores(form: MakeForm, submission: MakeSubmission) -> None:
    made = form("template: arrival.counted.v1\nignore: rest\nwhy_ignored: the rest is for the city alone\n")
    assert unknown_questions(made, submission({"anything/else": "1"})) == []


def test_nested_repeats_ids_and_parts(form: MakeForm, submission: MakeSubmission) -> None:
    made = form("""\
    events:
      - type: arrival.counted.v1
        repeat: gate/hour
        element_id: gate/hour/label
        part: in
        fields: {direction: {value: in}, count: gate/hour/n, place_name: gate/name, estimate: {value: no}}
      - type: arrival.counted.v1
        repeat: gate/hour
        part: out
        when: [{question: gate/hour/flags, has: both}]
        fields: {direction: {value: out}, count: {count: gate/hour}, place_name: gate/name, estimate: {value: yes}}
    """)
    gates = [
        {"gate/name": "north", "gate/hour": [{"gate/hour/n": "3", "gate/hour/label": "h8"}, {"gate/hour/n": "4"}]},
        {
            "gate/name": "south",
            "gate/hour": [{"gate/hour/n": "5", "gate/hour/label": "h8", "gate/hour/flags": "wet both"}],
        },
    ]
    mapped = map_submission(made, submission({"gate": gates}), "r")
    assert [each.subject for each in mapped] == [
        "r/gate/hour/h8/in",
        "r/gate/hour/1.2/in",
        "r/gate/hour/h8/in#2.1",
        "r/gate/hour/2.1/out",
    ]
    assert [each.data["place_name"] for each in mapped] == ["north", "north", "south", "south"]
    assert mapped[3].data["estimate"] is True


def test_versions__have_ids_of_their_own_and_are_the_same_for_everybody(submission: MakeSubmission) -> None:
    form, sent = shipped("adama-registration"), submission(REGISTRATION)
    identity = identity_of(form, sent)
    mapped = map_submission(form, sent, ROOT)
    first = events_of(form, identity, 1, mapped)
    assert first == events_of(form, identity, 1, map_submission(form, json.loads(json.dumps(sent)), ROOT))
    assert len({event["id"] for event in first}) == 3
    second = events_of(form, identity, 2, mapped)
    assert not {event["id"] for event in first} & {event["id"] for event in second}
    assert {event["operation"] for event in first} == {"create"}
    assert {event["operation"] for event in second} == {"correct"}
    gone = gone_of(live_of(mapped), mapped[:2])
    (void,) = voids_of(form, ROOT, 2, gone)
    assert (void["operation"], void["subject"], void["data"]) == ("void", f"{ROOT}/services/2", {})
    assert void["time"] == first[2]["time"]


def test_identifier_as_subject__is_not_written_down(form: MakeForm, submission: MakeSubmission) -> None:
    made = form("""\
    events:
      - type: household.enumerated.v1
        repeat: h
        element_id: h/card
        fields:
          household_id: h/number
          head_sex: {value: unknown}
          status: {value: unknown}
          members: {value: "2"}
          enumeration_area: {value: x}
          result_code: {value: complete}
    """)
    numbers = {"HH-77120": "HH-77120", "b": "HH-77121", "0911223344": "HH-77122"}  # the last as people telephone
    sent = submission({"h": [{"h/card": card, "h/number": number} for card, number in numbers.items()]})
    mapped = map_submission(made, sent, ROOT)
    assert list(live_of(mapped)) == [f"household.enumerated.v1 {ROOT}/h/b"]
    assert digest_of("k" * 64, mapped) != digest_of("l" * 64, mapped)


answers = st.dictionaries(
    st.sampled_from([*REGISTRATION, "services", "households", "_uuid", "x"]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    ),
)
REGISTRATION_FORM = shipped("adama-registration")


@given(answers)
def test_mapping__survives_whatever_is_sent(found: dict[str, Any]) -> None:
    mapped = map_submission(REGISTRATION_FORM, {"consent/agrees": "yes", **found}, ROOT)
    live_of(mapped)
    digest_of("k", mapped)
    unknown_questions(REGISTRATION_FORM, found)


@given(st.lists(st.fixed_dictionaries({"services/kind": st.sampled_from(["info", "papers", "water"])}), max_size=8))
def test_repeat__gives_one_event_an_element_and_loses_none(services: list[dict[str, str]]) -> None:
    sent = {**REGISTRATION, "services": services}
    mapped = map_submission(REGISTRATION_FORM, sent, ROOT)[1:]
    assert len({each.subject for each in mapped}) == len(mapped) == len(services)
    for kept in range(len(services)):
        shorter = map_submission(REGISTRATION_FORM, {**sent, "services": services[:kept]}, ROOT)
        gone = gone_of(live_of(mapped), shorter)
        assert len(gone) == len(services) - kept


def test_repository__holds_no_invented_asset() -> None:
    for path in Path(FOLDER).glob("*.yaml"):
        assert read_form(path).asset is None, f"{path.name}: asset uids belong to a deployment"
