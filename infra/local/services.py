"""The services of one stack, in the order in which people read them, and how each is run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from infra.local.environments import environment_python
from infra.settings import REPO, Settings


@dataclass(frozen=True)
class Service:
    """One supervised process (with its children)."""

    name: str
    title: str
    command: Callable[[Settings], list[str]]
    #: Added to the process environment of the service.
    variables: Callable[[Settings], Mapping[str, str]] = lambda settings: {}
    #: Files and folders that it reads when it starts: `make up` restarts it when they changed.
    reads: tuple[str, ...] = ()
    url: Callable[[Settings], str] = lambda settings: ""
    stop_seconds: int = 20
    #: Lower starts first and stops last when all are told at once.
    priority: int = 500


def services(settings: Settings) -> list[Service]:
    """The services that this stack runs itself: an existing Kafka or Postgres is used and not started."""
    left_out = set()
    if not settings.kafka_is_embedded:
        left_out.add("kafka")
    if not settings.postgres_is_embedded:
        left_out.add("postgres")
    return [service for service in ALL if service.name not in left_out]


def service(name: str) -> Service:
    """One of ALL by its name."""
    return next(each for each in ALL if each.name == name)


def _kafka(settings: Settings) -> list[str]:
    from infra.kafka.broker import start_command

    return start_command(settings)


def _postgres(settings: Settings) -> list[str]:
    from infra.postgres.place import find_place
    from infra.postgres.server import start_command

    return start_command(find_place(settings))


def _module(name: str) -> Callable[[Settings], list[str]]:
    return lambda settings: [sys.executable, "-m", name]


def _stream(name: str) -> Callable[[Settings], list[str]]:
    return lambda settings: [sys.executable, "-m", "ingestion.streaming", name]


def _airflow(*arguments: str) -> Callable[[Settings], list[str]]:
    return lambda settings: [sys.executable, "-m", "airflow", *arguments]


def _airflow_variables(settings: Settings) -> Mapping[str, str]:
    from infra.airflow.environment import airflow_environment

    return airflow_environment(settings)


def _superset(settings: Settings) -> list[str]:
    python = str(environment_python("bi"))
    bind = f"127.0.0.1:{settings.port('superset')}"
    return [python, "-m", "gunicorn", "-b", bind, "-w", "1", "-k", "gthread", "--threads", "8", "--timeout", "120",
            "--limit-request-line", "0", "superset.app:create_app()"]  # fmt: skip


def _superset_variables(settings: Settings) -> Mapping[str, str]:
    return superset_environment(settings)


def superset_environment(settings: Settings) -> dict[str, str]:
    """What every process of Superset needs to find its configuration."""
    return {"SUPERSET_CONFIG_PATH": str(REPO / "infra" / "superset" / "superset_config.py"), "FLASK_APP": "superset"}


def _kafka_address(settings: Settings) -> str:
    return settings.kafka_bootstrap


def _postgres_address(settings: Settings) -> str:
    host, port = settings.postgres_address
    return f"{host}:{port}"


_PIPELINE = ("infra/requirements/pipeline.lock", "infra/settings.py")
_AIRFLOW = (*_PIPELINE, "infra/airflow", "dags", "ingestion/loading", "ingestion/topics.py", "reporting")
_STREAMS = (*_PIPELINE, "ingestion/streaming/application.py", "ingestion/topics.py")
_PLACES = ("dbt_project/seeds/places/places.csv", "dbt_project/seeds/places/place_members.csv")

ALL = (
    Service(
        "postgres",
        "PostgreSQL",
        _postgres,
        reads=("infra/postgres/server.conf",),
        url=_postgres_address,
        priority=10,
        stop_seconds=30,
    ),
    Service("kafka", "Kafka", _kafka, reads=("infra/kafka",), url=_kafka_address, priority=20, stop_seconds=30),
    Service(
        "gateway",
        "Gateway",
        _module("ingestion.gateway"),
        reads=(*_PIPELINE, *_PLACES, "ingestion/gateway", "ingestion/contracts", "ingestion/tokens.py"),
        url=lambda s: s.gateway_url,
    ),
    Service(
        "stream-intake",
        "Intake from producers",
        _stream("intake"),
        reads=(
            *_STREAMS,
            *_PLACES,
            "ingestion/streaming/intake",
            "ingestion/gateway",
            "ingestion/contracts",
            "ingestion/tokens.py",
        ),
    ),
    Service(
        "stream-surge",
        "Surge signals",
        _stream("surge"),
        reads=(*_STREAMS, *_PLACES, "ingestion/streaming/surge"),
    ),
    Service(
        "stream-signals",
        "Sending of signals",
        _stream("signals"),
        reads=(*_STREAMS, "ingestion/streaming/signals"),
    ),
    Service(
        "stream-live",
        "Live counters",
        _stream("live"),
        reads=(*_STREAMS, "ingestion/streaming/live", "ingestion/contracts"),
    ),
    Service(
        "canary",
        "Canary",
        _module("ingestion.canary"),
        reads=("infra/settings.py", "infra/kafka/client.py", "ingestion/canary", "ingestion/topics.py"),
    ),
    Service(
        "airflow-api",
        "Airflow",
        _airflow("api-server"),
        _airflow_variables,
        reads=_AIRFLOW,
        url=lambda s: s.airflow_url,
    ),
    Service(
        "airflow-scheduler",
        "Airflow scheduler",
        _airflow("scheduler", "--skip-serve-logs"),
        _airflow_variables,
        reads=_AIRFLOW,
    ),
    Service(
        "airflow-dag-processor", "Airflow DAG processor", _airflow("dag-processor"), _airflow_variables, reads=_AIRFLOW
    ),
    Service(
        "airflow-triggerer",
        "Airflow triggerer",
        _airflow("triggerer", "--skip-serve-logs"),
        _airflow_variables,
        reads=_AIRFLOW,
    ),
    Service(
        "superset",
        "Superset",
        _superset,
        _superset_variables,
        reads=("infra/requirements/bi.lock", "infra/settings.py", "infra/superset"),
        url=lambda s: s.superset_url,
    ),
)
