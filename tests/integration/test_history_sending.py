"""Sending the history: again without effect, loud when an answer is not the expected one, wary of a third printing."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import psycopg
import pytest

from infra.settings import Settings
from ingestion.history.events import SOURCE, record_event
from ingestion.history.records import History, HistoryError, load_history
from ingestion.history.send import history_key, main, send_history
from ingestion.partner_client.corridor_client import send_events
from tests.support import wait_for

HISTORY = load_history()
RECORDS = {record.id: record for record in HISTORY.records}
LOADED = "select count(*) from raw.events where source = %s"
DUPLICATES = "select coalesce(sum(duplicates), 0) from raw.load_ranges"


def count(connection: psycopg.Connection, query: str, *values: object) -> int:
    row = connection.execute(query, values).fetchone()
    assert row is not None
    return int(row[0])


def test_everything_is_loaded_once_however_often_it_is_sent(stack: Settings, owner: psycopg.Connection) -> None:
    wait_for(lambda: count(owner, LOADED, SOURCE) == 162, 120, "the history to be loaded")
    before = count(owner, DUPLICATES)
    summary = send_history(stack.gateway_url, history_key(stack))
    assert (summary.sent, summary.refused) == (164, ("row-072a", "row-072b"))
    assert summary.accepted + summary.duplicates == 162
    wait_for(
        lambda: count(owner, DUPLICATES) >= before + summary.accepted, 120, "what the gateway took again to be loaded"
    )
    assert count(owner, LOADED, SOURCE) == 162


def test_an_unexpected_refusal_is_named(stack: Settings) -> None:
    records = (replace(RECORDS["row-072a"], expect_rejected=None), RECORDS["row-072b"])
    with pytest.raises(
        HistoryError, match=r"1 of 2 figures .*row-072a was refused \(money_without_currency at /data/phrase"
    ):
        send_history(stack.gateway_url, history_key(stack), History(HISTORY.documents, records))


def test_an_unexpected_acceptance_is_named(stack: Settings) -> None:
    records = (replace(RECORDS["row-053"], expect_rejected="money_without_currency"),)
    with pytest.raises(HistoryError, match=r"row-053 was accepted, but should be refused with money_without_currency"):
        send_history(stack.gateway_url, history_key(stack), History(HISTORY.documents, records))


def test_the_command_says_in_one_line_what_happened(
    stack: Settings, tmp_path: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    key_file = tmp_path / "key"  # type: ignore[operator]
    key_file.write_text(history_key(stack))
    assert main(["--url", stack.gateway_url, "--key-file", str(key_file)]) == 0
    assert re.fullmatch(
        r"History: 164 figures sent, \d+ accepted(, \d+ known already)?, "
        r"2 refused as expected \(row-072a, row-072b\)\.\n",
        capsys.readouterr().out,
    )
    key_file.write_text("ck_00000000_" + "A" * 43)
    assert main(["--url", stack.gateway_url, "--key-file", str(key_file)]) == 1
    assert "401" in capsys.readouterr().err


def test_the_repeated_paragraph_is_stored_twice_and_published_once(
    owner: psycopg.Connection, reader: psycopg.Connection
) -> None:
    stored = owner.execute("select subject from raw.events where source = %s and subject like 'row-047%%'", [SOURCE])
    assert sorted(stored.fetchall()) == [("row-047a",), ("row-047b",)]
    assert published_participations(reader) == [(40,)]


def test_a_third_printing_that_says_41_goes_to_review(
    stack: Settings, reader: psycopg.Connection, make_key: Callable[..., str]
) -> None:
    source = f"urn:corridor:test:third-printing:{uuid.uuid4().hex[:8]}"
    key = make_key(programme="CM", partner=source.rpartition(":")[2], source_prefix=source)
    record = replace(RECORDS["row-047a"], id="third-printing", value=Decimal(41))
    event = {**record_event(record, HISTORY.documents["003"]), "source": source}
    assert send_events([event], key, stack.gateway_url).accepted == 1

    def review() -> list[tuple[object, ...]]:
        with psycopg.connect(stack.dsn("warehouse")) as warehouse:
            return warehouse.execute(
                """
                select kept_source, kept_value, other_value, geography_code from warehouse.review_conflicts
                where other_source = %s
                """,
                [source],
            ).fetchall()

    rows = wait_for(review, 180, "the third printing to come to review")
    assert [(row[0], row[3]) for row in rows] == [(SOURCE, "JS-KAIROUAN-JENDOUBA")]
    assert ("40" in str(rows[0][1]), "41" in str(rows[0][2])) == (True, True)
    assert published_participations(reader) == [(40,)]


def published_participations(reader: psycopg.Connection) -> list[tuple[object, ...]]:
    return reader.execute(
        """
        select actual from results.indicator_results
        where programme_code = 'CM' and indicator_code = 'CM-O4-02-C' and geography_code = 'JS-KAIROUAN-JENDOUBA'
        """
    ).fetchall()
