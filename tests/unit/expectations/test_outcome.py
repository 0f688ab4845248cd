"""What an audit tells people."""

from __future__ import annotations

from expectations.outcome import CRITICAL, WARNING, AuditReport, Verdict, describe


def verdict(severity: str, success: bool) -> Verdict:
    return Verdict("landing", "x", severity, success, "No event may lie in the future.", "SIM", "ARUA", {"events": 3})


def test_only_critical_failures_stop() -> None:
    assert AuditReport(1, "landing", (verdict(WARNING, False), verdict(CRITICAL, True))).passed
    assert not AuditReport(1, "landing", (verdict(CRITICAL, False),)).passed


def test_problems__name_the_city_and_what_was_seen() -> None:
    report = AuditReport(1, "landing", (verdict(WARNING, False), verdict(CRITICAL, False)))
    assert report.problems() == ["No event may lie in the future. [SIM ARUA] (events 3)"]
    assert describe(Verdict("s", "x", CRITICAL, True, "Fine.")) == "Fine."
