"""The one file of a multipart/form-data body, as browsers send it, streamed; and the fields that stand before it."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from email.message import Message

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser

from ingestion.files.problems import NO_FILE, Stopped

_LONGEST_FIELD = 1024
_MOST_PARTS = 20


class FormData:
    """`fields` holds what came before the file; `file` gives the bytes of the first part that has a file name."""

    def __init__(self, stream: AsyncIterator[bytes], content_type: str) -> None:
        """Raises Stopped if the content type names no boundary."""
        message = Message()
        message["content-type"] = content_type
        boundary = message.get_param("boundary")
        if not isinstance(boundary, str) or not 0 < len(boundary) <= 200:
            raise Stopped(NO_FILE)
        self.fields: dict[str, str] = {}
        self._stream = stream
        self._chunks: deque[bytes] = deque()
        self._in_file = self._file_done = False
        self._parts = 0
        self._field: str | None = None
        self._value = b""
        self._headers: dict[str, str] = {}
        self._header = self._header_value = b""
        try:
            self._parser = MultipartParser(
                boundary.encode(),
                {
                    "on_part_begin": self._begin,
                    "on_part_data": self._data,
                    "on_part_end": self._end,
                    "on_header_field": self._name,
                    "on_header_value": self._text,
                    "on_header_end": self._header_end,
                    "on_headers_finished": self._headers_end,
                },
            )
        except (MultipartParseError, ValueError):
            raise Stopped(NO_FILE) from None

    async def open(self) -> None:
        """Read as far as the file. Raises Stopped if there is none."""
        async for chunk in self._stream:
            self._write(chunk)
            if self._in_file or self._file_done:
                return
        raise Stopped(NO_FILE)

    async def file(self) -> AsyncIterator[bytes]:
        """The bytes of the file. Raises Stopped if the form breaks off."""
        while True:
            while self._chunks:
                yield self._chunks.popleft()
            if self._file_done:
                break
            chunk = await anext(self._stream, None)
            if chunk is None:
                raise Stopped(NO_FILE)
            self._write(chunk)
        async for _ in self._stream:  # what comes after the file is read and passed over
            pass

    def _write(self, chunk: bytes) -> None:
        try:
            self._parser.write(chunk)
        except MultipartParseError:
            raise Stopped(NO_FILE) from None

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise Stopped(NO_FILE)
        self._headers, self._field, self._value = {}, None, b""

    def _name(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _text(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._header.decode("latin-1").lower()] = self._header_value.decode("utf-8", "replace")
        self._header = self._header_value = b""

    def _headers_end(self) -> None:
        message = Message()
        message["content-disposition"] = self._headers.get("content-disposition", "").replace("\n", " ")
        name = message.get_param("name", header="content-disposition")
        if message.get_param("filename", header="content-disposition") is not None and not self._file_done:
            self._in_file = True
        elif isinstance(name, str):
            self._field = name

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._in_file:
            self._chunks.append(data[start:end])
        elif self._field is not None and len(self._value) <= _LONGEST_FIELD:
            self._value += data[start : min(end, start + _LONGEST_FIELD)]

    def _end(self) -> None:
        if self._in_file:
            self._in_file, self._file_done = False, True
        elif self._field is not None and not self._file_done:
            self.fields[self._field] = self._value.decode("utf-8", "replace")
