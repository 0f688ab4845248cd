"""Helpers that tests share: waiting for a condition, and scratch databases with all migrations."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

import psycopg
from psycopg import sql

from infra.postgres.migrate import migrate
from infra.settings import Settings

T = TypeVar("T")


def wait_for(look: Callable[[], T | None], seconds: float, what: str, every: float = 0.2) -> T:
    """Return the first truthy value of `look`, called until `seconds` have passed; else fail naming `what`."""
    end = time.monotonic() + seconds
    while True:
        value = look()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds:.0f} s for {what}; last look gave {value!r}")
        time.sleep(every)


@dataclass(frozen=True)
class ScratchDatabase:
    """A database of its own on the stack's Postgres; `settings` speaks to it as to the real one."""

    name: str
    settings: Settings

    def dsn(self, login: str) -> str:
        """Connection address for one of infra.settings.LOGINS."""
        return self.settings.dsn(login)


@contextmanager
def scratch_database(stack: Settings) -> Iterator[ScratchDatabase]:
    """A random database with all migrations applied, dropped at the end."""
    name = f"scratch_{secrets.token_hex(4)}"
    settings = replace(stack, env={**stack.env, "CORRIDOR_DATABASE": name})
    with psycopg.connect(stack.admin_dsn(), autocommit=True) as admin:
        admin.execute(sql.SQL("create database {} owner corridor_owner").format(sql.Identifier(name)))
    try:
        migrate(settings)
        yield ScratchDatabase(name, settings)
    finally:
        with psycopg.connect(stack.admin_dsn(), autocommit=True) as admin:
            admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
