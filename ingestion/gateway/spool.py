"""The spool: where writes become durable while Kafka cannot answer. Bounded, in order, committed in groups."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from ingestion.gateway.quiet import Quietly
from ingestion.gateway.records import Record
from ingestion.gateway.spool_errors import AboveMark, NotStored, Overloaded, SpoolFull, Unavailable
from ingestion.gateway.spool_file import SpoolFile, Totals, Waiting
from ingestion.gateway.spool_packing import pack
from ingestion.gateway.spool_state import SpoolState

logger = logging.getLogger("corridor.gateway.spool")
logger.addFilter(Quietly())

T = TypeVar("T")

MAX_BYTES = 1024 * 1024 * 1024
RESERVE_BYTES = 128 * 1024 * 1024
#: What may wait for the next commit, in bytes.
MAX_PENDING = 32 * 1024 * 1024
#: One commit takes about this much, so that no write waits long for the others.
_COMMIT_BYTES = 4 * 1024 * 1024


class Spool:
    """Use it from one event loop; the file is worked on by one thread of its own."""

    def __init__(self, folder: Path, *, max_bytes: int = MAX_BYTES, reserve: int = RESERVE_BYTES) -> None:
        self._folder = folder
        self._file = SpoolFile(folder, reserve)
        self._max_bytes = max_bytes
        self._thread = ThreadPoolExecutor(1, "spool")
        self._totals = Totals()
        #: The last write that Kafka has, where it could not be removed from the file.
        self._done_up_to = 0
        self._pending: list[tuple[int, bytes, asyncio.Future[None]]] = []
        self._pending_bytes = 0
        self._committing: asyncio.Task[None] | None = None
        self._opened = False
        self.breaker = "closed"
        self.trouble = ""
        self.spooled_total = 0
        self.drained_total = 0

    @property
    def holds_file(self) -> bool:
        """True if there is a file: only after Kafka could not answer."""
        return os.path.exists(self._file.path)

    @property
    def is_empty(self) -> bool:
        """True if nothing waits, neither in the file nor for a commit."""
        return not self._totals.events and not self._pending_bytes

    @property
    def size(self) -> int:
        """Bytes that wait, those before their commit too."""
        return self._totals.size + self._pending_bytes

    @property
    def is_usable(self) -> bool:
        """True if a write would be kept now, as far as is known."""
        return not self.trouble and self.size < self._max_bytes

    def state(self) -> SpoolState:
        """As of now; costs nothing."""
        totals = self._totals
        age = max(0.0, time.time() - totals.oldest) if totals.oldest is not None else 0.0
        return SpoolState(
            self.breaker, totals.events, totals.size, age, totals.put_aside,
            self.spooled_total, self.drained_total, self.trouble,
        )  # fmt: skip

    def look(self) -> None:
        """Say at start what would stand in the way later; touches no file."""
        folder = next(each for each in (self._folder, *self._folder.parents) if each.exists())
        if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
            self.trouble = (
                f"The spool {self._folder} cannot be used: make {folder} a folder that the gateway may write."
            )
            logger.error("spool %s", self.trouble)

    async def find(self) -> None:
        """Learn what an earlier process left. Raises SpoolFull or Unavailable."""
        if not self._opened and self.holds_file:
            await self.open()

    async def open(self) -> None:
        """Open or make the file. Raises SpoolFull or Unavailable."""
        self._totals = await self._call(self._file.open, self._done_up_to)
        self._opened = True

    async def append(self, records: Sequence[Record]) -> None:
        """Return when `records` are on the disk. Raises AboveMark, SpoolFull, Unavailable or Overloaded."""
        packed = pack(records)
        if self.size + len(packed) > self._max_bytes:
            raise AboveMark(f"The spool holds {self.size} bytes and may hold {self._max_bytes}: see why Kafka is away.")
        if self._pending_bytes + len(packed) > MAX_PENDING:
            raise Overloaded("More waits for the disk than the gateway may hold in memory.")
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pending.append((len(records), packed, future))
        self._pending_bytes += len(packed)
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit())
        await future

    async def read(self, after: int, most_bytes: int) -> list[Waiting]:
        """The next writes behind number `after`, about `most_bytes` of them."""
        if not self._opened:
            await self.open()
        return await self._call(self._file.read, max(after, self._done_up_to), most_bytes)

    async def remove(self, writes: Sequence[Waiting]) -> None:
        """Forget the oldest writes, which Kafka has; they count as gone even if the disk cannot forget them yet."""
        events = sum(write.events for write in writes)
        size = sum(len(write.packed) for write in writes)
        up_to, oldest = writes[-1].number, None
        try:
            oldest = await self._call(self._file.remove, up_to)
        except NotStored:
            self._done_up_to = up_to
        now = self._totals
        self._totals = now._replace(events=now.events - events, size=now.size - size, oldest=oldest)
        self.drained_total += events

    async def put_aside(self, record: Record, reason: str) -> None:
        """Keep a record that no topic takes. Raises SpoolFull or Unavailable."""
        await self._call(self._file.put_aside, pack([record]), reason)
        self._totals = self._totals._replace(put_aside=self._totals.put_aside + 1)

    async def settle(self) -> None:
        """Wait until no commit is under way."""
        while self._committing is not None:
            await asyncio.wait([self._committing])

    async def clear(self) -> None:
        """Remove the file of an empty spool, unless something was put aside in it."""
        if self.is_empty and not self._totals.put_aside:
            await self._call(self._file.delete)
            self._opened = False
            self._done_up_to = 0
            self.trouble = ""

    async def close(self) -> None:
        """Finish the commit under way and let go of the file."""
        await self.settle()
        await self._call(self._file.close)
        self._thread.shutdown()

    async def _commit(self) -> None:
        """Write what waits, in groups, until nothing waits."""
        while self._pending:
            size = count = 0
            for _, packed, _ in self._pending:
                size += len(packed)
                count += 1
                if size >= _COMMIT_BYTES:
                    break
            group, self._pending = self._pending[:count], self._pending[count:]
            trouble = await self._keep([(events, packed) for events, packed, _ in group], size)
            self._pending_bytes -= size
            for _, _, future in group:
                if future.done():
                    continue
                if trouble is None:
                    future.set_result(None)
                else:
                    future.set_exception(type(trouble)(*trouble.args))
        self._committing = None

    async def _keep(self, writes: list[tuple[int, bytes]], size: int) -> NotStored | None:
        try:
            if not self._opened:
                await self.open()
            await self._call(self._file.append, writes)
        except NotStored as error:
            return error
        except Exception as error:
            logger.error("commit failed error=%s", type(error).__name__)
            return Unavailable("The spool failed: see the log of the gateway.")
        events = sum(events for events, _ in writes)
        now = self._totals
        self._totals = now._replace(events=now.events + events, size=now.size + size, oldest=now.oldest or time.time())
        self.spooled_total += events
        self.trouble = ""
        return None

    async def _call(self, work: Callable[..., T], *arguments: object) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)
        except NotStored as error:
            self.trouble = str(error)
            # The file may hold a write that it gave an error for: what it holds is looked up again.
            self._opened = self._opened and isinstance(error, SpoolFull)
            logger.error("%s %s", type(error).__name__, error)
            raise
