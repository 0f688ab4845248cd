"""Asks each service whether it can do its work, and not only whether its process exists."""

from __future__ import annotations

import socket

import httpx
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


def gateway_answers(settings: Settings) -> bool:
    """True if the gateway says that it can take events."""
    return _says_ok(f"{settings.gateway_url}/v1/health/ready")


def superset_answers(settings: Settings) -> bool:
    """True if Superset's web server answers."""
    return _says_ok(f"{settings.superset_url}/health")


def airflow_parts(settings: Settings) -> dict[str, str]:
    """Airflow's own word on each of AIRFLOW_PARTS ("healthy", ...); empty if the api-server does not answer."""
    try:
        answer = httpx.get(f"{settings.airflow_url}/api/v2/monitor/health", timeout=5).json()
        return {part: str((answer.get(part) or {}).get("status")) for part in AIRFLOW_PARTS}
    except (httpx.HTTPError, ValueError):
        return {}


def airflow_is_healthy(settings: Settings) -> bool:
    """True if all parts of Airflow are healthy."""
    parts = airflow_parts(settings)
    return bool(parts) and all(state == "healthy" for state in parts.values())


def _says_ok(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False
