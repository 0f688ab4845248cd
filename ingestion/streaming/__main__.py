"""Run one stream: `python -m ingestion.streaming NAME`."""

from __future__ import annotations

import logging
import sys

from infra.settings import Settings
from ingestion.streaming.memory import bound_heap
from ingestion.streaming.streams import STREAMS, runner


def main() -> None:
    """Run until SIGTERM. More members of a group: other processes with other values of CORRIDOR_STREAM_MEMBER."""
    if len(sys.argv) != 2 or sys.argv[1] not in STREAMS:
        sys.exit(f"Say which stream: {', '.join(STREAMS)}.")
    bound_heap()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    runner(sys.argv[1])(Settings.load())


if __name__ == "__main__":
    main()
