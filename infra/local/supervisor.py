"""The supervisor of one stack: its start, and what it can be asked over HTTP on 127.0.0.1.

HTTP and not a Unix socket, because the path of a socket may not be longer than about 100 characters.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import xmlrpc.client
from typing import Any

from infra.local.files import write_private
from infra.local.folders import logs_folder, run_folder
from infra.local.launch import service_environment
from infra.local.orphans import remember_session
from infra.local.problems import Problem
from infra.local.supervisor_config import configuration_text
from infra.settings import Settings


class Supervisor:
    """Starts, stops and lists the services of one stack."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.configuration = run_folder(settings) / "supervisord.conf"
        self.pid_file = run_folder(settings) / "supervisord.pid"

    def call(self, method: str, *arguments: Any) -> Any:
        """Call a method of the supervisor's interface, for example `supervisor.getAllProcessInfo`."""
        password = self.settings.secret("supervisor")
        address = f"http://corridor:{password}@127.0.0.1:{self.settings.port('supervisor')}/RPC2"
        with xmlrpc.client.ServerProxy(address) as proxy:
            return getattr(proxy, method)(*arguments)

    def pid(self) -> int | None:
        """Process id of the running supervisor of this stack, or None; another program on its port counts as none."""
        try:
            return int(self.call("supervisor.getPID"))
        except (OSError, xmlrpc.client.Error, RuntimeError):
            return None

    def processes(self) -> dict[str, dict[str, Any]]:
        """What the supervisor knows of each service, by name; empty if it does not run."""
        try:
            return {info["name"]: info for info in self.call("supervisor.getAllProcessInfo")}
        except (OSError, xmlrpc.client.Error, RuntimeError):
            return {}

    def ensure_running(self) -> bool:
        """Start the supervisor, or let the running one take over a changed configuration; True if it was started."""
        write_private(self.configuration, configuration_text(self.settings))
        if self.pid() is not None:
            self._apply_changes()
            return False
        self.pid_file.unlink(missing_ok=True)
        command = [sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(self.configuration)]
        with open(logs_folder(self.settings) / "supervisord.start.log", "wb") as log:
            started = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
                env=service_environment(self.settings), start_new_session=True,
            )  # fmt: skip
        remember_session(self.settings, started.pid)
        deadline = time.monotonic() + 30
        while self.pid() is None:
            if started.poll() is not None or time.monotonic() > deadline:
                raise Problem(
                    f"The supervisor did not start: read {logs_folder(self.settings) / 'supervisord.start.log'}."
                )
            time.sleep(0.1)
        return True

    def start(self, name: str) -> bool:
        """Start a service if it does not run; True if it had to be started."""
        state = self.processes().get(name, {}).get("statename")
        if state in ("RUNNING", "STARTING"):
            return False
        self.call("supervisor.startProcess", name, False)
        return True

    def restart(self, name: str) -> None:
        """Stop a service and start it again."""
        if self.processes().get(name, {}).get("statename") in ("RUNNING", "STARTING", "BACKOFF"):
            self.call("supervisor.stopProcess", name, True)
        self.call("supervisor.startProcess", name, False)

    def shut_down(self, seconds: float = 60) -> bool:
        """Stop all services and the supervisor, and wait for its end; False if it did not run."""
        pid = self.pid()
        if pid is None:
            return False
        self._stop_users_of_stores()
        self.call("supervisor.shutdown")
        deadline = time.monotonic() + seconds
        while _exists(pid):
            if time.monotonic() > deadline:
                raise Problem(
                    f"The supervisor (process {pid}) did not end within {seconds:.0f} s: run `make down` again."
                )
            time.sleep(0.1)
        return True

    def _stop_users_of_stores(self, seconds: float = 45) -> None:
        """Stop all but Kafka and Postgres at once; the supervisor by itself would stop one after the other."""
        stores = ("kafka", "postgres")
        for name, info in self.processes().items():
            if name not in stores and info["statename"] in ("RUNNING", "STARTING", "BACKOFF"):
                self.call("supervisor.stopProcess", name, False)
        deadline = time.monotonic() + seconds
        while any(info["pid"] for name, info in self.processes().items() if name not in stores):
            if time.monotonic() > deadline:
                break
            time.sleep(0.1)

    def _apply_changes(self) -> None:
        added, changed, removed = self.call("supervisor.reloadConfig")[0]
        for group in [*changed, *removed]:
            self.call("supervisor.stopProcessGroup", group)
            self.call("supervisor.removeProcessGroup", group)
        for group in [*added, *changed]:
            self.call("supervisor.addProcessGroup", group)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    # A supervisor that this process started stays as a zombie until it is asked for.
    try:
        done, _ = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return True
    return done == 0
