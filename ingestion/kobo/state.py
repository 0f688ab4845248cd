"""The statements about ops.kobo_submissions that hook (asynchronous) and pull (synchronous) share."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ingestion.kobo.events import Live, name_of
from ingestion.kobo.form import Form
from ingestion.kobo.submission import Identity

CLAIM = """
select claimed_version, live_before, is_superseded from ops.claim_kobo_submission(
    %(form)s, %(root)s, %(uuid)s, %(is_edit)s, %(number)s, %(mapping)s, %(digest)s, %(live)s::jsonb, %(source)s
)"""
SETTLE = """
update ops.kobo_submissions
set live = %(live)s::jsonb, refused = %(refused)s::jsonb, receipt = %(receipt)s,
    settled = true, settled_at = clock_timestamp()
where form = %(form)s and root = %(root)s and version = %(version)s"""
VOID = "select claimed_version, live_before from ops.void_kobo_submission(%(form)s, %(root)s)"


@dataclass(frozen=True)
class Claim:
    """The version that a submission has, and what earlier ones left. `superseded`: a later edit is known already."""

    version: int
    live_before: Live
    superseded: bool = False


def claim_parameters(form: Form, identity: Identity, digest: str, live: Live, source: str) -> dict[str, Any]:
    """What CLAIM is told."""
    return {
        "form": form.name,
        "root": identity.root,
        "uuid": identity.uuid,
        "is_edit": identity.is_edit,
        "number": identity.number,
        "mapping": form.mapping,
        "digest": digest,
        "live": json.dumps(live),
        "source": source,
    }


def settle_parameters(
    form: Form,
    root: str,
    claim: Claim,
    events: Sequence[Mapping[str, Any]],
    results: Sequence[Mapping[str, Any]],
    receipt: str | None,
) -> dict[str, Any]:
    """What SETTLE is told, from the gateway's answer for each event of the version."""
    live = {name: dict(known) for name, known in claim.live_before.items()}
    refused = []
    for event, result in zip(events, results, strict=True):
        name = name_of(event["type"], event["subject"])
        if result["status"] == "rejected":
            refused.append({key: result.get(key) for key in ("code", "pointer", "question")})
        elif event["operation"] == "void":
            live.pop(name, None)
        else:
            live[name] = {key: event[key] for key in ("time", "city") if key in event}
    return {
        "form": form.name,
        "root": root,
        "version": claim.version,
        "live": json.dumps(live),
        "refused": json.dumps(refused),
        "receipt": receipt,
    }
