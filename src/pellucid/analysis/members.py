"""From what a reader of archives or file systems gives to an extraction's output."""

from pellucid.analysis.output import Output
from pellucid.domain.entry import EntryKind
from pellucid.errors import Malformed
from pellucid.formats.member import Members


def put(output: Output, members: Members) -> None:
    """Store every member; what could not be read becomes a problem, what was read before stays."""
    try:
        for member in members:
            if isinstance(member, Malformed):
                output.failure(member)
            elif member.kind is EntryKind.FILE:
                output.file(
                    member.name,
                    member.chunks,
                    mode=member.mode,
                    uid=member.uid,
                    gid=member.gid,
                    mtime=member.mtime,
                )
            else:
                output.other(
                    member.kind,
                    member.name,
                    target=member.target,
                    mode=member.mode,
                    uid=member.uid,
                    gid=member.gid,
                    mtime=member.mtime,
                )
    except Malformed as error:
        output.failure(error)
