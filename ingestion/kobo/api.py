"""KoboToolbox's data API: the submissions of one project, page by page.

Pages are asked for by `_id`, not by their number: a submission that is deleted while somebody reads shifts numbered
pages, and a shifted one would look deleted too.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from typing import Any

import httpx

#: The most that KoboToolbox gives at once since 2026.
PAGE = 1000
#: Whole submissions asked for at once; the ids stand in the address.
CHUNK = 100
_IDS = ("_id", "_uuid", "meta/rootUuid")
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


class KoboTrouble(RuntimeError):
    """KoboToolbox does not answer, or refuses; the message says what to do. `is_final`: waiting does not help."""

    def __init__(self, message: str, *, is_final: bool) -> None:
        super().__init__(message)
        self.is_final = is_final


class KoboApi:
    """Reads the data of projects that are shared with the owner of `token`; use it as a context manager."""

    def __init__(self, url: str, token: str, *, patience: float = 120.0) -> None:
        self._patience = patience
        self._http = httpx.Client(
            base_url=url.rstrip("/"),
            headers={"Authorization": f"Token {token}", "Accept": "application/json"},
            timeout=httpx.Timeout(60.0, connect=10.0),
        )

    def __enter__(self) -> KoboApi:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def list_ids(self, asset: str) -> Iterator[list[dict[str, Any]]]:
        """Pages of all submissions with their ids only, the oldest first."""
        last = 0
        while True:
            query = {"query": json.dumps({"_id": {"$gt": last}}), "fields": json.dumps(_IDS)}
            page = self._page(asset, {**query, "sort": '{"_id": 1}', "limit": str(PAGE)})
            if not page:
                return
            yield page
            # A server may give fewer than asked for, so only an empty page is the end.
            last = max(int(row["_id"]) for row in page)

    def fetch(self, asset: str, numbers: Sequence[int]) -> list[dict[str, Any]]:
        """Whole submissions by their `_id`; those that are gone are left out. At most CHUNK."""
        query = json.dumps({"_id": {"$in": list(numbers)}})
        return self._page(asset, {"query": query, "sort": '{"_id": 1}', "limit": str(CHUNK)})

    def _page(self, asset: str, parameters: dict[str, str]) -> list[dict[str, Any]]:
        deadline, wait = time.monotonic() + self._patience, 1.0
        while True:
            advised = 0.0
            try:
                answer = self._http.get(f"/api/v2/assets/{asset}/data.json", params=parameters)
                if answer.status_code == 200:
                    return _rows(answer, asset)
                if answer.status_code not in _AGAIN:
                    raise _refused(answer, asset)
                trouble = f"it answered {answer.status_code}"
                advised = _seconds(answer.headers.get("retry-after"))
            except httpx.TransportError as error:
                trouble = type(error).__name__
            pause = max(wait, advised)
            if time.monotonic() + pause > deadline:
                message = f"KoboToolbox at {self._http.base_url} does not give the data of {asset}: {trouble}."
                raise KoboTrouble(f"{message} Nothing needs to be done: the next pull goes on.", is_final=False)
            time.sleep(pause)
            wait = min(wait * 2, 30.0)


def _rows(answer: httpx.Response, asset: str) -> list[dict[str, Any]]:
    try:
        rows = answer.json()["results"]
        if isinstance(rows, list) and all(isinstance(row, dict) and str(row["_id"]).isdigit() for row in rows):
            return rows
    except (ValueError, KeyError, TypeError):
        pass
    raise KoboTrouble(
        f"The data of {asset} cannot be read: what answers at CORRIDOR_KOBO_URL is not KoboToolbox's data API. "
        "Set it to the address of the server, such as https://eu.kobotoolbox.org.",
        is_final=True,
    )


def _refused(answer: httpx.Response, asset: str) -> KoboTrouble:
    advice = {
        401: "The secret kobo_token is not valid: take the API key from the account settings in KoboToolbox.",
        403: "Share the project with the account of kobo_token, with the permission to view submissions.",
        404: "Check the asset uid of the form, and share the project with the account of kobo_token.",
    }.get(answer.status_code, "Check CORRIDOR_KOBO_URL and the asset uid of the form.")
    return KoboTrouble(f"KoboToolbox answered {answer.status_code} for the data of {asset}. {advice}", is_final=True)


def _seconds(header: str | None) -> float:
    try:
        return min(max(float(header or 0), 0.0), 60.0)
    except ValueError:
        return 0.0
