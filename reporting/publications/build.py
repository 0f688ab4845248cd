"""From loaded events to what readers see: landing audit, dbt, audit of the whole, publication.

`python -m reporting.publications.build` does by hand what the DAG build_results does.
"""

from __future__ import annotations

import json
import logging
import sys
import uuid
from dataclasses import dataclass, field
from typing import Any

import psycopg

from expectations.outcome import AuditReport
from infra.settings import Settings
from reporting.lineage.write import write_lineage
from reporting.publications.builds import (
    BUILD_LOCK,
    Watermark,
    end_build,
    is_built,
    pass_over,
    read_watermark,
    start_build,
)
from reporting.publications.model import Publication, PublicationError
from reporting.publications.pointer import read_pointer
from reporting.publications.publish import publish
from reporting.publications.stages import Stages
from reporting.publications.taken_in import is_incremental, take_in

log = logging.getLogger(__name__)

CREATED_BY = "build_results"


class BuildError(RuntimeError):
    """A build did not reach the end; readers keep what they see. The message says which stage, why, what to do."""


class CandidateRefused(BuildError):
    """The audit of the whole refused the next publication: the same data would be refused again."""


@dataclass
class BuildResult:
    """How a build ended.

    `state`: skipped (nothing new), published, unchanged (no cell differs; the watermark advanced) or withheld
    (publications are held). `held_cities` were newly held out, `opened_cities` let in again, as (programme, city).
    """

    state: str
    upto_load_id: int
    publication: Publication | None = None
    landing_audit_id: int | None = None
    candidate_audit_id: int | None = None
    dbt_invocation_id: str | None = None
    held_cities: tuple[tuple[str, str], ...] = ()
    opened_cities: tuple[tuple[str, str], ...] = ()
    stages: Stages = field(default_factory=Stages)

    def __str__(self) -> str:
        number = f" publication {self.publication.publication_id}" if self.publication else ""
        cells = ""
        if self.publication:
            p = self.publication
            cells = f", cells +{p.cells_added} ~{p.cells_changed} -{p.cells_removed} of {p.cells_total}"
        return f"{self.state}{number}: loads up to {self.upto_load_id}{cells}; {self.stages}"


def build(settings: Settings, run_id: str) -> BuildResult:
    """Build and publish the results of everything loaded so far; safe to repeat, and quick when nothing is new.

    Waits for a build that runs already. Raises CandidateRefused or BuildError; then readers still see the publication
    they saw before, and ops.builds says why.
    """
    from dbt_project.fingerprint import fingerprint
    from dbt_project.run import PROJECT

    with psycopg.connect(settings.dsn("warehouse"), autocommit=True, application_name="corridor build") as conn:
        _wait_for_turn(conn)
        pass_over(conn)
        rules_hash = fingerprint(PROJECT)[:16]
        watermark = read_watermark(conn)
        if watermark is None or is_built(conn, read_pointer(conn), watermark, rules_hash):
            return _told(BuildResult("skipped", watermark.load_id if watermark else 0))
        build_id = start_build(conn, run_id, watermark, rules_hash)
        result = BuildResult("failed", watermark.load_id)
        problem = None
        try:
            _run_stages(settings, conn, watermark, rules_hash, result)
            if result.publication:
                with result.stages.stage("lineage"):
                    write_lineage(settings, build_id, result.dbt_invocation_id)
        except Exception as error:
            result.state = "refused" if isinstance(error, CandidateRefused) else "failed"
            # Readers of ops.v_builds see it: what a driver adds below its first line may be a row with hidden values.
            told = str(error) if isinstance(error, BuildError) else f"{type(error).__name__}: {error}".splitlines()[0]
            problem = told[:4000]
            raise
        finally:
            end_build(
                conn,
                build_id,
                state=result.state,
                landing_audit_id=result.landing_audit_id,
                candidate_audit_id=result.candidate_audit_id,
                dbt_invocation_id=result.dbt_invocation_id,
                publication_id=result.publication.publication_id if result.publication else None,
                seconds=result.stages.seconds,
                problem=problem,
            )
            _told(result)
        # Canaries that landed meanwhile need no build of their own.
        pass_over(conn)
    return result


def _run_stages(
    settings: Settings, conn: psycopg.Connection, watermark: Watermark, rules_hash: str, result: BuildResult
) -> None:
    stage = result.stages.stage
    with stage("imports"):
        import expectations.checker  # noqa: F401
        from expectations.run import run_candidate, run_landing
        from reporting.protection.candidate import protect_candidate
    with stage("landing"):
        landing = run_landing(settings, watermark.load_id)
        result.landing_audit_id = landing.audit_id
        result.held_cities, result.opened_cities = landing.held, landing.opened
        for sentence in landing.problems():
            log.warning("Held out of the facts: %s", sentence)
    with stage("dbt"):
        result.dbt_invocation_id = _run_dbt(settings, conn, is_incremental(conn, rules_hash))
        take_in(conn, watermark.load_id, rules_hash)
    with stage("protection"):
        protect_candidate(conn)
    with stage("candidate"):
        audit = run_candidate(settings)
        result.candidate_audit_id = audit.audit_id
    if not audit.passed:
        raise CandidateRefused(_refusal(audit))
    with stage("publish"):
        try:
            result.publication = publish(
                conn,
                created_by=CREATED_BY,
                revision=rules_hash,
                dbt_invocation_id=result.dbt_invocation_id,
                audit_id=audit.audit_id,
                as_of=watermark.at,
                as_of_load_id=watermark.load_id,
            )
        except PublicationError as error:
            raise BuildError(str(error)) from error
    result.state = "published" if result.publication else "withheld" if read_pointer(conn).held else "unchanged"


def _refusal(audit: AuditReport) -> str:
    return (
        f"The next publication was refused by audit {audit.audit_id}; readers keep the last one. "
        f"{' '.join(audit.problems())} Look at ops.audit_results where audit_id = {audit.audit_id} and mend the cause: "
        "void or correct the events, or repair the model. The next load builds again."
    )


def _run_dbt(settings: Settings, conn: psycopg.Connection, incremental: bool) -> str:
    from dbt_common.invocation import get_invocation_id

    from dbt_project.run import BUILD, run_dbt
    from dbt_project.seeding import SeedError, seed_if_changed
    from reporting.publications.dbt_outcomes import dbt_problem, store_dbt_results

    try:
        seed_if_changed(settings)
    except SeedError as error:
        raise BuildError(str(error)) from error
    outcome = run_dbt(settings, BUILD if incremental else [*BUILD, "--full-refresh"])
    invocation_id = get_invocation_id()
    store_dbt_results(conn, invocation_id, outcome)
    if not outcome.success:
        raise BuildError(
            f"dbt failed, nothing was published: {dbt_problem(outcome)}. "
            f"Look at ops.v_dbt_results where dbt_invocation_id = '{invocation_id}', "
            f"and at dbt.log below {settings.home / 'dbt'}."
        )
    return invocation_id


def _wait_for_turn(conn: psycopg.Connection) -> None:
    try:
        conn.execute("set lock_timeout = '20min'")
        conn.execute("select pg_advisory_lock(%s)", [BUILD_LOCK])
        conn.execute("reset lock_timeout")
    except psycopg.errors.LockNotAvailable as error:
        raise BuildError(
            "Another build has been running for 20 minutes: look at ops.v_builds, then start again."
        ) from error


def _told(result: BuildResult) -> BuildResult:
    log.info("build %s", result)
    return result


def main() -> int:
    """Command line: build once, print how it ended as one JSON line; exit code 1 if it failed."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        result = build(Settings.load(), f"manual_{uuid.uuid4().hex[:12]}")
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    document: dict[str, Any] = {
        "state": result.state,
        "upto_load_id": result.upto_load_id,
        "publication_id": result.publication.publication_id if result.publication else None,
        "held_cities": ["/".join(city) for city in result.held_cities],
        "seconds": result.stages.seconds,
    }
    print(json.dumps(document))
    return 0


if __name__ == "__main__":
    sys.exit(main())
