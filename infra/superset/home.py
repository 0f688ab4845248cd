"""The first page after sign-in: the dashboard of one's role instead of Superset's list of recent things."""

from __future__ import annotations

from typing import Any

from flask import Flask, redirect, request
from flask_login import current_user

from infra.superset.audience import audience_of

GLANCE = "/superset/dashboard/results-at-a-glance/"
#: People without an audience (the administrator) keep Superset's own page.
HOME_OF_AUDIENCE = {"bi_programme": GLANCE, "bi_steering": GLANCE, "bi_engineer": GLANCE}


def send_home(app: Flask) -> None:
    """Register the redirect on Superset's application (its FLASK_APP_MUTATOR)."""

    @app.before_request
    def to_own_dashboard() -> Any:
        if request.method != "GET" or request.path not in ("/", "/superset/welcome/"):
            return None
        home = HOME_OF_AUDIENCE.get(audience_of(current_user))
        return redirect(home) if home else None
