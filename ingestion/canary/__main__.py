"""`python -m ingestion.canary`: send a canary a minute, and watch it."""

from __future__ import annotations

import logging
import signal
import threading

from infra.settings import Settings
from ingestion.canary.key import KEY_NAME, city
from ingestion.canary.log_watch import LogWatch
from ingestion.canary.sending import send
from ingestion.canary.walk import Walk
from ingestion.canary.warehouse_watch import WarehouseWatch


def main() -> None:
    """Run until SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    settings = Settings.load()
    stop = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: stop.set())
    kafka, warehouse = LogWatch(settings), WarehouseWatch(settings.dsn("loader"))
    key = settings.secret(KEY_NAME)
    walk = Walk(city(), lambda canary: send(canary, settings.gateway_url, key), kafka, warehouse)
    while not stop.wait(walk.turn()):
        pass
    kafka.close()
    warehouse.close()


if __name__ == "__main__":
    main()
