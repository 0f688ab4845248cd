"""Migrations: each once, whole or not at all, and never changed afterwards."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from infra.local.problems import Problem
from infra.postgres.logins import make_logins
from infra.postgres.migrate import FOLDER, migrate
from infra.settings import Settings
from tests.support import scratch_database


def test_a_second_run_applies_nothing(stack: Settings) -> None:
    with scratch_database(stack) as database:
        assert migrate(database.settings) == []
        with psycopg.connect(database.dsn("owner")) as connection:
            rows = connection.execute("select name from public.schema_migrations order by name").fetchall()
    assert [name for (name,) in rows] == sorted(path.name for path in FOLDER.glob("*.sql"))


def test_a_failing_one_leaves_nothing_and_names_its_line(stack: Settings, tmp_path: Path) -> None:
    (tmp_path / "1_good.sql").write_text("create table public.good (a integer);\n")
    (tmp_path / "2_bad.sql").write_text("create table public.half (a integer);\nselect nonsense;\n")
    with scratch_database(stack) as database:
        with pytest.raises(Problem, match=r"2_bad\.sql failed line 2 and left nothing behind"):
            migrate(database.settings, tmp_path)
        with psycopg.connect(database.dsn("owner")) as connection:
            found = connection.execute("select to_regclass('public.good'), to_regclass('public.half')").fetchone()
        assert found == ("good", None)
        (tmp_path / "2_bad.sql").write_text("create table public.half (a integer);\n")
        assert migrate(database.settings, tmp_path) == ["2_bad.sql"]


def test_an_applied_one_may_not_be_changed(stack: Settings, tmp_path: Path) -> None:
    (tmp_path / "1_first.sql").write_text("create table public.first (a integer);\n")
    with scratch_database(stack) as database:
        migrate(database.settings, tmp_path)
        (tmp_path / "1_first.sql").write_text("create table public.first (a bigint);\n")
        with pytest.raises(Problem, match=r"1_first\.sql was changed .* write a new migration"):
            migrate(database.settings, tmp_path)


def test_making_logins_again_keeps_them_working(stack: Settings) -> None:
    make_logins(stack)
    with psycopg.connect(stack.dsn("reader")) as connection:
        assert connection.execute("show transaction_read_only").fetchone() == ("on",)
