"""Files: how fast 100,000 rows of CSV and 50,000 of XLSX are checked and accepted, in how much memory, and how long
others wait meanwhile. Gateway, Kafka, Postgres and the sender share the machine."""

from __future__ import annotations

import csv
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO, StringIO
from typing import Any

import httpx
import psutil
from openpyxl import Workbook

from tests.bench.bars import Bar
from tests.bench.edge_stack import EdgeStack, edge_stack
from tests.gateways import RunningGateway, run_gateway

CSV_ROWS, XLSX_ROWS = 100_000, 50_000
COLUMNS = (
    "record_id", "time", "city", "person_id", "sex", "age_band", "status", "registration_type", "household_size", "desk"
)  # fmt: skip

BARS = {
    "CSV of 100,000 rows: checked and accepted": Bar("s", at_most=20),
    "CSV of 100,000 rows: processor time of the gateway": Bar("s", at_most=15),
    "CSV of 100,000 rows: memory above that of 10,000 rows": Bar("MB", at_most=40),
    "CSV of 100,000 rows, sent again unchanged": Bar("s", at_most=20),
    "XLSX of 50,000 rows: checked and accepted": Bar("s", at_most=60),
    "XLSX of 50,000 rows: processor time of the gateway": Bar("s", at_most=30),
    "longest wait of another request during the CSV": Bar("ms", at_most=250),
    "longest wait of another request during the XLSX": Bar("ms", at_most=250),
}


def measure(quick: bool = False) -> tuple[dict[str, float], dict[str, Any]]:
    """All figures by name, and how they were got. `quick` sends a tenth of the rows."""
    share = 10 if quick else 1
    figures: dict[str, float] = {}
    how: dict[str, Any] = {}
    with edge_stack() as stack, run_gateway(stack.settings, stack.folder / "files", env={}) as gateway:
        _send(stack, gateway, _csv("w", 2_000), "text/csv")  # everything is loaded once
        small = _sent(stack, gateway, _csv("a", CSV_ROWS // share // 10), CSV_ROWS // share // 10)
        content = _csv("b", CSV_ROWS // share)
        large = _sent(stack, gateway, content, CSV_ROWS // share)
        again = _sent(stack, gateway, content, CSV_ROWS // share, new=False)
        book = _sent(stack, gateway, _xlsx("x", XLSX_ROWS // share), XLSX_ROWS // share)
        figures["CSV of 100,000 rows: checked and accepted"] = large["seconds"]
        figures["CSV of 100,000 rows: processor time of the gateway"] = large["gateway_cpu_seconds"]
        grown = max(0.0, large["peak_mb"] - small["peak_mb"])
        figures["CSV of 100,000 rows: memory above that of 10,000 rows"] = grown
        figures["CSV of 100,000 rows, sent again unchanged"] = again["seconds"]
        figures["XLSX of 50,000 rows: checked and accepted"] = book["seconds"]
        figures["XLSX of 50,000 rows: processor time of the gateway"] = book["gateway_cpu_seconds"]
        figures["longest wait of another request during the CSV"] = large["longest_wait_ms"]
        figures["longest wait of another request during the XLSX"] = book["longest_wait_ms"]
        how |= {"small": small, "csv": large, "again": again, "xlsx": book}
    return figures, how


def _sent(stack: EdgeStack, gateway: RunningGateway, content: bytes, rows: int, *, new: bool = True) -> dict[str, Any]:
    process = psutil.Process(gateway.pid)
    with _watched(gateway) as seen:
        used, began = sum(process.cpu_times()[:2]), time.perf_counter()
        answer = _send(stack, gateway, content, "text/csv")
        seen["seconds"] = time.perf_counter() - began
        seen["gateway_cpu_seconds"] = sum(process.cpu_times()[:2]) - used
    assert answer["accepted" if new else "unchanged"] == rows, answer
    return {**seen, "megabytes": len(content) / 2**20, "rows_per_second": rows / seen["seconds"]}


def _send(stack: EdgeStack, gateway: RunningGateway, content: bytes, kind: str) -> dict[str, Any]:
    headers = {"X-API-Key": stack.key, "Content-Type": kind}
    params = {"type": "person.registered.v1"}
    answer = httpx.post(f"{gateway.url}/v1/files", params=params, content=content, headers=headers, timeout=600)
    assert answer.status_code == 202, answer.text[:500]
    found: dict[str, Any] = answer.json()
    return found


@contextmanager
def _watched(gateway: RunningGateway) -> Iterator[dict[str, Any]]:
    """Highest RSS of the gateway, and how long another request waited for its answer."""
    seen: dict[str, Any] = {"peak_mb": 0.0, "longest_wait_ms": 0.0}
    process, done = psutil.Process(gateway.pid), threading.Event()
    waits: list[float] = []

    def memory() -> None:
        seen["peak_mb"] = max(seen["peak_mb"], process.memory_info().rss / 2**20)

    client = httpx.Client(timeout=30)
    client.get(f"{gateway.url}/v1/health/live")  # opens the connection

    def ask() -> None:
        began = time.perf_counter()
        assert client.get(f"{gateway.url}/v1/health/live").status_code == 200
        waits.append((time.perf_counter() - began) * 1e3)

    threads = [
        threading.Thread(target=_repeat, args=(each, done, pause)) for each, pause in ((memory, 0.05), (ask, 0.02))
    ]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        done.set()
        for thread in threads:
            thread.join()
        client.close()
        waits.sort()
        if waits:
            seen["longest_wait_ms"], seen["p99_wait_ms"] = waits[-1], waits[int(len(waits) * 0.99)]


def _repeat(work: Callable[[], None], done: threading.Event, pause: float) -> None:
    while not done.wait(pause):
        work()


def _rows(name: str, count: int) -> Iterator[list[Any]]:
    for number in range(count):
        yield [
            f"{name}-{number:07}", f"2026-{number % 9 + 1:02}-{number % 28 + 1:02}", "ADAMA", f"AD {number:07}",
            ("female", "male")[number % 2], ("18-24", "25-34", "35-59")[number % 3], "refugee", "new",
            number % 7 + 1, f"desk {number % 50}",
        ]  # fmt: skip


def _csv(name: str, count: int) -> bytes:
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(_rows(name, count))
    return text.getvalue().encode()


def _xlsx(name: str, count: int) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(COLUMNS)
    for row in _rows(name, count):
        sheet.append(row)
    file = BytesIO()
    book.save(file)
    return file.getvalue()
