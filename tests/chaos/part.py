"""A process of the platform that is started again whenever it dies, as the supervisor of a real stack does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from infra.settings import REPO

#: Seconds between a death and the next life.
_PAUSE = 0.3


@dataclass
class Part:
    """`python -m module` with `arguments`, its output in `log`."""

    name: str
    module: str
    env: Mapping[str, str]
    log: Path
    arguments: tuple[str, ...] = ()
    lives: int = 0
    _process: subprocess.Popen[bytes] | None = None
    _stopping: threading.Event = field(default_factory=threading.Event)
    _keeper: threading.Thread | None = None

    def start(self) -> Part:
        """Run it, and keep it running."""
        self._live()
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self._keeper.start()
        return self

    def kill(self) -> None:
        """End it as a crash would."""
        self._signal(signal.SIGKILL)

    def pause(self) -> None:
        """It hangs."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """It goes on."""
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it for good."""
        self._stopping.set()
        if self._process is None:
            return
        self.resume()
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(20)

    def tail(self) -> str:
        """The end of what it wrote."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-3000:]

    def _signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)  # nothing happens to a process that has ended meanwhile

    def _live(self) -> None:
        self.lives += 1
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", self.module, *self.arguments],
                cwd=REPO,
                env={**os.environ, **self.env, "PYTHONPATH": str(REPO)},
                stdout=log,
                stderr=log,
            )

    def _keep(self) -> None:
        while not self._stopping.is_set():
            assert self._process is not None
            self._process.wait()
            if not self._stopping.wait(_PAUSE):
                self._live()
