"""Every committed file that is made from the contracts: write them, or tell which are not current."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ingestion.contracts import reference
from ingestion.contracts.generate import asyncapi, openapi, processing, staging_models
from ingestion.contracts.registry import Contract


def generated_files(known: Mapping[str, Contract]) -> dict[Path, str]:
    """The text of every generated file by its path. Raises ContractError if a contract is not well-formed."""
    return {
        **staging_models.staging_files(known),
        reference.PAGE: reference.render(known),
        asyncapi.DOCUMENT: asyncapi.asyncapi_json(known),
        processing.PAGE: processing.render(known),
        openapi.DOCUMENT: openapi.openapi_json(),
    }


def outdated(files: Mapping[Path, str]) -> list[Path]:
    """The files that are missing, differ, or were made from a contract that is gone."""
    differ = [path for path, text in files.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    return sorted([*differ, *_left_over(files)])


def write(files: Mapping[Path, str]) -> list[Path]:
    """Bring the files up to date; returns those that changed or went."""
    changed = outdated(files)
    for path in changed:
        if path in files:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files[path], encoding="utf-8")
        else:
            path.unlink()
    return changed


def _left_over(files: Mapping[Path, str]) -> list[Path]:
    return [path for path in staging_models.FOLDER.glob("*.sql") if path not in files]
