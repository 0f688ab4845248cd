"""What the Kobo route answers: each sentence names the setting of KoboToolbox to change.

KoboToolbox tries again only after 502, 503, 504 and a read time-out; everything else is final until a person retries
by hand. So whatever may succeed later is 503 here, also what other routes answer with 408, 429, 500 or 507.
"""

from __future__ import annotations

from ingestion.gateway.answers import RETRY, Problem
from ingestion.words import _t

_RETRYABLE = frozenset({408, 425, 429, 500, 502, 504, 507})

NO_SUCH_FORM = Problem(
    404,
    "kobo_form_unknown",
    _t("No form has this name"),
    _t(
        "In KoboToolbox, open the project's Settings, then REST Services, and correct the end of the Endpoint URL: it "
        "must be the form's name that the programme's data engineer gave you."
    ),
)
FORM_BROKEN = Problem(
    503,
    "kobo_form_broken",
    _t("The form's mapping cannot be used at the moment"),
    _t("This is a fault of the platform, not of your form. The submission will be fetched once it is mended."),
    RETRY,
)
XML = Problem(
    415,
    "kobo_xml",
    _t("The submission is not JSON"),
    _t("In KoboToolbox, open the project's Settings, then REST Services, edit the service and set Type to JSON."),
)
OTHER_PARTNER = Problem(
    403,
    "kobo_form_of_another",
    _t("This form belongs to another partner"),
    _t(
        "In KoboToolbox, open the project's Settings, then REST Services, and put the key into the header X-API-Key "
        "that was made for this form."
    ),
)
NOT_A_SUBMISSION = Problem(
    422,
    "kobo_not_a_submission",
    _t("This is no submission of KoboToolbox"),
    _t("The body must be one submission as KoboToolbox sends it: a JSON object."),
)
WRAPPED = Problem(
    422,
    "kobo_wrapped",
    _t("The submission is inside a wrapper"),
    _t(
        "In KoboToolbox, open the project's Settings, then REST Services, edit the service and empty the field 'Add "
        "custom wrapper around JSON submission'. Or ask the programme's data engineer to declare the wrapper {wrapper}."
    ),
)
SUBSET = Problem(
    422,
    "kobo_field_subset",
    _t("The submission lacks what identifies it"),
    _t(
        "In KoboToolbox, open the project's Settings, then REST Services, edit the service and empty the field 'Select "
        "fields subset', or add to it: {missing}."
    ),
)
UNKNOWN_QUESTIONS = Problem(
    422,
    "kobo_unknown_question",
    _t("The form has questions that the mapping does not know"),
    _t(
        "Tell the programme's data engineer that these questions are new or have new names: {questions}. "
        "Nothing is lost: the submission is fetched once the mapping knows them."
    ),
)
STATE_AWAY = Problem(
    503,
    "kobo_edit_later",
    _t("An edited submission cannot be taken at the moment"),
    _t("KoboToolbox sends it again by itself, and the platform fetches it in any case."),
    RETRY,
)
FAILED = Problem(
    503,
    "internal_error",
    _t("The gateway failed"),
    _t("This is a fault of the gateway, not of your form. The submission is sent again or fetched by itself."),
    RETRY,
)


def for_kobo(problem: Problem) -> Problem:
    """The problem with a status that makes KoboToolbox do right."""
    return problem._replace(status=503) if problem.status in _RETRYABLE else problem
