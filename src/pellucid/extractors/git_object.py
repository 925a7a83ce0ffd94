"""Loose objects of Git (gitformat-loose, git 2.45), as a repository that was left in an image holds them."""

from pellucid.analysis.artefact import Artefact
from pellucid.analysis.extractor import Signature, extractor
from pellucid.analysis.output import Output
from pellucid.formats import git_object as objects
from pellucid.formats.git.pack import identified
from pellucid.formats.span import Data


def measure(data: Data, start: int) -> int:
    """Where the stream of zlib ends; what it unpacks to must begin as an object does, and be as long as it says."""
    return objects.content(data, start)[1] - start


@extractor(
    name="git_object",
    version=2,
    signatures=tuple(Signature(magic) for magic in objects.MAGICS),
    measure=measure,
    carve=False,
)
def git_object(artefact: Artefact, output: Output) -> None:
    """Unpack a loose object: a version of a file (blob), a folder (tree), a commit or a tag."""
    known = objects.header(artefact.data, 0)
    content, _ = objects.content(artefact.data, 0)
    output.fact("type", known.type)
    output.file(known.type, iter((content,)), facts={"gitObject": identified("sha1", known.type, content).hex()})
