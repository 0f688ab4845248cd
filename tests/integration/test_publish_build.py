"""The whole build on real parts: landing audit, dbt, audit of the whole, publication."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import expectations.run
from infra.settings import Settings
from reporting.publications.build import CandidateRefused, build
from reporting.publications.builds import Watermark, end_build, start_build
from reporting.publications.pointer import hold, read_pointer, resume
from tests.integration.publishing import Desk, event, publishing_desk, void

pytestmark = pytest.mark.own_database

NEXT_YEAR = datetime.now(UTC) + timedelta(days=365)


@pytest.fixture(scope="module")
def shared(stack: Settings) -> Iterator[Desk]:
    with publishing_desk(stack, candidate=False) as made:
        yield made


@pytest.fixture
def desk(shared: Desk) -> Desk:
    """The same database for each test, because dbt's first build in one takes seconds; emptied of what was landed."""
    shared.owner.execute(
        """
        truncate raw.events, raw.load_ranges, raw.loads, ops.city_gate, ops.builds, ops.audit_results, ops.audits,
            ops.cell_openings, releases.cells, releases.releases,
            ops.publications, ops.publication_log, ops.current_publication,
            published.indicator_results, published.held_places, ops.taken_in, ops.touched_groups,
            ops.replaced_components
            restart identity;
        insert into ops.current_publication default values
        """
    )
    return shared


def people(city: str, count: int, prefix: str = "", **other: Any) -> list[dict[str, Any]]:
    return [event(f"{prefix}{city}{number}", city, **other) for number in range(count)]


def registered(desk: Desk, place: str) -> tuple[int | None, str | None] | None:
    """People registered this year in `place` as readers see it, and the cities said to be held."""
    return desk.reader.execute(
        """
        select actual::int, held_cities from results.indicator_results
        where
            programme_code = 'SIM' and indicator_code = 'CM-O3-02' and geography_code = %s
            and period_precision = 'year' and dimension = 'total' and kind = 'actual'
        """,
        [place],
    ).fetchone()


def states(desk: Desk) -> list[str]:
    return [row[0] for row in desk.owner.execute("select state from ops.builds order by build_id").fetchall()]


def test_build__publishes_then_skips_then_follows_new_loads(desk: Desk) -> None:
    assert build(desk.settings, "before anything").state == "skipped"
    desk.land(people("ARUA", 12))
    first = build(desk.settings, "one")
    assert (first.state, registered(desk, "ARUA")) == ("published", (12, None))
    assert build(desk.settings, "again").state == "skipped"
    load_id = desk.land(people("ARUA", 8, prefix="more"))
    assert build(desk.settings, "two").state == "published"
    assert registered(desk, "ARUA") == (20, None)
    assert read_pointer(desk.warehouse).watermark_load_id == load_id
    assert states(desk) == ["published", "published"]
    stages = desk.owner.execute("select seconds from ops.builds order by build_id desc limit 1").fetchone()
    assert stages is not None
    assert set(stages[0]) == {"imports", "landing", "dbt", "protection", "candidate", "publish", "lineage"}
    kept = desk.owner.execute(
        "select count(*) from ops.dbt_results where dbt_invocation_id = %s and status = 'success'",
        [first.dbt_invocation_id],
    ).fetchone()
    assert kept is not None
    assert kept[0] > 10


def test_load_without_consequence__moves_the_watermark_only(desk: Desk) -> None:
    desk.land(people("ARUA", 12))
    build(desk.settings, "one")
    load_id = desk.land([void("undo", "ARUA", subject="nobody")])
    result = build(desk.settings, "two")
    assert (result.state, result.publication) == ("unchanged", None)
    pointer = read_pointer(desk.warehouse)
    assert (pointer.publication_id, pointer.watermark_load_id) == (1, load_id)


def test_load_of_canaries_only__moves_the_watermark_without_a_build(desk: Desk) -> None:
    desk.land(people("ARUA", 12))
    build(desk.settings, "one")
    load_id = desk.land([event("canary", None, programme="OPS")])
    assert build(desk.settings, "two").state == "skipped"
    assert read_pointer(desk.warehouse).watermark_load_id == load_id
    assert states(desk) == ["published"]


def test_doubtful_city__keeps_its_last_good_figures_and_the_others_go_on(desk: Desk) -> None:
    desk.land([*people("ARUA", 10), *people("JINJA", 10)])
    build(desk.settings, "good")
    wrong = event("wrong", "ARUA", occurred_at=NEXT_YEAR)
    desk.land([*people("ARUA", 7, prefix="new"), wrong, *people("JINJA", 5, prefix="new")])
    result = build(desk.settings, "doubtful")
    assert result.held_cities == (("SIM", "ARUA"),)
    assert registered(desk, "ARUA") == (10, "ARUA")
    assert registered(desk, "JINJA") == (15, None)
    assert registered(desk, "UG") == (25, "ARUA")

    desk.land([void("undo", "ARUA", subject="wrong")])
    assert build(desk.settings, "mended").opened_cities == (("SIM", "ARUA"),)
    assert registered(desk, "ARUA") == (17, None)
    assert registered(desk, "UG") == (32, None)


def test_city_that_is_doubtful_from_its_first_event__has_no_figures(desk: Desk) -> None:
    desk.land([event("doubtful", "ARUA", occurred_at=NEXT_YEAR), *people("ARUA", 9), *people("JINJA", 9)])
    build(desk.settings, "one")
    assert registered(desk, "ARUA") is None
    assert registered(desk, "JINJA") == (9, None)


def test_refused_candidate__leaves_readers_where_they_are(desk: Desk) -> None:
    desk.land(people("ARUA", 12))
    build(desk.settings, "one")
    desk.land([void(f"undo{number}", "ARUA", subject=f"ARUA{number}") for number in range(12)])
    with pytest.raises(CandidateRefused, match="not empty while the current one is not"):
        build(desk.settings, "two")
    assert registered(desk, "ARUA") == (12, None)
    assert read_pointer(desk.warehouse).watermark_load_id == 1
    assert states(desk) == ["published", "refused"]
    desk.land(people("ARUA", 6, prefix="new"))
    assert build(desk.settings, "three").state == "published"
    assert registered(desk, "ARUA") == (6, None)


def test_held_publications__wait_and_are_not_rebuilt_for_nothing(desk: Desk) -> None:
    desk.land(people("ARUA", 12))
    build(desk.settings, "one")
    hold(desk.warehouse, by="amina", reason="meeting")
    desk.land(people("ARUA", 8, prefix="more"))
    assert build(desk.settings, "two").state == "withheld"
    assert build(desk.settings, "three").state == "skipped"
    assert registered(desk, "ARUA") == (12, None)
    resume(desk.warehouse, by="amina", reason="")
    assert build(desk.settings, "four").state == "published"
    assert registered(desk, "ARUA") == (20, None)


def test_build_that_died__is_closed_by_the_next(desk: Desk) -> None:
    watermark = Watermark(1, datetime.now(UTC))
    start_build(desk.warehouse, "dies", watermark, "rules")
    end_build(desk.warehouse, start_build(desk.warehouse, "next", watermark, "rules"), state="unchanged")
    assert states(desk) == ["failed", "unchanged"]


def test_load_that_finishes_during_a_build__waits_for_the_next(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.land(people("ARUA", 12))
    judge = expectations.run.run_landing

    def judge_and_land_more(*arguments: Any) -> Any:
        report = judge(*arguments)
        desk.land(people("ARUA", 8, prefix="meanwhile"))
        return report

    with monkeypatch.context() as patched:
        patched.setattr(expectations.run, "run_landing", judge_and_land_more)
        build(desk.settings, "one")
    assert registered(desk, "ARUA") == (12, None)
    assert build(desk.settings, "two").state == "published"
    assert registered(desk, "ARUA") == (20, None)
