"""What the server does before a request reaches the application: limits on time, size and number of connections."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from ingestion.gateway import answers
from ingestion.gateway.answers import Problem, Send, problem_headers, send_problem
from ingestion.gateway.reading import BODY_SECONDS, WHOLE, Receive
from ingestion.words import language_of

MAX_HEADERS = 32 * 1024
MAX_PATH = 4 * 1024
#: Uploads of files stream, and may take long.
FILES_PATHS = (b"/v1/files", b"/partner/files")


class GuardedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with the limits that it leaves to a proxy. A test makes the times short in a subclass."""

    header_seconds = 10.0
    #: A little more than the routes allow themselves, which answer better.
    body_seconds = BODY_SECONDS + 2.0
    file_seconds = 600.0
    #: For taking an answer.
    answer_seconds = 30.0
    most_connections = 1000

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request, unless there are too many connections."""
        super().connection_made(transport)
        self._in_head = True
        self._in_body = self._began_now = self._suspicious = False
        self._head_bytes = 0
        self._waiting_to_write: asyncio.TimerHandle | None = None
        self._deadline: asyncio.TimerHandle | None = self.loop.call_later(self.header_seconds, self._head_too_slow)
        if len(self.connections) > self.most_connections:
            self._refuse(answers.TOO_MANY_CONNECTIONS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadlines."""
        self._disarm()
        if self._waiting_to_write is not None:
            self._waiting_to_write.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser, and look at what is still incomplete then."""
        if self.transport.is_closing():
            return
        self._began_now = False
        # Only a large piece, or several, can hold too large a head.
        self._suspicious = self._head_bytes > 0 or len(data) > MAX_PATH
        super().data_received(data)
        if self._in_body and self._deadline is None:
            is_file = self.url.startswith(FILES_PATHS)
            self._arm(self.file_seconds if is_file else self.body_seconds, self._body_too_slow)
        if not self._in_head or self.transport.is_closing():
            return
        if not self._began_now or len(data) > MAX_HEADERS:
            self._head_bytes += len(data)
        if self._head_bytes > MAX_HEADERS + MAX_PATH:
            self._refuse(answers.HEADERS_TOO_LARGE if self.headers else answers.PATH_TOO_LONG)
        elif self._deadline is None and (self._head_bytes or self._began_now):
            self._arm(self.header_seconds, self._head_too_slow)

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._in_head = self._began_now = True
        self._head_bytes = 0

    def on_headers_complete(self) -> None:
        """The head is whole: start the application, or answer that the head is too large."""
        self._in_head = False
        if self._deadline is not None:
            self._disarm()
        if self._suspicious:
            if len(self.url) > MAX_PATH:
                self.url = b"/"
                self.app = _answering(answers.PATH_TOO_LONG)
            elif sum(len(name) + len(value) + 4 for name, value in self.headers) > MAX_HEADERS:
                self.app = _answering(answers.HEADERS_TOO_LARGE)
        self._in_body = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The body is whole."""
        self._in_body = False
        if self._deadline is not None:
            self._disarm()
        self.scope[WHOLE] = True  # type: ignore[literal-required]
        super().on_message_complete()

    def pause_writing(self) -> None:
        """The client reads its answer slower than it is written."""
        super().pause_writing()
        if self._waiting_to_write is None:
            self._waiting_to_write = self.loop.call_later(self.answer_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """The client caught up."""
        super().resume_writing()
        if self._waiting_to_write is not None:
            self._waiting_to_write.cancel()
            self._waiting_to_write = None

    def timeout_keep_alive_handler(self) -> None:
        """Close an idle connection, also if the client never reads the end of its answer."""
        super().timeout_keep_alive_handler()
        self.loop.call_later(self.answer_seconds, self.transport.abort)

    def send_400_response(self, msg: str) -> None:
        """As a problem, like every other answer."""
        self._refuse(answers.INVALID_REQUEST)

    def _head_too_slow(self) -> None:
        self._deadline = None
        if self._began_now or self._head_bytes or self.headers:
            self._refuse(answers.HEADERS_TOO_SLOW)
        else:
            self.transport.close()  # it never said anything

    def _body_too_slow(self) -> None:
        self._deadline = None
        self._refuse(answers.TOO_SLOW)

    def _refuse(self, problem: Problem) -> None:
        """Answer instead of the application, unless an answer is under way, and close."""
        cycle = self.cycle
        idle = cycle is None or cycle.response_complete
        # While a head comes in, an answer that is under way belongs to the request before.
        if idle if self._in_head else not (idle or cycle.response_started):
            language = dict(self.headers or ()).get(b"accept-language", b"").decode("latin-1")
            body = problem.body(language_of(language))
            head = b"".join(b"%b: %b\r\n" % header for header in problem_headers(problem, body))
            self.transport.write(STATUS_LINE[problem.status] + head + b"\r\n" + body)
        if not idle:
            cycle.disconnected = True
            cycle.message_event.set()
        self.transport.close()

    def _arm(self, seconds: float, late: Any) -> None:
        self._deadline = self.loop.call_later(seconds, late)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def _answering(problem: Problem) -> Any:
    """An application that answers everything with `problem`."""

    async def app(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        language = dict(scope["headers"]).get(b"accept-language", b"").decode("latin-1")
        await send_problem(send, problem, language_of(language))

    return app
