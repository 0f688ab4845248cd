"""Superset's REST API as the importer uses it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import TracebackType
from typing import Any

import httpx

PAGE = 100


class SupersetError(RuntimeError):
    """Superset refused a request; the message says which, why, and what to look at."""


class Client:
    """A signed-in session; use it as a context manager."""

    def __init__(self, base_url: str) -> None:
        # Superset's server closes a connection that was idle for 2 s, perhaps just as the next request is sent.
        limits = httpx.Limits(keepalive_expiry=1)
        self._http = httpx.Client(base_url=base_url, timeout=60, headers={"Referer": base_url}, limits=limits)
        self.base_url = base_url

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def sign_in(self, username: str, password: str) -> None:
        """Take a token for `username`, and the token that guards against forged requests."""
        who = {"username": username, "password": password, "provider": "db", "refresh": False}
        token = self.send("POST", "/api/v1/security/login", json=who)["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"
        self._http.headers["X-CSRFToken"] = self.send("GET", "/api/v1/security/csrf_token/")["result"]

    def answer(self, method: str, path: str, **parts: Any) -> httpx.Response:
        """One request, whatever its answer. Raises SupersetError if there is none."""
        try:
            return self._http.request(method, path, **parts)
        except httpx.HTTPError as error:
            raise SupersetError(
                f"Superset does not answer at {self.base_url} ({type(error).__name__}): see `./corridor status`."
            ) from error

    def send(self, method: str, path: str, **parts: Any) -> Any:
        """One request; the decoded answer. Raises SupersetError for anything but a 2xx."""
        answer = self.answer(method, path, **parts)
        if answer.is_success:
            return answer.json() if answer.content else {}
        raise SupersetError(
            f"{method} {path} was answered with {answer.status_code}: {answer.text[:600]}. "
            "The log of the service superset says more (`make logs S=superset`)."
        )

    def rows(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """All rows of a list endpoint, page by page."""
        page = 0
        while True:
            rison = _rison({**query, "page": page, "page_size": PAGE})
            found = self.send("GET", path, params={"q": rison})["result"]
            yield from found
            if len(found) < PAGE:
                return
            page += 1


def _rison(value: Any) -> str:
    """The subset of RISON that list queries need: objects, lists, numbers and quoted words."""
    if isinstance(value, dict):
        return "(" + ",".join(f"{key}:{_rison(item)}" for key, item in value.items()) + ")"
    if isinstance(value, list):
        return "!(" + ",".join(_rison(item) for item in value) + ")"
    if isinstance(value, str):
        return "'" + value.replace("!", "!!").replace("'", "!'") + "'"
    return json.dumps(value)
