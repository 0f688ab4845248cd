"""The live counters against raw: their stream compares them, and keeps what differs in ops.v_live_reconciliation."""

from __future__ import annotations

import logging

from infra.settings import Settings
from ingestion.streaming.live.reconcile import compare

log = logging.getLogger(__name__)

#: Seconds to wait until what is counted now is loaded; a partition that is behind is compared next time.
_PATIENCE = 5.0


def compare_live(settings: Settings) -> None:
    """Have the provisional counts compared once more. They are no proof of a loss: what fails here fails nobody."""
    try:
        compare(settings, patience=_PATIENCE)
    except Exception as error:
        log.warning("the live counters could not be compared with raw: %s", type(error).__name__)
