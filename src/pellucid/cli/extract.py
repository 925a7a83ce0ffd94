"""`pellucid extract`: unpack only, into a folder."""

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

from pellucid.cli import configuration, exit_codes
from pellucid.cli.input_file import require_readable
from pellucid.cli.progress import scan_progress
from pellucid.cli.terminal import duration, note, printable, say, size
from pellucid.domain.extraction import Extraction
from pellucid.pipeline.messages import UNPACKING
from pellucid.services.early_server import early_server

MOST_PROBLEMS = 15


def run(arguments: Namespace) -> int:
    """0 once the folder holds what came out, be it nothing."""
    path: Path = arguments.file
    output: Path = arguments.output
    require_readable(path)
    settings = configuration.load(processes=arguments.processes)
    with early_server(settings, UNPACKING) as server, scan_progress(printable(path.name)) as show:
        # Takes as long as the server needs to get ready.
        from pellucid.services import extract_manifest, local_extract  # noqa: PLC0415 (see the line above)

        result = local_extract.extract(path, output, settings, show, force=arguments.force, server=server)
    manifest = output / extract_manifest.MANIFEST
    if arguments.format == "json":
        problems = [extract_manifest.problem_json(problem) for problem in result.problems]
        say(json.dumps(_document(result, output, manifest) | {"problems": problems}, indent=2))
    else:
        _show(result, output, manifest)
    if not result.files:
        note(f"pellucid: nothing came out of {printable(path.name)}")
    return exit_codes.OK


def _document(result: Extraction, output: Path, manifest: Path) -> dict[str, Any]:
    return {
        "file": {"name": result.filename, "size": result.size, "sha256": result.sha256},
        "output": str(output),
        "manifest": str(manifest),
        "files": result.files,
        "folders": result.folders,
        "bytes": result.bytes,
        "listed": result.listed,
        "renamed": result.renamed,
        "seconds": round(result.seconds, 3),
    }


def _show(result: Extraction, output: Path, manifest: Path) -> None:
    say(f"{printable(result.filename)}  {size(result.size)}  sha256 {result.sha256}")
    say(
        f"{result.files:,} files ({size(result.bytes)}) in {result.folders:,} folders below {output}"
        f" in {duration(result.seconds)}"
    )
    say(f"{result.listed:,} links, devices and the like are listed, not created; {result.renamed:,} names were changed")
    say(f"{len(result.problems):,} problems; {manifest} has everything")
    for problem in result.problems[:MOST_PROBLEMS]:
        where = printable(problem.artefact)
        say(f"  {problem.unit} {problem.kind}: {printable(problem.message)}" + (f" ({where})" if where else ""))
    if len(result.problems) > MOST_PROBLEMS:
        say(f"  and {len(result.problems) - MOST_PROBLEMS:,} more")
