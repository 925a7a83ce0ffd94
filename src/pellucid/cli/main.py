"""The entry point: parse, run one command, turn failures into a line on stderr and an exit code."""

import atexit
import gc
import importlib
import os
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

from pellucid.cli import exit_codes, parser
from pellucid.cli.terminal import note
from pellucid.errors import PellucidError


def run() -> NoReturn:
    """The program `pellucid`: what it has made is not taken apart at its end, the kernel takes it back at once."""
    code = main()
    if any(not thread.daemon for thread in threading.enumerate() if thread is not threading.main_thread()):
        sys.exit(code)
    atexit._run_exitfuncs()  # as Python itself does it for processes that it forks
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def main(argv: Sequence[str] | None = None) -> int:
    """Run `pellucid ARGV` and return its exit code."""
    # A command ends before cycles could pile up; looking for them among a hundred thousand places takes its time.
    gc.set_threshold(100_000, 20, 100)
    given = sys.argv[1:] if argv is None else argv
    arguments = parser.build(given[0] if given else "").parse_args(given)
    try:
        # Only now: each command loads what it needs, and --help nothing.
        command = importlib.import_module(f"pellucid.cli.{arguments.module}")
        code = int(command.run(arguments))
        sys.stdout.flush()
    except PellucidError as error:
        return _failed(error)
    except KeyboardInterrupt:
        note("\npellucid: stopped")
        return exit_codes.INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python must not complain at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return exit_codes.OK
    except OSError as error:
        note(f"pellucid: error: {error.filename + ': ' if error.filename else ''}{error.strerror or error}")
        return exit_codes.FAILED
    except Exception as error:  # noqa: BLE001  # any crash must exit with 2, and does so below
        if os.environ.get("PELLUCID_DEBUG"):
            sys.excepthook(type(error), error, error.__traceback__)
        note(f"pellucid: error: {type(error).__name__}: {error}\nPELLUCID_DEBUG=1 shows where this happened.")
        # Python's own exit code of a crash is 1, which here would mean: findings.
        raise SystemExit(exit_codes.FAILED) from None
    return code


def _failed(error: PellucidError) -> int:
    note(f"pellucid: error: {error.message}")
    for detail in error.details:
        if detail.reason not in error.message:
            note(f"  {detail.field + ': ' if detail.field else ''}{detail.reason}")
    return exit_codes.FAILED


if __name__ == "__main__":
    run()
