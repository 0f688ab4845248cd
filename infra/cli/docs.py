"""`corridor docs`: the site that describes the models."""

from __future__ import annotations


def command() -> None:
    """Describe every model, column, test and dashboard in one HTML file, and print where it is. Needs the stack up.

    Example: corridor docs
    """
    from infra.settings import Settings
    from reporting.lineage.site import build_site

    print(build_site(Settings.load()))
