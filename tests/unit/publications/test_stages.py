"""Stage timings are kept also when a stage fails."""

from __future__ import annotations

import pytest

from reporting.publications.stages import Stages


def test_stages__keep_order_and_failures() -> None:
    stages = Stages()
    with stages.stage("landing"):
        pass
    with pytest.raises(ValueError), stages.stage("dbt"):
        raise ValueError
    assert list(stages.seconds) == ["landing", "dbt"]
    assert "landing 0.0, dbt 0.0" in str(stages)
