"""Runs the audits: `python -m expectations.run landing` or `candidate`; exit code 1 when something critical failed."""

from __future__ import annotations

import argparse
import sys

import psycopg

from expectations.catalogue import Catalogue
from expectations.gate import move_gates
from expectations.landing.audit import find_window, judge_landing
from expectations.landing.facts import store_facts
from expectations.outcome import AuditReport, describe
from expectations.store import store_audit
from infra.settings import Settings


def run_landing(settings: Settings, upto_load_id: int, catalogue: Catalogue | None = None) -> AuditReport:
    """Judge what landed up to `upto_load_id` city by city, store the outcome and move the gates of cities.

    Every event is judged until its city is admitted; running it again judges only what is new or still held.
    Raises AuditError when an expectation could not be evaluated (then nothing is stored and no gate moves).
    """
    dsn = settings.dsn("warehouse")
    with psycopg.connect(dsn) as conn:
        window = find_window(conn, upto_load_id)
        found = store_facts(conn, window, catalogue or Catalogue())
        conn.commit()
        verdicts = judge_landing(dsn, window) if found else []
        held, opened = move_gates(conn, verdicts, window.audited_load_id)
        # A repeated run must not look further back than the newest audit did.
        audit_id = store_audit(conn, "landing", verdicts, max(upto_load_id, window.audited_load_id))
    return AuditReport(audit_id, "landing", tuple(verdicts), tuple(held), tuple(opened))


def run_candidate(settings: Settings, catalogue: Catalogue | None = None) -> AuditReport:
    """Judge candidate.indicator_results as a whole and store the outcome; `passed` says whether it may be published.

    Raises AuditError when an expectation could not be evaluated (then nothing is stored).
    """
    from expectations.candidate.audit import judge_candidate

    dsn = settings.dsn("warehouse")
    verdicts = judge_candidate(dsn, catalogue or Catalogue())
    with psycopg.connect(dsn) as conn:
        row = conn.execute("select max(load_id) from ops.audits where subject = 'landing'").fetchone()
        audit_id = store_audit(conn, "candidate", verdicts, row[0] if row else None)
    return AuditReport(audit_id, "candidate", tuple(verdicts))


def main(arguments: list[str] | None = None) -> int:
    """Command line: prints one line an outcome."""
    parser = argparse.ArgumentParser(description="Run one audit on the running stack and store its outcome.")
    parser.add_argument("subject", choices=["landing", "candidate"])
    subject = parser.parse_args(arguments).subject
    settings = Settings.load()
    if subject == "candidate":
        report = run_candidate(settings)
    else:
        with psycopg.connect(settings.dsn("warehouse")) as conn:
            row = conn.execute(
                "select coalesce(max(load_id), 0) from raw.loads where finished_at is not null"
            ).fetchone()
        report = run_landing(settings, row[0] if row else 0)
    for verdict in report.verdicts:
        print(f"{'ok' if verdict.success else verdict.severity.upper():8} {verdict.expectation}: {describe(verdict)}")
    print(f"audit {report.audit_id}: {'passed' if report.passed else 'failed'}")
    return 0 if report.passed else 1


if __name__ == "__main__":
    sys.exit(main())
