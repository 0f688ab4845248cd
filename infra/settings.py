"""Where every part of Corridor lives: read from the environment, with defaults for the embedded local stack."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote, urlsplit

REPO = Path(__file__).resolve().parent.parent

#: Offsets from CORRIDOR_PORT_BASE.
PORTS = {
    "gateway": 0, "kafka": 1, "kafka_controller": 2, "postgres": 3, "airflow": 4, "superset": 5, "supervisor": 6,
    "kafka_partners": 7,
}  # fmt: skip

#: Login names of the warehouse database, by the short name that the code uses.
LOGINS = {
    "owner": "corridor_owner",
    "gateway": "corridor_gateway",
    "streaming": "corridor_streaming",
    "loader": "corridor_loader",
    "warehouse": "corridor_warehouse",
    "reader": "corridor_reader",
    "bi_none": "bi_none",
    "bi_programme": "bi_programme",
    "bi_steering": "bi_steering",
    "bi_engineer": "bi_engineer",
}


class SettingsError(RuntimeError):
    """A setting is missing or wrong; the message says which one and what to do."""


@dataclass(frozen=True)
class Settings:
    """Addresses and secrets of one stack. `home` holds all its data, logs and secrets."""

    home: Path
    port_base: int
    env: dict[str, str]

    @classmethod
    def load(cls, env: dict[str, str] | None = None) -> Settings:
        """Read the settings from `env` (default: the process environment, after `.env` at the repo's root)."""
        values = {**read_dotenv(REPO / ".env"), **os.environ} if env is None else env
        home = Path(values.get("CORRIDOR_HOME") or REPO / ".corridor").expanduser().resolve()
        base = values.get("CORRIDOR_PORT_BASE") or "18000"
        if not base.isdigit() or not 1024 <= int(base) <= 65500:
            raise SettingsError(f"CORRIDOR_PORT_BASE is {base!r}: set it to a number from 1024 to 65500.")
        return cls(home=home, port_base=int(base), env=dict(values))

    def port(self, service: str) -> int:
        """Port of an embedded service on 127.0.0.1."""
        return self.port_base + PORTS[service]

    def secret(self, name: str) -> str:
        """A secret by name: from CORRIDOR_SECRET_<NAME>, else from the file that the first start wrote."""
        given = self.env.get(f"CORRIDOR_SECRET_{name.upper()}")
        if given:
            return given
        path = self.home / "secrets" / name
        if not path.exists():
            raise SettingsError(f"The secret {name!r} does not exist yet ({path}): run `make up` first.")
        return path.read_text(encoding="utf-8").strip()

    @cached_property
    def kafka_bootstrap(self) -> str:
        """host:port list of the Kafka cluster."""
        return self.env.get("CORRIDOR_KAFKA_BOOTSTRAP") or f"127.0.0.1:{self.port('kafka')}"

    @property
    def kafka_is_embedded(self) -> bool:
        """True if this stack runs its own broker."""
        return not self.env.get("CORRIDOR_KAFKA_BOOTSTRAP")

    @property
    def postgres_is_embedded(self) -> bool:
        """True if this stack runs its own Postgres."""
        return not self.env.get("CORRIDOR_POSTGRES_ADMIN_URL")

    @cached_property
    def postgres_address(self) -> tuple[str, int]:
        """Host and port of Postgres."""
        if self.postgres_is_embedded:
            return "127.0.0.1", self.port("postgres")
        parts = urlsplit(self.env["CORRIDOR_POSTGRES_ADMIN_URL"])
        if not parts.hostname:
            raise SettingsError(
                "CORRIDOR_POSTGRES_ADMIN_URL has no host: write postgresql://user:password@host:port/postgres."
            )
        return parts.hostname, parts.port or 5432

    @property
    def warehouse_database(self) -> str:
        """Name of the database that holds raw, live, warehouse, published, results and ops."""
        return self.env.get("CORRIDOR_DATABASE") or "corridor"

    def admin_dsn(self, database: str = "postgres") -> str:
        """Connection address of the administrator, for bootstrap only."""
        if not self.postgres_is_embedded:
            return _with_database(self.env["CORRIDOR_POSTGRES_ADMIN_URL"], database)
        return self._dsn("postgres", self.secret("pg_postgres"), database)

    def dsn(self, login: str) -> str:
        """Connection address of the warehouse database for one of LOGINS."""
        name = LOGINS[login]
        return self._dsn(name, self.secret(f"pg_{name}"), self.warehouse_database)

    def service_dsn(self, service: str) -> str:
        """Connection address of the metadata database of `airflow` or `superset`."""
        return self._dsn(service, self.secret(f"pg_{service}"), service)

    def _dsn(self, user: str, password: str, database: str) -> str:
        host, port = self.postgres_address
        return f"postgresql://{user}:{quote(password, safe='')}@{host}:{port}/{database}"

    @property
    def gateway_url(self) -> str:
        """Base URL of the gateway."""
        return self.env.get("CORRIDOR_GATEWAY_URL") or f"http://127.0.0.1:{self.port('gateway')}"

    @property
    def airflow_url(self) -> str:
        """Base URL of Airflow's api-server."""
        return f"http://127.0.0.1:{self.port('airflow')}"

    @property
    def superset_url(self) -> str:
        """Base URL of Superset."""
        return f"http://127.0.0.1:{self.port('superset')}"


def _with_database(url: str, database: str) -> str:
    parts = urlsplit(url)
    return parts._replace(path=f"/{database}").geturl()


def read_dotenv(path: Path) -> dict[str, str]:
    """The names and values of a `.env` file; empty if there is none."""
    if not path.exists():
        return {}
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.split("=", 1) for line in lines if line and not line.startswith("#") and "=" in line)
    return {key.strip(): value.strip().strip("'\"") for key, value in pairs}
