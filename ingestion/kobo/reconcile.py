"""Compare the list of KoboToolbox with what was sent, and send what makes both equal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg

from ingestion.kobo.api import CHUNK, KoboApi
from ingestion.kobo.door import Door, PullRefused, Row
from ingestion.kobo.events import digest_of, events_of, gone_of, live_of, voids_of
from ingestion.kobo.form import Form
from ingestion.kobo.mapping import MappedEvent, map_submission
from ingestion.kobo.state import CLAIM, SETTLE, VOID, Claim, claim_parameters, settle_parameters
from ingestion.kobo.submission import identity_of, missing_ids, unknown_questions

#: So many may vanish at once without a question: somebody tidied up.
_FEW = 5
_KNOWN = """
select root, uuid, voided, settled, mapping, digest, refused <> '[]' as refused from ops.kobo_submissions
where form = %s and root = any(%s)"""
_REMAPPED = "update ops.kobo_submissions set mapping = %s where form = %s and root = %s"
_VANISHED = """
from ops.kobo_submissions as s
where s.form = %s and (not s.voided or not s.settled) and s.seen_at < %s
    and not exists (select from pg_temp.kobo_seen as p where p.root = s.root)"""


@dataclass
class Pulled:
    """What a pull of one form did: submissions by what became of them, and events by the gateway's answer."""

    form: str
    listed: int = 0
    sent: int = 0
    voided: int = 0
    accepted: int = 0
    duplicates: int = 0
    refused: int = 0
    #: Submissions that Kobo gave without the ids that tell them apart.
    without_ids: int = 0
    receipts: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """For a log; the last receipt stands for all."""
        return {**vars(self), "receipts": self.receipts[-1:]}


@dataclass
class _Share:
    """One submission's version on its way."""

    root: str
    claim: Claim
    events: list[Row]
    mapped: Sequence[MappedEvent] = ()


def reconcile(
    form: Form,
    api: KoboApi,
    connection: psycopg.Connection[Row],
    door: Door,
    *,
    digest_key: str,
    percent: float,
    again: bool,
    accept_deletions: bool,
) -> Pulled:
    """Send what is new or changed, then void what vanished. `percent`: more at once is not believed."""
    run = _Run(form, api, connection, door, digest_key, again)
    run.send_listed()
    if not accept_deletions:
        run.doubt_deletions(percent)
    run.void_vanished()
    return run.done


class _Run:
    def __init__(
        self,
        form: Form,
        api: KoboApi,
        connection: psycopg.Connection[Row],
        door: Door,
        digest_key: str,
        again: bool,
    ) -> None:
        self._form, self._api, self._db, self._door = form, api, connection, door
        self._digest_key, self._again = digest_key, again
        self._asset = form.asset or ""
        self.done = Pulled(form.name)
        self._db.execute("create temporary table kobo_seen (root text primary key)")
        self._began = self._one("select clock_timestamp() as now", [])["now"]

    def send_listed(self) -> None:
        """Send what is new or has changed."""
        for page in self._api.list_ids(self._asset):
            self.done.listed += len(page)
            numbers, unchanged = self._wanted(page)
            for at in range(0, len(numbers), CHUNK):
                self._send(self._api.fetch(self._asset, numbers[at : at + CHUNK]), unchanged)

    def doubt_deletions(self, percent: float) -> None:
        """Raise PullRefused if too much vanished to be believed."""
        count = f"select count(*) filter (where not s.voided) as newly {_VANISHED}"
        newly = self._one(count, [self._form.name, self._began])["newly"]
        name, known = self._form.name, newly + self.done.listed
        if self.done.without_ids:
            raise PullRefused(
                f"{self.done.without_ids} submissions of {name} came without meta/rootUuid, so that nobody can say "
                "which vanished: nothing was voided. If the server is older than that, write `identity: id` into the "
                "form's file before it sends data."
            )
        advice = f"If they were really deleted, run `corridor kobo pull {name} --accept-deletions`."
        if newly and not self.done.listed:
            raise PullRefused(
                f"KoboToolbox lists no submission of {name}, where {newly} were known: nothing was voided. Check that "
                f"the account of kobo_token may still view the submissions. {advice}"
            )
        if newly > _FEW and newly * 100 > percent * known:
            raise PullRefused(
                f"{newly} of {known} submissions of {name} vanished from KoboToolbox at once, which looks like a lost "
                f"permission or a wrong asset uid: nothing was voided. {advice}"
            )

    def void_vanished(self) -> None:
        """Void what Kobo no longer lists, after asking for it once more by its number."""
        query = f"select s.root, s.submission_id {_VANISHED} and s.root > %s order by s.root limit {CHUNK}"
        last = ""
        while True:
            chunk = self._db.execute(query.encode(), [self._form.name, self._began, last]).fetchall()
            if not chunk:
                return
            last = chunk[-1]["root"]
            numbers = [row["submission_id"] for row in chunk if row["submission_id"] is not None]
            still = {row["_id"] for row in self._api.fetch(self._asset, numbers)} if numbers else set()
            self._void([row["root"] for row in chunk if row["submission_id"] not in still])

    def _wanted(self, page: Sequence[Row]) -> tuple[list[int], dict[str, str]]:
        """The `_id` of submissions of a page to read whole, and the digests of those that only the mapping concerns."""
        identities = [identity_of(self._form, row) for row in page if not missing_ids(self._form, row)]
        self.done.without_ids += len(page) - len(identities)
        roots = [each.root for each in identities]
        self._db.execute("insert into kobo_seen select unnest(%s::text[]) on conflict do nothing", [roots])
        known = {row["root"]: row for row in self._db.execute(_KNOWN, [self._form.name, roots])}
        numbers, unchanged = [], {}
        for each in identities:
            row = known.get(each.root)
            is_new = row is None or row["voided"] or row["uuid"] != each.uuid or not row["settled"]
            asked_again = self._again and row is not None and row["refused"]
            if row is not None and not is_new and not asked_again:
                if row["mapping"] == self._form.mapping:
                    continue
                unchanged[each.root] = row["digest"]
            if each.number is not None:
                numbers.append(each.number)
        return numbers, unchanged

    def _send(self, submissions: Sequence[Row], unchanged: dict[str, str]) -> None:
        """Claim, send and settle one chunk."""
        mappable = []
        for submission in submissions:
            if missing_ids(self._form, submission):
                continue
            if unknown_questions(self._form, submission):
                self._door.send_to_hook(self._form.name, submission)
                self.done.refused += 1
            else:
                mappable.append(submission)
        with self._db.transaction():  # one commit for all claims, and before anything is sent
            shares = [share for each in mappable if (share := self._claim(each, unchanged)) is not None]
        self.done.sent += len(shares)
        self._deliver(shares)

    def _claim(self, submission: Row, unchanged: dict[str, str]) -> _Share | None:
        """The version of a submission and its events; None if there is nothing to send."""
        identity = identity_of(self._form, submission)
        mapped = map_submission(self._form, submission, identity.root)
        digest = digest_of(self._digest_key, mapped)
        if unchanged.get(identity.root) == digest:
            self._db.execute(_REMAPPED, [self._form.mapping, self._form.name, identity.root])
            return None
        row = self._one(CLAIM, claim_parameters(self._form, identity, digest, live_of(mapped), "pull"))
        if row["is_superseded"]:
            return None
        claim = Claim(row["claimed_version"], row["live_before"])
        events = events_of(self._form, identity, claim.version, mapped)
        events += voids_of(self._form, identity.root, claim.version, gone_of(claim.live_before, mapped))
        return _Share(identity.root, claim, events, mapped)

    def _void(self, roots: Sequence[str]) -> None:
        shares = []
        with self._db.transaction():
            for root in roots:
                row = self._one(VOID, {"form": self._form.name, "root": root})
                claim = Claim(row["claimed_version"], row["live_before"])
                shares.append(_Share(root, claim, voids_of(self._form, root, claim.version, claim.live_before)))
        self.done.voided += len(shares)
        self._deliver(shares)

    def _deliver(self, shares: Sequence[_Share]) -> None:
        results, summary = self._door.send([event for share in shares for event in share.events])
        self.done.accepted += summary.accepted
        self.done.duplicates += summary.duplicates
        self.done.refused += len(summary.rejected)
        self.done.receipts = summary.receipts[-1:] or self.done.receipts
        receipt = self.done.receipts[-1] if self.done.receipts else None
        at = 0
        with self._db.transaction():
            for share in shares:
                answers = results[at : at + len(share.events)]
                at += len(share.events)
                for answer, each in zip(answers, share.mapped, strict=False):
                    answer["question"] = each.question_at(answer.get("pointer") or "")
                settled = settle_parameters(self._form, share.root, share.claim, share.events, answers, receipt)
                self._db.execute(SETTLE, settled)

    def _one(self, query: str, parameters: Any) -> Row:
        row = self._db.execute(query.encode(), parameters).fetchone()
        if row is None:
            raise PullRefused(f"A submission of {self._form.name} is not known any more: pull again.")
        return row
