"""Every setting that the code reads is named in .env.example."""

from __future__ import annotations

import re

from infra.settings import REPO

NAME = re.compile(r"\bCORRIDOR_[A-Z_]*[A-Z]\b(?!_)")
#: Set by the code for its own parts (dbt, supervisord, Superset), or names of single secrets, which one line covers.
NOT_SETTINGS = re.compile(r"CORRIDOR_(DBT_\w+|CONFIGURATION|PUBLICATION|SECRET|SECRET_\w+|TEST_X)")


def test_every_setting_of_the_code_is_named() -> None:
    folders = (path for path in REPO.iterdir() if path.is_dir() and not path.name.startswith("."))
    files = [REPO / "Makefile", REPO / "corridor", *(path for folder in folders for path in folder.rglob("*.py"))]
    used = {name for path in files for name in NAME.findall(path.read_text(encoding="utf-8"))}
    assert len(used) > 15, "the settings were not found in the code"
    named = set(NAME.findall((REPO / ".env.example").read_text(encoding="utf-8")))
    missing = sorted(name for name in used - named if not NOT_SETTINGS.fullmatch(name))
    assert not missing, f"add these to .env.example, each with a line on what it does: {missing}"
