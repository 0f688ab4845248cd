"""How Superset reaches the warehouse: one password login per audience, never a shared one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import g
from sqlalchemy.engine.url import make_url
from sqlalchemy.pool import NullPool

from infra.settings import Settings
from infra.superset.audience import audience_of

#: Host of the database asset; the name cannot resolve, so without the mutator nothing connects.
PLACEHOLDER_HOST = "warehouse.invalid"

Mutator = Callable[..., tuple[Any, dict[str, Any]]]


def warehouse_connections(settings: Settings) -> Mutator:
    """Make Superset's DB_CONNECTION_MUTATOR for `settings`.

    The mutator replaces the placeholder address by the warehouse's real one, signed in as the audience of
    the person who asks. It looks at the request's user and not at the name it is handed: a guest token may
    carry any name.
    """

    def mutate(uri: Any, params: dict[str, Any], *_: Any) -> tuple[Any, dict[str, Any]]:
        if uri.host != PLACEHOLDER_HOST:
            return uri, params
        dsn = settings.dsn(audience_of(getattr(g, "user", None)))
        # A pooled session could pass from one audience to the next.
        return make_url(dsn).set(drivername="postgresql+psycopg2"), {**params, "poolclass": NullPool}

    return mutate
