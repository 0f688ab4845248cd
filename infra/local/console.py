"""Progress on the terminal: one line a finished step with its seconds, and a sign of life for those that take long."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable

#: Without a terminal, a running step is named again after so many seconds.
REMINDER_SECONDS = 10.0
_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
#: Carries the moment of the first step over to the process that continues the start (seconds of the monotonic clock).
_SINCE = "STACK_STARTED_AT"


class Console:
    """Prints the course of several steps that may run at once; its methods may be called from any thread."""

    def __init__(self) -> None:
        self.began = float(os.environ.get(_SINCE) or time.monotonic())
        self._guard = threading.Lock()
        self._running: dict[str, tuple[float, str]] = {}
        self._reminded: dict[str, float] = {}
        self._terminal = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"

    def hand_over(self) -> dict[str, str]:
        """The variable by which another process goes on counting from our start."""
        return {_SINCE: str(self.began)}

    @property
    def seconds(self) -> float:
        """Seconds since the first step."""
        return time.monotonic() - self.began

    def begin(self, step: str) -> Callable[[str], None]:
        """Note that `step` runs; returns a function that says how far it has come."""
        with self._guard:
            self._running[step] = (time.monotonic(), "")

        def say(detail: str) -> None:
            with self._guard:
                if step in self._running:
                    self._running[step] = (self._running[step][0], detail)

        return say

    def end(self, step: str, outcome: str = "", good: bool = True) -> None:
        """Print the line of a step that has ended."""
        with self._guard:
            since, _ = self._running.pop(step, (time.monotonic(), ""))
            mark = "✓" if good else "✗"
            self._line(f" {mark} {step:<34} {time.monotonic() - since:6.1f} s  {outcome}".rstrip())

    def say(self, text: str) -> None:
        """Print a line of its own."""
        with self._guard:
            self._line(text)

    def tick(self) -> None:
        """Show that running steps still move; call it a few times a second."""
        with self._guard:
            if self._terminal:
                self._draw()
            else:
                self._remind()

    def clear(self) -> None:
        """Take the moving line away."""
        with self._guard:
            if self._terminal:
                sys.stdout.write("\r\x1b[K")
                sys.stdout.flush()

    def _line(self, text: str) -> None:
        sys.stdout.write(("\r\x1b[K" if self._terminal else "") + text + "\n")
        sys.stdout.flush()

    def _draw(self) -> None:
        now = time.monotonic()
        words = [f"{step} {now - since:.0f} s{f' ({detail})' if detail else ''}"
                 for step, (since, detail) in self._running.items()]  # fmt: skip
        width = os.get_terminal_size(sys.stdout.fileno()).columns if words else 80
        sign = _SPINNER[int(now * 8) % len(_SPINNER)]
        sys.stdout.write("\r\x1b[K" + (f" {sign} " + " · ".join(words))[: max(20, width - 1)] if words else "\r\x1b[K")
        sys.stdout.flush()

    def _remind(self) -> None:
        now = time.monotonic()
        for step, (since, detail) in self._running.items():
            if now - self._reminded.get(step, since) >= REMINDER_SECONDS:
                self._reminded[step] = now
                self._line(f" … {step:<34} {now - since:6.1f} s  {detail}".rstrip())
