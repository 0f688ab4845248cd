"""What can stop a load, apart from an unreachable Kafka or Postgres."""

from __future__ import annotations


class LoadError(RuntimeError):
    """A load cannot go on; the message says what happened, where, and what to do."""


class Fenced(LoadError):
    """Another load has taken this range over: nothing was written, and nothing needs to be done."""


class Refused(Exception):
    """One record cannot be landed. `code` is stable, `detail` is for people."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
