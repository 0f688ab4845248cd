"""Why a month was not archived, read or put back."""

from __future__ import annotations

from infra.local.problems import Problem


class ArchiveProblem(Problem):
    """The message says what stands in the way and what to do; nothing was changed."""
