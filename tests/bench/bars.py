"""What a measured figure must reach."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """`at_least` is a floor, `at_most` a ceiling; a bar has one of them."""

    unit: str
    at_least: float | None = None
    at_most: float | None = None

    def is_held(self, value: float) -> bool:
        """True if `value` is good enough."""
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)

    def words(self) -> str:
        """The bar as it stands in the table."""
        sign, bar = ("≥", self.at_least) if self.at_least is not None else ("≤", self.at_most)
        return f"{sign} {bar:,g} {self.unit}".strip()
