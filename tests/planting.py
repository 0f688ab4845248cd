"""Identifiers made up for one run."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

_LETTERS = "bcdfghjkmnpqrstvwxz"
_ETHIOPIC = "ሀለሐመሠረሰሸቀበተቸነኘአከወዘየደጀገጠጨጰጸፈፐ"


@dataclass(frozen=True)
class Identifiers:
    """Nobody's identifiers. All words share one random core, so whatever holds the core holds an identifier."""

    core: str = field(default_factory=lambda: "q" + "".join(secrets.choice(_LETTERS) for _ in range(11)))
    script: str = field(default_factory=lambda: "".join(secrets.choice(_ETHIOPIC) for _ in range(8)))
    digits: str = field(default_factory=lambda: str(secrets.randbelow(8 * 10**6) + 10**6))
    number: str = field(default_factory=lambda: str(secrets.randbelow(8 * 10**15) + 10**15))

    @property
    def person(self) -> str:
        """The number of a registration card."""
        return f"ID-{self.core}-77"

    @property
    def household(self) -> str:
        """The number of a household."""
        return f"HH/{self.core}/4"

    @property
    def name(self) -> str:
        """A person's name."""
        return f"Abebech {self.core.title()}"

    @property
    def name_in_script(self) -> str:
        """A person's name in another script."""
        return f"አበበች {self.script}"

    @property
    def email(self) -> str:
        """An address for electronic mail."""
        return f"{self.core}@example.org"

    @property
    def phone(self) -> str:
        """A telephone number of Ethiopia, international."""
        return f"+25191{self.digits}"

    @property
    def local_phone(self) -> str:
        """The same number as it is dialled within the country."""
        return f"091{self.digits}"

    @property
    def spaced_phone(self) -> str:
        """The same number as people write it."""
        return f"+251 91{self.digits[0]} {self.digits[1:3]} {self.digits[3:5]} {self.digits[5:]}"

    def whole(self) -> tuple[str, ...]:
        """Every identifier as it is sent."""
        return (
            self.person, self.household, self.name, self.name_in_script, self.email, self.phone, self.local_phone,
            self.spaced_phone, self.number,
        )  # fmt: skip

    def cores(self) -> tuple[str, ...]:
        """Texts of which one stands in every identifier, and nowhere else."""
        return (self.core, self.script, f"91{self.digits}", self.spaced_phone[5:], self.number)
