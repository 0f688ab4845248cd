"""The gateway as the pull uses it: events by POST /v1/events, and what cannot be mapped to the hook's own door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from ingestion.partner_client.corridor_client import SendSummary, send_events

Row = dict[str, Any]


class PullRefused(RuntimeError):
    """The pull of a form stopped because going on could destroy data; the message says what to check."""


class Door:
    """Sends with the platform's key for one form."""

    def __init__(self, url: str, key: str, http: httpx.Client) -> None:
        self._url, self._key, self._http = url, key, http

    def send(self, events: Sequence[Row]) -> tuple[list[Row], SendSummary]:
        """The gateway's answer for each event, in order. Raises SendError."""
        results: list[Row] = []
        if not events:
            return results, SendSummary()
        summary = send_events(
            events, self._key, self._url, lambda _, result: results.append(result), batch_size=500, client=self._http
        )
        return results, summary

    def send_to_hook(self, form: str, submission: Mapping[str, Any]) -> None:
        """What cannot be mapped goes where it is kept, sealed, with the reason."""
        answer = self._http.post(f"{self._url}/v1/kobo/{form}", json=dict(submission), headers={"X-API-Key": self._key})
        if answer.status_code >= 500:
            raise PullRefused(f"The gateway answered {answer.status_code}: the next pull goes on from here.")
