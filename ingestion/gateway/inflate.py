"""Unpack a compressed body, a piece at a time, so that a small body cannot become a huge one."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Iterator

import zstandard

from ingestion.gateway import answers
from ingestion.gateway.answers import Problem

MAX_INFLATED = 8 * 1024 * 1024
#: Above this size a body may hold at most MAX_RATIO times what arrived.
RATIO_FROM = 1024 * 1024
MAX_RATIO = 100
_PIECE = 64 * 1024
#: What a sip of zstd gives cannot be bounded otherwise: 4 bytes may stand for a block of 128 KiB.
_SIP = 64
#: What an encoder may ask the decoder to remember.
_MAX_WINDOW = 8 * 1024 * 1024
#: More than this would hold up other requests for a millisecond.
_LARGE = 32 * 1024


async def inflate(body: bytes, encoding: bytes) -> bytes | Problem:
    """The bytes that `body` holds, or why it cannot be unpacked."""
    pieces = {b"gzip": _gzip, b"x-gzip": _gzip, b"zstd": _zstd}.get(encoding)
    if pieces is None:
        return answers.UNKNOWN_ENCODING
    # Both libraries let other threads run while they unpack.
    if len(body) > _LARGE:
        return await asyncio.to_thread(_joined, pieces(body), len(body))
    return _joined(pieces(body), len(body))


def _joined(pieces: Iterator[bytes], packed: int) -> bytes | Problem:
    most = min(MAX_INFLATED, max(RATIO_FROM, MAX_RATIO * packed))
    found, size = [], 0
    try:
        for piece in pieces:
            size += len(piece)
            if size > most:
                return answers.INFLATED_TOO_LARGE
            found.append(piece)
    except (zlib.error, zstandard.ZstdError, EOFError):
        return answers.BROKEN_ENCODING
    return b"".join(found)


def _gzip(body: bytes) -> Iterator[bytes]:
    """One member or several, each whole. Raises zlib.error or EOFError."""
    rest = body
    while True:
        unpacker = zlib.decompressobj(wbits=31)
        while not unpacker.eof:
            piece = unpacker.decompress(rest, _PIECE)
            rest = unpacker.unconsumed_tail
            if not piece and not rest and not unpacker.eof:
                raise EOFError
            yield piece
        rest = unpacker.unused_data
        if not rest:
            return


def _zstd(body: bytes) -> Iterator[bytes]:
    """One frame or several, each whole. Raises zstandard.ZstdError or EOFError."""
    unpacker = zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW)
    at = 0
    while at < len(body):
        frame = unpacker.decompressobj()
        while not frame.eof:
            if at >= len(body):
                raise EOFError
            yield frame.decompress(body[at : at + _SIP])
            at += _SIP
        at = min(at, len(body)) - len(frame.unused_data)
