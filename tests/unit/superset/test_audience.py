"""Which login of the warehouse stands for whom; anything unclear gets the one without rights."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from infra.settings import LOGINS
from infra.superset.access import read_access
from infra.superset.audience import AUDIENCE_OF_ROLE, NOBODY, audience_of


def person(*roles: str, **more: object) -> SimpleNamespace:
    """Somebody signed in, with the named roles."""
    return SimpleNamespace(is_anonymous=False, roles=[SimpleNamespace(name=name) for name in roles], **more)


@pytest.mark.parametrize(
    ("user", "login"),
    [
        (person("Manager"), "bi_programme"),
        (person("Steering"), "bi_steering"),
        (person("Engineer"), "bi_engineer"),
        (person("Admin", "Engineer"), "bi_engineer"),
        (person("Admin"), NOBODY),
        (person(), NOBODY),
        (person("Manager", "Steering"), NOBODY),
        (person("Manager", is_guest_user=True), NOBODY),
        (SimpleNamespace(is_anonymous=True, roles=[]), NOBODY),
        (SimpleNamespace(roles=[SimpleNamespace(name="Manager")]), NOBODY),
        (None, NOBODY),
    ],
)
def test_audience__is_one_or_nobody(user: object, login: str) -> None:
    assert audience_of(user) == login


def test_audiences__are_logins_and_every_role_has_one() -> None:
    assert {*AUDIENCE_OF_ROLE.values(), NOBODY} <= set(LOGINS)
    assert set(read_access()["roles"]) == set(AUDIENCE_OF_ROLE)
    assert NOBODY not in AUDIENCE_OF_ROLE.values()
