"""A type whose second version moved one field and added another, in a folder of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FIRST: dict[str, Any] = {
    "kiosk": {"title": "Kiosk", "description": "Where.", "type": "string", "maxLength": 40},
    "visits": {"title": "Visits", "description": "How many.", "type": "integer", "minimum": 0, "maximum": 99},
}
SECOND: dict[str, Any] = {
    "place": {
        "title": "Place",
        "description": "Where.",
        "type": "object",
        "properties": {"kiosk": {**FIRST["kiosk"], "x-corridor-column": "kiosk"}},
        "required": ["kiosk"],
        "additionalProperties": False,
    },
    "visits": FIRST["visits"],
    "spent": {"$ref": "../../common.json#/$defs/money"},
}


def write_version(folder: Path, version: int, properties: dict[str, Any], **more: Any) -> None:
    """Write kiosk.counted in this version, with these properties of data."""
    here = folder / "kiosk.counted" / f"v{version}"
    here.mkdir(parents=True)
    (here / "description.md").write_text("A kiosk counts its visits.")
    schema = {
        "title": "Kiosk counted",
        "description": "Visits of a kiosk.",
        "type": "object",
        "x-corridor-unit": "contact",
        "x-corridor-class": "P1",
        "x-corridor-city": "required",
        "properties": properties,
        "required": [],
        "additionalProperties": False,
        **more,
    }
    (here / "schema.json").write_text(json.dumps(schema))
