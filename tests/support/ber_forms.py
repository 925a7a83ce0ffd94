"""DER rewritten as streaming writers write it: indefinite lengths, strings of octets in segments (ITU-T X.690, 8)."""

import hmac

from pellucid.formats import ber, der, password_based, pkcs12

SEGMENT = 1000
MOST = 1000
END = b"\0\0"
ENCRYPTED = 0x80


def streamed(encoded: bytes, levels: int = 5, segment: int = SEGMENT) -> bytes:
    """The outer `levels` of an element without lengths; what lies deeper, such as certificates, stays as it is."""
    whole = der.element(encoded, 0, longest=len(encoded))
    content = encoded[whole.content : whole.end]
    if not levels:
        return encoded[: whole.end]
    if whole.tag in (der.OCTET_STRING, ENCRYPTED):
        return bytes((whole.tag | 0x20, 0x80)) + segments(content, segment) + END
    if not whole.tag & 0x20:
        return encoded[: whole.end]
    return bytes((whole.tag, 0x80)) + _inside(encoded, whole, levels - 1, segment) + END


def segments(content: bytes, size: int = SEGMENT) -> bytes:
    pieces = (content[at : at + size] for at in range(0, len(content), size))
    return b"".join(tagged(der.OCTET_STRING, piece) for piece in pieces)


def tagged(tag: int, content: bytes) -> bytes:
    """With the shortest length."""
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def with_attached(message: bytes, *attached: tuple[str, bytes]) -> bytes:
    """A message in DER whose signer has attributes that are not signed: names in hex, values in DER."""
    values = (tagged(der.SEQUENCE, tagged(der.OID, bytes.fromhex(name)) + tagged(der.SET, it)) for name, it in attached)
    return _appended(
        message, [der.CONTEXT_0, der.SEQUENCE, der.SET, der.SEQUENCE], tagged(der.CONTEXT_1, b"".join(values))
    )


def streamed_store(encoded: bytes, password: str, segment: int = SEGMENT) -> bytes:
    """A PKCS#12 store of which each level is rewritten, as BouncyCastle and NSS do, with a MAC over that."""
    store = pkcs12.read(encoded, ber.Work())
    assert store.mac is not None
    safe = _rewritten(store.sealed, segment)
    version, content, mac = der.children(encoded, der.element(encoded, 0, longest=len(encoded)), longest=len(encoded))
    kind = next(der.children(encoded, content, longest=len(encoded)))
    key = password_based.derive(
        store.mac.digest,
        password,
        store.mac.salt,
        store.mac.rounds,
        purpose=password_based.MAC,
        length=len(store.mac.value),
    )
    value = hmac.digest(key, safe, store.mac.digest)
    body = encoded[kind.start : kind.end] + b"\xa0\x80\x24\x80" + segments(safe, segment) + END * 2
    return b"".join(
        (
            b"\x30\x80",
            encoded[version.start : version.end],
            b"\x30\x80" + body + END,
            encoded[mac.start : mac.end].replace(store.mac.value, value),
            END,
        )
    )


def _rewritten(safe: bytes, segment: int) -> bytes:
    """An AuthenticatedSafe, and what lies in its parts that are not encrypted."""
    whole = der.element(safe, 0, longest=len(safe))
    parts = list[bytes]()
    for part in der.children(safe, whole, longest=len(safe)):
        kind, wrapped = der.children(safe, part, longest=len(safe))
        if der.oid(safe, kind) == pkcs12.DATA:
            (held,) = der.children(safe, wrapped, longest=len(safe))
            inner = streamed(safe[held.content : held.end], 6, segment)
            plain = tagged(der.CONTEXT_0, tagged(der.OCTET_STRING, inner))
            parts.append(streamed(tagged(der.SEQUENCE, safe[kind.start : kind.end] + plain), 5, segment))
        else:
            parts.append(streamed(safe[part.start : part.end], 5, segment))
    return b"\x30\x80" + b"".join(parts) + END


def _appended(encoded: bytes, way: list[int], added: bytes) -> bytes:
    """With `added` at the end of the element that the last children with these tags lead to."""
    whole = der.element(encoded, 0, longest=len(encoded))
    if not way:
        return tagged(whole.tag, encoded[whole.content : whole.end] + added)
    *_, last = (child for child in der.children(encoded, whole, longest=len(encoded)) if child.tag == way[0])
    inner = _appended(encoded[last.start : last.end], way[1:], added)
    return tagged(whole.tag, encoded[whole.content : last.start] + inner + encoded[last.end : whole.end])


def _inside(encoded: bytes, whole: der.Element, levels: int, segment: int) -> bytes:
    children = der.children(encoded, whole, most=MOST, longest=len(encoded))
    return b"".join(streamed(encoded[child.start : child.end], levels, segment) for child in children)
