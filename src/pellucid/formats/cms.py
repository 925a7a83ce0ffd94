"""Cryptographic messages (CMS, RFC 5652; PKCS#7, RFC 2315): who signed them, and which certificates they carry."""

from mmap import mmap

import msgspec
from msgspec import structs

from pellucid.errors import Malformed
from pellucid.formats import der

SIGNED, ENVELOPED = "1.2.840.113549.1.7.2", "1.2.840.113549.1.7.3"
KINDS = {SIGNED: "signed data", ENVELOPED: "enveloped data"}
# What the content of a message begins with: the object identifier of its kind.
BEGINS = tuple(bytes.fromhex("06092a864886f70d01070" + arc) for arc in "23")
# What that of signed data begins with: its version, and the one digest that nearly all of them name. UEFI has it
# without what says its kind (UEFI 2.10, 8.2.2). SHA-2 with and without parameters, by key identifier; SHA-1, MD5.
BARE_BEGINS = tuple(
    bytes.fromhex(begin)
    for begin in (
        "020101310f300d06096086480165030402",
        "020101310d300b06096086480165030402",
        "020103310f300d06096086480165030402",
        "020103310d300b06096086480165030402",
        "020101310b300906052b0e03021a",
        "0201013109300706052b0e03021a",
        "020101310e300c06082a864886f70d0205",
    )
)
MESSAGE_DIGEST, SIGNING_TIME = "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.5"
LONGEST = 16 << 20
MOST_CERTIFICATES, MOST_SIGNERS, MOST_ATTRIBUTES = 1024, 64, 32


class Signer(msgspec.Struct, frozen=True, kw_only=True):
    """Named by `issuer` (a Name in DER) and `serial`, or by `key_id`. Algorithms are object identifiers.

    `value` is the signature. With `signed`, the attributes that it covers as a SET in DER, it covers nothing else;
    `unsigned` are attributes that it does not cover: pairs of a name and a value in DER, one for each value.
    """

    issuer: bytes
    serial: int
    key_id: bytes
    digest: str
    signature: str
    value: bytes = b""
    signed: bytes = b""
    unsigned: tuple[tuple[str, bytes], ...] = ()


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Offsets `start` and `end`; `content` is the object identifier of what is signed, `certificates` are in DER.

    `inner` is what is signed, without the header of its outermost element; empty where it lies elsewhere.
    """

    kind: str
    content: str
    start: int
    end: int
    inner: bytes = b""
    certificates: tuple[bytes, ...] = ()
    signers: tuple[Signer, ...] = ()


def read(data: bytes | mmap, whole: der.Element) -> Message:
    """The ContentInfo that `whole` is. Raises Malformed."""
    kind, wrapped = _children(data, whole, most=2, tags=(der.OID, der.CONTEXT_0))
    name = der.oid(data, kind)
    (body,) = _children(data, wrapped, most=1, tags=(der.SEQUENCE,))
    if name == ENVELOPED:
        _children(data, body, most=8, tags=(der.INTEGER,))
        return Message(kind=name, content="", start=whole.start, end=whole.end)
    if name != SIGNED:
        raise Malformed("no message that is signed or enveloped")
    return structs.replace(signed_data(data, body), start=whole.start, end=whole.end)


def signed_data(data: bytes | mmap, body: der.Element) -> Message:
    """The SignedData that `body` is. Raises Malformed."""
    fields = _children(data, body, most=6, tags=(der.INTEGER, der.SET, der.SEQUENCE))
    content = _children(data, fields[2], most=2, tags=(der.OID,))
    if fields[-1].tag != der.SET or len(fields) < 4:
        raise Malformed("a signed message without signers")
    certificates = [field for field in fields[3:] if field.tag == der.CONTEXT_0]
    return Message(
        kind=SIGNED,
        content=der.oid(data, content[0]),
        start=body.start,
        end=body.end,
        inner=_inner(data, content),
        certificates=tuple(
            bytes(data[item.start : item.end])
            for field in certificates
            for item in _children(data, field, most=MOST_CERTIFICATES)
            if item.tag == der.SEQUENCE
        ),
        signers=tuple(signer(data, item) for item in _children(data, fields[-1], most=MOST_SIGNERS)),
    )


def attributes(encoded: bytes) -> tuple[tuple[str, bytes], ...]:
    """Name and value of each attribute of a SET, or of what stands in the place of one. Raises Malformed."""
    whole = der.element(encoded, 0, longest=LONGEST)
    found = []
    for item in _children(encoded, whole, most=MOST_ATTRIBUTES, tags=()):
        name, values = _children(encoded, item, most=2, tags=(der.OID, der.SET))
        for value in _children(encoded, values, most=MOST_ATTRIBUTES):
            found.append((der.oid(encoded, name), encoded[value.start : value.end]))
    return tuple(found)


def signer(data: bytes | mmap, element: der.Element) -> Signer:
    """The SignerInfo that `element` is. Raises Malformed."""
    fields = _children(data, element, most=7, tags=(der.INTEGER,))
    # Attributes that are signed stand in front of the signature's algorithm.
    plain = [field for field in fields[2:] if field.tag != der.CONTEXT_0]
    if len(plain) < 3 or [field.tag for field in plain[:3]] != [der.SEQUENCE, der.SEQUENCE, der.OCTET_STRING]:
        raise Malformed("no signer of a message")
    issuer, serial, key_id = b"", 0, b""
    if fields[1].tag == der.SEQUENCE:
        name, number = _children(data, fields[1], most=2, tags=(der.SEQUENCE, der.INTEGER))
        issuer, serial = bytes(data[name.start : name.end]), der.integer(data, number)
    else:
        key_id = bytes(data[fields[1].content : fields[1].end])
    digest, signature = (
        der.oid(data, _children(data, field, most=2, tags=(der.OID,))[0]) for field in (plain[0], plain[1])
    )
    signed, unsigned = (
        next((bytes(data[field.start : field.end]) for field in fields[2:] if field.tag == tag), b"")
        for tag in (der.CONTEXT_0, der.CONTEXT_1)
    )
    return Signer(
        issuer=issuer,
        serial=serial,
        key_id=key_id,
        digest=digest,
        signature=signature,
        value=bytes(data[plain[2].content : plain[2].end]),
        # They are signed as the SET that they are, not with the tag that they have here.
        signed=bytes((der.SET,)) + signed[1:] if signed else b"",
        unsigned=_told(unsigned),
    )


def _inner(data: bytes | mmap, content: list[der.Element]) -> bytes:
    try:
        whole = der.element(data, content[1].content, content[1].end, LONGEST) if len(content) > 1 else None
    except Malformed:
        return b""
    return bytes(data[whole.content : whole.end]) if whole else b""


def _told(unsigned: bytes) -> tuple[tuple[str, bytes], ...]:
    """Attributes that nothing protects: those that cannot be read are none."""
    try:
        return attributes(unsigned) if unsigned else ()
    except Malformed:
        return ()


def _children(data: bytes | mmap, element: der.Element, most: int, tags: tuple[int, ...] = ()) -> list[der.Element]:
    found = list(der.children(data, element, most=most, longest=LONGEST))
    if len(found) < len(tags) or any(item.tag != tag for item, tag in zip(found, tags, strict=False)):
        raise Malformed("a part of a message that is not what it should be")
    return found
