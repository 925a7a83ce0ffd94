"""Packs of Git (gitformat-pack(5), git 2.45): the history of a repository that was left in an image."""

from collections.abc import Iterator, Mapping
from itertools import chain

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.output import Output
from pellucid.domain.problem import ProblemKind
from pellucid.errors import Malformed
from pellucid.formats.git import history as histories
from pellucid.formats.git import pack as packs
from pellucid.formats.git.history import History, Name
from pellucid.formats.git.pack import GitObject, Pack
from pellucid.formats.span import Data

MOST_TREES = 128 << 20
# Of the id of a commit, as git itself abbreviates it.
SHOWN = 12


def measure(data: Data, start: int) -> int:
    """Found by unpacking everything; only a pack whose checksum is right is taken out of other bytes."""
    return packs.length(data, start)


@extractor(
    name="git_pack",
    version=1,
    signatures=tuple(Signature(magic) for magic in packs.MAGICS),
    measure=measure,
    stream=True,
    suffix="pack",
)
def git_pack(artefact: Artefact, output: Output) -> None:
    """Take the history of a repository out of a pack: every version of every file, also of those that were deleted.

    A file lies under the id of the newest commit that has it, by its path there; what no commit names, under its own
    id. All commits are one text, newest first as a rule, and so are tags.
    """
    pack = packs.read(artefact.data)
    history = History()
    for type_ in ("commit", "tag"):
        first = next(found := _objects(pack, output, type_), None)
        if first:
            output.file(f"{type_}s", _log(first, found, history))
    _read_trees(pack, output, history)
    names = history.names()
    for blob in _objects(pack, output, "blob"):
        _put(output, blob, names)
    if pack.left:
        message = f"{pack.left:,} objects are differences to ones that are not there, or cannot be read"
        output.problem(ProblemKind.UNSUPPORTED, message)
    if pack.failure:
        output.failure(pack.failure)
    output.end(pack.end)


def _objects(pack: Pack, output: Output, type_: str) -> Iterator[GitObject]:
    for item in pack.objects(type_):
        output.check_time()
        if isinstance(item, Malformed):
            output.failure(item)
        else:
            yield item


def _log(first: GitObject, others: Iterator[GitObject], history: History) -> Iterator[bytes]:
    """What commits or tags say, each behind its id."""
    for item in chain((first,), others):
        if item.type == "commit" and (known := histories.commit(item.id, item.content)):
            history.commits.append(known)
        yield b"%s %s\n%s\n\n" % (item.type.encode(), item.id.hex().encode(), item.content.rstrip(b"\n"))


def _read_trees(pack: Pack, output: Output, history: History) -> None:
    room = MOST_TREES
    for tree in _objects(pack, output, "tree"):
        room -= len(tree.content)
        if room < 0:
            output.problem(ProblemKind.BUDGET, f"there are more trees than {MOST_TREES:,} bytes: files lack names")
            return
        history.trees[tree.id] = tree.content


def _put(output: Output, blob: GitObject, names: Mapping[bytes, Name]) -> None:
    name = names.get(blob.id)
    facts = {"gitObject": blob.id.hex()}
    if name is None:
        output.file(blob.id.hex(), iter((blob.content,)), facts=facts)
        return
    commit = name.commit.id.hex()
    path = f"{commit[:SHOWN]}/".encode() + name.path
    output.file(path, iter((blob.content,)), mtime=name.commit.time, facts={**facts, "gitCommit": commit})
