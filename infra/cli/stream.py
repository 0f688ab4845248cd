"""`corridor stream`: run one stream in the foreground."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from infra.local.problems import Problem
from infra.settings import Settings
from ingestion.streaming.streams import STREAMS


def command(
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(STREAMS)}.")],
    member: Annotated[
        str | None, typer.Option(help="Name of this process among those of the stream that run at once.")
    ] = None,
) -> None:
    """Run one stream until Ctrl-C. The stack runs member 0 of each; another one takes its share of the partitions.

    Example: corridor stream live --member 1
    """
    if name not in STREAMS:
        raise Problem(f"There is no stream {name!r}. There are: {', '.join(STREAMS)}.")
    settings = Settings.load()
    extra = {"CORRIDOR_STREAM_MEMBER": member} if member else {}
    environment = {**os.environ, "CORRIDOR_HOME": str(settings.home), **extra}
    os.execve(sys.executable, [sys.executable, "-m", "ingestion.streaming", name], environment)  # noqa: S606
