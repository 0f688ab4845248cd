"""What the gateway is compared with: an ASGI route that only validates and produces, and answers when Kafka has it.

`python -m tests.bench.edge_bare PORT BOOTSTRAP TOPIC`. No keys, no limits, no tokens, no metrics, no spool.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import orjson
import uvicorn
from confluent_kafka import Producer

from ingestion.contracts.registry import contracts

Message = MutableMapping[str, Any]


class Bare:
    """The application."""

    def __init__(self, bootstrap: str, topic: str) -> None:
        self._validators = {name: contract.validator for name, contract in contracts().items()}
        self._topic = topic
        self._settings = {"bootstrap.servers": bootstrap, "acks": "all", "enable.idempotence": True, "linger.ms": 1}

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """ASGI entry point."""
        if scope["type"] == "lifespan":
            await receive()
            self._loop = asyncio.get_running_loop()
            self._producer = Producer(self._settings)
            threading.Thread(target=self._poll, daemon=True).start()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        message = await receive()
        body: bytes = message["body"]
        while message.get("more_body"):
            message = await receive()
            body += message["body"]
        parsed = orjson.loads(body)
        events = parsed if isinstance(parsed, list) else [parsed]
        await self._produce([event for event in events if self._validators[event["type"]].is_valid(event)])
        answer = orjson.dumps({"accepted": len(events)})
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": 202, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    async def _produce(self, events: list[Any]) -> None:
        future = self._loop.create_future()
        waiting = len(events)

        def delivered(_error: Any, _message: Any) -> None:
            nonlocal waiting
            waiting -= 1
            if not waiting:
                self._loop.call_soon_threadsafe(future.set_result, None)

        for event in events:
            self._producer.produce(self._topic, orjson.dumps(event), event["subject"].encode(), on_delivery=delivered)
        if events:
            await future

    def _poll(self) -> None:
        while True:
            self._producer.poll(0.5)


if __name__ == "__main__":
    uvicorn.run(
        Bare(sys.argv[2], sys.argv[3]), port=int(sys.argv[1]), loop="uvloop", http="httptools",
        access_log=False, log_level="warning", lifespan="on",
    )  # fmt: skip
