"""Refused events are listed openly, and opened only with the operator's key, leaving a trace."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from nacl.encoding import Base64Encoder
from nacl.public import PrivateKey

from infra.settings import Settings
from ingestion.rejects import RejectsError, list_rejects, open_reject
from ingestion.sealing import Sealer
from tests.support import ScratchDatabase, scratch_database

BODY = b'{"person_name": "Amina of Adama"}'


@pytest.fixture(scope="module")
def database(stack: Settings) -> Iterator[ScratchDatabase]:
    with scratch_database(stack) as made:
        yield made


@pytest.fixture
def number(stack: Settings, database: ScratchDatabase) -> int:
    import base64

    sealed = base64.b64decode(Sealer(stack.secret("sealing_public")).seal(BODY))
    with psycopg.connect(database.dsn("owner"), autocommit=True) as connection:
        row = connection.execute(
            """
            insert into raw.rejected_events
                (received_at, partner, code, pointer, detail, sealed, rejected_by, topic, kafka_partition, kafka_offset,
                load_id)
            values (now(), 'adama', 'schema_violation', '/data/name', 'A field is not known.', %s, 'gateway', 't', 0,
                (select count(*) from raw.rejected_events), 1)
            returning rejection_id
            """,
            [sealed],
        ).fetchone()
    assert row is not None
    return int(row[0])


def _openings(database: ScratchDatabase, number: int) -> list[tuple[str, str]]:
    with psycopg.connect(database.dsn("owner")) as connection:
        query = "select opened_by, reason from ops.v_reject_openings where rejection_id = %s"
        return connection.execute(query, [number]).fetchall()


def test_list__shows_reasons_and_no_body(database: ScratchDatabase, number: int) -> None:
    (shown,) = [each for each in list_rejects(database.dsn("owner"), partner="adama") if each.rejection_id == number]
    assert (shown.code, shown.pointer) == ("schema_violation", "/data/name")
    assert "Amina" not in repr(shown)
    assert list_rejects(database.dsn("owner"), partner="arua") == []


def test_open__gives_the_body_and_leaves_a_trace(stack: Settings, database: ScratchDatabase, number: int) -> None:
    private = stack.secret("sealing_private")
    body = open_reject(database.dsn("owner"), number, private_key=private, by="eng", reason="partner asks")
    assert body == BODY
    assert _openings(database, number) == [("eng", "partner asks")]


def test_open__with_another_key_stays_closed_and_is_logged(database: ScratchDatabase, number: int) -> None:
    other = PrivateKey.generate().encode(Base64Encoder).decode()
    with pytest.raises(RejectsError, match="stays closed"):
        open_reject(database.dsn("owner"), number, private_key=other, by="thief", reason="curiosity")
    assert _openings(database, number) == [("thief", "curiosity")]


@pytest.mark.parametrize(
    ("which", "reason", "advice"), [(0, "partner asks", "rejects list"), (None, " x ", "--reason")]
)
def test_open__says_what_is_missing(
    stack: Settings, database: ScratchDatabase, number: int, which: int | None, reason: str, advice: str
) -> None:
    with pytest.raises(RejectsError, match=advice):
        open_reject(
            database.dsn("owner"),
            number if which is None else which,
            private_key=stack.secret("sealing_private"),
            by="eng",
            reason=reason,
        )
    assert _openings(database, number) == []


@pytest.mark.parametrize("login", ["reader", "bi_engineer", "gateway", "warehouse"])
def test_openings__nobody_else_may_write_or_remove(database: ScratchDatabase, login: str) -> None:
    with (
        psycopg.connect(database.dsn(login)) as connection,
        pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)),
    ):
        connection.execute("delete from ops.reject_openings")
