"""What variables say of Secure Boot: who may start, what was revoked, and whether it is in force (UEFI 2.10, 32)."""

from struct import Struct

import msgspec
from msgspec import structs

from pellucid.errors import Malformed
from pellucid.formats.member import Member, Members
from pellucid.formats.span import Data, take, unpack
from pellucid.formats.uefi import guid

LIST = Struct("<16sIII")
X509 = guid.raw("A5C059A1-94E4-4AA7-87B5-AB155C2BF072")
SHA256 = guid.raw("C1C41626-504C-4092-ACA9-41F936934328")
MICROSOFT = guid.raw("77FA9ABD-0359-4D32-BD60-28F4E78F784B")
MOST_LISTS, MOST_SIGNATURES = 4096, 100_000
PLATFORM_KEY, ENABLED = "PK", "SecureBootEnable"
# Firmware writes these while it starts a system; a store that is delivered with it need not have any keys yet.
STARTED = frozenset(("MTC", "BootOrder", "SetupMode"))


class Signature(msgspec.Struct, frozen=True):
    """One entry of a list: `kind` and `owner` are GUIDs as bytes, `at` is where its content stands."""

    kind: bytes
    owner: bytes
    at: int
    size: int


def signatures(data: Data) -> list[Signature]:
    """The entries of all lists that fill a variable. Raises Malformed."""
    found = list[Signature]()
    at = 0
    for _ in range(MOST_LISTS):
        if at >= len(data):
            return found
        kind, length, header, size = unpack(LIST, data, at)
        body = length - LIST.size - header
        if at + length > len(data) or size <= guid.SIZE or body < 0 or body % size:
            raise Malformed("no list of signatures")
        first = at + LIST.size + header
        if len(found) + body // size > MOST_SIGNATURES:
            raise Malformed("too many signatures")
        for place in range(first, first + body, size):
            owner = take(data, place, guid.SIZE)
            found.append(Signature(kind, owner, place + guid.SIZE, size - guid.SIZE))
        at += length
    raise Malformed("too many lists of signatures")


class State:
    """Whether Secure Boot is in force, from the variables of one store as they pass by."""

    def __init__(self) -> None:
        self._names = set[str]()
        self._has_key = False
        self._is_off = False

    def noting(self, members: Members) -> Members:
        """The same members."""
        for member in members:
            if isinstance(member, Member):
                name = member.facts.get("variable", "")
                self._names.add(name)
                if name in (PLATFORM_KEY, ENABLED):
                    content = b"".join(bytes(chunk) for chunk in member.chunks)
                    self._note(name, content)
                    yield structs.replace(member, chunks=iter((content,)))
                    continue
            yield member

    def _note(self, name: str, content: bytes) -> None:
        if name == PLATFORM_KEY:
            self._has_key |= len(content) > LIST.size
        else:
            self._is_off |= content == b"\0"

    @property
    def said(self) -> str:
        """It is "enforced", "off" or in "setup", in which anybody may put keys; "" where that cannot be told."""
        if self._has_key:
            return "off" if self._is_off else "enforced"
        return "setup" if self._names & STARTED else ""
