"""`corridor keys create` names a mistake before it makes a key."""

from __future__ import annotations

import pytest

from infra.cli.keys import create
from infra.local.problems import Problem


def test_create__unknown_programme() -> None:
    with pytest.raises(Problem, match=r"no programme 'XX': choose one of CM, SIM, OPS\."):
        create(programme="XX", partner="adama", source_prefix="urn:adama:")
