"""What a partner declares about its tables: one file a partner, profiles/<partner>.yaml; without one, the defaults."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml
from jsonschema_rs import Draft202012Validator

from infra.settings import Settings

FOLDER = Path(__file__).with_name("profiles")


class ProfileError(RuntimeError):
    """The profile of a partner cannot be used; the message names the file and what to change."""


@dataclass(frozen=True)
class Dates:
    """None for `order` = not declared. `date_cells`: by which calendar the date cells of a workbook were typed."""

    order: str | None = None
    calendar: str = "gregorian"
    date_cells: str | None = None
    international_clock: bool = False


@dataclass(frozen=True)
class Profile:
    """All that is not declared is read only where it can mean one thing."""

    dates: Dates = field(default_factory=Dates)
    decimal: str | None = None
    thousands: str | None = None
    encoding: str = "utf-8"
    city: str | None = None
    source: str | None = None
    #: The partner's name of a column -> ours.
    columns: Mapping[str, str] = field(default_factory=dict)
    ignore_columns: tuple[str, ...] = ()
    #: Our name of a column -> the partner's word -> code.
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def profile_of(settings: Settings, partner: str, type_: str) -> Profile:
    """The profile for files of one type. CORRIDOR_FILE_PROFILES names another folder. Raises ProfileError."""
    folder = Path(settings.env.get("CORRIDOR_FILE_PROFILES") or FOLDER)
    path = folder / f"{partner}.yaml"
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Profile()
    except (OSError, UnicodeDecodeError) as error:
        raise ProfileError(f"{path} cannot be read ({type(error).__name__}): restore it.") from error
    return read_profile(text, path, type_)


def read_profile(text: str, path: Path, type_: str) -> Profile:
    """The profile that the text of a file declares for one event type. Raises ProfileError."""
    try:
        # All scalars as text: in YAML, No is a truth value, and 5-11 may be anything.
        content = yaml.load(text, Loader=yaml.BaseLoader) or {}  # noqa: S506  it makes texts, lists and maps only
    except yaml.YAMLError as error:
        raise ProfileError(f"{path} is not YAML: {error}") from error
    for wrong in _validator().iter_errors(content):
        where = ".".join(str(part) for part in wrong.instance_path) or "the file"
        raise ProfileError(f"{path}: {where}: {wrong.message}")
    dates, numbers = content.get("dates", {}), content.get("numbers", {})
    decimal, thousands = numbers.get("decimal"), numbers.get("thousands")
    if decimal is not None and decimal == thousands:
        raise ProfileError(f"{path}: numbers: decimal and thousands must be two signs.")
    own = content.get("types", {}).get(type_, {})
    words = {name: dict(given) for name, given in content.get("words", {}).items()}
    for name, given in own.get("words", {}).items():
        words[name] = {**words.get(name, {}), **given}
    return Profile(
        dates=Dates(
            dates.get("order"),
            dates.get("calendar", "gregorian"),
            dates.get("date_cells"),
            dates.get("clock") == "international",
        ),
        decimal=decimal,
        thousands=thousands,
        encoding=content.get("encoding", "utf-8"),
        city=content.get("city"),
        source=content.get("source"),
        columns={**content.get("columns", {}), **own.get("columns", {})},
        ignore_columns=(*content.get("ignore_columns", ()), *own.get("ignore_columns", ())),
        words=words,
    )


@cache
def _validator() -> Draft202012Validator:
    schema = json.loads(Path(__file__).with_name("profile_schema.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema)
