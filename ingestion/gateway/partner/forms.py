"""The fields of a form: read with a limit, and only from our own pages."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from fastapi import Request

from ingestion.gateway.answers import Problem
from ingestion.gateway.reading import read_body
from ingestion.words import _t

_MOST_FIELDS = 20
NOT_A_FORM = Problem(
    400,
    "invalid_form",
    _t("This form cannot be read"),
    _t("Go back, load the page anew and send it once more."),
)
FOREIGN_FORM = Problem(
    403,
    "foreign_form",
    _t("This form came from another site"),
    _t("Nothing was done. Open the page here, and send the form from it."),
)


def is_foreign(request: Request) -> bool:
    """True if a browser says that another site sends this; what is no browser needs the session's token all the same.

    Sec-Fetch-Site is believed first: a proxy may have changed the Host.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


async def read_form(request: Request) -> dict[str, str] | Problem:
    """The fields of a urlencoded form, up to 4 MiB; the last of each name counts. Raises Gone."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return NOT_A_FORM
    body = await read_body(request.scope, dict(request.scope["headers"]), request.receive)
    if isinstance(body, Problem):
        return body
    try:
        return dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        return NOT_A_FORM
