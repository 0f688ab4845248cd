"""The stations of the way, in their order, and after how long a canary counts as late there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Station:
    """`limit`: seconds after sending. `advice` says where to look if a canary does not come by."""

    name: str
    limit: float
    advice: str


STATIONS = (
    Station("accepted", 10, "The gateway did not accept it: `make logs S=gateway`, `make logs S=canary`."),
    Station("kafka", 15, "It is not in Kafka: `corridor spool`, `make logs S=kafka`."),
    Station("live", 25, "The live counters did not count it: `make logs S=stream-live`."),
    Station("raw", 60, "It was not loaded: look at the DAG load_events in Airflow, `make logs S=airflow-scheduler`."),
    Station(
        "published",
        300,
        "The watermark of the publication did not reach it: look at the DAG build_results and at ops.v_builds.",
    ),
)
NAMES = tuple(station.name for station in STATIONS)

#: Seconds between two canaries, and after which a missing next one is late itself.
EVERY = 60.0
SILENT_AFTER = 150.0
#: A canary that has not arrived by then is not watched any longer.
GIVEN_UP_AFTER = 3600.0
KEPT_DAYS = 30
