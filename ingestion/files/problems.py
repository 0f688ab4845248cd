"""Why a file was not taken, or not to its end, as answers."""

from __future__ import annotations

from ingestion.files.trouble import FileTrouble
from ingestion.gateway.answers import RETRY, Problem
from ingestion.gateway.refusal import Refusal
from ingestion.gateway.spool_answers import problem_of
from ingestion.gateway.spool_errors import NotStored
from ingestion.words import _t

_NOT_TAKEN = _t("The file could not be taken to its end")
_TOO_LARGE = ("xlsx_too_large", "file_too_large", "too_many_rows")

UNKNOWN_TYPE = Problem(
    422,
    "unknown_type",
    _NOT_TAKEN,
    _t(
        "Say what the rows are: ?type= with an event type such as person.registered.v1. The page /docs lists the types."
    ),
)
STATE_AWAY = Problem(
    503,
    "database_unavailable",
    _NOT_TAKEN,
    _t(
        "The database does not answer, so it is not known which rows have changed. What is counted here was stored. "
        "Send the whole file again in a few minutes: rows that were stored count once."
    ),
    RETRY,
)
PROFILE_BROKEN = Problem(
    503,
    "profile_broken",
    _NOT_TAKEN,
    _t("What was declared for files of your organisation cannot be read: tell the programme's data engineer."),
    RETRY,
)
BROKEN = Problem(
    500,
    "internal_error",
    _NOT_TAKEN,
    _t(
        "This is a fault of the gateway, not of your file. What is counted here was stored. Send the whole file again, "
        "and tell the programme's data engineer if it happens twice."
    ),
)
_NOT_STORED = _t(
    "The log could not take the next rows. What is counted here was stored. Send the whole file again in a few "
    "minutes: rows that were stored count once."
)
TOO_MANY_FILES = Problem(
    503,
    "too_many_files",
    _t("Too many files at once"),
    _t("Other files are being read at this moment. Nothing of yours was read: send it again in a minute."),
    ((b"retry-after", b"20"), (b"connection", b"close")),
)
NO_FILE = Problem(
    400,
    "no_file",
    _t("The request holds no file"),
    _t("Send one CSV or .xlsx file, as the body of the request or as the field file of a form."),
)
TOO_SLOW = Problem(
    408,
    "body_too_slow",
    _NOT_TAKEN,
    _t("The file stopped coming in for 30 seconds. What is counted here was stored; send the whole file again."),
    ((b"connection", b"close"),),
)
NOT_KEPT = Problem(
    404,
    "no_rejected_rows",
    _t("No refused rows are kept under this address"),
    _t("They are kept for 24 hours, and only the key that sent the file can fetch them. Send the file again."),
)


class Stopped(Exception):
    """The file is refused or given up, and this is the answer."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def of_trouble(trouble: FileTrouble) -> Problem:
    """What is wrong with the file itself."""
    status = 413 if trouble.code in _TOO_LARGE else 422
    return Problem(status, trouble.code, _NOT_TAKEN, trouble.template, params=trouble.params)


def of_refusal(refusal: Refusal) -> Problem:
    """A file of which every event would be refused for the same reason."""
    return Problem(403, refusal.code, _NOT_TAKEN, refusal.detail, params=refusal.params)


def of_storage(trouble: NotStored) -> Problem:
    """The log did not take a batch."""
    return problem_of(trouble)._replace(title=_NOT_TAKEN, detail=_NOT_STORED)


def empty_file() -> FileTrouble:
    """No row names the columns."""
    from ingestion.files.header import EMPTY

    return FileTrouble("empty_file", EMPTY)
