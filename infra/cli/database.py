"""How commands reach the database, and what they say when it does not answer or we refuse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from infra.local.problems import Problem


@contextmanager
def told_plainly(*refusals: type[Exception]) -> Iterator[None]:
    """Ends the command with one sentence, not a traceback. The message of a refusal is such a sentence already."""
    import psycopg

    try:
        yield
    except refusals as error:
        raise Problem(str(error)) from error
    except psycopg.OperationalError as error:
        why, *_ = (str(error) or type(error).__name__).splitlines()
        raise Problem(f"The database does not answer ({why}): run `make up`, or look at `corridor status`.") from error


def owner_dsn() -> str:
    """How the owner of all schemas signs in: commands are for who operates the stack."""
    from infra.settings import Settings

    return Settings.load().dsn("owner")


def webhook_key() -> bytes:
    """The key under which secrets that sign webhooks lie in the database."""
    from infra.settings import Settings
    from ingestion.webhook_secrets import webhook_key as parsed

    return parsed(Settings.load().secret("webhook_key"))
