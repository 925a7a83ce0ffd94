"""From what readers of archives, file systems and compressed streams give to an extraction's output."""

from pellucid.analysis.output import Output
from pellucid.errors import Malformed
from pellucid.formats.member import Members
from pellucid.formats.streams import Unpacked, Unpacking


def put(output: Output, members: Members) -> None:
    """Store every member; what could not be read becomes a problem, what was read before stays."""
    try:
        for member in members:
            if isinstance(member, Malformed):
                output.failure(member)
            else:
                output.member(member)
    except Malformed as error:
        output.failure(error)


def put_stream(output: Output, name: str | bytes, unpacked: Unpacked, *, mtime: int | None = None) -> None:
    """Store what comes out of a compressed stream, and say where it ended.

    Raises Malformed, with nothing stored, when not even its first piece can be read.
    """
    stream = Unpacking(unpacked)
    output.file(name, stream, mtime=mtime)
    if stream.ended_at is not None:
        output.end(stream.ended_at)
