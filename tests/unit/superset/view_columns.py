"""Columns of the views that the migrations create, read from the SQL without a server."""

from __future__ import annotations

import re

import sqlglot
from sqlglot import exp

from infra.settings import REPO

MIGRATIONS = REPO / "infra" / "postgres" / "migrations"


def view_columns() -> dict[str, list[str]]:
    """Column names by "schema.view", in order of the migrations; a later view may take all columns of an earlier."""
    found: dict[str, list[str]] = {}
    for path in sorted(MIGRATIONS.glob("*.sql")):
        for text in re.split("create (?:or replace )?view ", path.read_text(encoding="utf-8"))[1:]:
            tree = sqlglot.parse_one("create view " + text.split(";\n")[0], read="postgres")
            name = tree.this.sql(dialect="postgres")
            found[name] = _columns(tree.expression, found)
    return found


def _columns(select: exp.Select, known: dict[str, list[str]]) -> list[str]:
    inner = dict(known)
    for cte in select.ctes:
        inner[cte.alias] = _columns(cte.this, inner)
    columns = []
    for item in select.expressions:
        if item.is_star:
            source = select.args["from_"].this
            columns += inner[source.name if source.name in inner else f"{source.db}.{source.name}"]
        else:
            columns.append(item.alias_or_name)
    return columns
