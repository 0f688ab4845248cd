"""The short form of tests/chaos/test_random_faults.py."""

from __future__ import annotations

import pytest

from tests.chaos.test_random_faults import survive


@pytest.mark.timeout(600)
def test_ten_faults_under_load() -> None:
    report = survive(faults=10, events_between=400, pause=0.05)
    assert report["number_of_faults"] == 10
    assert report["events"]["acknowledged"] > 4_000
