"""The live counters against raw: their stream compares them, and keeps what differs in ops.v_live_reconciliation."""

from __future__ import annotations

import logging
from importlib import import_module
from importlib.util import find_spec

from infra.settings import Settings

log = logging.getLogger(__name__)

_MODULE = "ingestion.streaming.live.reconcile"


def compare_live(settings: Settings) -> None:
    """Have the provisional counts compared once more. They are no proof of a loss: what fails here fails nobody."""
    if find_spec(_MODULE) is None:
        return
    try:
        import_module(_MODULE).compare(settings)
    except Exception as error:
        log.warning("the live counters could not be compared with raw: %s", type(error).__name__)
