"""What an operator wants to know of the forms."""

from __future__ import annotations

from datetime import datetime

import psycopg

from infra.settings import Settings
from ingestion.kobo.forms import Forms
from ingestion.kobo.read_form import FormError

_COUNTS = "select form, submissions, deleted, with_refusals, under_way, last_seen_at from ops.v_kobo_forms"
_REFUSED = """
select s.root, s.uuid, s.seen_at, r ->> 'code', r ->> 'question', r ->> 'pointer', s.receipt
from ops.kobo_submissions as s cross join jsonb_array_elements(s.refused) as r
where s.form = %s order by s.seen_at desc limit 500"""


def list_forms(settings: Settings) -> list[tuple[str, ...]]:
    """Form, types, asset, submissions, deleted, with refusals, under way, last seen, problem: of each form."""
    forms = Forms.of(settings)
    with psycopg.connect(settings.dsn("owner"), connect_timeout=10) as connection:
        counts = {row[0]: row[1:] for row in connection.execute(_COUNTS)}
    found: list[tuple[str, ...]] = []
    for name in sorted({*forms.names(), *counts}):
        types = asset = problem = ""
        try:
            form = forms.find(name)
            if form is None:
                problem = "its file is gone"
            else:
                types, asset = ", ".join(sorted({rule.type for rule in form.events})), form.asset or "not pulled"
        except FormError as error:
            problem = str(error)
        submissions, deleted, refused, under_way, last = counts.get(name, (0, 0, 0, 0, None))
        numbers = (str(submissions), str(deleted), str(refused), str(under_way))
        found.append((name, types, asset, *numbers, _minute(last), problem))
    return found


def list_refused(settings: Settings, form: str) -> list[tuple[str, ...]]:
    """Submission, edit, seen, code, question, pointer, receipt: of each refused event, the newest first."""
    with psycopg.connect(settings.dsn("owner"), connect_timeout=10) as connection:
        rows = connection.execute(_REFUSED, [form]).fetchall()
    return [(root, uuid, _minute(seen), *(text or "" for text in rest)) for root, uuid, seen, *rest in rows]


def _minute(time: datetime | None) -> str:
    return "" if time is None else f"{time:%Y-%m-%d %H:%M}"
