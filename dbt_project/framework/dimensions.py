"""Roll-ups are made of parts that exist, each once."""

from __future__ import annotations

from collections.abc import Iterator

from dbt_project.framework.finding import Finding
from dbt_project.framework.folder import Folder
from dbt_project.framework.table import Row


def check_dimensions(folder: Folder) -> Iterator[Finding]:
    """Members that do not exist, parts that are counted twice, and wholes that leave something out."""
    members = folder.by("dimension_members", "scheme_code", "member_code")
    schemes = {row["scheme_code"]: row for row in folder.rows("dimension_schemes")}
    counted: dict[tuple[str, str], Row] = {}
    for row in folder.rows("dimension_rollups"):
        scheme = schemes.get(row["scheme_code"])
        if scheme is None:
            yield row.fault(f"{row['scheme_code']} is not in dimension_schemes.csv: add it there or correct it here.")
            continue
        if (row["scheme_code"], row["member_code"]) not in members:
            yield row.fault(
                f"{row['member_code']} is no member of {row['scheme_code']}: add it to dimension_members.csv."
            )
        if (scheme["rolls_up"], row["atomic_member"]) not in members:
            yield row.fault(f"{row['atomic_member']} is no member of {scheme['rolls_up'] or 'any scheme'}: correct it.")
        first = counted.setdefault((row["scheme_code"], row["atomic_member"]), row)
        if first is not row and first["member_code"] != row["member_code"]:
            yield row.fault(
                f"{row['atomic_member']} already counts in line {first.line}: whoever is in it would be counted twice. "
                "Remove one."
            )
    if schemes:
        yield from _empty(folder, schemes)


def _empty(folder: Folder, schemes: dict[str, Row]) -> Iterator[Finding]:
    made = folder.by("dimension_rollups", "scheme_code", "member_code")
    for row in folder.rows("dimension_members"):
        scheme = schemes.get(row["scheme_code"])
        if scheme is not None and scheme["rolls_up"] and (row["scheme_code"], row["member_code"]) not in made:
            yield row.fault(f"{row['member_code']} is made of nothing: add its parts to dimension_rollups.csv.")
        for language in ("en", "fr", "es", "ar"):
            if not row[f"name_{language}"].strip():
                yield row.fault(f"{row['member_code']} has no name in {language}: fill in name_{language}.")
