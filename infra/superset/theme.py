"""The look of the dashboards: colours, type and logo, all served from here."""

from __future__ import annotations

from copy import deepcopy
from typing import Any
from urllib.parse import quote

INK = "#14213d"
TEAL = "#0b6e6e"

LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="168" height="36" viewBox="0 0 168 36">'
    f'<path d="M7 27 C 7 12, 29 24, 29 9" fill="none" stroke="{TEAL}" stroke-width="3.2" stroke-linecap="round"/>'
    f'<circle cx="7" cy="27" r="4.6" fill="{INK}"/><circle cx="29" cy="9" r="4.6" fill="#e69f00"/>'
    f'<text x="43" y="25" font-family="Inter, Helvetica, Arial, sans-serif" font-size="20" font-weight="700" '
    f'fill="{INK}" letter-spacing="-0.3">Corridor</text></svg>'
)
LOGO_URL = "data:image/svg+xml," + quote(LOGO)

#: Okabe and Ito's colours, which people with any kind of colour blindness can tell apart, darkest first.
CATEGORICAL = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#7a7a7a", "#f0e442"]

COLOUR_SCHEME = {
    "id": "corridor",
    "label": "Corridor (safe for colour-blind readers)",
    "description": "Okabe-Ito",
    "isDefault": True,
    "colors": CATEGORICAL,
}

TOKENS = {
    "brandAppName": "Corridor",
    "brandLogoAlt": "Corridor",
    "brandLogoUrl": LOGO_URL,
    "brandLogoHeight": "34px",
    "brandLogoMargin": "12px 0",
    "brandIconMaxWidth": 168,
    "colorPrimary": TEAL,
    "colorLink": TEAL,
    "colorError": "#b3261e",
    "colorWarning": "#b26a00",
    "colorSuccess": "#1b7f4d",
    "colorInfo": "#0072b2",
}


def with_brand(default: dict[str, Any]) -> dict[str, Any]:
    """A copy of Superset's default theme with this product's tokens (a bare theme would lose the others)."""
    theme = deepcopy(default)
    theme["token"] = {**theme["token"], **TOKENS}
    return theme
