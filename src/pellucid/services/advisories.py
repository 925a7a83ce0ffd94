"""Advisories: which vulnerability data is in use, and how it is replaced."""

import os
import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pellucid.advisories.index import MemoryIndex
from pellucid.advisories.loader import bundled, load
from pellucid.analysis.matcher import AdvisoryIndex
from pellucid.errors import InvalidRequest, Malformed


@dataclass(frozen=True, kw_only=True)
class AdvisoryStatus:
    """What is in use: `bundled` when nothing has been imported yet; `published` is the newest statement in it."""

    advisories: int
    known_exploited: int
    published: datetime | None
    digest: str
    bundled: bool
    skipped: int


class Advisories:
    """The data of one data directory (None: what comes with Pellucid), read again when it has been replaced."""

    def __init__(self, data_dir: Path | None) -> None:
        self._folder = data_dir / "advisories" if data_dir else None
        self._stamp: tuple[int, int] | None = None
        self._index: MemoryIndex | None = None

    def current(self) -> tuple[AdvisoryIndex, str]:
        """The index and its digest. Malformed when the imported data has been damaged."""
        index = self._current()
        return index, index.digest

    def status(self) -> AdvisoryStatus:
        index = self._current()
        return AdvisoryStatus(
            advisories=index.count,
            known_exploited=index.kev_count,
            published=index.published,
            digest=index.digest,
            bundled=self._stamp is None,
            skipped=index.skipped,
        )

    def replace(self, source: Path) -> AdvisoryStatus:
        """Take the data at `source` (file or folder) into use.

        It is read whole before anything is changed; InvalidRequest, and all stays as it was, when it cannot be.
        """
        assert self._folder is not None
        self._folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        incoming = Path(tempfile.mkdtemp(prefix="advisories-", dir=self._folder.parent))
        try:
            if source.is_dir():
                shutil.copytree(source, incoming, dirs_exist_ok=True)
            else:
                shutil.copy(source, incoming)
            # The copy, which nobody changes any more.
            load(incoming)
        except (Malformed, OSError) as error:
            shutil.rmtree(incoming, ignore_errors=True)
            raise InvalidRequest(f"{source} is no vulnerability data: {error}") from error
        # A link is replaced in one step: who reads sees the old data or the new, never none.
        old = self._folder.resolve()
        link = incoming.with_suffix(".link")
        link.symlink_to(incoming.name)
        link.replace(self._folder)
        if old != self._folder:
            shutil.rmtree(old, ignore_errors=True)
        return self.status()

    def _current(self) -> MemoryIndex:
        stamp = _stamp(self._folder)
        if self._index is None or stamp != self._stamp:
            self._index = bundled() if stamp is None or self._folder is None else load(self._folder)
            self._stamp = stamp
        return self._index


def _stamp(folder: Path | None) -> tuple[int, int] | None:
    """Changes when the folder is replaced; None when there is none."""
    if folder is None:
        return None
    try:
        status = os.stat(folder)  # noqa: PTH116  # the identity of the folder itself
    except FileNotFoundError:
        return None
    return (status.st_ino, status.st_mtime_ns)
