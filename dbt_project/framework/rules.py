"""What columns of the reference data may hold. A row of a table that is not named here is not judged by these."""

from __future__ import annotations

#: Table -> the columns that tell its rows apart.
KEYS: dict[str, tuple[str, ...]] = {
    "places": ("place_code",),
    "place_members": ("parent_code", "member_code"),
    "place_aliases": ("alias",),
    "programmes": ("programme_code",),
    "projects": ("project_code",),
    "project_places": ("project_code", "place_code"),
    "project_questions": ("question_code",),
    "project_question_answers": ("question_code", "indicator_code", "place_code", "dimension"),
    "organisations": ("organisation_code",),
    "constituencies": ("constituency",),
    "currencies": ("currency",),
    "exchange_rates": ("currency", "month"),
    "indicators": ("indicator_code",),
    "indicator_names": ("indicator_code", "language"),
    "outcomes": ("outcome_code",),
    "frameworks": ("framework_code",),
    "framework_versions": ("framework_version",),
    "reference_indicators": ("framework_version", "reference_code"),
    "published_crosstabs": ("indicator_code", "dimension"),
    "service_types": ("service_type",),
    "counting_rules": ("indicator_code", "event_type", "counts"),
    "actual_sources": ("programme_code", "indicator_code", "place_code", "valid_from"),
    "dimension_schemes": ("scheme_code",),
    "dimension_members": ("scheme_code", "member_code"),
    "dimension_rollups": ("scheme_code", "member_code", "atomic_member"),
}
#: (table, column) -> (table, column) that must hold the same code; an empty cell refers to nothing.
REFERENCES: dict[tuple[str, str], tuple[str, str]] = {
    ("places", "parent_code"): ("places", "place_code"),
    ("places", "country_code"): ("places", "place_code"),
    ("place_members", "parent_code"): ("places", "place_code"),
    ("place_members", "member_code"): ("places", "place_code"),
    ("place_aliases", "place_code"): ("places", "place_code"),
    ("project_places", "place_code"): ("places", "place_code"),
    ("project_places", "project_code"): ("projects", "project_code"),
    ("project_questions", "project_code"): ("projects", "project_code"),
    ("project_questions", "place_code"): ("places", "place_code"),
    ("project_question_answers", "question_code"): ("project_questions", "question_code"),
    ("project_question_answers", "indicator_code"): ("indicators", "indicator_code"),
    ("project_question_answers", "place_code"): ("places", "place_code"),
    ("organisations", "place_code"): ("places", "place_code"),
    ("exchange_rates", "currency"): ("currencies", "currency"),
    ("indicators", "framework_version"): ("framework_versions", "framework_version"),
    ("indicators", "outcome_code"): ("outcomes", "outcome_code"),
    ("indicators", "numerator_code"): ("indicators", "indicator_code"),
    ("indicators", "denominator_code"): ("indicators", "indicator_code"),
    ("indicator_names", "indicator_code"): ("indicators", "indicator_code"),
    ("indicator_mappings", "indicator_code"): ("indicators", "indicator_code"),
    ("indicator_mappings", "framework_version"): ("framework_versions", "framework_version"),
    ("framework_versions", "framework_code"): ("frameworks", "framework_code"),
    ("frameworks", "programme_code"): ("programmes", "programme_code"),
    ("reference_indicators", "framework_version"): ("framework_versions", "framework_version"),
    ("published_crosstabs", "indicator_code"): ("indicators", "indicator_code"),
    ("counting_rules", "indicator_code"): ("indicators", "indicator_code"),
    ("actual_sources", "programme_code"): ("programmes", "programme_code"),
    ("actual_sources", "indicator_code"): ("indicators", "indicator_code"),
    ("actual_sources", "place_code"): ("places", "place_code"),
    ("dimension_members", "scheme_code"): ("dimension_schemes", "scheme_code"),
    ("dimension_schemes", "country_code"): ("places", "place_code"),
    ("dimension_schemes", "rolls_up"): ("dimension_schemes", "scheme_code"),
}
_WORDING = {"OFFICIAL", "FOUND", "RECALLED", "OWN"}
#: (table, column) -> what it may hold; with "" it may be empty.
VALUES: dict[tuple[str, str], set[str]] = {
    ("places", "level"): {
        "site", "city", "joint_set", "corridor", "subnational", "country", "region", "programme", "global",
    },
    ("indicators", "unit_of_count"): {
        "person", "contact", "household", "organisation", "place", "document", "event", "asset", "money", "percent",
        "arrival", "project", "year", "ratio", "qualitative",
    },
    ("indicators", "level"): {"output", "outcome", "impact", "context", "structure"},
    ("indicators", "direction"): {"up", "down", "none"},
    ("indicators", "time_rule"): {"sum", "distinct", "last", "milestone", "ratio"},
    ("indicators", "place_rule"): {"sum", "ratio", "none"},
    ("indicators", "dimension_rule"): {"partition", "none"},
    ("indicators", "data_class"): {"P0", "P1", "P2", "P3"},
    ("indicators", "source_type"): {"computed", "stated"},
    ("counting_rules", "counts"): {
        "persons", "records", "records_by_funder", "female_share", "households", "arrivals", "usd", "usd_city_share",
        "happenings", "names", "participants",
    },
    ("actual_sources", "actual_source"): {"reported", "computed"},
    ("counting_rules", "serves"): {"work", "basic", ""},
    ("indicators", "track_rule"): {"linear", "milestone", "floor", ""},
    ("indicators", "small_cell_policy"): {"suppress", "bottom_code_5"},
    ("indicators", "wording_status"): _WORDING,
    ("reference_indicators", "wording_status"): _WORDING,
    ("project_questions", "question_number"): {"1", "2", "3"},
    ("project_question_answers", "role"): {"answer", "context"},
    ("indicator_mappings", "strength"): {"exact", "partial", "contributes"},
    ("indicator_names", "language"): {"en", "fr", "es", "ar"},
    ("dimension_schemes", "is_multivalued"): {"true", "false"},
}  # fmt: skip
#: Columns that hold a day (or nothing), and those that hold a number (or nothing).
DATES = {"valid_from", "valid_to", "month", "started_on", "ended_on"}
NUMBERS = {"lat", "lon", "threshold", "rate_per_usd", "printed_value"}
