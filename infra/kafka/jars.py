"""Fetches the broker's jars: exactly those of jars.lock, verified by checksum, kept in a cache shared by all stacks."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from infra.local.problems import Problem
from infra.settings import Settings

LOCK = Path(__file__).parent / "jars.lock"


@dataclass(frozen=True)
class Jar:
    """One line of jars.lock."""

    group: str
    artifact: str
    version: str
    sha256: str

    def path(self, cache: Path) -> Path:
        """Where the jar lies in a Maven cache folder."""
        return cache.joinpath(
            *self.group.split("."), self.artifact, self.version, f"{self.artifact}-{self.version}.jar"
        )


def read_lock(path: Path = LOCK) -> list[Jar]:
    """The jars of the lock file."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [Jar(*line.replace(" ", ":").split(":")) for line in lines if line and not line.startswith("#")]


def cache_folder(settings: Settings) -> Path:
    """CORRIDOR_CACHE, else the user's cache folder; downloads of all stacks of this user lie here."""
    given = settings.env.get("CORRIDOR_CACHE")
    base = Path(settings.env.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "corridor"
    return Path(given).expanduser().resolve() if given else base


def class_path(settings: Settings) -> str:
    """The Java class path of the broker; every jar must have been fetched."""
    return os.pathsep.join(str(jar.path(cache_folder(settings) / "maven")) for jar in read_lock())


def fetch_jars(settings: Settings, progress: Callable[[str], None] = lambda text: None) -> int:
    """Make every locked jar present and verified; return how many had to be downloaded."""
    cache = cache_folder(settings) / "maven"
    jars = read_lock()
    missing = [jar for jar in jars if not _is_good(jar, cache)]
    if missing:
        done = len(jars) - len(missing)
        with ThreadPoolExecutor(8) as pool:
            for _ in pool.map(lambda jar: _fetch(jar, cache), missing):
                done += 1
                progress(f"{done} of {len(jars)}")
    return len(missing)


def _fetch(jar: Jar, cache: Path) -> None:
    from jgo.maven import MavenContext

    name = f"{jar.group}:{jar.artifact}:{jar.version}"
    # Each thread has its own context, which keeps state of its own.
    context = MavenContext(repo_cache=cache, timeout=60)
    try:
        context.project(jar.group, jar.artifact).at_version(jar.version).artifact().resolve()
    except Exception as error:
        jar.path(cache).unlink(missing_ok=True)
        raise Problem(
            f"The Kafka jar {name} could not be downloaded from the Maven registry "
            f"({type(error).__name__}: {str(error)[:160]}): check the network or proxy, then run `make up` again."
        ) from error
    if not _is_good(jar, cache):
        jar.path(cache).unlink(missing_ok=True)
        raise Problem(
            f"The Kafka jar {name} does not have the checksum of infra/kafka/jars.lock and was thrown away: "
            "run `make up` again, and if it stays so, look for what changes downloads on the way."
        )


def _is_good(jar: Jar, cache: Path) -> bool:
    path = jar.path(cache)
    if not path.exists():
        return False
    with path.open("rb") as file:
        good = hashlib.file_digest(file, "sha256").hexdigest() == jar.sha256
    if not good:
        path.unlink()
    return good
