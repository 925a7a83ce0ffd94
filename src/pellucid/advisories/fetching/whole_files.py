"""Sources that are published as whole files: asked whether they have changed, and read again when one has."""

from pellucid.advisories.feed import FeedFile
from pellucid.advisories.fetching.download import Downloaded, Validators
from pellucid.advisories.fetching.protocol import Fetched
from pellucid.advisories.fetching.strategy import Task
from pellucid.errors import NotFound


def fetch(task: Task) -> Fetched:
    """All files of the source when one of them has changed, so that what is gone from it goes; none otherwise.

    A file that is missing is left out where there are others: not every release has every file.
    """
    known = task.remembered("files")
    files = [file for file in task.files if not file.partial]
    told: dict[str, Validators] = {}
    found: dict[str, Downloaded | None] = {}
    for file in files:
        _take(task, file, known.get(file.name), found, alone=len(files) == 1)
    if not found:
        raise NotFound(f"None of the {len(files)} files of {task.source} is there, e.g. {files[0].address}.")
    if all(item is None for item in found.values()) and set(found) == set(known):
        return task.fetched(partial=False, state=task.state)
    for file in files:
        if file.name in found and found[file.name] is None:
            _take(task, file, None, found, alone=True)
    taken = [item for item in found.values() if item is not None]
    told = {name: item.validators for name, item in found.items() if item is not None}
    return task.fetched(*(item.path for item in taken), partial=False, state={"files": told})


def _take(
    task: Task, file: FeedFile, known: Validators | None, found: dict[str, Downloaded | None], *, alone: bool
) -> None:
    try:
        found[file.name] = task.changed(file, known)
    except NotFound:
        if alone:
            raise
