"""PKCS#12 stores (RFC 7292): keys and certificates in bags, parts of them encrypted."""

import hmac
from collections.abc import Iterator
from enum import StrEnum

import msgspec

from pellucid.errors import Malformed
from pellucid.formats import ber, der, password_based

DATA, ENCRYPTED = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.6"
X509 = "1.2.840.113549.1.9.22.1"
FRIENDLY_NAME = "1.2.840.113549.1.9.20"
BMP_STRING = 0x1E
# Version 3, then the AuthenticatedSafe: what the content of every store begins with.
BEGIN = b"\x02\x01\x03\x30"
LONGEST = 16 << 20
MOST_PARTS, MOST_BAGS, DEEPEST = 64, 4096, 4
# A key as long as the MAC is derived for it: more than any digest has would be work without end.
LONGEST_MAC = 64


class BagKind(StrEnum):
    """By the last arc of its object identifier (RFC 7292, 4.2)."""

    KEY = "1"
    SHROUDED_KEY = "2"
    CERTIFICATE = "3"
    NESTED = "6"


BAGS = {f"1.2.840.113549.1.12.10.1.{kind}": kind for kind in BagKind}


class Mac(msgspec.Struct, frozen=True, kw_only=True):
    """What shows that a password is right; `digest` is empty when it is of an unknown kind."""

    digest: str
    value: bytes
    salt: bytes
    rounds: int


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A run of bags, plain when there is no `scheme`."""

    content: bytes
    scheme: password_based.Scheme | None = None


class Store(msgspec.Struct, frozen=True, kw_only=True):
    """Offsets `start` and `end`, and what lies between them. `unread`: why a part cannot be read, by any password.

    `sealed` is what the MAC is made over. `scattered`: it was no DER, so that its parts may lie there in pieces.
    """

    start: int
    end: int
    mac: Mac | None
    parts: tuple[Part, ...]
    sealed: bytes = b""
    unread: str = ""
    scattered: bool = False


class Bag(msgspec.Struct, frozen=True, kw_only=True):
    """`content` is the PKCS#8 of a key, encrypted or not, or the DER of a certificate."""

    kind: BagKind
    content: bytes
    name: str = ""


def read(encoded: bytes, work: ber.Work) -> Store:
    """The store that `encoded` is, in DER; what lies in it may be BER. Raises Malformed."""
    top = list(_children(encoded, der.element(encoded, 0, longest=LONGEST), most=3))
    if [item.tag for item in top[:2]] != [der.INTEGER, der.SEQUENCE]:
        raise Malformed("no PKCS#12 store")
    kind, sealed = _content_info(encoded, top[1])
    if kind != DATA:
        raise Malformed("a PKCS#12 store that is not kept together by a password")
    content = ber.in_der(sealed, work)
    parts, unread = list[Part](), ""
    for item in _children(content, der.element(content, 0, longest=LONGEST), most=MOST_PARTS):
        try:
            parts.append(_part(content, item, work))
        except Malformed as error:
            unread = error.message
    mac = _mac(encoded, top[2]) if len(top) > 2 else None
    return Store(start=0, end=len(encoded), mac=mac, parts=tuple(parts), sealed=sealed, unread=unread)


def fits(mac: Mac, password: str | None, sealed: bytes) -> bool:
    """Whether a password is that of the store; takes `mac.rounds` hashes."""
    size = len(mac.value)
    key = password_based.derive(mac.digest, password, mac.salt, mac.rounds, purpose=password_based.MAC, length=size)
    return hmac.compare_digest(hmac.digest(key, sealed, mac.digest), mac.value)


def bags(content: bytes, depth: int = 0) -> Iterator[Bag]:
    """The keys and certificates of a plain or decrypted part. Raises Malformed."""
    whole = der.element(content, 0, longest=LONGEST)
    for item in _children(content, whole, most=MOST_BAGS):
        fields = list(_children(content, item, most=3))
        if [field.tag for field in fields[:2]] != [der.OID, der.CONTEXT_0]:
            raise Malformed("no bag of a PKCS#12 store")
        kind = BAGS.get(der.oid(content, fields[0]))
        value = bytes(content[fields[1].content : fields[1].end])
        name = _friendly_name(content, fields[2]) if len(fields) > 2 else ""
        if kind is BagKind.NESTED and depth < DEEPEST:
            yield from bags(value, depth + 1)
        elif kind is BagKind.CERTIFICATE:
            oid, wrapped = _pair(value, der.element(value, 0, longest=LONGEST))
            inner = next(_children(value, wrapped, most=1), None)
            if inner and der.oid(value, oid) == X509:
                yield Bag(kind=kind, content=value[inner.content : inner.end], name=name)
        elif kind in (BagKind.KEY, BagKind.SHROUDED_KEY):
            yield Bag(kind=kind, content=value, name=name)


def shrouded(encrypted: bytes) -> tuple[password_based.Scheme, bytes]:
    """(how it is encrypted, the encrypted bytes) of an EncryptedPrivateKeyInfo (RFC 5958, 3). Raises Malformed."""
    algorithm, content = _pair(encrypted, der.element(encrypted, 0))
    return password_based.read(encrypted, algorithm), encrypted[content.content : content.end]


def _pair(data: bytes, element: der.Element) -> tuple[der.Element, der.Element]:
    found = list(_children(data, element, most=2))
    if len(found) != 2:
        raise Malformed("a part of a PKCS#12 store that is not whole")
    return found[0], found[1]


def _children(data: bytes, element: der.Element, most: int) -> Iterator[der.Element]:
    return der.children(data, element, most=most, longest=LONGEST)


def _content_info(data: bytes, element: der.Element) -> tuple[str, bytes]:
    """(object identifier, content) of a ContentInfo; of type data the bytes themselves."""
    kind, wrapped = _pair(data, element)
    inner = next(_children(data, wrapped, most=1), None)
    if inner is None:
        raise Malformed("a part of a PKCS#12 store without content")
    name = der.oid(data, kind)
    return name, data[inner.content : inner.end] if name == DATA else data[inner.start : inner.end]


def _part(data: bytes, element: der.Element, work: ber.Work) -> Part:
    kind, content = _content_info(data, element)
    if kind == DATA:
        return Part(content=ber.in_der(content, work))
    if kind != ENCRYPTED:
        raise Malformed(f"a part of a PKCS#12 store is of an unknown kind, {kind}")
    _, info = _pair(content, der.element(content, 0, longest=LONGEST))
    fields = list(_children(content, info, most=3))
    if len(fields) != 3:
        raise Malformed("a part of a PKCS#12 store that is not whole")
    scheme = password_based.read(content, fields[1])
    return Part(content=content[fields[2].content : fields[2].end], scheme=scheme)


def _mac(data: bytes, element: der.Element) -> Mac:
    fields = list(_children(data, element, most=3))
    if [field.tag for field in fields[:2]] != [der.SEQUENCE, der.OCTET_STRING]:
        raise Malformed("a PKCS#12 store with a broken MAC")
    algorithm, value = _pair(data, fields[0])
    name = next(_children(data, algorithm, most=2), None)
    rounds = der.integer(data, fields[2]) if len(fields) > 2 else 1
    too_long = value.end - value.content > LONGEST_MAC
    if name is None or rounds < 1 or too_long or fields[1].end - fields[1].content > password_based.LONGEST_SALT:
        raise Malformed("a PKCS#12 store with a broken MAC")
    return Mac(
        digest=password_based.table()["digests"].get(der.oid(data, name), ""),
        value=data[value.content : value.end],
        salt=data[fields[1].content : fields[1].end],
        rounds=rounds,
    )


def _friendly_name(data: bytes, attributes: der.Element) -> str:
    for attribute in _children(data, attributes, most=16):
        oid, values = _pair(data, attribute)
        text = next(_children(data, values, most=1), None)
        if der.oid(data, oid) == FRIENDLY_NAME and text is not None and text.tag == BMP_STRING:
            return data[text.content : text.end].decode("utf-16-be", "replace")[:256]
    return ""
