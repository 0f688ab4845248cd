"""Rules told as a query for the cells that break them."""

from __future__ import annotations

from typing import Any, ClassVar

from great_expectations.execution_engine import ExecutionEngine
from great_expectations.expectations import UnexpectedRowsExpectation
from psycopg import sql

from expectations.checker import expect

#: Published cells that stay as they are, because the candidate does not stand for them.
STAYING = """
    (
        select s.* from published.indicator_results as s
        where
            s.valid_to_publication is null
            and s.component is not null
            and s.component not in (select r.component from ops.replaced_components as r)
    )
"""

# With a join in the query Great Expectations leaves naming the batch to us; without one it names it "subselect".
_CELLS = "with cells as not materialized (select b.* from {batch} as b cross join (select 1) as joined) "


class NoRows(UnexpectedRowsExpectation):
    """The query finds nothing. Asked once: the class it comes from asks for the rows and again for their number."""

    metric_dependencies: ClassVar[tuple[str, ...]] = ("unexpected_rows_query.table",)

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: ExecutionEngine | None = None,
    ) -> dict[str, Any]:
        rows = metrics["unexpected_rows_query.table"]
        return {"success": not rows, "result": {"observed_value": len(rows), "details": {"unexpected_rows": rows}}}


def no_rows(name: str, severity: str, sentence: str, query: str, **values: Any) -> NoRows:
    """An expectation that `query` finds nothing.

    `query` reads the next publication as `cells` and should select their `cell_id` first; `values` are put in as SQL
    literals (a dict, or a list of tuples, as the rows of a VALUES list). What readers may not see must not be selected:
    examples are stored.
    """
    rendered = sql.SQL(query).format(**{key: _literal(value) for key, value in values.items()}).as_string(None)
    if "%" in rendered:
        raise ValueError(f"expectation {name!r}: a percent sign in a query is doubled on its way; write it without")
    rendered = _CELLS + rendered.replace("{", "{{").replace("}", "}}")
    return expect(NoRows, name, severity, sentence, unexpected_rows_query=rendered)


def _literal(value: Any) -> sql.Composable:
    if isinstance(value, sql.Composable):
        return value
    if isinstance(value, dict):
        # An empty VALUES list is no SQL.
        value = list(value.items()) or [(None, None)]
    if not (isinstance(value, list) and value and isinstance(value[0], tuple)):
        return sql.Literal(value)
    rows = [sql.SQL("({})").format(sql.SQL(", ").join(map(sql.Literal, row))) for row in value]
    return sql.SQL(", ").join(rows)
