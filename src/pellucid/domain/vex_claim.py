"""Claims: what VEX documents that others wrote say about vulnerabilities in an image."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pellucid.domain.evidence import Evidence


class VexStatus(StrEnum):
    """The four status labels, as OpenVEX spells them."""

    NOT_AFFECTED = "not_affected"
    AFFECTED = "affected"
    FIXED = "fixed"
    UNDER_INVESTIGATION = "under_investigation"


class Justification(StrEnum):
    """Why a product is not affected, as OpenVEX spells it."""

    COMPONENT_NOT_PRESENT = "component_not_present"
    CODE_NOT_PRESENT = "vulnerable_code_not_present"
    CODE_NOT_IN_EXECUTE_PATH = "vulnerable_code_not_in_execute_path"
    CODE_NOT_CONTROLLABLE = "vulnerable_code_cannot_be_controlled_by_adversary"
    MITIGATIONS_EXIST = "inline_mitigations_already_exist"


@dataclass(frozen=True, kw_only=True)
class ReadStatement:
    """A statement of a document that was given to us. `names` are the vulnerability's, the first one its own.

    `products` are what it is said of: package URLs, CPE names or plain names, as they stand in the document; none
    means the image that the document came with.
    """

    names: tuple[str, ...]
    status: VexStatus
    products: tuple[str, ...] = ()
    justification: Justification | None = None
    note: str = ""
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class VexClaim:
    """A statement with who wrote the document, "" where that is not said, and where it stands."""

    statement: ReadStatement
    author: str
    evidence: Evidence


@dataclass(frozen=True, kw_only=True)
class HeldClaim:
    """A claim that counts for an image. `document` is the name of the file that it stands in.

    `attached`: the team gave the document; else it lay in the image, and is the word of whoever made that. `received`
    is when we got it, aware UTC.
    """

    claim: VexClaim
    document: str
    attached: bool
    received: datetime

    @property
    def time(self) -> datetime:
        """When it was said: never later than it was received, whatever the document says."""
        stated = self.claim.statement.since
        return min(stated, self.received) if stated else self.received


@dataclass(frozen=True, kw_only=True)
class ImageNames:
    """What the image may be called in a document: by its own name and version, its product's, its file's."""

    name: str
    version: str
    product: str = ""
    filename: str = ""
    sha256: str = ""


def file_name(path: str) -> str:
    """The name of the document at a path through containers."""
    return path.rpartition("!")[2].rpartition("/")[2]
