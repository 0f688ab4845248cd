"""A stand-in for KafkaLog that a test lets fall silent, become slow, or refuse records."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from ingestion.gateway.log_delivery import Delivery
from ingestion.gateway.records import Record


class FakeKafka:
    """Keeps what it took in `log`. While `silent` it takes nothing and the patience of every write ends at once."""

    def __init__(self) -> None:
        self.log: list[Record] = []
        self.silent = False
        self.in_flight = 0
        self.fatal = asyncio.Event()
        self.on_silence: Callable[[], None] = lambda: None
        #: Records with this in their value are refused, with all that are sent beside them.
        self.poison = b"\0poison"
        #: One silence in the middle of a write leaves its first records in the log.
        self.torn = False

    def start(self) -> None:
        """Nothing to start."""

    def send(self, records: Sequence[Record], patience: float | None = None) -> Delivery:
        """Answer in the next turn of the loop."""
        delivery = Delivery(lambda _: None, records, 0, patience or 1.0)
        asyncio.get_running_loop().call_soon(self._answer, delivery)
        return delivery

    def _answer(self, delivery: Delivery) -> None:
        if self.silent:
            if self.torn:
                self.log += delivery.records[: len(delivery.records) // 2 + 1]
            self.on_silence()
            delivery.failed = True
        elif any(self.poison in record.value for record in delivery.records):
            delivery.suspects = list(range(len(delivery.records)))
        else:
            self.log += delivery.records
        delivery.future.set_result(None)

    async def send_alone(self, record: Record) -> bool:
        """As KafkaLog does."""
        await asyncio.sleep(0)
        if self.silent:
            raise TimeoutError
        if self.poison in record.value:
            return False
        self.log.append(record)
        return True

    async def answers(self, timeout: float = 1.0) -> bool:
        """True unless silent."""
        await asyncio.sleep(0)
        return not self.silent

    def is_reachable(self) -> bool:
        """True unless silent."""
        return not self.silent

    async def close(self) -> int:
        """Nothing to let go of."""
        return 0
