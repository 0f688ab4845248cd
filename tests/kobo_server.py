"""A small KoboToolbox: its data API with paging, edits, deletions and tokens, and its hook with Kobo's own retry rule.

What it does and leaves undone follows the source of kobotoolbox/kpi: pages of at most 1,000 (100 if not asked), `query`
and `fields` and `sort` as JSON, an edit changes `_uuid` and keeps `_id` and `meta/rootUuid`; the hook goes out once for
each new submission, reads it when it is sent, and is tried again only after 502, 503, 504 or a read time-out.
"""

from __future__ import annotations

import copy
import json
import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from operator import itemgetter
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

#: After how many seconds Kobo tries a hook again; then it gives up until somebody retries by hand.
RETRY_SECONDS = (60, 120, 240)
_RETRIED = (502, 503, 504)
Submission = dict[str, Any]


class KoboServer:
    """Projects by asset uid. Times are not waited for: `retry_hooks` is the next attempt of everything that waits."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.projects: dict[str, dict[int, Submission]] = {}
        self.failures: list[int] = []
        self.most_per_page = 1000
        self.requests = 0
        self.hook: Hook | None = None
        self._next_id = 14_730_001
        self._http: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        """Base address."""
        assert self._http is not None
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def submit(self, asset: str, answers: Mapping[str, Any]) -> Submission:
        """A device sends a new submission; the hook, if there is one, goes out at once."""
        root = str(uuid.uuid4())
        submission = {
            "_id": self._next_id,
            "formhub/uuid": "12450a96e9c64b96933016b852f7d0f8",
            "start": "2026-03-02T09:15:00.000+03:00",
            "end": "2026-03-02T09:21:30.000+03:00",
            "username": "field_worker_7",
            "deviceid": "collect:Xy12Ab34Cd56Ef78",
            **copy.deepcopy(dict(answers)),
            "__version__": "vZ4hdwVAKpVGCK62LsSGu8",
            "meta/instanceID": f"uuid:{root}",
            "meta/rootUuid": f"uuid:{root}",
            "_xform_id_string": asset,
            "_uuid": root,
            "_attachments": [{"filename": "someone/attachments/signature.png", "mimetype": "image/png"}],
            "_status": "submitted_via_web",
            "_geolocation": [8.5412, 39.2712],
            "_submission_time": "2026-03-02T06:25:11",
            "_tags": [],
            "_notes": [],
            "_validation_status": {},
            "_submitted_by": "field_worker_7",
        }
        self._next_id += 1
        self.projects.setdefault(asset, {})[submission["_id"]] = submission
        if self.hook is not None:
            self.hook.send(self, asset, submission["_id"])
        return submission

    def edit(self, asset: str, number: int, changes: Mapping[str, Any]) -> Submission:
        """Somebody edits a submission: no hook, a new `_uuid`. A change to None empties the answer."""
        submission = self.projects[asset][number]
        edit = str(uuid.uuid4())
        submission["meta/deprecatedID"] = submission["meta/instanceID"]
        submission.update(copy.deepcopy(dict(changes)))
        for name in [name for name, value in changes.items() if value is None]:
            del submission[name]
        submission.update({"_uuid": edit, "meta/instanceID": f"uuid:{edit}"})
        return submission

    def delete(self, asset: str, number: int) -> None:
        """Somebody deletes a submission: no hook."""
        del self.projects[asset][number]

    @contextmanager
    def running(self) -> Iterator[KoboServer]:
        """Serve on a free port of 127.0.0.1."""
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = server._answer(self.path, self.headers.get("Authorization", ""))
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Be quiet."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._http.shutdown()
            self._http.server_close()
            thread.join()

    def _answer(self, path: str, authorization: str) -> tuple[int, Any]:
        self.requests += 1
        if self.failures:
            return self.failures.pop(0), {"detail": "not now"}
        if authorization != f"Token {self.token}":
            return 401, {"detail": "Invalid token."}
        parts = urlsplit(path)
        words = parts.path.strip("/").split("/")
        if len(words) != 5 or words[:3] != ["api", "v2", "assets"] or words[4] != "data.json":
            return 404, {"detail": "Not found."}
        if words[3] not in self.projects:
            return 404, {"detail": "Not found."}
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        rows = [row for row in self.projects[words[3]].values() if _matches(row, json.loads(asked.get("query", "{}")))]
        for name, direction in reversed(json.loads(asked.get("sort", '{"_id": -1}')).items()):
            rows.sort(key=itemgetter(name), reverse=direction < 0)
        start, limit = int(asked.get("start", 0)), min(int(asked.get("limit", 100)), self.most_per_page)
        shown = rows[start : start + limit]
        if "fields" in asked:
            fields = json.loads(asked["fields"])
            shown = [{name: row[name] for name in fields if name in row} for row in shown]
        return 200, {"count": len(rows), "next": None, "previous": None, "results": shown}


def _matches(row: Submission, query: Mapping[str, Any]) -> bool:
    for name, wanted in query.items():
        value = row.get(name)
        for operator, operand in wanted.items():
            assert operator in ("$gt", "$in"), operator
            if not (value > operand if operator == "$gt" else value in operand):
                return False
    return True


class Hook:
    """A REST service: settings as in KoboToolbox, and the log that its page shows."""

    def __init__(
        self,
        endpoint: str,
        *,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        subset: tuple[str, ...] = (),
        template: str | None = None,
        xml: bool = False,
    ) -> None:
        self.endpoint, self.headers, self.auth = endpoint, dict(headers or {}), auth
        self.subset, self.template, self.xml = subset, template, xml
        #: _id -> the last status (None: no answer) and the message that a person sees.
        self.log: dict[int, tuple[int | None, str]] = {}
        self._tries: dict[int, int] = {}
        self._waiting: dict[int, str] = {}

    @property
    def waiting(self) -> list[int]:
        """The submissions that Kobo will send again by itself."""
        return list(self._waiting)

    def send(self, server: KoboServer, asset: str, number: int) -> None:
        """One attempt, with the submission as it is now."""
        self._waiting.pop(number, None)
        submission = server.projects[asset].get(number)
        if submission is None:
            self.log[number] = (None, "No data available")
            return
        try:
            answer = httpx.post(
                self.endpoint, content=self._body(submission), headers=self._all_headers(), auth=self.auth, timeout=30
            )
        except httpx.ReadTimeout:
            self.log[number] = (None, "Read timed out")
            self._plan(asset, number)
        except httpx.TransportError as error:
            self.log[number] = (None, str(error))  # a refused connection is final
        else:
            self.log[number] = (answer.status_code, answer.text)
            if answer.status_code in _RETRIED:
                self._plan(asset, number)

    def retry_hooks(self, server: KoboServer) -> None:
        """The next attempt of everything that waits."""
        for number, asset in list(self._waiting.items()):
            self.send(server, asset, number)

    def _plan(self, asset: str, number: int) -> None:
        self._tries[number] = self._tries.get(number, 0) + 1
        if self._tries[number] <= len(RETRY_SECONDS):
            self._waiting[number] = asset

    def _all_headers(self) -> dict[str, str]:
        kind = "application/xml" if self.xml else "application/json"
        return {"Content-Type": kind, **self.headers, "User-Agent": "KoboToolbox external service #hXyz"}

    def _body(self, submission: Submission) -> bytes:
        if self.xml:
            return f"<data><_uuid>{submission['_uuid']}</_uuid></data>".encode()
        sent = submission
        if self.subset:
            sent = {
                name: value
                for name, value in submission.items()
                if any(
                    name == field or name.endswith(f"/{field}") or name.startswith(f"{field}/") for field in self.subset
                )
            }
        text = json.dumps(sent)
        return (self.template.replace("%SUBMISSION%", text) if self.template else text).encode()
