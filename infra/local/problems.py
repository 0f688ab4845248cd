"""The one kind of error that is meant for the person who typed the command."""

from __future__ import annotations


class Problem(RuntimeError):
    """Something the reader can mend; the message is one sentence: what happened, where, what to do next."""
