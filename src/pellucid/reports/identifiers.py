"""Identifiers as schemas want them: CPE 2.3 names (NISTIR 7695), package URLs (ECMA-427) and UUIDs of documents."""

import re
from collections.abc import Iterable
from uuid import NAMESPACE_URL, UUID, uuid5

from pellucid.domain.bill import Bill

_ATTRIBUTE = r"""(?:\?*|\*?)(?:[a-zA-Z0-9\-._]|\\[\\*?!"#$%&'()+,/:;<=>@\[\]^`{|}~])+(?:\?*|\*?)|[*\-]"""
_LANGUAGE = r"[a-zA-Z]{2,3}(?:-(?:[a-zA-Z]{2}|[0-9]{3}))?|[*\-]"
CPE = re.compile(rf"cpe:2\.3:[aho*\-](?::(?:{_ATTRIBUTE})){{5}}:(?:{_LANGUAGE})(?::(?:{_ATTRIBUTE})){{4}}")
PURL = re.compile(r"pkg:[a-z][a-z0-9.+-]*/[!#-;=?-Z_a-z~]+")
LONGEST = 2000


def is_cpe(text: str) -> bool:
    """Whether it is a CPE 2.3 name: what comes from files may look like one only."""
    return len(text) <= LONGEST and CPE.fullmatch(text) is not None


def is_purl(text: str) -> bool:
    """Whether it is a package URL of characters that a URL may have."""
    return len(text) <= LONGEST and PURL.fullmatch(text) is not None


def document_id(bill: Bill, form: str) -> UUID:
    """The same for the same scan and form of document, and no other."""
    said: Iterable[str] = (form, bill.file_sha256, bill.created.isoformat(), bill.product, bill.image_version)
    return uuid5(NAMESPACE_URL, "\0".join((*said, bill.image_name, bill.tool_version)))
