"""`python -m ingestion.gateway`: one process on 127.0.0.1."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import sys

import uvicorn

from infra.settings import Settings, SettingsError
from ingestion.contracts.resolve import ContractError
from ingestion.gateway.app import Gateway
from ingestion.gateway.places import PlacesError
from ingestion.sealing import SealingError
from ingestion.tokens import KeyringError


def main() -> int:
    """Serve until told to stop; requests that are being answered are finished first."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s level=%(levelname)s %(name)s %(message)s")
    settings = Settings.load()
    try:
        gateway = Gateway(settings)
    except (SettingsError, ContractError, PlacesError, SealingError, KeyringError) as error:
        print(f"The gateway cannot start: {error}", file=sys.stderr)
        return 1
    server = uvicorn.Server(
        uvicorn.Config(
            gateway,
            host="127.0.0.1",
            port=int(settings.env.get("CORRIDOR_GATEWAY_PORT") or settings.port("gateway")),
            loop="uvloop",
            http="httptools",
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


async def _serve(server: uvicorn.Server, gateway: Gateway) -> None:
    """A producer that Kafka fenced off cannot recover: end, so that the supervisor starts a new one."""
    fatal = asyncio.create_task(gateway.log.fatal.wait())
    fatal.add_done_callback(lambda task: setattr(server, "should_exit", True))
    await server.serve()
    fatal.cancel()


if __name__ == "__main__":
    sys.exit(main())
