"""Take a file: read, check and store it batch by batch, and tell how far it has come.

While one batch becomes durable the next is read. The event loop is given free every few rows.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from ingestion.contracts.registry import Contract, contracts
from ingestion.files import problems
from ingestion.files.crowd import place_for
from ingestion.files.header import known_names, read_header
from ingestion.files.problems import Stopped
from ingestion.files.profile import Profile, ProfileError, profile_of
from ingestion.files.progress import MOST_TOLD, Progress
from ingestion.files.rejections import Keeper, Refused, Table, as_json
from ingestion.files.row import RowReader
from ingestion.files.rows import Row
from ingestion.files.source import Source
from ingestion.files.state import FileState, Said
from ingestion.files.trouble import FileTrouble
from ingestion.gateway.database import DatabaseAway
from ingestion.gateway.intake import Verdict
from ingestion.gateway.records import Accepted
from ingestion.gateway.refusal import Refusal
from ingestion.gateway.scope import Key, refuse_source_programme_type
from ingestion.gateway.services import Services
from ingestion.gateway.spool_errors import NotStored
from ingestion.words import _t

logger = logging.getLogger("corridor.gateway.files")

BATCH = 1000
#: Rows read and checked before others get their turn.
_SLICE = 40
_THROTTLED_SECONDS = 0.1
_TWICE = _t("This record_id stands in an earlier row of the file: keep one row for each record.")
_NOTHING_TO_VOID = _t("No file of yours held this record_id, so there is nothing to take back: look at the number.")
_VOID_DIGEST = sha256(b"void").digest()[:16]


@dataclass(frozen=True)
class Sent:
    """Who sends a file, and what it holds. `api_key`: as presented, to keep refused rows under; None keeps none."""

    key: Key
    type: str
    language: str = "en"
    api_key: bytes | None = None
    source: str | None = None
    city: str | None = None


@dataclass
class _Line:
    """A row on its way: its event as far as it could be read, and what was decided about it.

    `others`: what else of it is to be mended, if it is refused.
    """

    row: Row
    event: dict[str, Any]
    verdict: Verdict | None
    others: Sequence[Refusal] = ()


async def take_file(services: Services, sent: Sent, stream: AsyncIterator[bytes]) -> AsyncGenerator[Progress, None]:
    """The same Progress again and again while it grows; the last time `done` is set.

    Never raises for what a sender or a part that is away can cause: `problem` tells it.
    """
    taking = _Taking(services, sent, stream)
    try:
        async with aclosing(taking.run()) as steps:
            async for progress in steps:
                yield progress
    finally:
        await taking.close()


class _Taking:
    def __init__(self, services: Services, sent: Sent, stream: AsyncIterator[bytes]) -> None:
        self._services = services
        self._sent = sent
        self._stream = stream
        self._progress = Progress()
        self._mark = services.receipts.mark()
        #: Events that got a place in the receipt, and of these the repeated and the refused.
        self._events = self._repeated = self._refused = 0
        self._seen: set[int] = set()
        self._storing: asyncio.Task[None] | None = None
        self._keeper: Keeper | None = None

    async def run(self) -> AsyncGenerator[Progress, None]:
        progress = self._progress
        try:
            with place_for(self._sent.key.partner):
                async with aclosing(self._batches()) as batches:
                    async for _ in batches:
                        yield progress
                await self._stored()
        except Stopped as stopped:
            progress.problem = stopped.problem
        except FileTrouble as trouble:
            progress.problem = problems.of_trouble(trouble)
        except NotStored as trouble:
            progress.problem = problems.of_storage(trouble)
        except DatabaseAway:
            progress.problem = problems.STATE_AWAY
        except ProfileError as error:
            logger.error("%s", error)
            progress.problem = problems.PROFILE_BROKEN
        except Exception as error:
            # Its text and traceback may quote a row, so only its kind is logged.
            logger.error("file failed type=%s error=%s", self._sent.type[:64], type(error).__name__)
            progress.problem = problems.BROKEN
        await self._finish()
        yield progress

    async def close(self) -> None:
        """What was begun is finished, even if nobody waits for it any more."""
        if self._storing is not None:
            await asyncio.wait([self._storing])
            self._storing = None

    async def _batches(self) -> AsyncGenerator[None, None]:
        contract, profile = self._contract(), self._profile()
        source = Source(self._stream, profile.encoding, known_names(contract, profile))
        waiting: list[Row] = []
        reader: RowReader | None = None
        try:
            async with aclosing(source.slices()) as slices:
                async for some in slices:
                    for row in some:
                        if reader is not None:
                            waiting.append(row)
                        elif row.trouble is None and any(_text(cell) for cell in row.cells):
                            reader = self._begin(contract, profile, source, row)
                    while reader is not None and len(waiting) >= BATCH:
                        await self._take(reader, source, waiting[:BATCH])
                        del waiting[:BATCH]
                        yield
        except FileTrouble:
            # The rows before are right, and the sender is told that they were taken.
            if reader is not None and waiting:
                await self._take(reader, source, waiting)
            await self._stored()
            raise
        if reader is None:
            raise problems.empty_file()
        await self._take(reader, source, waiting)

    def _contract(self) -> Contract:
        contract = contracts().get(self._sent.type)
        if contract is None:
            raise Stopped(problems.UNKNOWN_TYPE)
        return contract

    def _profile(self) -> Profile:
        return profile_of(self._services.settings, self._sent.key.partner, self._sent.type)

    def _begin(self, contract: Contract, profile: Profile, source: Source, row: Row) -> RowReader:
        sent, key = self._sent, self._sent.key
        prefix = key.source_prefix
        name = sent.source or profile.source or (f"{prefix}files" if prefix.endswith((":", "/")) else f"{prefix}:files")
        refusal = refuse_source_programme_type({"source": name, "type": contract.type}, key, contract)
        if refusal is not None:
            raise Stopped(problems.of_refusal(refusal))
        defaults = {"source": name}
        city = sent.city or profile.city or key.only_city
        if city is not None and not contract.place_from_data:
            defaults["city"] = city
        needs_city = city is None and not contract.place_from_data and not contract.city_optional
        self._header = header = read_header(
            [_text(cell) for cell in row.cells], contract, profile, needs_city=needs_city
        )
        record_type = contract.type.rpartition(".")[0]
        self._state = FileState(self._services.database, key.programme, name, record_type)
        self._table = Table(header.names, source.delimiter, profile.decimal)
        return RowReader(contract, header, profile, defaults, workbook=source.is_workbook)

    async def _take(self, reader: RowReader, source: Source, rows: Sequence[Row]) -> None:
        """Check a batch and begin to store it, once the batch before it is durable."""
        lines: list[_Line] = []
        warned: list[tuple[Row, Refusal]] = []
        for place, row in enumerate(rows):
            if place % _SLICE == 0:
                await asyncio.sleep(0)
            if row.trouble is None and reader.is_empty(row.cells):
                continue
            lines.append(self._judged(reader, source, row, warned))
        await self._settle_voids(lines, source)
        await self._stored()
        for row, warning in warned:
            self._warn(row, warning)
        self._storing = asyncio.create_task(self._store(lines))

    def _judged(self, reader: RowReader, source: Source, row: Row, warned: list[tuple[Row, Refusal]]) -> _Line:
        if row.trouble is not None:
            trouble = row.trouble
            return _Line(row, {}, Refusal(trouble.code, "", trouble.template, trouble.params))
        event, refusal, warnings, others = reader.read(row.cells)
        subject = event.get("subject")
        if isinstance(subject, str):
            identity = hash(subject)
            if identity in self._seen:
                refusal = Refusal("record_id_twice", "/subject", _TWICE)
            self._seen.add(identity)
        if refusal is None and event.get("operation") != "void":
            verdict = self._services.intake.judge(event, self._sent.key, may_hold_nul=source.may_hold_nul)
            if isinstance(verdict, Accepted):
                warned += [(row, warning) for warning in warnings]
            return _Line(row, event, verdict, others)
        return _Line(row, event, refusal, others)

    async def _settle_voids(self, lines: Sequence[_Line], source: Source) -> None:
        """A void says the time and city of the record that it takes back, which the row need not repeat."""
        voids = [line for line in lines if line.verdict is None]
        if not voids:
            return
        known = await self._state.known([line.event["subject"].replace("\0", "") for line in voids])
        for line in voids:
            found = known.get(line.event["subject"])
            if found is None:
                line.verdict = Refusal("nothing_to_void", "/subject", _NOTHING_TO_VOID)
                continue
            line.event.pop("city", None)
            line.event["time"], city = found
            if city is not None:
                line.event["city"] = city
            line.verdict = self._services.intake.judge(line.event, self._sent.key, may_hold_nul=source.may_hold_nul)

    async def _stored(self) -> None:
        """Wait until the batch before is durable."""
        storing, self._storing = self._storing, None
        if storing is not None:
            await storing

    async def _store(self, lines: Sequence[_Line]) -> None:
        said = {
            line.verdict.attributes["subject"]: _said(line.verdict)
            for line in lines
            if isinstance(line.verdict, Accepted)
        }
        versions = await self._state.claim(list(said.values()))
        sending = []
        for line in lines:
            verdict = line.verdict
            assert verdict is not None
            if isinstance(verdict, Accepted):
                version = versions.get(verdict.attributes["subject"])
                if version is None:
                    continue
                _give_identity(verdict, said[verdict.attributes["subject"]], version)
                line.event["id"] = verdict.attributes["id"]
            else:
                line.event["id"] = f"row-{line.row.number}"  # so that a receipt says which row it was
            sending.append(line)
        unchanged = len(lines) - len(sending)
        await self._throttle(len(sending))
        outcome = await self._services.intake.store(
            [line.event for line in sending],
            [line.verdict for line in sending if line.verdict is not None],
            self._sent.key,
            raws=lambda: [self._raw(line.row) for line in sending],
            language=self._sent.language,
            may_be_large=True,
            receipt=self._mark,
            first_index=self._events,
        )
        # Only now: a receipt promises nothing about rows that could not be stored.
        self._events += len(sending)
        progress = self._progress
        progress.rows += len(lines)
        progress.unchanged += unchanged
        self._repeated += outcome.duplicates
        self._refused += outcome.rejected
        settled, refused = {}, []
        for line, result in zip(sending, outcome.results, strict=True):
            if result["status"] == "rejected":
                refused.append(self._refuse(line, result))
                continue
            assert isinstance(line.verdict, Accepted)
            attributes = line.verdict.attributes
            settled[attributes["subject"]] = attributes["recordversion"]
            self._count(result["status"], attributes["operation"])
        await self._keep(refused)
        await self._state.settle(settled)

    def _count(self, status: str, operation: str) -> None:
        progress = self._progress
        if status == "duplicate":
            progress.unchanged += 1
        elif operation == "create":
            progress.accepted += 1
        elif operation == "void":
            progress.voided += 1
        else:
            progress.corrected += 1

    def _refuse(self, line: _Line, result: dict[str, Any]) -> Refused:
        column = self._header.name_at(result["pointer"])
        others = [
            (self._header.name_at(each.pointer), each) for each in line.others if each.pointer != result["pointer"]
        ]
        self._progress.rejected += 1
        if len(self._progress.results) < MOST_TOLD:
            told = {"row": line.row.number, "column": column, "code": result["code"], "detail": result["detail"]}
            if others:
                language = self._sent.language
                told["also"] = [
                    {"column": name, "code": each.code, "detail": each.say(language)} for name, each in others
                ]
            self._progress.results.append(told)
        refusal = line.verdict
        if not isinstance(refusal, Refusal):
            refusal = Refusal(result["code"], "", result["detail"])
        return Refused(line.row.number, column, refusal, line.row.cells, others)

    def _warn(self, row: Row, warning: Refusal) -> None:
        self._progress.warnings += 1
        if len(self._progress.warned) < MOST_TOLD:
            column = self._header.name_at(warning.pointer)
            detail = warning.say(self._sent.language)
            self._progress.warned.append({"row": row.number, "column": column, "code": warning.code, "detail": detail})

    async def _keep(self, refused: Sequence[Refused]) -> None:
        if not refused or self._sent.api_key is None:
            return
        if self._keeper is None:
            key = self._sent.key
            self._keeper = Keeper(self._services.database, key.partner, self._sent.api_key, self._table)
        await self._keeper.keep(refused)

    def _raw(self, row: Row) -> bytes:
        """What is sealed of a refused row."""
        cells = [as_json(cell) for cell in row.cells]
        return orjson.dumps({"row": row.number, "columns": self._header.names, "cells": cells})

    async def _throttle(self, count: int) -> None:
        """Wait until the key may send so many events more: a file is slowed down, not refused."""
        while self._services.limits.events(self._sent.key, count) is not None:
            await asyncio.sleep(_THROTTLED_SECONDS)

    async def _finish(self) -> None:
        progress = self._progress
        if self._keeper is not None:
            try:
                await self._keeper.flush()
                progress.file_id, progress.kept_rows = self._keeper.file_id, self._keeper.rows
                progress.kept_until = self._keeper.kept_until.isoformat().replace("+00:00", "Z")
            except DatabaseAway:
                progress.problem = progress.problem or problems.STATE_AWAY
        if self._events:
            counts = self._events, self._repeated, self._refused
            progress.receipt = self._services.receipts.sign(self._mark, self._sent.key.partner, *counts)
        progress.done = True


def _said(verdict: Accepted) -> Said:
    """The content of a record, without what says which event it is. After a rotation the first tokens are compared."""
    attributes = verdict.attributes
    if attributes["operation"] == "void":
        return Said(attributes["subject"], _VOID_DIGEST, True, attributes["time"], attributes["city"])
    data = attributes["data"] if verdict.first_data is None else verdict.first_data
    content = [attributes[name] for name in ("type", "city", "time", "timeprecision")]
    digest = sha256(orjson.dumps([*content, data], option=orjson.OPT_SORT_KEYS)).digest()[:16]
    return Said(attributes["subject"], digest, False, attributes["time"], attributes["city"])


def _give_identity(verdict: Accepted, said: Said, version: int) -> None:
    attributes = verdict.attributes
    name = f"{attributes['source']}|{attributes['type']}|{attributes['subject']}|{said.digest.hex()}|{version}"
    attributes["id"] = f"file-{sha256(name.encode()).hexdigest()[:32]}"
    attributes["recordversion"] = version
    if not said.is_void:
        attributes["operation"] = "create" if version == 1 else "correct"


def _text(cell: object) -> str:
    return "" if cell is None else str(cell).strip()
