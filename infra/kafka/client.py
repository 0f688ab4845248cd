"""How every Kafka client of this stack reaches the cluster and signs in there, in the words of both libraries."""

from __future__ import annotations

from typing import Any

from infra.settings import Settings, SettingsError

_PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")


def kafka_client_settings(settings: Settings) -> dict[str, Any]:
    """For confluent-kafka (librdkafka), and so for Quix Streams. Raises SettingsError for a setting that is wrong."""
    found = {"bootstrap.servers": settings.kafka_bootstrap}
    protocol = _protocol(settings)
    if protocol != "PLAINTEXT":
        found["security.protocol"] = protocol
    if protocol.startswith("SASL"):
        found |= {
            "sasl.mechanism": settings.env.get("CORRIDOR_KAFKA_SASL_MECHANISM") or "SCRAM-SHA-512",
            "sasl.username": _user(settings),
            "sasl.password": settings.secret("kafka_password"),
        }
    authority = settings.env.get("CORRIDOR_KAFKA_CA")
    if protocol.endswith("SSL") and authority:
        found["ssl.ca.location"] = authority
    return found


def kafka_python_settings(settings: Settings) -> dict[str, Any]:
    """The same for kafka-python, as keyword arguments of its consumers and its administrator."""
    names = {
        "bootstrap.servers": "bootstrap_servers",
        "security.protocol": "security_protocol",
        "sasl.mechanism": "sasl_mechanism",
        "sasl.username": "sasl_plain_username",
        "sasl.password": "sasl_plain_password",
        "ssl.ca.location": "ssl_cafile",
    }
    return {names[name]: value for name, value in kafka_client_settings(settings).items()}


def _protocol(settings: Settings) -> str:
    protocol = (settings.env.get("CORRIDOR_KAFKA_SECURITY_PROTOCOL") or "PLAINTEXT").upper()
    if protocol not in _PROTOCOLS:
        raise SettingsError(f"CORRIDOR_KAFKA_SECURITY_PROTOCOL is {protocol!r}: set it to one of {_PROTOCOLS}.")
    return protocol


def _user(settings: Settings) -> str:
    user = settings.env.get("CORRIDOR_KAFKA_USER")
    if not user:
        raise SettingsError("CORRIDOR_KAFKA_SECURITY_PROTOCOL asks for a user: set CORRIDOR_KAFKA_USER to its name.")
    return user
