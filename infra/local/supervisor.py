"""The supervisor of one stack: its generated configuration, its start, and what it can be asked over HTTP on 127.0.0.1.

HTTP and not a Unix socket, because the path of a socket may not be longer than about 100 characters.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
import xmlrpc.client
from pathlib import Path
from typing import Any

from infra.local.code_mark import code_mark
from infra.local.files import write_private
from infra.local.folders import logs_folder, run_folder
from infra.local.launch import KEPT, service_environment
from infra.local.orphans import remember_session
from infra.local.problems import Problem
from infra.local.services import Service, services
from infra.settings import REPO, Settings


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
        self._keep_environment()
        write_private(self.configuration, self._configuration_text())
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

    def _keep_environment(self) -> None:
        kept = {name: value for name, value in self.settings.env.items() if name.startswith("CORRIDOR_")}
        write_private(run_folder(self.settings) / KEPT, json.dumps(kept, indent=1, sort_keys=True) + "\n")

    def _configuration_text(self) -> str:
        kept = (run_folder(self.settings) / KEPT).read_bytes()
        mark = hashlib.sha256(kept + str(self.settings.port_base).encode()).hexdigest()[:12]
        head = _HEAD.format(
            port=self.settings.port("supervisor"),
            password=self.settings.secret("supervisor"),
            log=_percent(logs_folder(self.settings) / "supervisord.log"),
            pid=_percent(self.pid_file),
            user="user=root\n" if os.geteuid() == 0 else "",
        )
        parts = [self._program(each, mark) for each in services(self.settings)]
        return head + "".join(parts)

    def _program(self, each: Service, mark: str) -> str:
        command, user, folder = [sys.executable, "-m", "infra.local.launch", each.name], "", str(REPO)
        if each.name == "postgres":
            from infra.postgres.place import find_place

            # As another user it may not be able to reach the repository, so it is run without the launcher.
            command, folder = each.command(self.settings), "/"
            user = f"user={name}\n" if (name := find_place(self.settings).user) else ""
        return _PROGRAM.format(
            name=each.name,
            command=_percent(" ".join(f'"{part}"' for part in command)),
            folder=_percent(folder),
            user=user,
            priority=each.priority,
            stop=each.stop_seconds,
            # Postgres takes SIGINT as "end now, roll back what is open"; SIGTERM would wait for every client.
            signal="INT" if each.name == "postgres" else "TERM",
            group="false" if each.name == "postgres" else "true",
            log=_percent(logs_folder(self.settings) / f"{each.name}.log"),
            mark=f"{mark}-{code_mark(each.reads)}",
        )


_HEAD = """; Written by `make up`. Changes here are lost.
[supervisord]
logfile={log}
logfile_maxbytes=5MB
logfile_backups=1
pidfile={pid}
nodaemon=true
umask=077
{user}
[inet_http_server]
port=127.0.0.1:{port}
username=corridor
password={password}

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""

_PROGRAM = """
[program:{name}]
command={command}
directory={folder}
{user}environment=CORRIDOR_CONFIGURATION="{mark}"
autostart=false
autorestart=true
startsecs=1
startretries=5
priority={priority}
stopsignal={signal}
stopwaitsecs={stop}
stopasgroup=false
killasgroup={group}
redirect_stderr=true
stdout_logfile={log}
stdout_logfile_maxbytes=20MB
stdout_logfile_backups=2
"""


def _percent(text: str | Path) -> str:
    return str(text).replace("%", "%%")


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
