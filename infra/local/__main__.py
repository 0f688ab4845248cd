"""`python -m infra.local COMMAND`: what the Makefile calls. Begins with the standard library alone."""

from __future__ import annotations

import argparse
import os
import signal
import sys

from infra.local.problems import Problem
from infra.settings import REPO, Settings, SettingsError


def main() -> int:
    """Run one command; the exit code is 1 for a problem that was named and 130 after an interruption."""
    arguments = _parser().parse_args()
    # An end by SIGTERM is the same as Ctrl-C: what was started for a step is ended with it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        settings = Settings.load()
        return int(_COMMANDS[arguments.command](settings, arguments) or 0)
    except (Problem, SettingsError) as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. What was done stays done; the same command goes on from here.", file=sys.stderr)
        sys.stderr.flush()
        # Threads that wait for an answer of the network would hold the end up.
        os._exit(130)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m infra.local", description="Start, stop and look after a local stack."
    )
    parser.add_argument("command", choices=sorted(_COMMANDS))
    parser.add_argument("service", nargs="?", help="a service, for logs and restart")
    parser.add_argument("--yes", action="store_true", help="do not ask (reset)")
    parser.add_argument("--no-history", action="store_true", help="do not send the published history (up)")
    parser.add_argument("--second-half", action="store_true", help=argparse.SUPPRESS)
    return parser


def _environments(settings: Settings, arguments: argparse.Namespace) -> None:
    from infra.local.bootstrap import make_environments
    from infra.local.checks import check_disk, check_python
    from infra.local.console import Console

    check_python()
    check_disk(settings)
    make_environments(settings, Console())


def _up(settings: Settings, arguments: argparse.Namespace) -> None:
    from infra.local.bootstrap import check_machine, go_on, make_environments
    from infra.local.console import Console

    console = Console()
    if not arguments.second_half:
        check_machine(settings)
        make_environments(settings, console, wait_for_both=False)
        go_on([*sys.argv[1:], "--second-half"], console)
    from infra.local.ready import show_ready
    from infra.local.up import bring_up

    steps = bring_up(settings, history=not arguments.no_history, console=console)
    show_ready(settings, steps, console.seconds)


def _down(settings: Settings, arguments: argparse.Namespace) -> None:
    from infra.local.down import take_down

    print("Stopped." if take_down(settings) else "Nothing was running.")


def _restart(settings: Settings, arguments: argparse.Namespace) -> None:
    from infra.local.supervisor import Supervisor

    supervisor = Supervisor(settings)
    known = supervisor.processes()
    if arguments.service not in known:
        raise Problem(
            f"There is no service {arguments.service!r} here; there are: {', '.join(known) or 'none (make up)'}."
        )
    supervisor.restart(arguments.service)
    print(f"Restarted {arguments.service}.")


def _logs(settings: Settings, arguments: argparse.Namespace) -> int:
    folder = settings.home / "logs"
    files = sorted(folder.glob(f"{arguments.service or '*'}.log"))
    if not files:
        names = ", ".join(sorted(path.stem for path in folder.glob("*.log"))) or "none yet"
        raise Problem(f"There is no log of {arguments.service or 'any service'} in {folder}; there are: {names}.")
    os.execvp("tail", ["tail", "-n", "40", "-F", *map(str, files)])  # noqa: S606 - tail takes our place


def _reset(settings: Settings, arguments: argparse.Namespace) -> int:
    from infra.local.reset import folders_of, remove_stack

    folders = folders_of(settings)
    if not folders:
        print("There is nothing to remove.")
        return 0
    print("This stops the stack and removes all its data, logs and secrets in:", *folders, sep="\n  ")
    if not arguments.yes and (not sys.stdin.isatty() or input("Type yes to go on: ").strip() != "yes"):
        print("Nothing was removed (YES=1 removes without asking).")
        return 1
    remove_stack(settings)
    print("Removed.")
    return 0


_COMMANDS = {
    "up": _up,
    "environments": _environments,
    "down": _down,
    "restart": _restart,
    "logs": _logs,
    "reset": _reset,
}

if __name__ == "__main__":
    if str(REPO) not in sys.path:
        sys.path.insert(0, str(REPO))
    sys.exit(main())
