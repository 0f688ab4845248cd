"""Superset's tables, permissions and administrator, in one process; run by the interpreter of the bi environment.

The commands `superset db upgrade`, `superset init` and `superset fab create-admin` do the same, each with five seconds
of application start of its own. Safe to repeat.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from infra.settings import Settings


def main() -> None:
    """Bring the metadata database of this stack to the installed Superset."""
    from superset.app import create_app

    began = time.monotonic()

    def say(what: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {what}", flush=True)

    app = create_app()
    say("application")
    with app.app_context():
        import superset
        from flask_migrate import upgrade

        upgrade(directory=app.config.get("ALEMBIC_MIGRATIONS", f"{superset.__path__[0]}/migrations"))
        say("tables")
        _permissions(app)
        say("permissions and roles")
        _administrator(app, Settings.load().secret("superset_admin"))
        say("administrator")


def _permissions(app: Any) -> None:
    from superset.extensions import db

    app.appbuilder.add_permissions(update_perms=True)
    app.appbuilder.sm.sync_role_definitions()
    db.session.commit()


def _administrator(app: Any, password: str) -> None:
    from superset.extensions import db

    manager = app.appbuilder.sm
    user = manager.find_user(username="admin")
    if user is None:
        admin = manager.find_role(manager.auth_role_admin)
        user = manager.add_user("admin", "Corridor", "Administrator", "admin@corridor.invalid", admin, password)
    else:
        manager.reset_password(user.id, password)
    if not user:
        sys.exit("Superset's administrator could not be created; the lines above say why.")
    db.session.commit()


if __name__ == "__main__":
    main()
