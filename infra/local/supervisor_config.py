"""The supervisor's configuration, generated from the list of services. A service whose part changed is restarted."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path

from infra.local.code_mark import code_mark
from infra.local.files import write_private
from infra.local.folders import logs_folder, run_folder
from infra.local.launch import KEPT
from infra.local.services import Service, services
from infra.settings import REPO, Settings

#: Variables that no service reads.
_NOT_KEPT = ("CORRIDOR_TEST_", "CORRIDOR_API_KEY")


def configuration_text(settings: Settings) -> str:
    """The whole configuration file; also keeps the CORRIDOR_* variables of this start for the services."""
    mark = hashlib.sha256(f"{_keep_environment(settings)}{settings.port_base}".encode()).hexdigest()[:12]
    head = _HEAD.format(
        port=settings.port("supervisor"),
        password=settings.secret("supervisor"),
        log=_percent(logs_folder(settings) / "supervisord.log"),
        pid=_percent(run_folder(settings) / "supervisord.pid"),
        user="user=root\n" if os.geteuid() == 0 else "",
    )
    return head + "".join(_program(settings, each, mark) for each in services(settings))


def _keep_environment(settings: Settings) -> str:
    kept = {
        name: value
        for name, value in settings.env.items()
        if name.startswith("CORRIDOR_") and not name.startswith(_NOT_KEPT)
    }
    text = json.dumps(kept, indent=1, sort_keys=True) + "\n"
    write_private(run_folder(settings) / KEPT, text)
    return text


def _program(settings: Settings, each: Service, mark: str) -> str:
    command, user, folder = [sys.executable, "-m", "infra.local.launch", each.name], "", str(REPO)
    if each.name == "postgres":
        from infra.postgres.place import find_place

        # As another user it may not be able to reach the repository, so it is run without the launcher.
        command, folder = each.command(settings), "/"
        user = f"user={name}\n" if (name := find_place(settings).user) else ""
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
        log=_percent(logs_folder(settings) / f"{each.name}.log"),
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
