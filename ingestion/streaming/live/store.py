"""The state of one Kafka partition as the live counters use it: bytes by bytes, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from quixstreams.dataframe import StreamingDataFrame


class Store(Protocol):
    """What is set counts from the next checkpoint on, here and wherever the partition moves."""

    def get(self, key: bytes) -> bytes | None: ...

    def set(self, key: bytes, value: bytes) -> None: ...

    def delete(self, key: bytes) -> None: ...

    def scan(self, lower: bytes, upper: bytes) -> Iterator[tuple[bytes, bytes]]:
        """What stood between the two keys at the last checkpoint, in order of the keys."""
        ...


#: Stands before each value: without it Quix Streams may take the first eight bytes for the time at which it expires.
_PLAIN = b"\xfe"


class _QuixStore:
    """RocksDB with a changelog topic, in the transaction of the checkpoint that is being made."""

    def __init__(self, dataframe: StreamingDataFrame, partition: int) -> None:
        context, stream = dataframe.processing_context, dataframe.stream_id
        transaction = context.checkpoint.get_store_transaction(stream_id=stream, partition=partition)
        self._state = transaction.as_state(prefix=b"")
        self._kept = context.state_manager.get_store(stream_id=stream).partitions[partition]

    def get(self, key: bytes) -> bytes | None:
        stored = self._state.get_bytes(key)
        return None if stored is None else stored[len(_PLAIN) :]

    def set(self, key: bytes, value: bytes) -> None:
        self._state.set_bytes(key, _PLAIN + value)

    def delete(self, key: bytes) -> None:
        self._state.delete(key)

    def scan(self, lower: bytes, upper: bytes) -> Iterator[tuple[bytes, bytes]]:
        for key, stored in self._kept.iter_items(lower_bound=lower, upper_bound=upper):  # type: ignore[attr-defined]
            yield key, stored[len(_PLAIN) :]


def stores(dataframe: StreamingDataFrame) -> Callable[[int], Store]:
    """Gives the store of a partition within the current checkpoint."""
    return lambda partition: _QuixStore(dataframe, partition)
