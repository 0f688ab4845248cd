"""The broker's second listener, for partners' own producers: every connection has a password, and may do one thing."""

from __future__ import annotations

from pathlib import Path

from infra.local.problems import Problem
from infra.settings import Settings

NAME = "PARTNERS"
MECHANISM = "SCRAM-SHA-512"
#: Connections that partners may hold at once.
_CONNECTIONS = 200
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def partner_listener(settings: Settings) -> str:
    """Where the listener stands, as Kafka writes it."""
    return f"{NAME}://{_host(settings)}:{settings.port('kafka_partners')}"


def partner_protocol(settings: Settings) -> str:
    """SASL_SSL with a certificate, else SASL_PLAINTEXT, which no other machine may reach.

    Raises Problem when the setting asks for passwords on a network in the clear.
    """
    if settings.env.get("CORRIDOR_KAFKA_PARTNERS_PEM"):
        return "SASL_SSL"
    if _host(settings) not in _LOOPBACK:
        raise Problem(
            f"CORRIDOR_KAFKA_PARTNERS_HOST is {_host(settings)!r}, which other machines reach, and there is no "
            "certificate: set CORRIDOR_KAFKA_PARTNERS_PEM to a file with the private key and the certificates (PEM)."
        )
    return "SASL_PLAINTEXT"


def listener_properties(settings: Settings) -> list[str]:
    """Lines for server.properties: who is let in, and that nobody may do anything that was not granted.

    Connections to the internal listeners have no name (ANONYMOUS). Only this stack's own processes reach those, on the
    loopback interface, and they run the cluster. A partner's user has a name, and one grant.
    """
    prefix = f"listener.name.{NAME.lower()}"
    lines = [
        f"{prefix}.sasl.enabled.mechanisms={MECHANISM}",
        f"{prefix}.{MECHANISM.lower()}.sasl.jaas.config="
        "org.apache.kafka.common.security.scram.ScramLoginModule required;",
        f"{prefix}.max.connections={_CONNECTIONS}",
        "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users=User:ANONYMOUS",
        "allow.everyone.if.no.acl.found=false",
    ]
    pem = settings.env.get("CORRIDOR_KAFKA_PARTNERS_PEM")
    if pem:
        lines += [
            f"{prefix}.ssl.keystore.type=PEM",
            f"{prefix}.ssl.keystore.location={Path(pem).expanduser().resolve()}",
        ]
    return lines


def _host(settings: Settings) -> str:
    return settings.env.get("CORRIDOR_KAFKA_PARTNERS_HOST") or "127.0.0.1"
