"""The NVD: files by year and one of what was modified in the last eight days, each with a `.meta` beside it.

https://nvd.nist.gov/vuln/data-feeds: `.meta` has lines "name:value" with lastModifiedDate, size, and the SHA-256 of the
uncompressed JSON.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pellucid.advisories.feed import FeedFile
from pellucid.advisories.fetching import nvd_api
from pellucid.advisories.fetching.download import Validators
from pellucid.advisories.fetching.protocol import Fetched
from pellucid.advisories.fetching.strategy import Task
from pellucid.advisories.fetching.verification import sha256_of_content
from pellucid.errors import Malformed, NotFound

SUFFIX, META = ".json.gz", ".meta"
# The file of modifications covers eight days; half of one is left for the time that its making takes.
COVERED = timedelta(days=7, hours=12)
LARGEST_META = 4096


@dataclass(frozen=True, kw_only=True)
class Meta:
    """What a `.meta` says: when the file was last modified, and the SHA-256 of its content, lower case."""

    modified: datetime
    sha256: str
    validators: Validators


def fetch(task: Task) -> Fetched:
    """What was modified, where that reaches back to the last time; otherwise also the years that have changed.

    With a key, the API is asked for what was modified since.
    """
    synced = task.moment("synced")
    if synced is not None and task.nvd_key and (changes := nvd_api.fetch(task, synced)) is not None:
        return changes
    changes_file = next((file for file in task.files if file.partial and "-modified" in file.address), None)
    if changes_file is None:
        raise NotFound(f"{task.source}: the feed has no file of modifications.")
    known = task.remembered("files")
    newest = _meta(task, changes_file, known)
    if newest is None:
        return task.fetched(partial=True, state=task.state)
    told, paths = dict(known), []
    if synced is None or newest.modified - synced > COVERED:
        paths = _years(task, known, told)
    if _sha256(known, changes_file) != newest.sha256:
        path, newest = _verified(task, changes_file, newest)
        paths.append(path)
    told[changes_file.name] = _noted(newest)
    # After the years, so that of each record the newer one is met last.
    return task.fetched(
        *paths, partial=synced is not None, state={"files": told, "synced": newest.modified.isoformat()}
    )


def parse_meta(text: str, validators: Validators) -> Meta:
    """Raises Malformed."""
    values = dict(line.strip().split(":", 1) for line in text.splitlines() if ":" in line)
    sha256 = values.get("sha256", "").strip().lower()
    try:
        modified = datetime.fromisoformat(values["lastModifiedDate"].strip())
    except (KeyError, ValueError):
        raise Malformed("no lastModifiedDate") from None
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef") or modified.tzinfo is None:
        raise Malformed("no SHA-256, or no time zone")
    return Meta(modified=modified, sha256=sha256, validators=validators)


def _years(task: Task, known: dict[str, Any], told: dict[str, Any]) -> list[Path]:
    """Years whose content is not the known one; `told` takes down what it is now."""
    paths = []
    years = [file for file in task.files if not file.partial]
    for file in years:
        try:
            meta = _meta(task, file, known)
        except NotFound:
            # The file of a year that has just begun comes with its first entry.
            if file is years[-1] and len(years) > 1:
                continue
            raise
        if meta is not None:
            if _sha256(known, file) != meta.sha256:
                path, meta = _verified(task, file, meta)
                paths.append(path)
            told[file.name] = _noted(meta)
    return paths


def _meta(task: Task, file: FeedFile, known: dict[str, Any]) -> Meta | None:
    """None: it is the known one."""
    address = task.place(file.address.removesuffix(SUFFIX) + META)
    target = task.folder / (file.name.removesuffix(SUFFIX) + META)
    before = known.get(file.name)
    found = task.downloads.changed(address, target, before.get("meta") if isinstance(before, dict) else None)
    if found is None:
        return None
    try:
        with found.path.open("rb") as stream:
            return parse_meta(stream.read(LARGEST_META).decode("ascii", "replace"), found.validators)
    except Malformed as error:
        raise Malformed(f"{address}: {error.message}") from None


def _verified(task: Task, file: FeedFile, meta: Meta) -> tuple[Path, Meta]:
    """The file, with the SHA-256 that its `.meta` states; asked for twice, since either may just have been renewed."""
    for _ in range(2):
        found = task.changed(file, None)
        assert found is not None
        digest = sha256_of_content(found.path)
        if digest != meta.sha256:
            meta = _meta(task, file, {}) or meta
        if digest == meta.sha256:
            return found.path, meta
        task.downloads.forget(found.path)
    raise Malformed(
        f"{file.address}: its SHA-256 is not the one in its .meta; what was there is kept. Try again later."
    )


def _sha256(known: dict[str, Any], file: FeedFile) -> str:
    before = known.get(file.name)
    return str(before.get("sha256", "")) if isinstance(before, dict) else ""


def _noted(meta: Meta) -> dict[str, Any]:
    return {"sha256": meta.sha256, "meta": dict(meta.validators)}
