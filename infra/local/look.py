"""What is known of each service of a stack at this moment."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from infra.local import health
from infra.local.memory import tree_pss
from infra.local.services import ALL, Service, services
from infra.local.supervisor import Supervisor
from infra.settings import Settings

_PARTS = {"airflow-scheduler": "scheduler", "airflow-dag-processor": "dag_processor", "airflow-triggerer": "triggerer"}


@dataclass(frozen=True)
class State:
    """One service: `state` is up, starting, unhealthy, down or external (not run by this stack)."""

    name: str
    title: str
    state: str
    since: str | None
    pid: int | None
    memory_bytes: int | None
    url: str

    @property
    def good(self) -> bool:
        """True if the service can do its work."""
        return self.state in ("up", "external")

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def look(settings: Settings) -> list[State]:
    """The state of every service, in the order of the list."""
    own = {each.name for each in services(settings)}
    known = Supervisor(settings).processes()
    parts = health.airflow_parts(settings) if known.get("airflow-api", {}).get("pid") else {}
    return [_state(settings, each, each.name in own, known.get(each.name), parts) for each in ALL]


def supervisor_memory(settings: Settings) -> int:
    """Bytes of PSS of the supervisor and everything below it, 0 if it does not run."""
    pid = Supervisor(settings).pid()
    return (tree_pss(pid) or 0) if pid else 0


def _state(settings: Settings, each: Service, own: bool, known: dict[str, Any] | None, parts: dict[str, str]) -> State:
    url = each.url(settings)
    if not own:
        answers = _answers(settings, each.name, parts)
        return State(each.name, each.title, "external" if answers else "down", None, None, None, url)
    if known is None or not known["pid"]:
        return State(each.name, each.title, "down", None, None, None, url)
    state = "up" if _answers(settings, each.name, parts) else "unhealthy"
    if known["statename"] == "STARTING" or (state == "unhealthy" and known["now"] - known["start"] < 20):
        state = "starting"
    since = datetime.fromtimestamp(known["start"], UTC).isoformat(timespec="seconds")
    return State(each.name, each.title, state, since, known["pid"], tree_pss(known["pid"]), url)


def _answers(settings: Settings, name: str, parts: dict[str, str]) -> bool:
    if name == "postgres":
        return health.postgres_answers(settings)
    if name == "kafka":
        return health.kafka_answers(settings)
    if name == "gateway":
        return health.gateway_answers(settings)
    if name == "superset":
        return health.superset_answers(settings)
    if name == "airflow-api":
        return parts.get("metadatabase") == "healthy"
    if name in _PARTS:
        return parts.get(_PARTS[name]) == "healthy"
    return True
