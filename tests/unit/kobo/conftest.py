"""Forms written for one test, and submissions as KoboToolbox gives them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from ingestion.kobo.form import Form
from ingestion.kobo.read_form import read_form

HEAD = """\
form: test-form
programme: CM
partner: test-office
source: urn:test-office:kobo
city: ADAMA
"""
ROOT = "0b6f5a52-4a0c-4f7b-9d5f-0a1f5b6c7d8e"


@pytest.fixture
def form(tmp_path: Path) -> Callable[[str], Form]:
    """form(text): the form whose file holds HEAD and `text`."""

    def make(text: str) -> Form:
        path = tmp_path / "test-form.yaml"
        path.write_text(HEAD + dedent(text), encoding="utf-8")
        return read_form(path)

    return make


@pytest.fixture
def submission() -> Callable[..., dict[str, Any]]:
    """submission(answers): with everything that KoboToolbox adds by itself."""

    def make(answers: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
        made = {
            "_id": 14730001,
            "formhub/uuid": "12450a96e9c64b96933016b852f7d0f8",
            "start": "2026-03-02T09:15:00.000+03:00",
            "end": "2026-03-02T09:21:30.000+03:00",
            "username": "field_worker_7",
            "deviceid": "collect:Xy12Ab34Cd56Ef78",
            **(answers or {}),
            "__version__": "vZ4hdwVAKpVGCK62LsSGu8",
            "meta/instanceID": f"uuid:{ROOT}",
            "meta/rootUuid": f"uuid:{ROOT}",
            "_uuid": ROOT,
            "_attachments": [{"filename": "someone/attachments/signature.png"}],
            "_geolocation": [8.5412, 39.2712],
            "_submission_time": "2026-03-02T06:25:11",
            "_validation_status": {},
            "_submitted_by": "field_worker_7",
            **changes,
        }
        return {name: value for name, value in made.items() if value is not None}

    return make
