"""Identifiers as schemas want them: CPE 2.3 names (NISTIR 7695), package URLs (ECMA-427) and UUIDs of documents."""

import re
from collections.abc import Iterable
from urllib.parse import unquote
from uuid import NAMESPACE_URL, UUID, uuid5

from pellucid.domain.bill import Bill
from pellucid.reports.text import plain

_ATTRIBUTE = r"""(?:\?*|\*?)(?:[a-zA-Z0-9\-._]|\\[\\*?!"#$%&'()+,/:;<=>@\[\]^`{|}~])+(?:\?*|\*?)|[*\-]"""
_LANGUAGE = r"[a-zA-Z]{2,3}(?:-(?:[a-zA-Z]{2}|[0-9]{3}))?|[*\-]"
CPE = re.compile(rf"cpe:2\.3:[aho*\-](?::(?:{_ATTRIBUTE})){{5}}:(?:{_LANGUAGE})(?::(?:{_ATTRIBUTE})){{4}}")
# Names are not made of encoded control characters, blanks and slashes, of which nothing would be left.
_NAME = r"(?:[A-Za-z0-9.\-_~!$'()*+,;=:&]|%[3-9A-Fa-f][0-9A-Fa-f]|%2[1-9A-Ea-e])+"
_VERSION = r"(?:[A-Za-z0-9.\-_~!$'()*+,;=:&]|%[0-9A-Fa-f]{2})+"
_PAIR = r"[a-z][a-z0-9._-]*=(?:[A-Za-z0-9.\-_~!$'()*+,;:/@?]|%[0-9A-Fa-f]{2})+"
_SUBPATH = r"(?:[A-Za-z0-9.\-_~!$'()*+,;=:&/@?]|%[0-9A-Fa-f]{2})+"
PURL = re.compile(
    rf"pkg:[a-z][a-z0-9.-]*(?:/{_NAME})*/{_NAME}(?:@{_VERSION})?(?:\?{_PAIR}(?:&{_PAIR})*)?(?:#{_SUBPATH})?"
)
LONGEST = 2000


def is_cpe(text: str) -> bool:
    """Whether it is a CPE 2.3 name: what comes from files may look like one only."""
    return len(text) <= LONGEST and CPE.fullmatch(text) is not None


def is_purl(text: str) -> bool:
    """Whether it is a package URL: what comes from files may look like one only."""
    return len(text) <= LONGEST and PURL.fullmatch(text) is not None


def package_name(purl: str) -> str:
    """The name in a package URL, decoded; empty when there is none."""
    path = purl.partition("#")[0].partition("?")[0].rstrip("/")
    before_version = path.rpartition("@")[0] or path
    return unquote(before_version.rpartition("/")[2])


def document_id(bill: Bill, form: str) -> UUID:
    """The same for the same scan and form of document, and no other."""
    said: Iterable[str] = (form, bill.file_sha256, bill.created.isoformat(), bill.product, bill.image_version)
    return uuid5(NAMESPACE_URL, "\n".join(map(plain, (*said, bill.image_name, bill.tool_version))))
