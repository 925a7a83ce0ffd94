"""CMS messages in an artefact: found once for the unit that tells of them and for that which tells of certificates."""

from bisect import bisect_right
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

import msgspec

from pellucid.analysis.artefact import Artefact
from pellucid.domain.crypto_asset import Encoding
from pellucid.errors import Malformed
from pellucid.formats import authenticode, ber, cms, der, pem
from pellucid.formats.uefi import guid

PEM_LABELS = ("PKCS7", "CMS", "PKCS #7 SIGNED DATA")
PEM_BEGINS = tuple(f"-----BEGIN {label}-----".encode() for label in PEM_LABELS)
# What a signature of UEFI has in front (UEFI 2.10, 32.2.4): EFI_CERT_TYPE_PKCS7_GUID.
UEFI = guid.raw("4AAFD29D-68DF-49EE-8AA9-347D375665A7")
LITERALS = (*cms.BEGINS, *cms.BARE_BEGINS, UEFI, *PEM_BEGINS)
# Attributes that hold a message: a further signature and a time stamp of Authenticode, that of CMS (RFC 3161, A).
ATTACHED = (authenticode.NESTED_SIGNATURE, authenticode.TIME_STAMP, "1.2.840.113549.1.9.16.2.14")
MOST_MESSAGES, MOST_INSIDE = 10_000, 16
# Bytes of candidates that are looked at, so that one inside another a thousand times costs no more than a big one.
MOST_BYTES = 256 << 20
# Object identifiers of what is signed, where that says what it is for.
CONTAINERS = {
    "1.3.6.1.4.1.311.2.1.4": "authenticode",
    "1.3.6.1.4.1.311.10.1": "catalogue",
    "1.2.840.113549.1.9.16.1.4": "timestamp",
}


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A message at `start`:`end` of the artefact, and its bytes, in PEM what the armour holds.

    `scattered`: it was no DER, so that certificates may lie there in pieces. `bare`: signed data that nothing says is
    some, as UEFI has it, which is in front of it when `of_uefi`.
    """

    message: cms.Message
    encoded: bytes
    encoding: Encoding
    start: int
    end: int
    scattered: bool = False
    bare: bool = False
    of_uefi: bool = False

    @property
    def container(self) -> str:
        """What its certificates lie in: "authenticode", "catalogue", "timestamp", "uefi", or just "pkcs7"."""
        return "uefi" if self.of_uefi else CONTAINERS.get(self.message.content, "pkcs7")


def find(artefact: Artefact) -> tuple[Found, ...]:
    """All messages that do not lie inside another one, in order; the result is kept with the artefact."""
    kept = artefact.memo.get("signed_messages")
    if not isinstance(kept, tuple):
        found = list[Found]()
        for item in sorted((*_in_pem(artefact), *_in_der(artefact)), key=lambda item: item.start):
            if not found or item.start >= found[-1].end:
                found.append(item)
        kept = tuple(found)
        artefact.memo["signed_messages"] = kept
    return kept


def inside(found: Found) -> Iterator[Found]:
    """Messages that signers attached to their signatures: further signatures of a program, and time stamps.

    They begin where they stand in the artefact, or with the outermost message where they do not stand there in DER.
    """
    waiting = [found.message]
    for message in islice(_taken(waiting), MOST_INSIDE):
        for name, value in (pair for signer in message.signers for pair in signer.unsigned):
            if name not in ATTACHED:
                continue
            with suppress(Malformed):
                attached = cms.read(value, der.element(value, 0, longest=cms.LONGEST))
                waiting.append(attached)
                at = found.encoded.find(value) if found.encoding is Encoding.DER else -1
                start = found.start + max(at, 0)
                end = start + len(value) if at >= 0 else found.end
                yield Found(message=attached, encoded=value, encoding=found.encoding, start=start, end=end)


def around(artefact: Artefact, start: int) -> str:
    """The kind of message that the byte at `start` lies in; empty when in none."""
    found = find(artefact)
    at = bisect_right(found, start, key=lambda item: item.start) - 1
    return found[at].container if at >= 0 and start < found[at].end else ""


def _taken(waiting: list[cms.Message]) -> Iterator[cms.Message]:
    while waiting:
        yield waiting.pop(0)


def _in_pem(artefact: Artefact) -> Iterator[Found]:
    work = ber.Work()
    for literal in PEM_BEGINS:
        for offset in artefact.offsets(literal)[:MOST_MESSAGES]:
            try:
                block = pem.read(artefact.data, offset)
                content = ber.in_der(block.content, work)
                message = cms.read(content, der.element(content, 0, longest=cms.LONGEST))
            except Malformed:
                continue
            yield Found(message=message, encoded=block.content, encoding=Encoding.PEM, start=block.start, end=block.end)


def _in_der(artefact: Artefact) -> Iterator[Found]:
    """Outermost first: what lies in a message is not looked at again."""
    end, left, work = 0, MOST_BYTES, ber.Work()
    for offset in sorted(_contents(artefact))[:MOST_MESSAGES]:
        for whole in ber.enclosing(artefact.data, offset, work, cms.LONGEST) if offset >= end else ():
            left -= whole.end - whole.start
            if left < 0:
                return
            try:
                top = der.element(whole.encoded, 0, longest=cms.LONGEST)
                bare = whole.encoded[top.content] == der.INTEGER
                message = (cms.signed_data if bare else cms.read)(whole.encoded, top)
            except Malformed:
                continue
            end = whole.end
            yield Found(
                message=message,
                encoded=bytes(artefact.data[whole.start : end]),
                encoding=Encoding.DER,
                start=whole.start,
                end=end,
                scattered=whole.rewritten,
                bare=bare,
                of_uefi=artefact.window(whole.start - len(UEFI), len(UEFI)) == UEFI,
            )
            break


def _contents(artefact: Artefact) -> set[int]:
    """Where the content of an outermost element may begin."""
    found = {offset for literal in (*cms.BEGINS, *cms.BARE_BEGINS) for offset in artefact.offsets(literal)}
    for offset in artefact.offsets(UEFI):
        with suppress(Malformed):
            found.add(der.element(artefact.data, offset + len(UEFI), longest=cms.LONGEST).content)
    return found
