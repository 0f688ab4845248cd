"""Writes jars.lock anew: the broker's jars of one Kafka version with their checksums."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from infra.kafka.jars import LOCK
from infra.local.files import write_whole

KAFKA = "4.3.1"
HEAD = (
    "# The jars of the broker: group:artifact:version sha256. Written by `make lock`, fetched and verified by jars.py."
)


def write_lock(path: Path = LOCK) -> int:
    """Resolve the broker's graph, download its jars and write their checksums; returns how many there are."""
    from jgo.maven import MavenContext

    with tempfile.TemporaryDirectory() as folder:
        context = MavenContext(repo_cache=Path(folder), timeout=60)
        artifacts = list(_broker(context))
        # Resolved by itself, because two coordinates at once led to older clients. Kafka's graph brings slf4j 1.7,
        # so the binding is log4j-slf4j-impl, in the version of log4j-core.
        core = next(each.version for each in artifacts if each.artifactId == "log4j-core")
        binding = context.project("org.apache.logging.log4j", "log4j-slf4j-impl").at_version(core).artifact()
        with ThreadPoolExecutor(8) as pool:
            lines = sorted(pool.map(_line, [*artifacts, binding]))
    write_whole(path, "\n".join([HEAD, *lines, ""]))
    return len(lines)


def _broker(context: Any) -> Iterator[Any]:
    dependency = context.create_dependency(f"org.apache.kafka:kafka_2.13:{KAFKA}")
    given, brought = context.resolver.resolve([dependency])
    yield from (each.artifact for each in given)
    yield from (each.artifact for each in brought if each.scope in ("compile", "runtime"))


def _line(artifact: Any) -> str:
    digest = hashlib.sha256(artifact.resolve().read_bytes()).hexdigest()
    return f"{artifact.groupId}:{artifact.artifactId}:{artifact.version} {digest}"
