"""`corridor query`: SQL on the published results, as the read-only reader."""

from __future__ import annotations

import sys
from typing import Annotated

import psycopg
import typer


def command(statement: Annotated[str, typer.Argument(metavar="SQL", help="One SQL query.")]) -> None:
    """Run a query as the read-only reader and print CSV with a header line.

    The reader sees the views of results and ops. An error is one sentence on standard error and exit code 1.

    Example: corridor query "select indicator_code, actual from results.indicator_results limit 5"
    """
    from infra.settings import Settings

    try:
        with psycopg.connect(Settings.load().dsn("reader"), connect_timeout=10) as connection:
            _copy_out(connection, statement)
    except psycopg.Error as error:
        print(_sentence(error), file=sys.stderr)
        raise typer.Exit(1) from None
    except BrokenPipeError:
        # The reader of our output (head, for example) has seen enough.
        sys.stderr.close()


def _copy_out(connection: psycopg.Connection, statement: str) -> None:
    query = statement.strip().rstrip(";")
    with connection.cursor() as cursor, cursor.copy(f"copy (\n{query}\n) to stdout (format csv, header)") as rows:
        for block in rows:
            sys.stdout.buffer.write(block)
    sys.stdout.buffer.flush()


def _sentence(error: psycopg.Error) -> str:
    message = (error.diag.message_primary or str(error)).strip().splitlines()[0]
    if isinstance(error, psycopg.OperationalError) and error.diag.sqlstate is None:
        return f"The database does not answer ({message}): run `make up`, or look at `corridor status`."
    hint = f" {error.diag.message_hint}" if error.diag.message_hint else ""
    return f"The query failed: {message}.{hint}"
