"""Superset's security manager with the audience and the publication in every cache key."""

from __future__ import annotations

from typing import Any

from flask import current_app, g
from superset.security import SupersetSecurityManager

from infra.superset.audience import audience_of


class AudienceSecurityManager(SupersetSecurityManager):
    """Keeps cached answers apart by who may see them and by the publication they were read from."""

    def get_rls_cache_key(self, datasource: Any) -> list[str]:
        """Parts that Superset adds to the key of every cached chart, filter and legacy chart."""
        return [
            f"audience={audience_of(getattr(g, 'user', None))}",
            f"publication={current_app.config['CORRIDOR_PUBLICATION']()}",
            *super().get_rls_cache_key(datasource),
        ]
