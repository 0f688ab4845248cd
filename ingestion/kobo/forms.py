"""The forms of a folder, read again when their files change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from infra.settings import Settings, SettingsError
from ingestion.kobo.form import Form
from ingestion.kobo.read_form import FormError, read_form

FOLDER = Path(__file__).with_name("forms")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_ASSET = re.compile(r"([a-z0-9][a-z0-9-]{0,63})=([A-Za-z0-9]{10,40})")


class Forms:
    """Finds forms by name. A file that is wrong harms only its own form."""

    def __init__(self, folder: Path, assets: Mapping[str, str]) -> None:
        self.folder = folder
        self._assets = assets
        self._read: dict[str, tuple[tuple[int, int], Form | FormError]] = {}

    @classmethod
    def of(cls, settings: Settings) -> Forms:
        """The forms of a stack: CORRIDOR_KOBO_FORMS (folder), CORRIDOR_KOBO_ASSETS (form=asset uid, spaces between)."""
        assets = {}
        for word in (settings.env.get("CORRIDOR_KOBO_ASSETS") or "").split():
            found = _ASSET.fullmatch(word)
            if found is None:
                raise SettingsError(
                    f"CORRIDOR_KOBO_ASSETS holds {word!r}: write form=uid, with spaces between. The uid stands in the "
                    "address of the project after /forms/ and has 22 letters and digits."
                )
            assets[found[1]] = found[2]
        return cls(Path(settings.env.get("CORRIDOR_KOBO_FORMS") or FOLDER), assets)

    def names(self) -> list[str]:
        """The names of all files, right or wrong."""
        return sorted(path.stem for path in self.folder.glob("*.yaml"))

    def find(self, name: str) -> Form | None:
        """The form, None if there is none. Raises FormError if its file is wrong."""
        path = self.folder / f"{name}.yaml"
        if not _NAME.fullmatch(name):
            return None
        try:
            stat = path.stat()
        except OSError:
            return None
        stamp = (stat.st_mtime_ns, stat.st_size)
        known = self._read.get(name)
        if known is None or known[0] != stamp:
            known = self._read[name] = (stamp, self._try(path))
        if isinstance(known[1], FormError):
            raise known[1]
        return known[1]

    def _try(self, path: Path) -> Form | FormError:
        try:
            form = read_form(path)
        except FormError as error:
            return error
        return replace(form, asset=self._assets.get(form.name, form.asset))
