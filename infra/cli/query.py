"""`corridor query`: SQL on the published results, as the read-only reader."""

from __future__ import annotations

import sys
from typing import Annotated

import psycopg
import typer

_BEFORE = "copy (\n"


def command(statement: Annotated[str, typer.Argument(metavar="SQL", help="One SQL query.")]) -> None:
    """Run a query as the read-only reader and print CSV with a header line.

    The reader sees the schema results and the views of live and ops. An error is one line on standard error, with
    what to do next, and exit code 1.

    Example: corridor query "select indicator_code, actual from results.indicator_results limit 5"
    """
    from infra.settings import Settings

    try:
        with psycopg.connect(Settings.load().dsn("reader"), connect_timeout=10) as connection:
            _copy_out(connection, statement)
    except psycopg.Error as error:
        print(_sentence(error, _bare(statement)), file=sys.stderr)
        raise typer.Exit(1) from None
    except BrokenPipeError:
        # The reader of our output (head, for example) has seen enough.
        sys.stderr.close()


def _copy_out(connection: psycopg.Connection, statement: str) -> None:
    copy = f"{_BEFORE}{_bare(statement)}\n) to stdout (format csv, header)"
    with connection.cursor() as cursor, cursor.copy(copy) as rows:
        for block in rows:
            sys.stdout.buffer.write(block)
    sys.stdout.buffer.flush()


def _bare(statement: str) -> str:
    return statement.strip().rstrip(";")


def _sentence(error: psycopg.Error, query: str) -> str:
    message = (error.diag.message_primary or str(error)).strip().splitlines()[0]
    if isinstance(error, psycopg.OperationalError) and error.diag.sqlstate is None:
        return f"The database does not answer ({message}): run `make up`, or look at `corridor status`."
    hint = f" {error.diag.message_hint}" if error.diag.message_hint else ""
    return f"The query failed: {message}.{hint}{_advice(error, query)}"


def _advice(error: psycopg.Error, query: str) -> str:
    """What to do next, beginning with a blank; empty if the message says it all."""
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return " The reader sees the schema results and the views of live and ops: `corridor query` reads those only."
    if isinstance(error, psycopg.errors.SyntaxError) and (place := error.diag.statement_position):
        before = query[: max(int(place) - len(_BEFORE) - 1, 0)]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        return f" Look at line {line}, character {column} of the query."
    if isinstance(error, psycopg.errors.UndefinedTable):
        return " `select table_schema, table_name from information_schema.tables` lists what the reader sees."
    return ""
