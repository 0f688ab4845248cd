"""The steps of a start and what each waits for. The order is for two cores: the longest chains begin first."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from infra.airflow import warm_up
from infra.airflow.database import set_up_database
from infra.kafka.broker import prepare_broker
from infra.kafka.client import kafka_python_settings
from infra.kafka.jars import fetch_jars
from infra.local import health, history_steps, superset_steps
from infra.local.environments import ensure
from infra.local.folders import logs_folder
from infra.local.readiness import wait_until_ready
from infra.local.services import service, services
from infra.local.steps import Say, Step, wait_for
from infra.local.supervisor import Supervisor
from infra.postgres.logins import make_logins
from infra.postgres.migrate import migrate
from infra.postgres.server import prepare_server
from infra.settings import Settings

AIRFLOW_PROCESSES = ("airflow-api", "airflow-scheduler", "airflow-dag-processor", "airflow-triggerer")


def start_plan(settings: Settings, supervisor: Supervisor, history: bool) -> list[Step]:
    """The steps that bring up the stack of `settings`."""
    plan = _Plan(settings, supervisor)
    ready = ("database", "kafka")
    return [
        Step("postgres", "PostgreSQL", plan.postgres),
        Step("jars", "Kafka's jars", plan.jars),
        Step("kafka", "Kafka and its topics", plan.kafka, ("jars",)),
        Step("bi", "Superset's environment", plan.bi_environment),
        Step("database", "Warehouse: logins, migrations", plan.database, ("postgres",)),
        Step("airflow_database", "Airflow's database", plan.airflow_database, ("postgres",)),
        Step("airflow", "Airflow", plan.airflow, ("airflow_database",)),
        Step("gateway", "Gateway", plan.gateway, ready),
        Step("streams", "Streams", plan.streams, ready),
        Step("canary", "Canary", plan.canary, ("gateway",)),
        Step("first_run", "Airflow's first run", plan.first_run, ("airflow", *ready)),
        *superset_steps.steps(settings, supervisor),
        *(history_steps.steps(settings) if history else ()),
    ]


class _Plan:
    """The actions of the steps; each returns a few words on what it did."""

    def __init__(self, settings: Settings, supervisor: Supervisor) -> None:
        self.settings = settings
        self.supervisor = supervisor
        self.own = {each.name for each in services(settings)}
        self.airflow_started = False

    def postgres(self, say: Say) -> str:
        settings = self.settings
        if "postgres" not in self.own:
            self._wait("postgres", lambda: health.postgres_answers(settings), 15)
            return "an existing one"
        place = prepare_server(settings)
        self.supervisor.start("postgres")
        self._wait("postgres", lambda: health.postgres_answers(settings), 60, every=0.1)
        return f"data and binaries in {place.data.parent}, which user {place.user} can reach" if place.sheltered else ""

    def jars(self, say: Say) -> str:
        if "kafka" not in self.own:
            return ""
        fetched = fetch_jars(self.settings, say)
        return f"{fetched} downloaded" if fetched else ""

    def kafka(self, say: Say) -> str:
        from kafka.errors import KafkaError

        from ingestion.topics import apply

        if "kafka" in self.own:
            prepare_broker(self.settings)
            self.supervisor.start("kafka")
        self._wait("kafka", lambda: health.kafka_answers(self.settings), 60, every=0.1)
        done: list[str] = []

        def topics_are_right() -> bool:
            try:
                done.extend(apply(kafka_python_settings(self.settings), env=self.settings.env))
            except KafkaError as error:
                say(type(error).__name__)
                return False
            return True

        self._wait("kafka", topics_are_right, 60)
        return f"{len(done)} topic changes" if done else ""

    def bi_environment(self, say: Say) -> str:
        return "installed" if ensure("bi", logs_folder(self.settings)) else ""

    def database(self, say: Say) -> str:
        make_logins(self.settings)
        applied = migrate(self.settings)
        return f"{len(applied)} migrations" if applied else ""

    def airflow_database(self, say: Say) -> str:
        return "made" if set_up_database(self.settings) else ""

    def airflow(self, say: Say) -> str:
        self.airflow_started = sum(self.supervisor.start(name) for name in AIRFLOW_PROCESSES) > 0

        def healthy() -> bool:
            parts = health.airflow_parts(self.settings)
            say(", ".join(part for part, state in parts.items() if state != "healthy") or "api-server")
            return bool(parts) and all(state == "healthy" for state in parts.values())

        self._wait("airflow-api", healthy, 120)
        return ""

    def first_run(self, say: Say) -> str:
        if not self.airflow_started:
            return "it is warm"
        warm_up.first_run(self.settings)
        return "started"

    def gateway(self, say: Say) -> str:
        self.supervisor.start("gateway")
        self._wait("gateway", lambda: health.gateway_answers(self.settings), 60, every=0.1)
        return ""

    def canary(self, say: Say) -> str:
        from ingestion.canary.key import make_canary_key

        make_canary_key(self.settings)
        self.supervisor.start("canary")
        self._wait("canary", partial(self._is_running, "canary"), 60)
        return ""

    def streams(self, say: Say) -> str:
        names = [name for name in sorted(self.own) if name.startswith("stream-")]
        for name in names:
            self.supervisor.start(name)
        for name in names:
            self._wait(name, partial(self._is_running, name), 60)
        return ", ".join(name.removeprefix("stream-") for name in names)

    def _is_running(self, name: str) -> bool:
        return self.supervisor.processes().get(name, {}).get("statename") == "RUNNING"

    def _wait(self, name: str, condition: Callable[[], bool], seconds: float, every: float = 0.25) -> None:
        if name in self.own:
            wait_until_ready(self.supervisor, name, condition, seconds, every)
        else:
            wait_for(condition, 15, self._unreachable(name), every)

    def _unreachable(self, name: str) -> str:
        setting = {"kafka": "CORRIDOR_KAFKA_BOOTSTRAP", "postgres": "CORRIDOR_POSTGRES_ADMIN_URL"}[name]
        return (f"{service(name).title} does not answer at {service(name).url(self.settings)}: check {setting} "
                "and that it runs and lets us in, then run `make up` again.")  # fmt: skip
