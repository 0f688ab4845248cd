"""Loads again and again, as load_events does, and says in a file in which phase it is: `... load_loop FILE`."""

from __future__ import annotations

import logging
import secrets
import sys
import time
from pathlib import Path

from infra.settings import Settings
from ingestion.loading.finish import finish_load
from ingestion.loading.load import load_ranges
from ingestion.loading.plan import open_load

log = logging.getLogger("load_loop")

#: Seconds between two loads.
_PACE = 0.5
PHASES = ("plan", "load", "finish")


def main() -> None:
    """Until it is killed. A load that fails is logged; the next one goes on where it stopped."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    phase, settings = Path(sys.argv[1]), Settings.load()
    while True:
        try:
            _load(settings, phase)
        except Exception as problem:
            log.warning("%s: %s", type(problem).__name__, problem)
        phase.write_text("wait")
        time.sleep(_PACE)


def _load(settings: Settings, phase: Path) -> None:
    run_id = f"chaos-{secrets.token_hex(6)}"
    phase.write_text("plan")
    plan = open_load(settings, run_id)
    if plan is None:
        return
    phase.write_text("load")
    log.info("load %s: %s", plan.load_id, load_ranges(settings, plan.load_id, plan.ranges))
    phase.write_text("finish")
    finish_load(settings, run_id)


if __name__ == "__main__":
    main()
