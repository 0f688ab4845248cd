"""The streams by name, each a process of its own: `python -m ingestion.streaming NAME`."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from infra.settings import Settings

#: Name -> the module whose `main(settings)` runs until SIGTERM, and a line of help.
STREAMS = {
    "intake": ("ingestion.streaming.intake.application", "routes what partners' own producers write"),
    "surge": ("ingestion.streaming.surge.application", "opens and closes surge signals"),
    "signals": ("ingestion.streaming.signals.application", "stores signals and sends them to subscribers"),
    "live": ("ingestion.streaming.live.application", "counts what is received into live.*"),
}


def runner(name: str) -> Callable[[Settings], None]:
    """The function that runs the stream `name`. Raises KeyError if there is none."""
    return import_module(STREAMS[name][0]).main
