"""A KoboToolbox and a gateway of a module's own, and a form of each test's own, on the shared stack."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import psycopg

from infra.local.secret_files import make_secrets
from infra.settings import Settings
from ingestion.keys import create_key
from ingestion.kobo.pull import Pulled, pull_form
from tests.gateways import RunningGateway, run_gateway
from tests.kobo_server import Hook, KoboServer
from tests.support import wait_for

ASSET = "aTestProject7Xy2Ab4Cd6E"
#: The programme OPS never reaches results.
FORM = """\
form: {name}
programme: OPS
partner: {name}
source: urn:{name}:kobo
city: ADAMA
wrapper: sent/submission
events:
  - type: person.registered.v1
    time: [day, start]
    when: [{{question: agrees, is: yes}}]
    fields:
      person_id: person/card
      sex: {{question: person/sex, choices: {{f: female, m: male}}}}
      age_band: {{age_in_years: person/age}}
      status: {{value: idp}}
      registration_type: {{value: new}}
  - type: service.provided.v1
    repeat: services
    fields:
      person_id: person/card
      sex: {{question: person/sex, choices: {{f: female, m: male}}}}
      age_band: {{age_in_years: person/age}}
      status: {{value: idp}}
      service_type: services/kind
ignore: [person/name]
why_ignored: names are not passed on
"""


def answers(*services: str, **changes: Any) -> dict[str, Any]:
    """A filled-in form; `changes` with __ for / in names."""
    filled = {
        "agrees": "yes",
        "day": "2026-03-02",
        "person/name": "Amina Yusuf Ali",
        "person/card": f"CARD-{secrets.token_hex(5)}",
        "person/sex": "f",
        "person/age": "34",
        **{name.replace("__", "/"): value for name, value in changes.items()},
    }
    if services:
        filled["services"] = [{"services/kind": kind} for kind in services]
    return filled


@dataclass
class KoboRig:
    """`settings` speak to the test's own gateway and KoboToolbox."""

    name: str
    settings: Settings
    kobo: KoboServer
    gateway: RunningGateway
    key: str
    owner: psycopg.Connection[Any]

    @property
    def endpoint(self) -> str:
        """What a city types as Endpoint URL."""
        return f"{self.gateway.url}/v1/kobo/{self.name}"

    def hook(self, **settings: Any) -> Hook:
        """Switch the REST service on; without settings with the key in the header."""
        self.kobo.hook = Hook(self.endpoint, **(settings or {"headers": {"X-API-Key": self.key}}))
        return self.kobo.hook

    def pull(self, **options: Any) -> Pulled:
        """Pull the form now."""
        return pull_form(self.settings, self.name, **options)

    def post(self, body: Any, **headers: str) -> httpx.Response:
        """A request as the hook makes it."""
        return httpx.post(self.endpoint, json=body, headers={"X-API-Key": self.key, **headers}, timeout=30)

    def state(self, root: str) -> dict[str, Any]:
        """The row of a submission."""
        with self.owner.cursor(row_factory=psycopg.rows.dict_row) as cursor:
            query = "select * from ops.kobo_submissions where form = %s and root = %s"
            row = cursor.execute(query, [self.name, root]).fetchone()
        assert row is not None
        return row

    def events(self) -> list[tuple[Any, ...]]:
        """subject, version, operation, data of everything in raw.events."""
        return self.owner.execute(
            "select subject, record_version, operation, data from raw.events where source = %s"
            " order by subject, record_version",
            [f"urn:{self.name}:kobo"],
        ).fetchall()

    def wait(self, count: int) -> list[tuple[Any, ...]]:
        """The rows of raw.events once there are `count`."""

        def look() -> list[tuple[Any, ...]]:
            found = self.events()
            return found if len(found) >= count else []

        found = wait_for(look, 120, f"{count} events of {self.name} in raw.events", every=0.5)
        assert len(found) == count, found
        return found


@dataclass
class KoboStage:
    """What the tests of a module share: a KoboToolbox, and a gateway that reads its forms from `forms`."""

    stack: Settings
    kobo: KoboServer
    gateway: RunningGateway
    forms: Path
    owner: psycopg.Connection[Any]


@contextmanager
def kobo_stage(stack: Settings, folder: Path) -> Iterator[KoboStage]:
    """Everything running, without a form."""
    forms = folder / "forms"
    forms.mkdir()
    make_secrets(stack)
    with (
        KoboServer(secrets.token_hex(16)).running() as kobo,
        run_gateway(stack, folder / "gateway", env={"CORRIDOR_KOBO_FORMS": str(forms)}) as gateway,
        psycopg.connect(stack.dsn("owner"), autocommit=True) as owner,
    ):
        yield KoboStage(stack, kobo, gateway, forms, owner)


@contextmanager
def kobo_rig(stage: KoboStage) -> Iterator[KoboRig]:
    """A form, a partner and an empty project of one test's own."""
    stack, name = stage.stack, f"test-kobo-{secrets.token_hex(4)}"
    path = stage.forms / f"{name}.yaml"
    path.write_text(FORM.format(name=name), encoding="utf-8")
    key = create_key(stack.dsn("owner"), programme="OPS", partner=name, source_prefix=f"urn:{name}:")
    stage.kobo.projects[ASSET], stage.kobo.hook = {}, None
    pulling = {
        "CORRIDOR_KOBO_FORMS": str(stage.forms),
        "CORRIDOR_KOBO_ASSETS": f"{name}={ASSET}",
        "CORRIDOR_KOBO_URL": stage.kobo.url,
        "CORRIDOR_SECRET_KOBO_TOKEN": stage.kobo.token,
        "CORRIDOR_GATEWAY_URL": stage.gateway.url,
    }
    settings = replace(stack, env={**stack.env, **pulling})
    try:
        yield KoboRig(name, settings, stage.kobo, stage.gateway, key, stage.owner)
    finally:
        path.unlink()
        for kept in (stack.home / "secrets").glob(f"kobo_{name.replace('-', '_')}_*"):
            kept.unlink()
        stage.owner.execute("delete from ops.kobo_submissions where form = %s", [name])
