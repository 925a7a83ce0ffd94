"""Time stamps of signatures: tokens (RFC 3161, 2.4.2) and times that a signer states (PKCS#9, RFC 2985, 5.3.3)."""

import re
from datetime import UTC, datetime

import msgspec

from pellucid.errors import Malformed
from pellucid.formats import der

CONTENT = "1.2.840.113549.1.9.16.1.4"
UTC_TIME, GENERALIZED_TIME = 0x17, 0x18
STATED = re.compile(rb"(\d{12}|\d{14})(\.\d+)?Z")
# Years of two digits are of this century below it (RFC 5280, 4.1.2.5.1).
CENTURY = 50


class Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """When it was made (UTC), and the digest of what it was made for, by an algorithm's object identifier."""

    at: datetime
    algorithm: str
    digest: bytes


def read(content: bytes) -> Stamp:
    """The TSTInfo whose encoding this is. Raises Malformed."""
    whole = der.element(content, 0)
    fields = list(der.children(content, whole, most=10))
    tags = [field.tag for field in fields[:5]]
    if tags != [der.INTEGER, der.OID, der.SEQUENCE, der.INTEGER, GENERALIZED_TIME]:
        raise Malformed("no time stamp")
    imprint = list(der.children(content, fields[2], most=2))
    if [item.tag for item in imprint] != [der.SEQUENCE, der.OCTET_STRING]:
        raise Malformed("a time stamp of nothing")
    named = next(der.children(content, imprint[0], most=2), None)
    return Stamp(
        at=time(content[fields[4].start : fields[4].end]),
        algorithm=der.oid(content, named) if named else "",
        digest=content[imprint[1].content : imprint[1].end],
    )


def time(encoded: bytes) -> datetime:
    """The UTCTime or GeneralizedTime that this is, to the second. Raises Malformed."""
    element = der.element(encoded, 0)
    found = STATED.fullmatch(encoded[element.content : element.end])
    if not found or element.tag not in (UTC_TIME, GENERALIZED_TIME):
        raise Malformed("no time")
    digits = found[1].decode()
    if element.tag == UTC_TIME:
        digits = f"{20 if int(digits[:2]) < CENTURY else 19}{digits}"
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise Malformed("an impossible time") from error
