"""`pellucid scan`: the whole pipeline over one file, with no server."""

import json
import os
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import msgspec

from pellucid import __version__
from pellucid.cli import configuration, exit_codes
from pellucid.cli.given_rules import given
from pellucid.cli.input_file import require_readable
from pellucid.cli.parser import BILLS, CBOMS, VEX
from pellucid.cli.progress import scan_progress
from pellucid.cli.terminal import document, note, printable
from pellucid.domain.severity import Severity
from pellucid.errors import InvalidRequest
from pellucid.pipeline.messages import EVERYTHING, SOFTWARE
from pellucid.services.early_server import early_server
from pellucid.settings import Settings

if TYPE_CHECKING:
    from pellucid.domain.bill import Bill
    from pellucid.domain.scan_result import ScanResult


def run(arguments: Namespace) -> int:
    """0 when nothing is at or above --fail-on, 1 when something is."""
    path: Path = arguments.file
    require_readable(path)
    keep = arguments.data_dir is not None or "PELLUCID_DATA_DIR" in os.environ
    settings = configuration.load(data_dir=arguments.data_dir, processes=arguments.processes)
    if arguments.rules and arguments.format in (*BILLS, *CBOMS) and arguments.fail_on is None:
        raise InvalidRequest(f"{arguments.format} has no findings: --rules needs another --format, or --fail-on.")
    rules = given(arguments.rules)
    if arguments.format in BILLS and arguments.fail_on is None:
        return _bill(path, arguments.format, settings, keep=keep)
    with early_server(settings, EVERYTHING) as server, scan_progress(printable(path.name)) as show:
        from pellucid.services import local_scan  # noqa: PLC0415  # takes as long as the server needs to get ready

        # What draws tables or checks documents takes its time as well: it is loaded while the processes work.
        Thread(target=_writer, args=(arguments.format, settings), daemon=True).start()
        result = local_scan.scan(path, settings, show, keep=keep, server=server, rules=rules)
    _writer(arguments.format, settings)(result)
    return verdict(result, arguments.fail_on)


def _bill(path: Path, form: str, settings: Settings, *, keep: bool) -> int:
    """What the file is made of, when nobody asks for more."""
    with early_server(settings, SOFTWARE) as server, scan_progress(printable(path.name)) as show:
        from pellucid.services.local_bill import make_bill  # noqa: PLC0415  # while the server gets ready

        # The rest has time until the processes are done.
        Thread(target=_bill_writer, args=(form,), daemon=True).start()
        bill = make_bill(path, settings, show, keep=keep, server=server)
    document(_bill_writer(form)(bill))
    return exit_codes.OK


def _bill_writer(form: str) -> "Callable[[Bill], str]":
    """What writes a bill; loads all that making and writing one takes."""
    from pellucid.pipeline import merging  # noqa: F401, PLC0415 (see above)
    from pellucid.reports import bill_document  # noqa: PLC0415 (see above)

    bill_document.prepare(form)
    return lambda bill: bill_document.bill_document(bill, form)


def _writer(form: str, settings: Settings) -> "Callable[[ScanResult], None]":
    """What prints a result; loads what that needs, and no more."""
    if form == "table":
        from pellucid.cli import summary  # noqa: PLC0415 (see above)

        return summary.show
    if form == "json":
        from pellucid.reports.scan_json import scan_json  # noqa: PLC0415 (see above)

        return lambda result: document(_indented(scan_json(result)))
    from pellucid.domain.bill import bill_of  # noqa: PLC0415 (see above)

    if form in VEX:
        from pellucid.reports.vex_document import vex_document  # noqa: PLC0415 (see above)
        from pellucid.services.vex_statements import of_scan  # noqa: PLC0415 (see above)

        return lambda result: document(
            vex_document(of_scan(result, bill_of(result, tool_version=__version__), settings), form)
        )
    if form in CBOMS:
        from pellucid.reports.cbom import cbom_document  # noqa: PLC0415  # only for who wants one

        return lambda result: document(cbom_document(bill_of(result, tool_version=__version__), form))
    from pellucid.reports.bill_document import bill_document  # noqa: PLC0415 (see above)

    return lambda result: document(bill_document(bill_of(result, tool_version=__version__), form))


def _indented(content: Any) -> bytes:
    """JSON for people, by the encoder that is ten times faster; it refuses what is no text, which names may hold."""
    try:
        return msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"
    except UnicodeEncodeError:
        return json.dumps(content, indent=2).encode() + b"\n"


def verdict(result: "ScanResult", fail_on: Severity | None) -> int:
    """The exit code: whether a finding is at or above `fail_on`, which None never is."""
    if fail_on is None:
        return exit_codes.OK
    severe = [finding for finding in result.findings if finding.severity.rank >= fail_on.rank]
    if not severe:
        return exit_codes.OK
    note(f"pellucid: {len(severe):,} {'finding' if len(severe) == 1 else 'findings'} at or above {fail_on}")
    return exit_codes.FINDINGS
