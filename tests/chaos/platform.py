"""The way of an event on servers of its own: gateway, Kafka, live counters, loads, Postgres, each of which can fail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from ingestion.keys import create_key
from tests.chaos.part import Part
from tests.chaos.traffic import Partner
from tests.gateways import free_port
from tests.own_stack import OwnStack, own_stack
from tests.support import wait_for

CLIENTS = ("gateway", "live", "load")


@dataclass
class Platform:
    """The parts under load. `phase_file` holds what the load is doing just now."""

    stack: OwnStack
    parts: dict[str, Part]
    partners: list[Partner]
    gateway_url: str

    @property
    def phase_file(self) -> Path:
        """Written by tests/chaos/load_loop.py."""
        return self.stack.folder / "phase"

    @property
    def acknowledged(self) -> int:
        """Events that were promised to be kept so far."""
        return sum(partner.acknowledged for partner in self.partners)

    def part(self, name: str, module: str, client: str, *arguments: str, **env: str) -> Part:
        """A further part, not yet started."""
        environment = {**self.stack.environment(client), **env}
        return Part(name, module, environment, self.stack.folder / f"{name}.log", arguments)


@contextmanager
def platform(partners: int, seed: int, pause: float) -> Iterator[Platform]:
    """Everything up and under load; ended, and removed, at the end. `pause`: seconds between batches of a partner."""
    with own_stack(CLIENTS) as stack, ExitStack() as closing:
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        made = Platform(stack, {}, [], url)
        made.phase_file.write_text("wait")
        own = {"CORRIDOR_GATEWAY_PORT": str(port), "CORRIDOR_GATEWAY_FOLDER": str(stack.folder / "gateway")}
        patience = {"CORRIDOR_KAFKA_PATIENCE_SECONDS": "0.5"}
        made.parts = {
            "gateway": made.part("gateway", "ingestion.gateway", "gateway", **own, **patience),
            "live": made.part("live", "ingestion.streaming", "live", "live"),
            "load": made.part("load", "tests.chaos.load_loop", "load", str(made.phase_file)),
        }
        for part in made.parts.values():
            closing.callback(part.stop)
            part.start()
        try:
            wait_for(lambda: is_ready(url), 60, "the gateway")
        except AssertionError as late:
            raise AssertionError(f"{late}; it wrote: {made.parts['gateway'].tail()}") from late
        for number in range(partners):
            source = f"urn:corridor:chaos:{number}"
            key = create_key(
                stack.settings.dsn("owner"),
                programme="SIM",
                partner=f"chaos-{number}",
                source_prefix=source,
                requests_per_second=1e6,
                events_per_second=1e6,
            )
            made.partners.append(Partner(url, key, source, seed + number, pause=pause).start())
        yield made


def is_ready(url: str) -> bool:
    """True if the gateway takes events."""
    try:
        return httpx.get(f"{url}/v1/health/ready", timeout=3).status_code == 200
    except httpx.TransportError:
        return False


def spool_is_empty(url: str) -> bool:
    """True if nothing waits in the gateway's spool."""
    try:
        return bool(httpx.get(f"{url}/v1/health/ready", timeout=5).json()["spool"]["breaker"] == "closed")
    except (httpx.TransportError, KeyError, ValueError):
        return False
