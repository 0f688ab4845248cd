"""`python -m ingestion.gateway`: one process, on 127.0.0.1 unless told otherwise."""

from __future__ import annotations

import asyncio
import gc
import logging
import resource
import signal
import ssl
import sys
from collections.abc import Callable

import uvicorn

from infra.settings import Settings, SettingsError
from ingestion.contracts.resolve import ContractError
from ingestion.gateway.app import Gateway
from ingestion.gateway.places import PlacesError
from ingestion.gateway.protocol import GuardedProtocol
from ingestion.sealing import SealingError
from ingestion.tokens import KeyringError

#: Files and connections of the gateway's own: Kafka, Postgres, the spool.
_OTHER_FILES = 64


def main() -> int:
    """Serve until told to stop; requests that are being answered are finished first."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s level=%(levelname)s %(name)s %(message)s")
    settings = Settings.load()
    try:
        tls = tls_files(settings)
        protocol = protocol_of(settings)
        gateway = Gateway(settings)
    except (SettingsError, ContractError, PlacesError, SealingError, KeyringError) as error:
        print(f"The gateway cannot start: {error}", file=sys.stderr)
        return 1
    server = uvicorn.Server(
        uvicorn.Config(
            gateway,
            host=settings.env.get("CORRIDOR_GATEWAY_HOST") or "127.0.0.1",
            port=int(settings.env.get("CORRIDOR_GATEWAY_PORT") or settings.port("gateway")),
            loop="uvloop",
            http=protocol,
            ssl_certfile=tls[0],
            ssl_keyfile=tls[1],
            ssl_context_factory=tls_context if tls[0] else None,
            ws="none",
            lifespan="on",
            access_log=False,
            log_config=None,
            log_level="warning",
            server_header=False,
            proxy_headers=False,
            backlog=2048,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=20,
        )
    )
    # Contracts and routes live as long as the process, and events make no cycles: looking for them costs a tenth.
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    # uvicorn raises the signal again once it has stopped; an orderly stop is no failure.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(_serve(server, gateway))
    return 1 if gateway.log.fatal.is_set() else 0


def tls_files(settings: Settings) -> tuple[str | None, str | None]:
    """Certificate chain and private key, or neither. Raises SettingsError."""
    names = ("CORRIDOR_GATEWAY_TLS_CERT", "CORRIDOR_GATEWAY_TLS_KEY")
    cert, key = (settings.env.get(name) or None for name in names)
    if (cert is None) != (key is None):
        raise SettingsError(f"{names[0]} and {names[1]} belong together: set both, or neither.")
    if cert is not None and key is not None:
        try:
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(cert, key)
        except OSError as error:
            raise SettingsError(
                f"The certificate {cert} and the key {key} cannot be used ({error}): "
                "both must be PEM files that the gateway may read, and belong to each other."
            ) from error
    return cert, key


def tls_context(config: uvicorn.Config, default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    """uvicorn's context, without the versions of TLS that are broken."""
    context = default()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def protocol_of(settings: Settings) -> type[GuardedProtocol]:
    """The protocol with the configured number of connections, which the process must be able to open."""
    text = settings.env.get("CORRIDOR_GATEWAY_CONNECTIONS") or "1000"
    if not text.isdigit() or int(text) < 1:
        raise SettingsError(f"CORRIDOR_GATEWAY_CONNECTIONS is {text!r}: set it to a whole number above 0.")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = int(text) + _OTHER_FILES
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    most = max(1, min(int(text), files - _OTHER_FILES))
    return type("ConfiguredProtocol", (GuardedProtocol,), {"most_connections": most})


async def _serve(server: uvicorn.Server, gateway: Gateway) -> None:
    """A producer that Kafka fenced off cannot recover: end, so that the supervisor starts a new one."""
    fatal = asyncio.create_task(gateway.log.fatal.wait())
    fatal.add_done_callback(lambda task: setattr(server, "should_exit", True))
    await server.serve()
    fatal.cancel()


if __name__ == "__main__":
    sys.exit(main())
