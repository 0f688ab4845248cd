"""What was acknowledged by the spool's file is in it after any crash, in order; what was removed is gone."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from infra.settings import REPO
from ingestion.gateway.records import Record
from ingestion.gateway.spool_errors import SpoolFull, Unavailable
from ingestion.gateway.spool_file import NAME, SpoolFile
from ingestion.gateway.spool_packing import pack, unpack

WRITES = st.lists(st.tuples(st.integers(1, 5), st.binary(min_size=1, max_size=9000)), min_size=1, max_size=6)
RECORDS = st.lists(st.builds(Record, st.text(max_size=9), st.binary(max_size=20), st.binary(max_size=300)), max_size=8)


@given(RECORDS)
def test_packing__gives_back_what_it_took(records: list[Record]) -> None:
    assert unpack(pack(records)) == records


@given(RECORDS, st.integers(1, 400))
def test_packing__a_cut_write_is_an_error_or_fewer_records(records: list[Record], cut: int) -> None:
    packed = pack(records)
    with suppress(ValueError):
        assert unpack(packed[: len(packed) - cut]) == records[: len(unpack(packed[: len(packed) - cut]))]


class SpoolMachine(RuleBasedStateMachine):
    """The model is the list of acknowledged writes that were not removed."""

    @initialize()
    def begin(self) -> None:
        self.top = Path(tempfile.mkdtemp(prefix="spool-"))
        self.lives = 0
        self.file = SpoolFile(self.top / "0", 0)
        self.file.open()
        self.model: list[tuple[int, bytes]] = []

    def teardown(self) -> None:
        if hasattr(self, "file"):
            self.file.close()
            shutil.rmtree(self.top)

    @rule(writes=WRITES)
    def append(self, writes: list[tuple[int, bytes]]) -> None:
        self.file.append(writes)
        self.model += writes

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def remove_some(self, data: st.DataObject) -> None:
        count = data.draw(st.integers(1, len(self.model)))
        waiting = self.file.read(0, 2**30)
        self.file.remove(waiting[count - 1].number)
        self.model = self.model[count:]

    @rule()
    def disk_is_full(self) -> None:
        connection = self.file._connection
        assert connection is not None
        pages = connection.execute("pragma page_count").fetchone()[0]
        connection.execute(f"pragma max_page_count={pages}")
        with pytest.raises(SpoolFull):
            self.file.append([(1, b"x" * 4096 * (pages + 2))])
        connection.execute("pragma max_page_count=1000000")

    @rule()
    def killed_and_started_again(self) -> None:
        self._go_on_from_a_copy(cut=None)

    @rule(writes=WRITES, data=st.data())
    def killed_while_writing(self, writes: list[tuple[int, bytes]], data: st.DataObject) -> None:
        """The last write never returned: of its bytes in the write-ahead log any part may be there."""
        wal = Path(f"{self.file.path}-wal")
        before = wal.stat().st_size if wal.exists() else 0
        self.file.append(writes)
        after = wal.stat().st_size
        grown = after > before
        self._go_on_from_a_copy(cut=data.draw(st.integers(before, after)) if grown else None)
        found = [(write.events, write.packed) for write in self.file.read(0, 2**30)]
        if found != self.model:
            self.model += writes

    def _go_on_from_a_copy(self, cut: int | None) -> None:
        """The files as they are now are what a kill leaves; the index (-shm) is not needed."""
        self.lives += 1
        folder = self.top / str(self.lives)
        folder.mkdir()
        for end in ("", "-wal"):
            source = f"{self.file.path}{end}"
            if os.path.exists(source):
                shutil.copy(source, folder / f"{NAME}{end}")
        if cut is not None:
            os.truncate(folder / f"{NAME}-wal", cut)
        self.file.close()
        self.file = SpoolFile(folder, 0)
        self.file.open()

    @invariant()
    def holds_what_was_acknowledged(self) -> None:
        if not hasattr(self, "file"):
            return
        assert [(write.events, write.packed) for write in self.file.read(0, 2**30)] == self.model
        totals = self.file.open()
        assert totals.events == sum(events for events, _ in self.model)
        assert totals.size == sum(len(packed) for _, packed in self.model)
        assert (totals.oldest is None) == (not self.model)


TestSpoolMachine = SpoolMachine.TestCase
TestSpoolMachine.settings = settings(
    max_examples=settings().max_examples // 2, stateful_step_count=12, suppress_health_check=list(HealthCheck)
)


def test_kill__in_the_middle_of_appending(tmp_path: Path) -> None:
    """A real process is killed; every number that it printed was acknowledged before."""
    program = (
        "import sys\nfrom pathlib import Path\nfrom ingestion.gateway.spool_file import SpoolFile\n"
        "file = SpoolFile(Path(sys.argv[1]), 0)\nfile.open()\nn = 0\n"
        "while True:\n    file.append([(1, b'%08d' % n)])\n    print(n, flush=True)\n    n += 1\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program, tmp_path], cwd=REPO, stdout=subprocess.PIPE)
    assert process.stdout is not None
    said = [int(process.stdout.readline()) for _ in range(50)]
    process.kill()
    said += [int(line) for line in process.stdout.read().splitlines() if line.strip()]
    process.stdout.close()
    process.wait()
    file = SpoolFile(tmp_path, 0)
    file.open()
    found = [int(write.packed) for write in file.read(0, 2**30)]
    file.close()
    assert found[: len(said)] == said
    assert len(found) - len(said) <= 1


def test_second_gateway__is_told_whose_spool_it_is(tmp_path: Path) -> None:
    first, second = SpoolFile(tmp_path, 0), SpoolFile(tmp_path, 0)
    first.open()
    with pytest.raises(Unavailable, match="Another gateway uses the spool"):
        second.open()
    first.close()
    second.open()
    second.close()


def test_damaged_file__is_set_aside_and_a_new_one_works(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / NAME).write_bytes(b"this is no database" * 1000)
    file = SpoolFile(tmp_path, 0)
    file.open()
    file.append([(1, b"x")])
    assert [write.packed for write in file.read(0, 100)] == [b"x"]
    file.close()
    (aside,) = tmp_path.glob(f"damaged-*-{NAME}")
    assert aside.read_bytes().startswith(b"this is no database")
    assert aside.name in caplog.text


def test_read__stops_at_the_asked_size(tmp_path: Path) -> None:
    file = SpoolFile(tmp_path, 0)
    file.append([(1, b"x" * 100)] * 10)
    first = file.read(0, 250)
    assert len(first) == 3
    assert [write.number for write in file.read(first[-1].number, 10_000)] == [4, 5, 6, 7, 8, 9, 10]
    file.close()


def test_file__only_the_owner_may_read(tmp_path: Path) -> None:
    file = SpoolFile(tmp_path / "spool", 0)
    file.append([(1, b"x")])
    assert (file.path.stat().st_mode & 0o077, file.path.parent.stat().st_mode & 0o077) == (0, 0)
    with sqlite3.connect(file.path) as look:
        assert look.execute("pragma journal_mode").fetchone() == ("wal",)
    file.close()
