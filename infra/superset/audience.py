"""Who a signed-in person is for the warehouse: exactly one audience, or none."""

from __future__ import annotations

from typing import Any

#: A user with none of these roles, or with roles of two audiences, reads nothing.
AUDIENCE_OF_ROLE = {"Manager": "bi_programme", "Steering": "bi_steering", "Engineer": "bi_engineer"}
NOBODY = "bi_none"


def audience_of(user: Any) -> str:
    """Short name of the warehouse login (a key of infra.settings.LOGINS) that stands for `user`.

    The one rule behind both the login and the cache key, so that a cached answer never crosses audiences.
    Anonymous people, guest tokens and unclear role sets get the login without any right.
    """
    if user is None or getattr(user, "is_anonymous", True) or getattr(user, "is_guest_user", False):
        return NOBODY
    names = {role.name for role in getattr(user, "roles", ())}
    found = {AUDIENCE_OF_ROLE[name] for name in names if name in AUDIENCE_OF_ROLE}
    return found.pop() if len(found) == 1 else NOBODY
