"""Bring what the gateway knows of a form in line with KoboToolbox: new, edited and deleted submissions.

Safe to repeat and to stop at any point: a version is claimed in ops.kobo_submissions before its events are sent and
settled after the gateway answered; what is not settled is sent again with the same ids.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import psycopg
from psycopg.rows import dict_row

from infra.settings import Settings, SettingsError
from ingestion.kept_keys import kept_key
from ingestion.kobo.api import KoboApi
from ingestion.kobo.door import Door, PullRefused, Row
from ingestion.kobo.form import Form
from ingestion.kobo.forms import Forms
from ingestion.kobo.reconcile import Pulled, reconcile


def is_configured(settings: Settings) -> bool:
    """True if there is a KoboToolbox to ask and a form with an asset."""
    if not settings.env.get("CORRIDOR_KOBO_URL"):
        return False
    try:
        settings.secret("kobo_token")
    except SettingsError:
        return False
    return bool(pulled_forms(settings))


def pulled_forms(settings: Settings) -> list[str]:
    """The names of the forms that have an asset uid, and of those whose file is wrong: their pull says why."""
    forms = Forms.of(settings)
    found = []
    for name in forms.names():
        try:
            form = forms.find(name)
        except ValueError:
            found.append(name)
            continue
        if form is not None and form.asset:
            found.append(name)
    return found


def pull_form(settings: Settings, name: str, *, again: bool = False, accept_deletions: bool = False) -> Pulled:
    """Pull one form. `again`: send what was refused before once more. `accept_deletions`: void however many vanished.

    Raises FormError, KoboTrouble, PullRefused, SendError (corridor_client) or psycopg.Error, each after which
    pulling again is safe.
    """
    form = Forms.of(settings).find(name)
    if form is None or not form.asset:
        raise PullRefused(f"The form {name!r} has no asset uid: write `asset:` into its file or CORRIDOR_KOBO_ASSETS.")
    gateway = httpx.Client(timeout=httpx.Timeout(30.0, connect=5.0))
    key = _key(settings, form)
    with (
        KoboApi(settings.env.get("CORRIDOR_KOBO_URL", ""), settings.secret("kobo_token")) as api,
        psycopg.connect(settings.dsn("loader"), autocommit=True, row_factory=dict_row) as connection,
        _alone(connection, form),
        gateway,
    ):
        door = Door(settings.gateway_url, key, gateway)
        return reconcile(
            form,
            api,
            connection,
            door,
            digest_key=settings.secret("kobo_digest"),
            percent=_most_percent(settings),
            again=again,
            accept_deletions=accept_deletions,
        )


@contextmanager
def _alone(connection: psycopg.Connection[Row], form: Form) -> Iterator[None]:
    """Two pulls of one form at once would only do each other's work."""
    lock = int.from_bytes(hashlib.sha256(f"kobo {form.name}".encode()).digest()[:8], "big", signed=True)
    row = connection.execute("select pg_try_advisory_lock(%s) as mine", [lock]).fetchone()
    if not (row and row["mine"]):
        raise PullRefused(f"Another pull of {form.name} is under way: wait for its end.")
    yield


def _key(settings: Settings, form: Form) -> str:
    """The platform's own key for the form: the same partner and source as the hook's, so that both give one record."""
    types = sorted({rule.type for rule in form.events})
    scope = hashlib.sha256("|".join([form.programme, form.partner, form.source, *types]).encode()).hexdigest()[:8]
    return kept_key(
        settings,
        f"kobo_{form.name.replace('-', '_')}_{scope}",
        programme=form.programme,
        partner=form.partner,
        source_prefix=form.source,
        types=types,
        label=f"pull of the Kobo form {form.name}",
    )


def _most_percent(settings: Settings) -> float:
    text = settings.env.get("CORRIDOR_KOBO_VANISH_PERCENT") or "10"
    try:
        return float(text)
    except ValueError:
        raise SettingsError(f"CORRIDOR_KOBO_VANISH_PERCENT is {text!r}: set it to a number such as 10.") from None
