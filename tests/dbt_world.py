"""Events whose right answers are known, for the tests of the warehouse."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.dbt_events import Events

JOINT = ("joint_set", "JS-KAIROUAN-JENDOUBA")
PROGRAMME = ("programme", "CM")
#: Tokens of a newer key -> the first key's tokens of the same people.
ROTATED = {"tok1_k2_p1": "p1", "tok1_k2_p2": "p2"}


def computed_events(events: Events) -> None:
    """Registrations of 2018 with everything that can happen to a record."""
    for number in range(6):
        events.person("person.registered", "2018-05-10 08:00+00", f"p{number}", city="ADAMA")
        events.person("person.registered", "2018-05-10 09:00+00", f"q{number}", city="JIGJIGA")
    events.person("person.registered", "2018-05-20 08:00+00", "p0", city="ADAMA")  # renewal: same person
    events.person("person.registered", "2018-05-31 21:30+00", "p6", city="ADAMA", subject="edge")  # 1 June there
    for token in ROTATED:
        events.person("person.registered", "2018-05-21 08:00+00", token, city="ADAMA")
    for version, operation in ((3, "void"), (1, "create"), (2, "correct")):
        voided = {"subject": "voided", "version": version, "operation": operation}
        events.person("person.registered", "2018-05-11 08:00+00", "p7", city="ADAMA", **voided)
    same = {"city": "ADAMA", "subject": "two phones"}
    events.person("person.registered", "2018-05-12 08:00+00", "p8", **same)
    events.person("person.registered", "2018-05-12 08:00+00", "p9", **same, id="other phone")
    for funder in ("project", "project", "other"):
        events.person("proposal.funded", "2018-07-01 08:00+00", "p1", city="ADAMA", data={"funder": funder})
    for source, amount, currency in (("city", "100", "USD"), ("donor", "272.296", "ETB"), ("donor", "7", "CHF")):
        events.add(
            "funding.committed", "2018-05-02 08:00+00", city="ADAMA",
            data={"funding_source": source, "amount": amount, "currency": currency, "in_kind": False},
        )  # fmt: skip
    events.add(
        "funding.committed", "2030-05-02 08:00+00", city="ADAMA",
        data={"funding_source": "donor", "amount": "5", "currency": "ETB", "in_kind": False},
    )  # fmt: skip
    events.person("person.registered", "2018-05-10 08:00+00", "canary", city="ADAMA", programme="OPS")
    events.person("person.registered", "2018-05-10 08:00+00", "late", city="JIGJIGA", load=9)  # after the good load


def money_events(events: Events) -> None:
    """Amounts of 2031, after the reference series ends, and rates that the programme sets, corrects and takes back."""
    for month, amount, currency in (
        ("01", "100", "ETB"),
        ("02", "200", "ETB"),
        ("03", "300", "ETB"),
        ("03", "7", "CHF"),
    ):
        events.add(
            "funding.committed", f"2031-{month}-10 08:00+00", city="ADAMA",
            data={"funding_source": "donor", "amount": amount, "currency": currency, "in_kind": month == "02"},
        )  # fmt: skip

    def rate(base: str, quote: str, month: str, rate: str, **more: Any) -> None:
        data = {"base_currency": base, "quote_currency": quote, "month": month, "rate": rate, "rate_source": "bank"}
        events.add("rate.set", "2031-06-01 08:00+00", data, **more)

    rate("USD", "ETB", "2031-01", "50", subject="january")
    rate("USD", "ETB", "2031-01", "40", subject="january", version=2, operation="correct")
    rate("USD", "ETB", "2031-01", "20", subject="january again")
    rate("ETB", "USD", "2031-02", "0.02", subject="february")
    rate("USD", "ETB", "2031-03", "50", subject="march")
    rate("USD", "ETB", "2031-03", "50", subject="march", version=2, operation="void")
    rate("USD", "CHF", "2031-02", "2", subject="francs")
    rate("USD", "CHF", "2031-03", "2", subject="francs", version=2, operation="correct")
    rate("USD", "ETB", "2018-05", "1", subject="in the series already")
    rate("USD", "ETB", "2031-03", "1", subject="of others", programme="CM")


def happening_events(events: Events) -> None:
    """2032 in Arua: what is about no single person, and people in new ways, each once as it counts and once as not."""

    def at(month: int, type_: str, data: dict[str, Any], **more: Any) -> None:
        events.add(type_, f"2032-{month:02d}-10 08:00+00", data, city="ARUA", **more)

    at(1, "plan.status_changed", {"document_title": "Growth plan", "document_type": "strategy", "to_status": "drafted"})
    adopted = {"document_title": "Growth plan", "document_type": "strategy", "to_status": "adopted"}
    at(2, "plan.status_changed", adopted)
    at(3, "plan.status_changed", adopted | {"document_title": " growth PLAN"})  # told twice: once in the year
    at(3, "plan.status_changed", adopted | {"document_title": "By-law"}, subject="by-law")
    at(3, "plan.status_changed", adopted, subject="by-law", version=2, operation="void")
    for office, kind, status in (
        ("Centre", "resource_centre", "operational"),
        ("Centre", "resource_centre", "staffed"),
        ("Desk 1", "migration_desk", "operational"),
        ("Desk 2", "migration_desk", "operational"),
        ("Desk 3", "migration_desk", "equipped"),
        ("Diaspora", "diaspora_office", "equipped"),
    ):
        at(4, "office.status_changed", {"office": office, "office_type": kind, "to_status": status})
    market = {"asset": "Market", "asset_type": "market", "percent_complete": 100}
    at(5, "works.progress", market)
    at(6, "works.progress", market | {"handover_date": "2032-06-01"})
    at(6, "works.progress", market | {"asset": "Clinic", "asset_type": "health_centre", "handover_date": "2032-06-01"})
    for month, participants in ((1, {"female": 7, "male": 5}), (1, {"unknown": 20}), (2, {})):
        at(month, "forum.held", {"level": "city", "participants": participants})
    at(1, "workshop.held", {"topic": "Maps", "days": 2})
    at(1, "workshop.held", {"topic": "Maps", "days": 2})
    at(1, "agreement.signed", {"agreement_type": "contract", "parties": ["City", "Ministry"]})
    for kind, title in (("article", "One"), ("article", "one"), ("video", "Two"), ("report", "Three"), ("map", "Four")):
        at(1, "knowledge.published", {"knowledge_type": kind, "publication_title": title})
    for level, forum in (("global", "GFMD"), ("regional", "IGAD"), ("national", "NUF")):
        at(1, "advocacy.participation", {"level": level, "forum_name": forum})
    for name in ("Old town", "Old Town", "Lake"):
        at(1, "site.mapped", {"site_name": name, "site_type": "monument", "heritage_type": "cultural"})
    for organisation in ("AVSI", "avsi", "Council"):
        at(1, "stakeholder.engaged", {"organisation": organisation, "constituency": "civil_society"})
    for number in range(12):
        day = {"city": "ARUA", "at": "2032-01-12 08:00+00", "token": f"n{number}"}
        events.person("job.matched", **day, data={"job_change": "similar_job" if number < 2 else "new_job"})
        events.person("credit.disbursed", **day)
        events.person("training.enrolled", **day)
        events.person("student.enrolled", **day, data={"school": f"School {number % 2}", "school_level": "primary"})


def milestone_events(events: Events) -> None:
    """A plan and a desk of Jinja through their states in 2033, with what may happen to the records of the steps."""

    def step(day: str, name: str, state: str, before: str | None = None, **more: Any) -> None:
        data = {"from_status": before, "to_status": state}
        if name.startswith("Desk"):
            data |= {"office": name, "office_type": "migration_desk"}
        else:
            data |= {"document_title": name, "document_type": "strategy"}
        kind = "office" if name.startswith("Desk") else "plan"
        events.add(f"{kind}.status_changed", f"2033-{day} 08:00+00", data, city="JINJA", **more)

    step("05-01", "Port plan", "drafted")  # after it was adopted: for review
    step("03-01", "port PLAN ", "adopted", id="kept")
    step("01-01", "Port plan", "drafted")
    step("09-01", "Port plan", "repealed")
    step("02-01", "Desk", "operational")
    step("04-01", "Desk", "closed", subject="closing")
    step("04-01", "Desk", "closed", subject="closing", version=2, operation="void")
    step("06-01", "Desk", "closed")
    step("07-01", "Desk", "operational")  # says nothing of the closing: for review
    step("08-01", "Desk", "operational", "closed")
    step("02-01", "Desk 2", "equipped", subject="misnamed")
    step("02-01", "Desk 3", "equipped", subject="misnamed", version=2, operation="correct")
    step("02-01", "Desk 4", "equipped", subject="by mistake")
    step("02-01", "Desk 4", "equipped", subject="by mistake", version=2, operation="void")


def stated_events(events: Events) -> None:
    """Figures of documents, as awkward as the real ones."""
    events.stated("CM-O2-03-P", ("city", "KAIROUAN"), 81, city="KAIROUAN")
    events.stated("CM-O2-03-P", ("city", "JENDOUBA"), "37", city="JENDOUBA")
    events.stated("CM-O4-02-C", JOINT, 40, data={"unit": "contact"})
    events.stated("CM-O4-02-C", JOINT, 40, data={"unit": "contact"})
    events.stated("CM-O4-02-C", JOINT, 41, data={"unit": "contact"}, id="says 41")
    in_words = {"value_type": "words", "words": "Almost all", "unit": "household"}
    events.stated("CM-O3-04", ("country", "UG"), data=in_words)
    events.stated("CM-O3-04", ("country", "UG"), 13000, type_="target.set", data={"unit": "household"})
    for value, quoted in ((70000, False), (60000, True)):
        events.stated("CM-O2-01", PROGRAMME, value, type_="target.set", data={"quoted_by_indicator": quoted})
    events.stated("CM-O3-01", PROGRAMME, type_="target.set")
    gain_a_voice = {"value_type": "words", "words": "gain a voice", "unit": "event"}
    events.stated("CM-O4-03", PROGRAMME, type_="target.set", data=gain_a_voice)
    events.stated("CM-O9-99", PROGRAMME, 5, id="unknown indicator")
    events.stated("CM-X-01", PROGRAMME, 40, type_="baseline.set", data={"unit": "percent"})
    events.stated("CM-X-01", PROGRAMME, 50, type_="target.set", data={"unit": "percent"})
    events.stated("CM-O3-02", ("city", "ADAMA"), 700, city="ADAMA", data={"kind": "context"})


def random_events(events: Events) -> None:
    """Half a year of sparse contacts and people in 2019: many small cells."""
    rng = Random(11)
    for _ in range(900):
        city = rng.choices(["ADAMA", "JIGJIGA", "ARUA", "JINJA", "KOBOKO"], [9, 4, 6, 2, 1])[0]
        kind = rng.choices(["clinic.visit", "training.completed", "arrival.counted"], [6, 3, 1])[0]
        day = f"2019-{rng.randint(1, 6):02d}-{rng.randint(1, 28):02d}"
        at = f"{day} {rng.randint(6, 15):02d}:00:{rng.randint(0, 59):02d}+00"
        if kind == "arrival.counted":
            events.add(kind, at, {"direction": rng.choice(["in", "in", "out"]), "count": rng.randint(0, 9)}, city=city)
            continue
        dims = {
            "sex": rng.choices(["female", "male", "unknown"], [6, 5, 1])[0],
            "age_band": rng.choice(["5-11", "18-24", "25-34", "60+"]),
            "status": rng.choices(["idp", "refugee", "host_community"], [6, 3, 1])[0],
        }
        events.person(kind, at, f"r{rng.randint(1, 250)}", city=city, data=dims)
