"""The colours of the partner pages can be read by people who see poorly."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.gateway.partner import desk


def _contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    ("ink", "ground"),
    [("ink", "ground"), ("soft", "ground"), ("soft", "card"), ("deep", "card"), ("deep-ink", "deep"),
     ("good", "good-ground"),
     ("bad", "bad-ground"), ("wait", "wait-ground"), ("ink", "bad-ground")],
)  # fmt: skip
def test_colours__can_be_read(ink: str, ground: str) -> None:
    """WCAG 2.2 AA: 4.5 to 1 for text."""
    css = (Path(desk.__file__).parent / "partner.css").read_text(encoding="utf-8")
    colours = dict(
        part.split(":")
        for part in css.split("{")[1].split("}")[0].replace(" ", "").replace("\n", "").split(";")
        if part
    )
    assert _contrast(colours[f"--{ink}"], colours[f"--{ground}"]) >= 4.5
