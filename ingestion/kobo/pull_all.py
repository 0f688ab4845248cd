"""Pull every form that has an asset; each fails alone."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

import psycopg

from infra.settings import Settings
from ingestion.kobo.api import KoboTrouble
from ingestion.kobo.door import PullRefused
from ingestion.kobo.pull import pull_form, pulled_forms
from ingestion.kobo.read_form import FormError
from ingestion.kobo.reconcile import Pulled
from ingestion.partner_client.corridor_client import SendError

logger = logging.getLogger("corridor.kobo.pull")


@dataclass
class PulledAll:
    """Sentences of forms that failed for good (`final`: somebody must do something) or for now (`passing`)."""

    pulled: list[Pulled] = field(default_factory=list)
    final: list[str] = field(default_factory=list)
    passing: list[str] = field(default_factory=list)


def pull_all(settings: Settings, *, again: bool = False) -> PulledAll:
    """Pull the forms one after the other."""
    done = PulledAll()
    for name in pulled_forms(settings):
        try:
            pulled = pull_form(settings, name, again=again)
        except (FormError, PullRefused) as error:
            done.final.append(f"{name}: {error}")
        except KoboTrouble as trouble:
            (done.final if trouble.is_final else done.passing).append(f"{name}: {trouble}")
        except SendError as error:
            done.passing.append(f"{name}: {error}")
        except psycopg.OperationalError as error:
            done.passing.append(f"{name}: the database does not answer ({type(error).__name__}).")
        else:
            logger.info("pulled %s", pulled.as_dict())
            done.pulled.append(pulled)
    return done
