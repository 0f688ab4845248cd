"""A KoboToolbox whose submissions carry made-up identifiers, and pulls of it: new, edited, refused, deleted."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

from infra.settings import Settings
from ingestion.kobo.pull import pull_form
from tests.gateways import RunningGateway
from tests.kobo_server import KoboServer, Submission
from tests.planted_requests import Sender

ASSET = "aPlantedProject7Xy2Ab4C"
logger = logging.getLogger("corridor.tests.pull")


class PlantedPull:
    """Pulls one form of `kobo`; what is logged and raised meanwhile goes to `log`, with its traceback."""

    def __init__(self, stack: Settings, kobo: KoboServer, forms: Path, form: str, log: Path) -> None:
        self._stack = stack
        self._kobo = kobo
        self._forms = forms
        self._form = form
        self._log = log
        kobo.projects[ASSET] = {}

    def run(self, gateway: RunningGateway, sender: Sender) -> int:
        """Pull after every kind of change, and return how many events were accepted."""
        kept = self._submit(sender)
        wrong = self._submit(sender, sex=sender.planted.name)
        self._submit(sender, desk=f"ask {sender.planted.email}")
        self._submit(sender, **{sender.planted.core: sender.planted.name})
        gone = self._submit(sender, card=sender.planted.spaced_phone)
        accepted = self._pull(gateway)
        self._kobo.edit(ASSET, kept["_id"], {"age": "52", "full_name": sender.planted.name_in_script})
        self._kobo.edit(ASSET, wrong["_id"], {"sex": "f", "phone": sender.planted.phone})
        self._kobo.delete(ASSET, gone["_id"])
        return accepted + self._pull(gateway)

    def _submit(self, sender: Sender, **answers: str) -> Submission:
        p = sender.planted
        filled = {"full_name": p.name, "phone": p.phone, "day": "2017-03-02", "card": p.person, "sex": "f", "age": "31"}
        more = {"username": p.email, "deviceid": p.person, "meta/instanceName": p.name, "simserial": p.number}
        return self._kobo.submit(ASSET, {**more, **filled, **answers})

    def _pull(self, gateway: RunningGateway) -> int:
        pulling = {
            "CORRIDOR_KOBO_FORMS": str(self._forms),
            "CORRIDOR_KOBO_ASSETS": f"{self._form}={ASSET}",
            "CORRIDOR_KOBO_URL": self._kobo.url,
            "CORRIDOR_SECRET_KOBO_TOKEN": self._kobo.token,
            "CORRIDOR_KOBO_VANISH_PERCENT": "100",
            "CORRIDOR_GATEWAY_URL": gateway.url,
        }
        root, handler = logging.getLogger(), logging.FileHandler(self._log, encoding="utf-8")
        level = root.level
        root.addHandler(handler)
        root.setLevel(logging.INFO)
        try:
            pulled = pull_form(replace(self._stack, env={**self._stack.env, **pulling}), self._form)
            logger.info("pulled %s", pulled.as_dict())
            return pulled.accepted
        except Exception:
            logger.exception("the pull failed")
            return 0
        finally:
            root.removeHandler(handler)
            root.setLevel(level)
            handler.close()
