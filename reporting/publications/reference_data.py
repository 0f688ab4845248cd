"""What readers see beside the cells: copies of reference data, milestones, and reports beside what was computed."""

from __future__ import annotations

import psycopg
from psycopg import sql

#: Tables of `published` with the columns that they take from the table of the same name in `warehouse`.
TABLES = {
    "indicator_names": ("indicator_code", "language", "name"),
    "framework_versions": ("framework_version", "framework_code", "name", "valid_from", "valid_to", "source_ref"),
    "reference_indicators": (
        "framework_version", "reference_code", "reference_kind", "wording", "wording_status", "level", "unit_of_count",
        "source_ref",
    ),
    "indicator_mappings": (
        "indicator_code", "framework_version", "reference_code", "strength", "wording_status", "valid_from", "valid_to",
        "note",
    ),
    "reported_against_computed": (
        "programme_code", "indicator_code", "geography_code", "period_start", "threshold", "reported_value",
        "computed_value", "actual_source", "phrase", "document",
    ),
    "milestone_states": ("machine", "state", "sort_order", "is_terminal", "counts_as"),
    "milestones": (
        "thing_key", "step_number", "programme_code", "geography_code", "machine", "kind", "thing_name", "data_class",
        "state", "previous_state", "since", "until", "is_current", "expected_next", "due_state", "due_indicator_code",
        "due_on",
    ),
    "milestone_places": ("programme_code", "city", "geography_code", "geography_level"),
    "milestones_to_review": (
        "thing_key", "step_number", "programme_code", "geography_code", "machine", "kind", "thing_name", "data_class",
        "kept_state", "kept_since", "kept_source", "kept_id", "other_state", "other_on", "other_source", "other_id",
        "received_at",
    ),
    "dimension_members": (
        "scheme_code", "sort_order", "member_code", "name_en", "name_fr", "name_es", "name_ar",
    ),
    "programmes": ("programme_code", "name", "is_simulated", "published"),
    "projects": ("project_code", "title", "phase"),
    "project_questions": (
        "question_code", "project_code", "place_code", "question_number", "question_en", "question_fr", "question_es",
        "question_ar",
    ),
    "project_question_answers": ("question_code", "indicator_code", "place_code", "dimension", "role"),
}  # fmt: skip


def write_reference_data(conn: psycopg.Connection) -> None:
    """Make what readers see equal to the warehouse. `conn` must be in a transaction; what is the same stays."""
    for name, columns in TABLES.items():
        parts = {
            "ours": sql.Identifier("published", name),
            "theirs": sql.Identifier("warehouse", name),
            "columns": sql.SQL(", ").join(map(sql.Identifier, columns)),
        }
        same = sql.SQL("not exists (select {columns} from {theirs} except select {columns} from {ours})").format(
            **parts
        )
        fewer = sql.SQL("not exists (select {columns} from {ours} except select {columns} from {theirs})").format(
            **parts
        )
        row = conn.execute(sql.SQL("select {} and {}").format(same, fewer)).fetchone()
        if row != (True,):
            conn.execute(sql.SQL("delete from {ours}").format(**parts))
            conn.execute(sql.SQL("insert into {ours} ({columns}) select {columns} from {theirs}").format(**parts))
