"""Read whatever the stores of a running stack took in since a moment: topics, databases, files, processes."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg
from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient
from psycopg import sql

from infra.postgres.place import find_place
from infra.settings import REPO, Settings

Found = Iterator[tuple[str, bytes]]
#: Scratch topics and databases belong to other tests, which may remove them at any time.
_OTHERS = "scratch"
#: What Kafka and Postgres keep is read through them; of their files only those that they do not show so.
_FILES_OF_SERVERS = ("kafka/__cluster_metadata-", "postgres/data/log/")
_READ_OTHERWISE = ("kafka/", "postgres/", "secrets/")
_SECONDS = 10.0


class Stores:
    """The stores of `stack` as of now; every method yields what came later, as a place and its bytes.

    With `partner`, records and rows that say that they are of another one are left out: there may be many.
    """

    def __init__(self, stack: Settings, folders: Sequence[Path] = (), partner: str | None = None) -> None:
        self.stack = stack
        self._partner = partner
        #: Elsewhere than at home where the server's user cannot reach it.
        self._server_data = find_place(stack).data
        logs = self._server_data / "log"
        sheltered = [] if logs.is_relative_to(stack.home) else [logs]
        self.folders = [
            stack.home, REPO / "dbt_project" / "target", REPO / "dbt_project" / "logs", *sheltered, *folders
        ]  # fmt: skip
        with psycopg.connect(stack.admin_dsn()) as admin:
            self._transaction = _one(admin, "select (pg_current_xact_id()::text::numeric % (2^32)::numeric)::text")
        self._sizes = {path: path.stat().st_size for path in self._files() if path.suffix == ".log"}
        self._offsets = {place: high for place, (_, high) in self._marks().items()}
        self._began = _now_of(stack.home)

    def topics(self, names: Sequence[str] | None = None) -> Found:
        """Every record of every topic, the broker's own too: key, value and headers."""
        consumer = self._consumer()
        try:
            for (topic, partition), (low, high) in self._marks(names).items():
                start = max(low, self._offsets.get((topic, partition), 0))
                if start >= high:
                    continue
                consumer.assign([TopicPartition(topic, partition, start)])
                yield f"topic {topic}[{partition}]", b"\n".join(self._to_the_end(consumer))
        finally:
            consumer.close()

    def databases(self, names: Sequence[str] | None = None) -> Found:
        """Every row of every table of every database (the catalogue with its statistics too), and running queries."""
        with psycopg.connect(self.stack.admin_dsn(), autocommit=True) as admin:
            rows = admin.execute("select datname from pg_database where datallowconn").fetchall()
            found = [str(name) for (name,) in rows if not str(name).startswith(_OTHERS)]
            queries = admin.execute("select string_agg(query, E'\\n') from pg_stat_activity").fetchone()
        yield "pg_stat_activity", str(queries).encode()
        for database in found if names is None else names:
            with psycopg.connect(self.stack.admin_dsn(database), autocommit=True) as connection:
                yield from self._tables(connection, database)

    def files(self, folders: Sequence[Path] | None = None) -> Found:
        """Files that were written to: of logs what was added, of anything else all."""
        for path in self._files(folders):
            try:
                if path.stat().st_mtime < self._began:
                    continue
                with path.open("rb") as file:
                    file.seek(self._sizes.get(path, 0))
                    yield str(path), path.name.encode() + b"\n" + file.read()
            except FileNotFoundError:
                continue

    def write_ahead_log(self) -> Found:
        """The segments of Postgres' log of changes: it holds rows that were deleted, and temporary states."""
        segments = sorted((self._server_data / "pg_wal").glob("0*"))
        assert segments, f"no log of changes in {self._server_data}"
        for path in segments:
            if path.stat().st_mtime >= self._began:
                yield str(path), path.read_bytes()

    def _to_the_end(self, consumer: Consumer) -> Iterator[bytes]:
        own = f'"partner":"{self._partner}"'.encode()
        silent_at = time.monotonic() + _SECONDS
        while True:
            # It waits for as many messages as were asked for, or for the whole time.
            messages = consumer.consume(10_000, 0.1)
            if messages:
                silent_at = time.monotonic() + _SECONDS
            assert time.monotonic() < silent_at, "Kafka must give what it has, or say that there is no more"
            for message in messages:
                error = message.error()
                if error is not None:
                    assert error.code() == KafkaError._PARTITION_EOF, error
                    return
                value = message.value() or b""
                if self._partner is not None and b'"partner":"' in value and own not in value:
                    continue
                yield message.key() or b""
                yield value
                for name, content in message.headers() or ():
                    yield name.encode()
                    yield content or b""

    def _tables(self, connection: psycopg.Connection, database: str) -> Found:
        tables = connection.execute(
            """
            select n.nspname, c.relname, exists (
                select from pg_attribute a where a.attrelid = c.oid and a.attname = 'partner' and not a.attisdropped
            )
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind = 'r' and n.nspname not like 'pg_toast%' and n.nspname not like 'pg_temp%'
                and (n.nspname <> 'pg_catalog' or c.relname in ('pg_statistic', 'pg_largeobject', 'pg_description'))
            """
        ).fetchall()
        for schema, table, has_partner in tables:
            own = sql.SQL("coalesce(partner, {0}) = {0}").format(sql.Literal(self._partner))
            rows = sql.SQL("copy (select * from {} where age(xmin) <= age({}::xid) and {}) to stdout").format(
                sql.Identifier(schema, table),
                sql.Literal(self._transaction),
                own if has_partner and self._partner is not None else sql.SQL("true"),
            )
            try:
                with connection.cursor() as cursor, cursor.copy(rows) as copy:
                    content = b"".join(bytes(part) for part in copy)
            except psycopg.errors.UndefinedTable:
                continue  # dbt replaces tables
            if content:
                yield f"{database}.{schema}.{table}", content

    def _files(self, folders: Sequence[Path] | None = None) -> Iterator[Path]:
        for folder in self.folders if folders is None else folders:
            for place, _, names in os.walk(folder):
                for name in names:
                    path = Path(place) / name
                    within = str(path.relative_to(folder))
                    read_otherwise = folder == self.stack.home and within.startswith(_READ_OTHERWISE)
                    if path.is_file() and (not read_otherwise or within.startswith(_FILES_OF_SERVERS)):
                        yield path

    def _consumer(self) -> Consumer:
        return Consumer(
            {
                "bootstrap.servers": self.stack.kafka_bootstrap,
                "group.id": "nobody",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "isolation.level": "read_uncommitted",
            }
        )

    def _marks(self, names: Sequence[str] | None = None) -> dict[tuple[str, int], tuple[int, int]]:
        """First and next offset of each partition."""
        found = AdminClient({"bootstrap.servers": self.stack.kafka_bootstrap}).list_topics(timeout=_SECONDS).topics
        consumer, marks = self._consumer(), {}
        try:
            for name, topic in found.items():
                if name.startswith(_OTHERS) if names is None else name not in names:
                    continue
                for number in topic.partitions:
                    try:
                        marks[name, number] = consumer.get_watermark_offsets(
                            TopicPartition(name, number), timeout=_SECONDS
                        )
                    except KafkaException:
                        continue  # removed meanwhile
        finally:
            consumer.close()
        return marks


def of_process(pid: int) -> Found:
    """What everybody on the machine may see of a process, and the files that it holds open, deleted ones too."""
    folder = Path("/proc") / str(pid)
    for name in ("cmdline", "environ", "comm"):
        yield str(folder / name), (folder / name).read_bytes()
    for handle in (folder / "fd").iterdir():
        try:
            target = os.readlink(handle)
            if target.startswith("/") and not target.startswith(("/dev/", "/proc/")) and handle.stat().st_size:
                yield f"{handle} ({target})", handle.read_bytes()
        except OSError:
            continue


def _now_of(folder: Path) -> float:
    """The time of now by the clock of the file system of `folder`."""
    path = folder / "run" / "moment"
    path.touch()
    moment = path.stat().st_mtime
    path.unlink()
    return moment


def _one(connection: psycopg.Connection, query: str) -> str:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return str(row[0])
