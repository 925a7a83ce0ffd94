"""Extraction without a scan: everything that comes out of a file, as files in a folder."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from pellucid.domain.extraction import Extraction
from pellucid.domain.problem import Problem
from pellucid.domain.progress import Progress, Stage
from pellucid.errors import InvalidRequest
from pellucid.pipeline.fork_server import ForkServer
from pellucid.pipeline.outcome import Source
from pellucid.pipeline.tree import nothing_recognised, tree_of
from pellucid.services.analysis_means import budget_of, source_of
from pellucid.services.disk_names import DiskFolder
from pellucid.services.extract_manifest import MANIFEST, write_manifest
from pellucid.services.extract_writing import LONGEST_PATH, TreeWriter
from pellucid.services.unpacking import unpack
from pellucid.services.work_folder import work_folder
from pellucid.settings import Settings

PARTIAL = ".pellucid-partial"
TREE = "tree"

OnProgress = Callable[[Progress], None]


def extract(
    path: Path,
    output: Path,
    settings: Settings,
    on_progress: OnProgress,
    *,
    force: bool = False,
    server: ForkServer | None = None,
) -> Extraction:
    """Unpack the file at `path` into the folder `output`, with a manifest; nothing is analysed.

    InvalidRequest when `output` is there and not empty; with `force`, what has the same name there is replaced.
    Whatever stops this, `output` has then nothing new in it: all of it is moved in at the end, the manifest last.
    A fork server that was started before makes it quicker.
    """
    started = monotonic()
    with _prepared(output, force=force) as partial, work_folder(partial) as work:
        source = source_of(path)
        outcome, scratch = unpack(source, work, settings, on_progress, server=server)
        found = tree_of(outcome)
        problems = (*found.problems, *nothing_recognised(outcome))
        tree = partial / TREE
        tree.mkdir()
        writer = TreeWriter(
            tree,
            scratch,
            found.places,
            most_bytes=budget_of(settings).most_bytes(source.size),
            most_created=2 * settings.scan_files,
            reserve=settings.disk_reserve,
        )
        known = len(found.places)
        top = DiskFolder(room=LONGEST_PATH - len(os.fsencode(tree)) - 2 * 256)
        for name in (MANIFEST, PARTIAL):
            top.reserve(name)
        writer.write(
            top,
            lambda done: on_progress(
                Progress(stage=Stage.STORING, done=done, known=known, bytes=writer.bytes, problems=len(problems))
            ),
        )
        result = _result(source, problems, writer, monotonic() - started)
        write_manifest(partial / MANIFEST, result, found.places, writer.outcomes)
        for item in sorted(tree.iterdir()):
            _replace(item, output / item.name)
        _replace(partial / MANIFEST, output / MANIFEST)
    return result


def _result(source: Source, problems: Sequence[Problem], writer: TreeWriter, seconds: float) -> Extraction:
    return Extraction(
        filename=source.name,
        sha256=source.sha256,
        size=source.size,
        files=writer.files,
        folders=writer.folders,
        bytes=writer.bytes,
        listed=writer.listed,
        renamed=writer.renamed,
        problems=(*problems, *writer.problems),
        seconds=seconds,
    )


@contextmanager
def _prepared(output: Path, *, force: bool) -> Iterator[Path]:
    """The place below `output` for what is not finished, gone at the end; so is `output` when it is new and failed."""
    if output.exists() and not output.is_dir():
        raise InvalidRequest(f"{output} is not a folder: choose another one for what comes out.")
    new = not output.exists()
    output.mkdir(parents=True, exist_ok=True)
    if not force and any(output.iterdir()):
        raise InvalidRequest(f"{output} is not empty: choose a new folder, or add --force to write into this one.")
    partial = output.resolve() / PARTIAL
    if partial.is_symlink():
        raise InvalidRequest(f"{partial} is in the way: remove it first.")
    shutil.rmtree(partial, ignore_errors=True)  # of a run that was killed
    partial.mkdir()
    try:
        yield partial
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        if new and not any(output.iterdir()):
            output.rmdir()


def _replace(item: Path, target: Path) -> None:
    if target.is_dir() and not target.is_symlink():
        shutil.rmtree(target)
    elif item.is_dir():
        target.unlink(missing_ok=True)
    item.rename(target)
