"""Makes the embedded Postgres ready to be started, and says how to start it."""

from __future__ import annotations

import os
import pwd
import shutil
from pathlib import Path

from infra.local.files import write_whole
from infra.local.folders import logs_folder
from infra.local.process import run_logged
from infra.postgres.place import Place, find_place, prepare_folders
from infra.settings import Settings

CONFIGURATION = Path(__file__).parent / "server.conf"
ACCESS = "# Everybody shows a password, on this machine only.\nhost all all 127.0.0.1/32 scram-sha-256\n"


def prepare_server(settings: Settings) -> Place:
    """Create the data folder if there is none, and write the server's configuration. Safe to repeat."""
    place = find_place(settings)
    prepare_folders(place)
    if not (place.data / "PG_VERSION").exists():
        _create_cluster(settings, place)
    _write_for(
        place, place.data / "postgresql.conf", f"{CONFIGURATION.read_text()}port = {settings.port('postgres')}\n"
    )
    _write_for(place, place.data / "pg_hba.conf", ACCESS)
    return place


def start_command(place: Place) -> list[str]:
    """The command that runs the server in the foreground."""
    return [str(place.binaries / "bin" / "postgres"), "-D", str(place.data)]


def _create_cluster(settings: Settings, place: Place) -> None:
    # Made beside and renamed at the end: an interrupted initdb can never be taken for a finished one.
    unfinished = place.data.with_name("data.unfinished")
    password = place.data.with_name("password.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        _write_for(place, password, settings.secret("pg_postgres") + "\n")
        command = [
            place.binaries / "bin" / "initdb", "-D", unfinished, "-U", "postgres", f"--pwfile={password}",
            "--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            "--locale=C", "--data-checksums",
        ]  # fmt: skip
        log = logs_folder(settings) / "initdb.log"
        run_logged(command, log, env={"PATH": "/usr/bin:/bin", "TZ": "UTC"}, cwd="/", identity=place.identity)
    finally:
        password.unlink(missing_ok=True)
    unfinished.rename(place.data)


def _write_for(place: Place, path: Path, text: str) -> None:
    write_whole(path, text, mode=0o600)
    if place.user is not None:
        entry = pwd.getpwnam(place.user)
        os.chown(path, entry.pw_uid, entry.pw_gid)
