"""Asks each service whether it can do its work, and not only whether its process exists."""

from __future__ import annotations

import json
import socket
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

import psycopg

from infra.settings import Settings

#: Parts that Airflow reports on, and the services that they are.
AIRFLOW_PARTS = ("metadatabase", "scheduler", "triggerer", "dag_processor")


def postgres_answers(settings: Settings) -> bool:
    """True if the administrator can log in."""
    try:
        with psycopg.connect(settings.admin_dsn(), connect_timeout=5):
            return True
    except psycopg.OperationalError:
        return False


def port_answers(host: str, port: int) -> bool:
    """True if something accepts connections there."""
    try:
        with socket.create_connection((host, port), timeout=2):
            return True
    except OSError:
        return False


def kafka_answers(settings: Settings) -> bool:
    """True if the first of the brokers accepts connections."""
    host, _, port = settings.kafka_bootstrap.split(",")[0].rpartition(":")
    return port_answers(host, int(port))


def gateway_answers(settings: Settings) -> bool:
    """True if the gateway says that it can take events."""
    return _get(f"{settings.gateway_url}/v1/health/ready") is not None


def superset_answers(settings: Settings) -> bool:
    """True if Superset's web server answers."""
    return _get(f"{settings.superset_url}/health") is not None


def airflow_parts(settings: Settings) -> dict[str, str]:
    """Airflow's own word on each of AIRFLOW_PARTS ("healthy", ...); empty if the api-server does not answer."""
    body = _get(f"{settings.airflow_url}/api/v2/monitor/health")
    answer = json.loads(body) if body else {}
    return {part: str((answer.get(part) or {}).get("status")) for part in AIRFLOW_PARTS} if answer else {}


def _get(url: str) -> bytes | None:
    """Body of a 200 answer, else None. Asked often, so without what a client that knows TLS costs to make."""
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname:
        return _get_elsewhere(url)
    connection = HTTPConnection(parts.hostname, parts.port or 80, timeout=5)
    try:
        connection.request("GET", parts.path)
        answer = connection.getresponse()
        return answer.read() if answer.status == 200 else None
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()


def _get_elsewhere(url: str) -> bytes | None:
    import httpx

    try:
        answer = httpx.get(url, timeout=5)
        return answer.content if answer.status_code == 200 else None
    except httpx.HTTPError:
        return None
