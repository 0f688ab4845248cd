"""Every setting that the code reads is named in .env.example."""

from __future__ import annotations

import re
import subprocess

from infra.settings import REPO

NAME = re.compile(r"\bCORRIDOR_[A-Z_]*[A-Z]\b(?!_)")
#: Set by the code for its own parts (dbt, supervisord, Superset), or names of single secrets, which one line covers.
NOT_SETTINGS = re.compile(r"CORRIDOR_(DBT_\w+|CONFIGURATION|PUBLICATION|SECRET|SECRET_\w+|TEST_X)")


def test_every_setting_of_the_code_is_named() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "*.py", "*.yml", "*.sh", "Makefile", "corridor"],
        cwd=REPO, capture_output=True, text=True, check=True,
    )  # fmt: skip
    files = [path for name in listed.stdout.split("\0") if name and (path := REPO / name).is_file()]
    used = {name for path in files for name in NAME.findall(path.read_text(encoding="utf-8"))}
    assert len(used) > 15, "the settings were not found in the code"
    named = set(NAME.findall((REPO / ".env.example").read_text(encoding="utf-8")))
    missing = sorted(name for name in used - named if not NOT_SETTINGS.fullmatch(name))
    assert not missing, f"add these to .env.example, each with a line on what it does: {missing}"
